package commands

import "lwcon/session"

// maskedResult is a result with its secrets masked.
func maskedResult(r Result) Result {
	if w, ok := r.(*Waited); ok {
		c := *w
		c.Events = make([]session.Event, len(w.Events))
		for i, e := range w.Events {
			c.Events[i] = session.MaskEvent(e)
		}
		return &c
	}
	if b, ok := r.(*Bootstrapped); ok {
		return maskedBootstrap(b)
	}
	if w, ok := r.(*Own); ok {
		c := *w
		c.Nodes, _ = session.MaskNodes(w.Nodes)
		return &c
	}
	a, ok := r.(*Answer)
	if !ok {
		return r
	}
	response := session.MaskResponse(a.Response)
	if response.Tree == a.Tree {
		return r
	}
	c := *a
	c.Response = response
	return &c
}

// maskedBootstrap is how a bootstrap went with the secrets masked that were
// written.
func maskedBootstrap(b *Bootstrapped) *Bootstrapped {
	c := *b.BootstrapReport
	c.Steps = make([]*session.BootstrapStep, len(b.Steps))
	for i, step := range b.Steps {
		c.Steps[i] = session.MaskEvent(session.Event{Step: step}).Step
	}
	return &Bootstrapped{&c}
}

// maskedEvent is an event with its secrets masked.
func maskedEvent(e Event) Event {
	switch e := e.(type) {
	case Happened:
		return Happened{session.MaskEvent(e.Event)}
	case *Answer:
		return maskedResult(e).(*Answer)
	}
	return e
}

// maskedError is an error whose tree has its secrets masked.
func maskedError(e *Error) *Error {
	tree, found := session.MaskTree(e.Tree)
	if !found {
		return e
	}
	c := *e
	c.Tree = tree
	return &c
}

// Happened is an event as it may be shown: with its secrets masked, unless they
// are to be seen.
func (s *Sessions) Happened(e session.Event) Happened {
	if s.ShowsSecrets() {
		return Happened{e}
	}
	return Happened{session.MaskEvent(e)}
}
