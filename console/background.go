package console

import (
	"context"
	"errors"
	"sync"

	"lwcon/commands"
)

// ran is how a line ended.
type ran struct {
	result   commands.Result
	err      error
	panicked any // what the command panicked with, nil if it did not
}

// doOrWait runs one line. If its device sleeps the line waits on its own, so
// that the prompt is free again: its result appears above the prompt when the
// device has woken up.
func (p *prompter) doOrWait(ctx context.Context, line string) (r commands.Result, err error, waits bool) {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, cancel)
	done, asleep := make(chan ran, 1), make(chan struct{})
	free := sync.OnceFunc(func() {
		stop()
		close(asleep)
	})
	fork := p.env.Fork()
	go func() {
		var end ran
		defer func() {
			end.panicked = recover()
			done <- end
		}()
		end.result, end.err = p.do(own, fork, line, free)
	}()
	select {
	case end := <-done:
		stop()
		cancel()
		if end.panicked != nil {
			panic(end.panicked)
		}
		p.env.Join(fork)
		return end.result, end.err, false
	case <-asleep:
	}
	go func() {
		end := <-done
		cancel()
		if end.panicked != nil {
			panic(end.panicked)
		}
		p.screen.Print(p.outcome(end.result, end.err))
	}()
	return nil, nil, true
}

// outcome is the text of how a line ended.
func (p *prompter) outcome(r commands.Result, err error) string {
	if !p.program.JSON {
		r = unseen(r)
	}
	text := p.renderer.Result(r)
	if err == nil {
		return text
	}
	if p.program.JSON || errors.Is(err, context.Canceled) {
		text = ""
	} else if r != nil {
		err = withoutTree(err)
	}
	return text + p.renderer.Failure(err)
}

// sayEvent shows an event of a command that has no prompt of its own: that it waits
// is no result, and goes where messages go.
func (f *face) sayEvent(e commands.Event) {
	if _, waits := e.(commands.Waits); waits {
		write(f.err, f.stderr.Event(e))
		return
	}
	write(f.out, f.renderer.Event(e))
}
