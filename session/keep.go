package session

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lwcon/lwm2m"
	"lwcon/session/coap"
	"lwcon/session/transport"
)

// Limits of the file in which registrations outlive the program.
const (
	maxKeptLine   = 1 << 20 // octets of one endpoint
	keptSlack     = 1000    // lines that no longer count, beyond as many as count, before the file is written anew
	keptFileMode  = 0o600
	keptDirectory = 0o700
)

// journal is the file in which the registrations and observations of a listener
// outlive the program: a line for each change, the last one of an endpoint
// counts. It is under Server.mu.
type journal struct {
	name  string
	file  *os.File
	lines int
	err   error // the first failure to write; then nothing more is written
	// aside are lines of a former run that this one ignores, by endpoint: they stay
	// for the next run, unless the endpoint is heard of meanwhile.
	aside map[string]*kept
}

// kept is a line of a journal.
type kept struct {
	Endpoint     string                 `json:"endpoint"`
	Gone         bool                   `json:"gone,omitempty"`
	Version      string                 `json:"lwm2m,omitempty"`
	Lifetime     int64                  `json:"lifetime"` // seconds
	Binding      lwm2m.Binding          `json:"binding,omitempty"`
	Queue        bool                   `json:"queue,omitempty"`
	SMS          string                 `json:"sms,omitempty"`
	Profiles     string                 `json:"pid,omitempty"`
	Extra        []string               `json:"extra,omitempty"`
	Location     string                 `json:"location,omitempty"`
	Address      string                 `json:"address,omitempty"`
	Security     transport.SecurityMode `json:"security"`
	Raw          string                 `json:"raw,omitempty"`
	Registered   time.Time              `json:"registered"`
	Updated      time.Time              `json:"updated"`
	Observations []keptObservation      `json:"observations,omitempty"`
}

// keptObservation is an observation in a journal.
type keptObservation struct {
	Path   lwm2m.Path           `json:"path"`
	Paths  []lwm2m.Path         `json:"paths,omitempty"`
	Format lwm2m.ContentFormat  `json:"format"`
	Accept *lwm2m.ContentFormat `json:"accept,omitempty"`
	Token  []byte               `json:"token"`
	Query  []string             `json:"query,omitempty"` // attributes of the Observe itself
	Body   []byte               `json:"body,omitempty"`
	Began  time.Time            `json:"began"`
}

// Keep makes the registrations and observations of the listener outlive the
// program in a file of its own: those that are there are taken up again, marked
// as restored, unless their lifetime has passed. With fresh they are ignored: they
// stay in the file for the next run.
// The file is closed to other users, as it tells who is where.
func (l *Listener) Keep(name string, fresh bool) error {
	if err := os.MkdirAll(filepath.Dir(name), keptDirectory); err != nil {
		return fmt.Errorf("state: %w", err)
	}
	found, err := readJournal(name)
	if err != nil {
		return fmt.Errorf("state %s: %w", name, err)
	}
	s := l.server
	s.mu.Lock()
	defer s.mu.Unlock()
	l.journal = &journal{name: name, aside: map[string]*kept{}}
	for i := range found {
		if fresh {
			s.ignored(&found[i])
			if !found[i].Gone {
				l.journal.aside[found[i].Endpoint] = &found[i]
			}
			continue
		}
		s.restore(l, &found[i])
	}
	s.rewrite(l)
	if err := l.journal.err; err != nil {
		l.journal = nil
		return fmt.Errorf("state %s: %w", name, err)
	}
	return nil
}

// readJournal reads what counts of a journal; a line that is cut off or spoilt,
// as after a crash, ends it.
func readJournal(name string) ([]kept, error) {
	f, err := os.Open(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	places := map[string]int{}
	var list []kept
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, maxKeptLine)
	for lines.Scan() {
		var k kept
		if json.Unmarshal(lines.Bytes(), &k) != nil {
			break
		}
		if i, again := places[k.Endpoint]; again {
			list[i] = k
			continue
		}
		places[k.Endpoint] = len(list)
		list = append(list, k)
	}
	if err := lines.Err(); err != nil && !errors.Is(err, bufio.ErrTooLong) {
		return nil, err
	}
	return list, nil
}

// restore takes a registration up again; s.mu is held.
func (s *Server) restore(l *Listener, k *kept) {
	address, err := transport.ParseAddress(k.Address)
	version, versionErr := lwm2m.ParseVersion(k.Version)
	if k.Gone || err != nil || versionErr != nil || len(k.Location) <= len("/rd/") ||
		s.endpoints[k.Endpoint] != nil || len(s.endpoints) >= maxEndpoints {
		return
	}
	g := &Registration{
		Endpoint: k.Endpoint, Version: version, Lifetime: time.Duration(k.Lifetime) * time.Second,
		Binding: k.Binding, Queue: k.Queue, SMS: k.SMS, Profiles: k.Profiles, Extra: k.Extra,
		Location: k.Location, Address: address, Security: k.Security,
		Registered: k.Registered, Updated: k.Updated, Restored: true, registry: s.registry,
	}
	now := s.clock.Now()
	if end, ok := g.Expires(); ok && !end.After(now) {
		s.departed.add(locationID(g), departure{endpoint: g.Endpoint, how: g.how(EventExpired, false), when: end})
		return
	}
	reader := registerReader{registration: g, profiles: &s.profiles}
	reader.objectList([]byte(k.Raw))
	g.Deviations = nil // they were told when the client registered
	e := &Endpoint{server: s, name: g.Endpoint, registration: g, listener: l}
	awake := g.Updated.Add(s.awake())
	switch {
	case l.link.Scheme() != "coap":
		e.asleep = true // its connection or session is gone, and it alone can make another
	case g.Queue && awake.After(now):
		e.awakeUntil = awake.UnixNano()
	default:
		e.asleep = g.Queue
	}
	s.endpoints[g.Endpoint] = e
	s.locations[locationID(g)] = e
	if s.restored == nil {
		s.restored = map[transport.Address]*Endpoint{}
	}
	s.restored[address] = e
	s.log.Append(Event{Kind: EventRegister, Time: now, Endpoint: g.Endpoint, Registration: g})
	for _, o := range k.Observations {
		s.resume(e, o)
	}
	s.schedule(e)
}

