package terminal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"lwcon/session/clock"
)

// maxPipedLine is the longest line read from a pipe, in bytes. A longer one
// ends the run.
const maxPipedLine = 1 << 20

// Lines executes the lines of a pipe or file, one after the other. It needs no
// terminal, and writes nothing itself.
type Lines struct {
	In        io.Reader   // nil: os.Stdin
	Execute   Execute     // required
	KeepGoing bool        // a line that fails does not end the run
	Clock     clock.Clock // nil: the machine's
}

// Run reads until the end, until Execute returns ErrQuit, or, unless KeepGoing
// is set, until it returns another error. The error is that of the first line
// that failed, with its number. Blank lines are counted but not executed, lines
// end in \n or \r\n, and the last may lack it.
//
// SIGINT, SIGTERM and SIGHUP, and the end of ctx, cancel the running line; Run
// then waits up to two seconds for it and returns the reason.
func (l Lines) Run(ctx context.Context) (Reason, error) {
	if l.Execute == nil {
		return Quit, errors.New("lines: Execute is missing")
	}
	if l.In == nil {
		l.In = os.Stdin
	}
	if l.Clock == nil {
		l.Clock = clock.Real()
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	signals := catchEnds()
	defer signal.Stop(signals)

	p := pipe{Lines: l, signals: signals, lines: make(chan pipedLine), stop: ctx.Done()}
	go p.read()
	for {
		if reason, left := p.step(ctx); left {
			return reason, p.first
		}
	}
}

// pipe is one run of Lines.
type pipe struct {
	Lines
	signals chan os.Signal
	lines   chan pipedLine // closed at the end
	stop    <-chan struct{}
	first   error
}

type pipedLine struct {
	text   string
	number int
	err    error // of reading
}

// read runs in the background: a read of a pipe cannot be called off.
func (p *pipe) read() {
	defer close(p.lines)
	scanner := bufio.NewScanner(p.In)
	scanner.Buffer(nil, maxPipedLine)
	number := 0
	for scanner.Scan() {
		number++
		if !p.send(pipedLine{text: scanner.Text(), number: number}) {
			return
		}
	}
	if err := scanner.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			err = fmt.Errorf("longer than %d bytes", maxPipedLine-1)
		}
		p.send(pipedLine{number: number + 1, err: err})
	}
}

func (p *pipe) send(line pipedLine) bool {
	select {
	case p.lines <- line:
		return true
	case <-p.stop:
		return false
	}
}

// step executes one line; left: the run is over.
func (p *pipe) step(ctx context.Context) (reason Reason, left bool) {
	select { // a signal comes before the next line
	case s := <-p.signals:
		return noticeOf(s).reason(), true
	case <-ctx.Done():
		return Cancelled, true
	default:
	}
	select {
	case s := <-p.signals:
		return noticeOf(s).reason(), true
	case <-ctx.Done():
		return Cancelled, true
	case line, ok := <-p.lines:
		if !ok {
			return EndOfInput, true
		}
		if line.err != nil {
			p.fail(line.number, line.err)
			return Quit, true
		}
		if strings.TrimSpace(line.text) == "" {
			return Quit, false
		}
		return p.execute(ctx, line)
	}
}

func (p *pipe) execute(ctx context.Context, line pipedLine) (reason Reason, left bool) {
	running := start(ctx, p.Execute, line.text)
	defer running.cancel()
	select {
	case r := <-running.ended:
		return p.judge(line.number, r)
	case s := <-p.signals:
		reason = noticeOf(s).reason()
	case <-ctx.Done():
		reason = Cancelled
	}
	running.cancel()
	grace := p.Clock.NewTimer(leaveGrace)
	defer grace.Stop()
	select {
	case r := <-running.ended:
		p.judge(line.number, r)
	case <-grace.C():
	}
	return reason, true
}

func (p *pipe) judge(number int, r result) (reason Reason, left bool) {
	switch {
	case r.panicked != "":
		panic("executing a line: " + r.panicked)
	case errors.Is(r.err, ErrQuit):
		return Quit, true
	case r.err != nil:
		p.fail(number, r.err)
		return Quit, !p.KeepGoing
	}
	return Quit, false
}

func (p *pipe) fail(number int, err error) {
	if p.first == nil {
		p.first = fmt.Errorf("line %d: %w", number, err)
	}
}
