package commands

import (
	"sync"

	"lwcon/session/coap"
)

// taps hands each message that passes to all who want to see it.
type taps struct {
	mu    sync.RWMutex
	fixed coap.Tap
	all   []*subscription
}

// subscription is one who sees what passes.
type subscription struct{ tap coap.Tap }

func newTaps(fixed coap.Tap) *taps { return &taps{fixed: fixed} }

// pass shows a message to all.
func (t *taps) pass(p coap.Passage) {
	if t.fixed != nil {
		t.fixed(p)
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
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
