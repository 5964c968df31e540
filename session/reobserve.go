package session

import (
	"context"
	"slices"

	"lwcon/lwm2m"
)

// maxWished is of how many endpoints without a registration a server remembers
// what it observed.
const maxWished = 10_000

// Reobserved tells that an observation was begun again after a new Register,
// which had ended it: under the number that it had.
type Reobserved struct {
	Observation uint64
	Path        lwm2m.Path
	Paths       []lwm2m.Path // of a composite one
	Code        Code         // of the answer, 0 if there was none
	Err         error        // why there was none
}

// SetReobserve makes the server begin the observations of a client again that a
// new Register of it has ended. Spec: Core 1.2 §6.4.1: a server has to.
func (s *Server) SetReobserve(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reobserves = on
}

// Reobserves says whether SetReobserve is on.
func (s *Server) Reobserves() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reobserves
}

// wish remembers an observation that the end of the registration ends, to begin
// it again; s.mu is held.
func (s *Server) wish(o *Observation) {
	if !s.reobserves {
		return
	}
	list := s.wishes[o.Endpoint]
	if list == nil && len(s.wishes) >= maxWished || len(list) >= maxObservations {
		return
	}
	s.wishes[o.Endpoint] = append(list, o)
}

// reobserve begins again what was observed of an endpoint before it registered
// anew, one after the other, in a goroutine of its own.
func (s *Server) reobserve(name string) {
	s.mu.Lock()
	e, list := s.endpoints[name], s.wishes[name]
	delete(s.wishes, name)
	s.mu.Unlock()
	if e == nil || len(list) == 0 {
		return
	}
	go func() {
		for _, o := range list {
			s.begin(e, o)
		}
	}()
}

// begin observes once more what an observation was for.
func (s *Server) begin(e *Endpoint, old *Observation) {
	if slices.ContainsFunc(e.Observations(), func(o *Observation) bool { return o.of(old.Path, old.Paths) }) {
		return // somebody was faster
	}
	op, err := old.operation.again(e)
	told := &Reobserved{Observation: old.Number, Path: old.Path, Paths: old.Paths}
	event := Event{Kind: EventReobserve, Endpoint: e.name, Reobserved: told}
	if err == nil {
		var r *Result
		r, err = op.observeAs(context.Background(), old.Paths, old)
		if r != nil {
			told.Code, event.Exchange, event.Deviations = r.Code, r.Exchange, r.Deviations
		}
	}
	told.Err = err
	event.Time = s.clock.Now()
	s.log.Append(event)
}

// again makes the request of an operation once more, for the registration that
// the endpoint has now.
func (op *operation) again(e *Endpoint) (*operation, error) {
	o := RequestOptions{Force: true, Parameters: op.options.Parameters, TypeOf: op.options.TypeOf, Options: op.options.Options}
	fresh, err := begin(op.name, e, op.request.Code, op.path, o)
	if err != nil {
		return nil, err
	}
	fresh.request.Type = op.request.Type
	if len(op.request.Payload) > 0 {
		fresh.request.SetPath(fresh.registration.Root)
	}
	if number, ok := op.request.ContentFormat(); ok {
		fresh.carrying(lwm2m.ContentFormat(number), op.request.Payload)
	}
	fresh.accepting(op.accept)
	fresh.parameters(op.attributes)
	return fresh, nil
}
