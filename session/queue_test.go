package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/session/coap"
)

// sleeper is a peer in queue mode: it answers reads while its radio is on.
type sleeper struct {
	*coap.Endpoint
	location string
	on       bool
	observed bool          // it answers with Observe
	slow     time.Duration // how long it takes over an answer
	dropped  int           // messages that came while its radio was off
	asked    []string
}

// queueMode runs a test with a registered sleeper of a version.
func queueMode(t *testing.T, version string, f func(t *testing.T, s *Server, p *sleeper, e *Endpoint)) {
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{})
		p := &sleeper{on: true}
		p.Endpoint = peer(t, network, "192.0.2.7:40001", func(r *coap.Request) {
			if !p.on {
				p.dropped++
				r.Ignore()
				return
			}
			p.asked = append(p.asked, joined(r.Message.Path()))
			m := coap.NewResponse(coap.Content)
			m.SetContentFormat(0)
			m.Payload = []byte("1")
			if p.observed {
				m.SetObserve(1)
			}
			if p.slow > 0 {
				r.Acknowledge()
				<-time.After(p.slow)
			}
			if err := r.Respond(m); err != nil {
				t.Error(err)
			}
		})
		queries := []string{"ep=sleepy", "lt=86400", "lwm2m=1.1", "b=U", "Q"}
		if version == "1.0" {
			queries = []string{"ep=sleepy", "lt=86400", "lwm2m=1.0", "b=UQ"}
		}
		p.location = joined(send(t, p.Endpoint, coap.POST, "/rd", queries, objectList).LocationPath())
		e, err := s.Find("sleepy")
		if err != nil {
			t.Fatal(err)
		}
		f(t, s, p, e)
	})
}

// wake sends an Update.
func (p *sleeper) wake(t *testing.T) {
	t.Helper()
	p.on = true
	send(t, p.Endpoint, coap.POST, p.location, nil, "")
}

func TestRequestsWaitWhileTheClientSleeps(t *testing.T) {
	for _, version := range []string{"1.0", "1.1"} {
		t.Run(version, func(t *testing.T) {
			queueMode(t, version, func(t *testing.T, s *Server, p *sleeper, e *Endpoint) {
				if r, err := Read(t.Context(), e, at("/3/0/9"), ReadOptions{}); err != nil || r.Code != Content {
					t.Fatalf("read of a client that has just registered: %+v, %v", r, err)
				}
				pass(94 * time.Second)
				p.on = false
				if !e.Asleep() {
					t.Fatal("awake 94 s after its last message")
				}
				done := make(chan error)
				for i := range 3 {
					go func() {
						r, err := Read(t.Context(), e, at(fmt.Sprintf("/3/0/%d", i)), ReadOptions{})
						if err == nil && r.Duration > time.Second {
							err = fmt.Errorf("took %v, the time in the queue does not count", r.Duration)
						}
						done <- err
					}()
					synctest.Wait()
				}
				if got := len(e.Queue()); got != 3 || len(p.asked) != 1 {
					t.Fatalf("%d requests wait and %d were sent, want 3 and 1", got, len(p.asked))
				}
				pass(6 * time.Hour)
				p.wake(t)
				for range 3 {
					if err := <-done; err != nil {
						t.Error(err)
					}
				}
				if !slices.Equal(p.asked, []string{"/3/0/9", "/3/0/0", "/3/0/1", "/3/0/2"}) {
					t.Errorf("asked %v, want them in order", p.asked)
				}
				if got := kinds(s); got != "register asleep update awake" {
					t.Errorf("events: %s", got)
				}
			})
		})
	}
}

