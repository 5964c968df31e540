package console

import (
	"context"
	"errors"
	"io"
	"os"
	"sync/atomic"
	"time"

	"lwcon/commands"
	"lwcon/console/terminal"
	"lwcon/lwm2m/objects"
	"lwcon/session/clock"
)

// Program is the lwcon to be: what the flags and the environment say. Table and
// Definitions are required, the rest has usable zero values.
type Program struct {
	Table       commands.Table
	Definitions *objects.Registry
	Version     string

	Sessions commands.Config // what to open; nothing: a server at commands.DefaultListen where one is needed
	Endpoint string          // the device that commands are for
	Timeout  time.Duration   // for an answer
	Wait     *time.Duration  // for a device to register; nil: DefaultWait, but not at a prompt
	Demo     bool            // a server and a simulated device on loopback
	// DemoSecurity is one of commands.DemoSecurities; "": none.
	DemoSecurity string

	JSON      bool
	Color     terminal.Color
	Plain     bool
	Trace     string // a Trace level of commands
	Full      bool   // long values are shown whole
	KeepGoing bool   // lines of a pipe go on behind one that failed

	Warnings    []string                     // about the configuration, said at the beginning
	Profiles    func(config string) []string // of lwcon.yaml, for completion; may be nil
	HistoryFile string                       // "": the history of the prompt is not kept

	In, Out, Err *os.File            // nil: those of the process
	Clock        clock.Clock         // nil: the machine's
	Getenv       func(string) string // nil: os.Getenv

	full *atomic.Bool // Full, as set has it now
}

// DefaultWait is how long a command waits for its device to register, where
// nobody sits at a prompt.
const DefaultWait = 60 * time.Second

// closeTimeout is how long leaving waits for simulated devices to de-register.
const closeTimeout = 2 * time.Second

// Run is the whole life of the program: one command if there are words, else
// the prompt, or the lines of a pipe. It returns the exit status.
func (p Program) Run(ctx context.Context, words []string) (status int) {
	p.fill()
	f := p.face()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer f.close()
	switch {
	case len(words) > 0:
		return f.oneShot(ctx, words)
	case terminal.IsTerminal(p.In):
		return f.prompt(ctx)
	}
	return f.pipe(ctx)
}

// fill sets what has its default.
func (p *Program) fill() {
	if p.In == nil {
		p.In = os.Stdin
	}
	if p.Out == nil {
		p.Out = os.Stdout
	}
	if p.Err == nil {
		p.Err = os.Stderr
	}
	if p.Getenv == nil {
		p.Getenv = os.Getenv
	}
	if p.Clock == nil {
		p.Clock = clock.Real()
	}
	if p.Trace == "" {
		p.Trace = commands.TraceOff
	}
	p.full = new(atomic.Bool)
	p.full.Store(p.Full)
	p.Sessions.Clock = p.Clock
	p.Sessions.Definitions = p.Definitions
}

// face makes what the three faces share.
func (p *Program) face() *face {
	return &face{
		program: *p, out: p.Out, err: p.Err, env: p.environment(), renderer: p.renderer(p.Out),
		stderr: p.text(terminal.NewStyle(p.Color, p.Err, p.Plain, p.Getenv), p.Plain),
	}
}

// environment is what commands see.
func (p *Program) environment() *commands.Env {
	return &commands.Env{
		Table: p.Table, Definitions: p.Definitions, Version: p.Version, Clock: p.Clock,
		Endpoint: p.Endpoint, Timeout: p.Timeout, Trace: p.Trace, Full: p.full, Profiles: p.Profiles,
	}
}

// renderer is how results look.
func (p *Program) renderer(out *os.File) Renderer {
	if p.JSON {
		return JSON{}
	}
	return p.text(terminal.NewStyle(p.Color, out, p.Plain, p.Getenv), p.Plain)
}

// text makes a Text that shows as much of values as the program does.
func (p *Program) text(style terminal.Style, plain bool) *Text {
	t := NewText(style, plain, p.Definitions)
	t.Full = p.full
	return t
}

// further says that commands can follow in the same process.
func (f *face) further() {
	f.stderr.Further = true
	if _, ok := f.renderer.(JSON); ok {
		f.renderer = JSON{Further: true}
	}
}

// wait is how long a command waits for its device where nobody sits at a prompt.
func (p *Program) wait() time.Duration {
	if p.Wait != nil {
		return *p.Wait
	}
	return DefaultWait
}

// face is what the three faces share: the environment of commands, and the
// sessions.
type face struct {
	program  Program
	out, err io.Writer
	env      *commands.Env
	renderer Renderer
	stderr   *Text // of error messages, where they do not go to the screen
	demo     *commands.Sessions
	greeted  func() // ends what greet began; nil before
	usual    bool   // it listens at the usual place, since nobody said where
	tracer   *tracer
	shared   bool         // traces and results share the screen
	level    string       // of the tracer
	say      func(string) // where the tracer writes
	warner   func(string) // where warnings go meanwhile; nil: to standard error
}

// open opens the sessions: what the program says, without a peer if none is
// needed.
func (f *face) open(ctx context.Context, peer bool) error {
	c := f.program.Sessions
	c.Warn = f.warned
	var keys *commands.Configuration // of the device of the demo
	switch {
	case !peer:
		c.Listen, c.Bootstrap, c.Connect, c.State, c.KeyLog = nil, nil, nil, "", ""
	case f.program.Demo:
		var err error
		if keys, err = f.demoServer(&c); err != nil {
			return err
		}
	}
	s, err := commands.Open(ctx, c)
	if err != nil {
		return err
	}
	f.env.Sessions = s
	if peer && f.program.Demo {
		return f.startDemo(ctx, keys)
	}
	return nil
}

// needServer listens at the usual place if the program was not told what to be.
func (f *face) needServer(ctx context.Context) error {
	if f.env.Sessions.Roles() != 0 {
		return nil
	}
	f.usual = true
	_, err := f.env.Sessions.Listen(ctx, commands.DefaultListen)
	if err == nil && f.env.Sessions.Secure() {
		_, err = f.env.Sessions.Listen(ctx, commands.DefaultSecureListen)
	}
	return err
}

// close leaves: devices de-register, listeners close, what was traced is shown.
func (f *face) close() {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	if f.greeted != nil {
		f.greeted()
	}
	for _, s := range []*commands.Sessions{f.demo, f.env.Sessions} {
		if s != nil {
			_ = s.Close(ctx) // nobody is left to tell
		}
	}
	f.tracer.close()
}

// write writes to an output of the program. Who closes it early, as head does,
// wants no more: that is no failure.
func write(w io.Writer, text string) {
	if text != "" {
		_, _ = io.WriteString(w, text)
	}
}

// fail shows why a command failed: as JSON on standard output for scripts, in
// words on standard error for people.
func (f *face) fail(err error) {
	if f.program.JSON {
		write(f.out, f.renderer.Failure(err))
	}
	write(f.err, f.stderr.Failure(err))
}

// show writes what a command returned, its error too, and returns the status.
// An error that carries what was decoded is not shown twice.
func (f *face) show(r commands.Result, err error) int {
	if err == nil {
		write(f.out, f.renderer.Result(r))
		return commands.ExitStatus(r, nil)
	}
	if !f.program.JSON && r != nil && !errors.Is(err, context.Canceled) {
		write(f.out, f.renderer.Result(r))
		err = withoutTree(err)
	}
	f.fail(err)
	return commands.ExitStatus(r, err)
}

// Refuse shows why the program cannot even begin, and returns the exit status.
func (p Program) Refuse(err error) int {
	p.fill()
	return p.face().show(nil, err)
}
