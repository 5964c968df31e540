package console

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/mattn/go-runewidth"

	"lwcon/commands"
	"lwcon/console/terminal"
	"lwcon/session"
)

// screen is where a prompt shows what it has to say: a *terminal.Terminal.
type screen interface {
	Print(block string)  // soon, above the line; may be skipped in a storm
	Result(block string) // now
	Refresh()            // the text before the line has changed
}

// prompter is the prompt: a person at a terminal.
type prompter struct {
	*face
	screen screen
	// seen is a copy of the environment as the last command left it: completion
	// and the text before the line ask it while the next command runs.
	seen atomic.Pointer[commands.Env]
	// before is the number of the newest event when the running command began:
	// the watch shows those behind it.
	before uint64
	shown  progress // of the watch
	// plotting is the number of the observation that is plotted, 0 if none is.
	plotting atomic.Uint64
}

// prompt lets a person type commands until there is a reason to leave.
func (f *face) prompt(ctx context.Context) int {
	p := &prompter{face: f}
	t, err := terminal.Open(terminal.Config{
		In: f.program.In, Out: f.program.Out, Color: f.program.Color, Plain: f.program.Plain,
		Prefix: p.prefix, Complete: p.complete, Execute: p.execute,
		HistoryFile: f.program.HistoryFile, Keep: f.keep,
		Skipped: func(lines int) string {
			return fmt.Sprintf("skipped  %s came faster than they can be read; events shows the newest", plural(lines, "line"))
		},
		Clock: f.program.Clock, Getenv: f.program.Getenv,
	})
	if err != nil {
		return f.show(nil, err)
	}
	p.screen = t
	f.stderr = f.program.text(t.Style(), t.Plain())
	f.shared = true
	f.further()
	f.warner = t.Print
	if !f.program.JSON {
		f.renderer = f.stderr
	}
	if f.program.Wait != nil {
		f.env.Wait = *f.program.Wait
	}
	if err := f.openForPrompt(ctx); err != nil {
		return f.show(nil, err)
	}
	end := p.begin(ctx)
	reason, err := t.Run(ctx)
	end()
	if err != nil {
		return f.show(nil, err)
	}
	return reason.ExitStatus()
}

// begin greets, and shows from now on what happens. The function returned ends
// it.
func (p *prompter) begin(ctx context.Context) (end func()) {
	p.remember()
	watching, stop := context.WithCancel(ctx)
	p.welcome(watching)
	p.trace(p.screen.Print)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		defer p.shown.end()
		p.watch(watching, p.env.Sessions.Log().Reader(0))
	}()
	return func() {
		stop()
		<-watched
	}
}

// openForPrompt opens the sessions; a server if nothing else was asked for.
func (f *face) openForPrompt(ctx context.Context) error {
	if err := f.open(ctx, true); err != nil {
		return err
	}
	return f.needServer(ctx)
}

// welcome says where lwcon stands when the prompt opens; scripts ask for it by
// status.
func (p *prompter) welcome(ctx context.Context) {
	p.warn(p.screen.Print)
	switch {
	case p.program.JSON:
	case p.program.Demo:
		p.screen.Print(p.stderr.demoHint(p.program.DemoSecurity))
	default:
		p.greet(p.screen.Print)
	}
	go func() {
		if err := p.registerDevices(ctx, p.screen.Print); err != nil && ctx.Err() == nil {
			p.screen.Print(p.renderer.Failure(err))
		}
	}()
}

// execute runs one line.
func (p *prompter) execute(ctx context.Context, line string) error {
	if comment(line) {
		return nil
	}
	p.before = p.env.Sessions.Log().End()
	r, err, waits := p.doOrWait(ctx, line)
	p.plotting.Store(0)
	if waits {
		return nil
	}
	p.remember()
	p.shown.wait(ctx, p.env.Sessions.Log().End()) // what happened before the result stands above it
	p.tracer.flush()
	p.retrace()
	if errors.Is(err, terminal.ErrQuit) {
		return terminal.ErrQuit
	}
	if text := p.outcome(r, err); text != "" {
		p.screen.Result(text)
	}
	return nil
}

// unseen is a result without the events that the watch has shown. A nil result
// stays nil.
func unseen(r commands.Result) commands.Result {
	w, ok := r.(*commands.Waited)
	if !ok {
		return r
	}
	short := *w
	short.Events = nil
	return &short
}

// do runs one line in an environment. Events that the watch shows anyway are not
// shown twice. free is called if the line waits for a device that sleeps.
func (p *prompter) do(ctx context.Context, env *commands.Env, line string, free func()) (commands.Result, error) {
	words, err := commands.Words(line)
	if err != nil {
		return nil, err
	}
	call, err := env.Table.Parse(words)
	if err != nil {
		return nil, err
	}
	p.prepare(call)
	before := p.before
	return call.Do(ctx, env, func(e commands.Event) error {
		if h, ok := e.(commands.Happened); ok && h.Number > before || p.aside(e, free) {
			return nil
		}
		p.screen.Result(p.renderer.Event(e))
		return nil
	})
}

// watch shows what happens, above what is being typed, from the cursor on.
func (p *prompter) watch(ctx context.Context, events *session.Reader) {
	for {
		e, lost, err := events.Next(ctx)
		if err != nil {
			return
		}
		if lost > 0 {
			p.screen.Print(p.renderer.Event(commands.Lost{Count: lost, Time: e.Time}))
		}
		if n := e.Notification; n == nil || !p.plotted(n.Observation) {
			p.screen.Print(p.renderer.Event(p.env.Sessions.Happened(e)))
		}
		p.shown.reach(e.Number)
		if e.Registration != nil {
			p.screen.Refresh()
		}
	}
}

// remember keeps a copy of the environment for completion and the text before
// the line.
func (p *prompter) remember() {
	seen := *p.env
	p.seen.Store(&seen)
}

// maxPrefix is how many columns the text before the line takes at most.
const maxPrefix = 24

// prefix is the text before the line: the device that commands are for.
func (p *prompter) prefix() string {
	env := p.seen.Load()
	name := env.Endpoint
	if name == "" {
		name = "lwcon"
		if all := env.Sessions.Server().Endpoints(); len(all) == 1 {
			name = all[0].Name()
		}
	}
	return runewidth.Truncate(terminal.Escape(name), maxPrefix, "…") + "> "
}

// complete offers what the word at the cursor can become.
func (p *prompter) complete(line string, cursor int) []terminal.Suggestion {
	found, start := p.env.Table.Complete(p.seen.Load(), line[:cursor])
	suggestions := make([]terminal.Suggestion, len(found))
	for i, c := range found {
		suggestions[i] = terminal.Suggestion{Text: c.Text, Description: c.Summary, Start: start}
	}
	return suggestions
}

// keep says whether a line may enter the history: not one that can hold a key.
func (f *face) keep(line string) bool { return !f.env.Table.HoldsSecret(line) }
