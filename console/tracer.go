package console

import (
	"fmt"
	"sync"
	"sync/atomic"

	"lwcon/commands"
	"lwcon/session/coap"
)

// maxTraced is how many messages wait to be shown; further ones are left out and
// counted.
const maxTraced = 4096

// tracer shows what passes on the wire, apart from the goroutines that send and
// receive. A nil tracer shows nothing.
type tracer struct {
	untap    func()
	messages chan traced
	left     atomic.Uint64 // messages left out
	done     sync.WaitGroup
}

// traced is a message, or somebody who waits until all before is shown.
type traced struct {
	message commands.Event
	shown   chan<- struct{}
}

// newTracer begins to show what passes.
func newTracer(s *commands.Sessions, render func(commands.Event) string, say func(string)) *tracer {
	t := &tracer{messages: make(chan traced, maxTraced)}
	t.done.Go(func() {
		for m := range t.messages {
			if n := t.left.Swap(0); n > 0 {
				say(fmt.Sprintf("wire  %d messages left out: they came faster than they could be shown\n", n))
			}
			if m.shown != nil {
				close(m.shown)
				continue
			}
			if text := render(m.message); text != "" {
				say(text)
			}
		}
	})
	take := func(e commands.Event) {
		select {
		case t.messages <- traced{message: e}:
		default:
			t.left.Add(1)
		}
	}
	messages := s.Tap(func(p coap.Passage) { take(commands.NewPassed(p)) })
	records := s.TapSecured(func(d *commands.SecureDatagram) { take(d) })
	t.untap = func() {
		messages()
		records()
	}
	return t
}

// flush returns when all that passed before is shown.
func (t *tracer) flush() {
	if t == nil {
		return
	}
	shown := make(chan struct{})
	t.messages <- traced{shown: shown}
	<-shown
}

// close shows what still waits and ends.
func (t *tracer) close() {
	if t == nil {
		return
	}
	t.untap()
	close(t.messages)
	t.done.Wait()
}

// trace begins to show the wire at the level of the environment.
func (f *face) trace(say func(string)) {
	f.say = say
	f.retrace()
}

// retrace makes the trace what the environment says, after a command may have
// changed it.
func (f *face) retrace() {
	level := f.env.Trace
	if level == f.level || level == "" && f.level == commands.TraceOff {
		return
	}
	f.tracer.close()
	f.tracer, f.level = nil, level
	if level == commands.TraceOff || level == "" {
		return
	}
	text := *f.stderr
	text.Wire = level
	render := text.Event
	if f.shared && f.program.JSON {
		render = f.renderer.Event
	}
	f.tracer = newTracer(f.env.Sessions, render, f.say)
}

// prepare makes the renderer show as much of the wire as a streaming trace asks
// for.
func (f *face) prepare(call commands.Call) {
	if t, ok := f.renderer.(*Text); ok && call.Command.Name == "trace" {
		t.Wire = call.Args.Text("level")
	}
}
