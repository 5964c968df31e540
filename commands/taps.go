package commands

import (
	"strings"
	"sync"
	"sync/atomic"

	"lwcon/session"
	"lwcon/session/coap"
)

// taps hands each message that passes to all who want to see it.
type taps struct {
	mu    sync.RWMutex
	fixed coap.Tap
	all   []*subscription
	wires *wires // whose capture is given what secure sessions carry
	// Secrets are masked in what is shown, unless they are to be seen.
	masker  *session.Masker
	secrets atomic.Bool
}

// subscription is one who sees what passes.
type subscription struct{ tap coap.Tap }

func newTaps(fixed coap.Tap, w *wires) *taps {
	return &taps{fixed: fixed, wires: w, masker: session.NewMasker()}
}

// masked is a message with its secrets masked, which its note then tells.
func masked(m *session.Masker, p coap.Passage) coap.Passage {
	b, found := m.Message(p.Peer, p.Direction, p.Stream, p.Bytes)
	if found {
		p.Bytes, p.Note = b, strings.TrimPrefix(p.Note+", secrets masked", ", ")
	}
	return p
}

// ShowSecrets makes secrets be shown as they are, in traces, details, captures and
// answers, or masked again.
func (s *Sessions) ShowSecrets(show bool) { s.taps.secrets.Store(show) }

// ShowsSecrets says whether secrets are shown as they are.
func (s *Sessions) ShowsSecrets() bool { return s.taps.secrets.Load() }

// pass shows a message to all.
func (t *taps) pass(p coap.Passage) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	captured := p.Secure && t.wires.capture.Load() != nil
	if t.fixed == nil && len(t.all) == 0 && !captured {
		return
	}
	if !t.secrets.Load() {
		p = masked(t.masker, p)
	}
	if captured {
		t.wires.inner(&p)
	}
	if t.fixed != nil {
		t.fixed(p)
	}
	for _, s := range t.all {
		s.tap(p)
	}
}

// passClient shows a message of a simulated device; where its server is in the
// same process, that one shows it already.
func (s *Sessions) passClient(p coap.Passage) {
	if s.Roles()&ServerRole == 0 {
		s.taps.pass(p)
	}
}

// Tap shows each message that passes to tap, which keeps to the rules of
// coap.Tap, until the function returned is called.
func (s *Sessions) Tap(tap coap.Tap) (end func()) {
	mine := &subscription{tap}
	t := s.taps
	t.mu.Lock()
	t.all = append(t.all[:len(t.all):len(t.all)], mine)
	t.mu.Unlock()
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		for i, other := range t.all {
			if other == mine {
				t.all = append(t.all[:i:i], t.all[i+1:]...)
				return
			}
		}
	}
}