// ignored remembers the location of a registration that is not to be taken up
// again; s.mu is held.
func (s *Server) ignored(k *kept) {
	if !k.Gone && len(k.Location) > len("/rd/") {
		id := k.Location[len("/rd/"):]
		s.departed.add(id, departure{endpoint: k.Endpoint, how: "was not taken up again at the restart", when: s.started, ours: true})
	}
}

// resume takes an observation up again; s.mu is held.
func (s *Server) resume(e *Endpoint, k keptObservation) {
	op := &operation{name: "observe", endpoint: e, path: k.Path, registration: e.registration, listener: e.listener, accept: k.Accept}
	m := &coap.Message{Code: coap.GET, Token: k.Token}
	m.SetPath(e.registration.Root + k.Path.String())
	if len(k.Paths) > 0 {
		m.Code, m.Payload = coap.FETCH, k.Body
		m.SetPath(e.registration.Root)
		m.SetContentFormat(uint16(k.Format))
	}
	if k.Accept != nil {
		m.SetAccept(uint16(*k.Accept))
	}
	for _, item := range k.Query {
		m.AddQuery(item)
	}
	if len(k.Query) > 0 {
		op.attributes, _, _ = lwm2m.ParseAttributes(strings.Join(k.Query, "&")) // what we wrote ourselves
	}
	if len(k.Paths) > 0 {
		op.name = "observe-composite"
	}
	op.request = m
	s.nextObservation++
	o := &Observation{
		Number: s.nextObservation, Endpoint: e.name, Path: k.Path, Paths: k.Paths, Began: k.Began,
		operation: op, server: s, format: k.Format, at: s.clock.Now(),
	}
	o.coap = e.listener.coap.Resume(e.registration.Address, m, coap.RequestOptions{}, o.notified)
	if o.coap != nil {
		s.observations[e] = append(s.observations[e], o)
	}
}

// note writes how an endpoint stands now; s.mu is held.
func (s *Server) note(e *Endpoint, l *Listener) {
	if l == nil || l.journal == nil || l.journal.file == nil || l.journal.err != nil {
		return
	}
	j := l.journal
	j.write(j.file, s.keptOf(e))
	if j.lines > 2*(len(s.endpoints)+len(j.aside))+keptSlack {
		s.rewrite(l)
	}
}

// forget writes that an endpoint is no longer on a listener; s.mu is held.
func (s *Server) forget(e *Endpoint, l *Listener) {
	if l != nil && l.journal != nil && l.journal.file != nil {
		l.journal.write(l.journal.file, &kept{Endpoint: e.name, Gone: true})
	}
}

// keptOf returns the line of an endpoint.
func (s *Server) keptOf(e *Endpoint) *kept {
	g := e.registration
	if g == nil {
		return &kept{Endpoint: e.name, Gone: true}
	}
	k := &kept{
		Endpoint: g.Endpoint, Version: g.Version.String(), Lifetime: int64(g.Lifetime / time.Second),
		Binding: g.Binding, Queue: g.Queue, SMS: g.SMS, Profiles: g.Profiles, Extra: g.Extra,
		Location: g.Location, Address: g.Address.String(), Security: g.Security, Raw: g.Raw,
		Registered: g.Registered, Updated: g.Updated,
	}
	for _, o := range s.observations[e] {
		request := o.coap.Request()
		k.Observations = append(k.Observations, keptObservation{
			Path: o.Path, Paths: o.Paths, Format: o.format, Accept: o.operation.accept,
			Token: request.Token, Body: request.Payload, Query: request.Queries(), Began: o.Began,
		})
	}
	return k
}

// write appends a line to a journal.
func (j *journal) write(w io.Writer, k *kept) {
	delete(j.aside, k.Endpoint)
	b, err := json.Marshal(k)
	if err == nil && len(b) < maxKeptLine {
		_, err = w.Write(append(b, '\n'))
	}
	j.lines++
	if err != nil && j.err == nil {
		j.err = err
	}
}

// rewrite writes a journal anew with the lines that count, and goes on behind
// them; s.mu is held.
func (s *Server) rewrite(l *Listener) {
	j := l.journal
	j.close()
	fresh := j.name + ".new"
	f, err := os.OpenFile(fresh, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, keptFileMode)
	if err != nil {
		j.err = err
		return
	}
	j.lines = 0
	w := bufio.NewWriter(f)
	for _, e := range s.endpoints {
		if e.listener == l && e.registration != nil {
			j.write(w, s.keptOf(e))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(j.aside)) {
		k := j.aside[name]
		j.write(w, k)
		j.aside[name] = k // written, and still to be written the next time
	}
	err = errors.Join(w.Flush(), f.Close(), os.Rename(fresh, j.name))
	if err == nil {
		j.file, err = os.OpenFile(j.name, os.O_APPEND|os.O_WRONLY, keptFileMode)
	}
	if err != nil && j.err == nil {
		j.err = err
	}
}

// close closes the file.
func (j *journal) close() {
	if j == nil || j.file == nil {
		return
	}
	if err := j.file.Close(); err != nil && j.err == nil {
		j.err = err
	}
	j.file = nil
}
