package terminal

import (
	"context"
	"fmt"
	"runtime/debug"
)

// command is a line that is being executed.
type command struct {
	cancel  context.CancelFunc
	ended   chan result // receives once
	pressed int         // how often Ctrl-C was
}

type result struct {
	err      error
	panicked string // value and stack; "": it did not panic
}

// start executes a line in a goroutine of its own, so that keys and signals
// are heard meanwhile.
func start(ctx context.Context, execute Execute, line string) *command {
	ctx, cancel := context.WithCancel(ctx)
	c := &command{cancel: cancel, ended: make(chan result, 1)}
	go func() {
		var r result
		finished := false
		defer func() {
			if !finished {
				if value := recover(); value != nil {
					r.panicked = fmt.Sprintf("%v\n\n%s", value, debug.Stack())
				}
			}
			c.ended <- r
		}()
		r.err = execute(ctx, line)
		finished = true
	}()
	return c
}
