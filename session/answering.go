package session

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"lwcon/session/coap"
	"lwcon/session/transport"
)

// Answering is how a Server answers one kind of request, if not as it should: for
// people who want to see what their device makes of a bad server. The zero
// Answering is the right answer.
type Answering struct {
	// Code is sent in place of the right one. A success is done first and
	// answered with it; any other is answered without doing anything.
	Code Code
	// Silent sends nothing, not even an acknowledgement.
	Silent bool
}

// String is the word that settings use: default, silence, or the code.
func (a Answering) String() string {
	switch {
	case a.Silent:
		return "silence"
	case a.Code != 0:
		return a.Code.String()
	}
	return "default"
}

// answers are all answers that are not as they should be. They are replaced,
// not changed.
type answers struct {
	of    map[EventKind]Answering
	delay time.Duration
}

// Answerable are the kinds of requests whose answers can be changed.
func Answerable() []EventKind {
	return []EventKind{EventRegister, EventUpdate, EventDeregister, EventSend}
}

// SetAnswering changes how requests of a kind are answered from now on: those of
// Answerable.
func (s *Server) SetAnswering(k EventKind, a Answering) error {
	for _, known := range Answerable() {
		if k != known {
			continue
		}
		s.changeAnswers(func(all *answers) {
			if a == (Answering{}) {
				delete(all.of, k)
				return
			}
			all.of[k] = a
		})
		return nil
	}
	return fmt.Errorf("answer %s: not a request that a server answers", k)
}

// Answering returns how requests of a kind are answered.
func (s *Server) Answering(k EventKind) Answering {
	if all := s.answers.Load(); all != nil {
		return all.of[k]
	}
	return Answering{}
}

// SetAnswerDelay makes every answer to a client wait. One that waits longer than
// the message layer's AckDelay travels in a message of its own behind an
// acknowledgement. RFC 7252 §5.2.2.
func (s *Server) SetAnswerDelay(d time.Duration) {
	s.changeAnswers(func(all *answers) { all.delay = max(0, d) })
}

// AnswerDelay returns how long answers wait.
func (s *Server) AnswerDelay() time.Duration {
	if all := s.answers.Load(); all != nil {
		return all.delay
	}
	return 0
}

// changeAnswers replaces the answers by changed ones; nothing is kept where all
// are right.
func (s *Server) changeAnswers(change func(*answers)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := answers{of: map[EventKind]Answering{}}
	if old := s.answers.Load(); old != nil {
		next = answers{maps.Clone(old.of), old.delay}
	}
	change(&next)
	if len(next.of) == 0 && next.delay == 0 {
		s.answers.Store(nil)
		return
	}
	s.answers.Store(&next)
}

// kindOf says which request of a client a message is.
func kindOf(m *coap.Message) (EventKind, bool) {
	switch path := m.Path(); {
	case len(path) == 1 && path[0] == "rd" && m.Code == coap.POST:
		return EventRegister, true
	case len(path) == 2 && path[0] == "rd" && m.Code == coap.POST:
		return EventUpdate, true
	case len(path) == 2 && path[0] == "rd" && m.Code == coap.DELETE:
		return EventDeregister, true
	case len(path) == 1 && path[0] == "dp" && m.Code == coap.POST:
		return EventSend, true
	}
	return 0, false
}

// Misanswered is a request that was answered as SetAnswering asked for, in place of
// what it wanted.
type Misanswered struct {
	Request   EventKind // one of Answerable
	Answering Answering
	Peer      transport.Address
}

// misanswered gives a request the wrong answer that was asked for, unless what
// it wants is to be done first.
func (l *Listener) misanswered(r *coap.Request) bool {
	if l.server.answers.Load() == nil {
		return false
	}
	kind, ok := kindOf(r.Message)
	a := l.server.Answering(kind)
	if !ok || a == (Answering{}) || !a.Silent && a.Code.IsSuccess() {
		return false
	}
	l.tellMisanswered(r, kind, a)
	if a.Silent {
		r.Ignore()
	} else {
		l.respond(r, coap.NewResponse(a.Code))
	}
	return true
}

// tellMisanswered logs a request that is not served. What the client does now, such
// as to register anew, is no fault of its own.
func (l *Listener) tellMisanswered(r *coap.Request, kind EventKind, a Answering) {
	s := l.server
	event := Event{
		Kind: EventMisanswered, Time: r.Received, Exchange: r.Number,
		Misanswered: &Misanswered{Request: kind, Answering: a, Peer: r.Peer},
	}
	if kind == EventRegister {
		event.Endpoint = registeringAs(r.Message)
	}
	s.mu.Lock()
	var e *Endpoint
	if path := r.Message.Path(); len(path) == 2 {
		e = s.locations[path[1]]
	} else if kind == EventRegister {
		e = s.endpoints[event.Endpoint]
	}
	if e != nil {
		event.Endpoint = e.name
		e.knowing().restarting = true
	}
	s.mu.Unlock()
	if kind == EventSend {
		event.Endpoint = s.at(r.Peer)
	}
	s.log.Append(event)
}

// registeringAs is the name that a Register gives, "" if it gives none.
func registeringAs(m *coap.Message) string {
	for _, item := range m.Queries() {
		if name, ok := strings.CutPrefix(item, "ep="); ok {
			return name[:min(len(name), maxEndpointName)]
		}
	}
	return ""
}

// respond sends an answer, or what was asked for in its place. That it can't be
// sent shows in the exchange.
func (l *Listener) respond(r *coap.Request, m *coap.Message) {
	all := l.server.answers.Load()
	if all == nil {
		_ = r.Respond(m)
		return
	}
	if kind, ok := kindOf(r.Message); ok && m.Code.IsSuccess() {
		if a := all.of[kind]; a.Code != 0 && a.Code != m.Code {
			m.Code = a.Code
			l.tellMisanswered(r, kind, a)
		}
	}
	if all.delay > 0 {
		l.server.clock.AfterFunc(all.delay, func() { _ = r.Respond(m) })
		return
	}
	_ = r.Respond(m)
}
