package console

import (
	"context"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"

	"lwcon/commands"
	"lwcon/console/terminal"
)

// oneShot runs the one command of the shell's command line. A streaming command
// goes on until --count, --for or Ctrl-C.
func (f *face) oneShot(ctx context.Context, words []string) int {
	ctx, ended := interruptible(ctx)
	call, err := f.env.Table.Parse(words)
	if err != nil {
		return f.show(nil, err)
	}
	f.env.Follow, f.env.Wait, f.env.Input = true, f.program.wait(), f.program.In
	peer := call.Command.Roles != 0
	if err := f.open(ctx, peer); err != nil {
		return f.show(nil, err)
	}
	if peer && call.Command.Roles&commands.ServerRole != 0 {
		if err := f.needServer(ctx); err != nil {
			return f.show(nil, err)
		}
	}
	f.warn(func(text string) { write(f.err, text) })
	f.trace(func(text string) { write(f.err, text) })
	f.greet(func(text string) { write(f.err, text) })
	if call.Command.Name != "register" {
		if err := f.registerDevices(ctx, func(text string) { write(f.err, text) }); err != nil {
			return f.show(nil, err)
		}
	}
	f.prepare(call)
	r, err := call.Do(ctx, f.env, func(e commands.Event) error {
		f.sayEvent(e)
		return nil
	})
	if text, ok := f.piped(r, err); ok {
		write(f.out, text)
		return commands.ExitSuccess
	}
	status := f.show(r, err)
	if s := ended(); s != 0 {
		return s
	}
	return status
}

// piped is what encode writes into a pipe or file: a text format as it is, so
// that what reads it gets the payload.
func (f *face) piped(r commands.Result, err error) (string, bool) {
	e, ok := r.(*commands.Encoded)
	if !ok || err != nil || !e.Text || f.program.JSON || terminal.IsTerminal(f.program.Out) {
		return "", false
	}
	return string(e.Payload), true
}

// interruptible ends a context at the first SIGINT or SIGTERM; a second one
// ends the process at once. ended returns the exit status that the signal
// means, 0 if there was none.
func interruptible(ctx context.Context) (limited context.Context, ended func() int) {
	limited, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	var status atomic.Int32
	go func() {
		defer cancel()
		select {
		case s := <-signals:
			status.Store(commands.ExitInterrupted)
			if s == syscall.SIGTERM {
				status.Store(commands.ExitTerminated)
			}
		case <-ctx.Done():
		}
		signal.Stop(signals)
	}()
	return limited, func() int { return int(status.Load()) }
}