func TestRequestThatASleepingClientMissesWaitsAgain(t *testing.T) {
	queueMode(t, "1.1", func(t *testing.T, s *Server, p *sleeper, e *Endpoint) {
		p.on = false // earlier than the server thinks
		done := make(chan error)
		go func() {
			_, err := Read(t.Context(), e, at("/3/0/9"), ReadOptions{})
			done <- err
		}()
		pass(2 * time.Minute)
		if len(e.Queue()) != 1 || !e.Asleep() {
			t.Errorf("the queue is %v, asleep %v; want the read to wait", e.Queue(), e.Asleep())
		}
		p.wake(t)
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestQueuedRequestCanBeDroppedAndCancelled(t *testing.T) {
	queueMode(t, "1.1", func(t *testing.T, s *Server, p *sleeper, e *Endpoint) {
		pass(94 * time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		var told []Queued
		for _, path := range []string{"/3/0/0", "/3/0/1"} {
			go func() {
				_, err := Read(ctx, e, at(path), ReadOptions{RequestOptions: RequestOptions{Queued: func(q Queued) { told = append(told, q) }}})
				done <- err
			}()
			synctest.Wait()
		}
		if len(told) != 2 || told[1].Path != at("/3/0/1") || told[1].Operation != "read" {
			t.Errorf("told of %+v", told)
		}
		if !s.Drop(told[0].Number) || s.Drop(told[0].Number) {
			t.Error("Drop takes a request out once")
		}
		if err := <-done; !errors.Is(err, ErrDropped) {
			t.Errorf("dropped: %v", err)
		}
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		if len(e.Queue()) != 0 {
			t.Errorf("the queue still has %v", e.Queue())
		}
	})
}

func TestDeregisterFailsWhatWaits(t *testing.T) {
	queueMode(t, "1.1", func(t *testing.T, s *Server, p *sleeper, e *Endpoint) {
		pass(94 * time.Second)
		done := make(chan error)
		go func() {
			_, err := Read(t.Context(), e, at("/3/0/0"), ReadOptions{})
			done <- err
		}()
		synctest.Wait()
		s.Forget(e)
		if err := <-done; !errors.Is(err, ErrNotRegistered) {
			t.Errorf("error %v, want ErrNotRegistered", err)
		}
	})
}

func TestAwakeTimeIsSettable(t *testing.T) {
	queueMode(t, "1.1", func(t *testing.T, s *Server, p *sleeper, e *Endpoint) {
		s.SetAwakeTime(10 * time.Second)
		p.wake(t)
		pass(9 * time.Second)
		if e.Asleep() {
			t.Error("asleep after 9 s")
		}
		pass(85 * time.Second)
		if !e.Asleep() {
			t.Error("awake after 94 s")
		}
	})
}

func TestClientWithoutQueueModeNeverSleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{})
		register(t, peer(t, network, "192.0.2.7:40001", nil), "dev1", 86400)
		pass(time.Hour)
		if e, err := s.Find(""); err != nil || e.Asleep() || kinds(s) != "register" {
			t.Errorf("asleep or gone: %v, events %s", err, kinds(s))
		}
	})
}

func TestRequestThatTheAwakeTimeCutsOffIsTheNextToGo(t *testing.T) {
	for name, options := range map[string]RequestOptions{"usual": {}, "timeout": {Timeout: time.Hour}, "non": {NonConfirmable: true}} {
		t.Run(name, func(t *testing.T) {
			queueMode(t, "1.1", func(t *testing.T, s *Server, p *sleeper, e *Endpoint) {
				s.SetAwakeTime(5 * time.Second)
				p.wake(t)
				p.on = false
				done := make(chan error, 3)
				var told []Queued
				for i := range 3 {
					go func() {
						o := options
						o.Queued = func(q Queued) { told = append(told, q) }
						r, err := Read(t.Context(), e, at(fmt.Sprintf("/3/0/%d", i)), ReadOptions{RequestOptions: o})
						if err == nil && r.Duration > time.Second {
							err = fmt.Errorf("/3/0/%d took %v: it was not sent at once", i, r.Duration)
						}
						done <- err
					}()
					synctest.Wait()
				}
				pass(6 * time.Second)
				queue := e.Queue()
				if !e.Asleep() || len(queue) != 3 || queue[0].Path != at("/3/0/0") || queue[0].Missed != 1 || queue[1].Missed != 0 {
					t.Fatalf("asleep %v, the queue is %+v; want /3/0/0 in front of the others", e.Asleep(), queue)
				}
				if len(told) != 1 || told[0].Number != queue[0].Number || told[0].Missed != 1 {
					t.Errorf("told of %+v, want the request that waits again", told)
				}
				p.dropped = 0
				pass(time.Hour)
				if p.dropped != 0 {
					t.Errorf("%d messages were sent to a client asleep", p.dropped)
				}
				p.wake(t)
				for range 3 {
					if err := <-done; err != nil {
						t.Error(err)
					}
				}
				if !slices.Equal(p.asked, []string{"/3/0/0", "/3/0/1", "/3/0/2"}) {
					t.Errorf("asked %v, want them in order", p.asked)
				}
			})
		})
	}
}

func TestClientThatAcknowledgesIsAwake(t *testing.T) {
	queueMode(t, "1.1", func(t *testing.T, s *Server, p *sleeper, e *Endpoint) {
		s.SetAwakeTime(3 * time.Second)
		p.wake(t)
		pass(2 * time.Second)
		p.slow = 2 * time.Second // its acknowledgement comes at once
		if r, err := Read(t.Context(), e, at("/3/0/9"), ReadOptions{}); err != nil || r.Code != Content {
			t.Fatalf("%+v, %v", r, err)
		}
		if got := kinds(s); got != "register update" {
			t.Errorf("events: %s; want none of sleep", got)
		}
	})
}

func TestCancelThatAClientMissesIsSentWhenItWakes(t *testing.T) {
	queueMode(t, "1.1", func(t *testing.T, s *Server, p *sleeper, e *Endpoint) {
		p.observed = true
		if _, err := Observe(t.Context(), e, at("/3/0/9"), ObserveOptions{}); err != nil {
			t.Fatal(err)
		}
		p.on = false
		done := make(chan error)
		go func() {
			_, err := Cancel(t.Context(), e, at("/3/0/9"), CancelOptions{})
			done <- err
		}()
		pass(time.Hour)
		p.observed = false
		p.wake(t)
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
