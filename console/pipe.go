package console

import (
	"context"
	"errors"
	"fmt"

	"lwcon/commands"
	"lwcon/console/terminal"
)

// pipe runs the lines of standard input, one result each. The first that fails
// ends the run with its status; with KeepGoing all run, and the status is that
// of the first failure.
func (f *face) pipe(ctx context.Context) int {
	f.env.Wait = f.program.wait()
	f.further()
	if err := f.open(ctx, true); err != nil {
		return f.show(nil, err)
	}
	f.warn(func(text string) { write(f.err, text) })
	f.greet(func(text string) { write(f.err, text) })
	f.trace(func(text string) { write(f.err, text) })
	if err := f.registerDevices(ctx, func(text string) { write(f.out, text) }); err != nil {
		return f.show(nil, err)
	}
	status := commands.ExitSuccess
	reason, err := terminal.Lines{
		In: f.program.In, KeepGoing: f.program.KeepGoing, Clock: f.program.Clock,
		Execute: func(ctx context.Context, line string) error {
			s, err := f.line(ctx, line)
			if err != nil {
				return err
			}
			if s != commands.ExitSuccess && status == commands.ExitSuccess {
				status = s
			}
			return failed(s)
		},
	}.Run(ctx)
	if s := reason.ExitStatus(); s != 0 {
		return s
	}
	if err != nil && status == commands.ExitSuccess { // reading itself failed
		return f.show(nil, err)
	}
	return status
}

// failed ends the run of a pipe where a line did not succeed.
func failed(status int) error {
	if status == commands.ExitSuccess {
		return nil
	}
	return fmt.Errorf("exit status %d", status)
}

// line runs one line of a pipe and shows its result. The error is only that of
// quit.
func (f *face) line(ctx context.Context, line string) (status int, err error) {
	if comment(line) {
		return commands.ExitSuccess, nil
	}
	words, err := commands.Words(line)
	if err != nil {
		return f.show(nil, err), nil
	}
	call, err := f.env.Table.Parse(words)
	if err != nil {
		return f.show(nil, err), nil
	}
	if call.Command.Roles&commands.ServerRole != 0 {
		if err := f.needServer(ctx); err != nil {
			return f.show(nil, err), nil
		}
		f.greet(func(text string) { write(f.err, text) })
	}
	f.prepare(call)
	r, err := call.Do(ctx, f.env, func(e commands.Event) error {
		f.sayEvent(e)
		return nil
	})
	if errors.Is(err, terminal.ErrQuit) {
		return commands.ExitSuccess, terminal.ErrQuit
	}
	f.retrace()
	return f.show(r, err), nil
}

// comment says whether a line is a remark: its first character that is no blank
// is "#".
func comment(line string) bool {
	for _, c := range line {
		if c != ' ' && c != '\t' {
			return c == '#'
		}
	}
	return false
}
