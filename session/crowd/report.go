package crowd

import "time"

// Report is how a crowd stands: numbers since its beginning, and latencies of the
// answers of the server.
type Report struct {
	Time               time.Time
	Elapsed            time.Duration
	Devices            int   // that there are to be
	Registered         int64 // now
	Silent             int64 // that went silent
	Registers, Updates uint64
	Deregisters, Sends uint64
	Notifications      uint64
	Served             uint64 // requests of the server that were answered
	Unserved           uint64 // that were answered 5.03, as several devices share the socket
	Errors, Timeouts   uint64
	First              error   // the first error, nil if there was none
	Rate               float64 // Registers a second since the last report
	P50, P90, P99, Max time.Duration
}

// Report tells how the crowd stands; the latencies and the rate are those since the
// last report.
func (c *Crowd) Report() Report {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.report(&c.interval)
	if since := r.Time.Sub(c.reported).Seconds(); since > 0 {
		r.Rate = float64(r.Registers-c.before.Registers) / since
	}
	c.latencies.Merge(&c.interval)
	c.interval = Latencies{}
	c.reported, c.before = r.Time, r
	return r
}

// Total tells how the crowd stood in all.
func (c *Crowd) Total() Report {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := c.latencies
	all.Merge(&c.interval)
	r := c.report(&all)
	if s := r.Elapsed.Seconds(); s > 0 {
		r.Rate = float64(r.Registers) / s
	}
	return r
}

// report gathers the numbers. c.mu is held.
func (c *Crowd) report(l *Latencies) Report {
	r := Report{
		Time: c.config.Clock.Now(), Devices: c.config.Count,
		Registered: c.registered.Load(), Silent: c.silent.Load(),
		Registers: c.registers.Load(), Updates: c.updates.Load(), Deregisters: c.deregisters.Load(),
		Sends: c.sends.Load(), Notifications: c.notifications.Load(), Served: c.served.Load(),
		Errors: c.errors.Load(), Timeouts: c.timeouts.Load(), First: c.failure,
		P50: l.Percentile(50), P90: l.Percentile(90), P99: l.Percentile(99), Max: l.Max(),
	}
	if !c.started.IsZero() {
		r.Elapsed = r.Time.Sub(c.started)
	}
	if c.hub != nil {
		r.Unserved = c.hub.Unserved()
	}
	return r
}
