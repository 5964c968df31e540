package terminal

import (
	"context"
	"os"
	"os/signal"
	"strings"
	"time"

	"lwcon/session/clock"
)

// How the prompt is kept usable.
const (
	// pace is the least time between two redraws for blocks printed above
	// the prompt; redraws for keys do not wait.
	pace = 50 * time.Millisecond
	// paceLines is how many lines are printed at once above the prompt, or
	// one block if it is longer. With pace it bounds what a storm shows to
	// 2000 lines a second.
	paceLines = 100
	// escapeDelay is how long an escape character waits to become a
	// sequence before it is the Escape key.
	escapeDelay = 50 * time.Millisecond
	// leaveGrace is how long Run waits for a command to end after its
	// context was cancelled by a signal.
	leaveGrace = 2 * time.Second
)

// loop is one Run: everything in it belongs to Run's goroutine.
type loop struct {
	t       *Terminal
	face    face
	clock   clock.Clock
	input   *input
	signals chan os.Signal
	start   func(line string) *command
	ended   <-chan struct{} // closed when Run's context ends

	running  *command
	dirty    bool // the prompt must be drawn
	woken    bool // there may be blocks to print
	eof      bool // nothing more will be typed
	leaving  bool
	reason   Reason
	paced    clock.Timer // runs while it is too early to print; nil: it is not
	escaping clock.Timer // runs while a sequence is unfinished; nil: none is
	live     int         // lines of the live block that was printed last, 0 if none was
	grace    clock.Timer // runs while a command is waited for on the way out
}

// Run shows the prompt and executes lines until there is a reason to leave.
// Then it has restored the terminal, printed what still waited, and cancelled
// the running command; it waits two seconds at most for that to end. An error
// means that the terminal could not be set up or written to.
//
// A panic of Execute is raised again in Run's goroutine after the terminal is
// restored; those of the other callbacks pass through Run in the same way.
// Run must not be called again before it has returned.
func (t *Terminal) Run(ctx context.Context) (Reason, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l := &loop{t: t, clock: t.config.Clock, dirty: true, woken: true, ended: ctx.Done()}
	l.start = func(line string) *command { return start(ctx, t.config.Execute, line) }
	if t.plain {
		l.face = newPlain(t)
	} else {
		l.face = newFull(t)
	}
	l.signals = catchSignals(t.plain)
	defer signal.Stop(l.signals)
	defer l.end()
	if err := l.begin(); err != nil {
		return Quit, err
	}
	for l.settle(); !l.leaving || l.running != nil; l.settle() {
		l.wait()
	}
	return l.reason, l.face.failed()
}

func (l *loop) begin() error {
	if err := l.face.begin(); err != nil {
		return err
	}
	in, err := readInput(l.t.config.In)
	if err != nil {
		return err
	}
	l.input = in
	l.t.queue.begin()
	return nil
}

// end leaves the terminal as it was, whatever happened.
func (l *loop) end() {
	defer func() { _ = l.t.device.restore() }() // there is nobody left to tell
	for _, timer := range []clock.Timer{l.paced, l.escaping, l.grace} {
		if timer != nil {
			timer.Stop()
		}
	}
	if l.running != nil {
		l.running.cancel()
	}
	if l.input != nil {
		l.input.stop()
	}
	l.face.end()
	l.t.mu.Lock()
	defer l.t.mu.Unlock()
	l.printBlocks(l.t.queue.end())
}

// wait handles the next thing that happens.
func (l *loop) wait() {
	select {
	case chunk, ok := <-l.typed():
		l.read(chunk, ok)
	case <-l.ready():
		l.woken = true
	case <-expired(l.paced):
		l.paced = nil
	case <-expired(l.escaping):
		l.escaping = nil
		l.act(l.face.expire())
	case s := <-l.signals:
		l.hear(noticeOf(s))
	case r := <-l.finished():
		l.finish(r)
	case <-expired(l.grace):
		l.running.cancel()
		l.running = nil
	case <-l.done():
		l.leave(Cancelled)
	}
}

// settle takes what was typed as far as possible, prints what waits, and
// draws the prompt if it is its turn.
func (l *loop) settle() {
	for l.running == nil && !l.leaving {
		did, line, ok := l.face.next()
		if !ok {
			break
		}
		l.act(did, line, ok)
	}
	if l.running == nil && l.eof && !l.leaving {
		l.leave(l.lost())
	}
	l.watchEscape()
	if l.leaving {
		l.face.hide()
	}
	l.print()
	if l.face.failed() != nil {
		l.leave(HungUp)
	}
}

// print shows the blocks that wait: all of them while no line is typed, a
// limited number at a limited pace above the prompt.
func (l *loop) print() {
	if l.running != nil || l.leaving {
		l.printBlocks(l.t.queue.take(-1))
		return
	}
	if l.woken && l.paced == nil {
		blocks := l.t.queue.take(paceLines)
		l.printBlocks(blocks)
		l.dirty = l.dirty || len(blocks) == 0 // woken to draw the prompt again
		l.woken = l.t.queue.waiting()
		l.paced = l.clock.NewTimer(pace)
	}
	if l.dirty {
		l.face.show()
		l.dirty = false
	}
}

func (l *loop) printBlocks(blocks []block) {
	if len(blocks) == 0 {
		return
	}
	var text strings.Builder
	for _, b := range blocks {
		text.WriteString(l.over(b))
		text.WriteString(printable(b.text, l.t.style.on))
	}
	l.face.print(text.String())
	for _, b := range blocks {
		if b.written != nil {
			close(b.written)
		}
	}
}

// read takes what came from the terminal; not ok: its end.
func (l *loop) read(chunk []byte, ok bool) {
	if !ok {
		l.eof = true
		return
	}
	if l.running == nil {
		l.face.feed(chunk)
		return
	}
	l.readAhead(chunk)
}

// readAhead takes what is typed while a command runs.
func (l *loop) readAhead(chunk []byte) {
	for _, did := range l.face.feedAhead(chunk) {
		l.act(did, "", true)
	}
}

// watchEscape runs the timer while an escape sequence is half read.
func (l *loop) watchEscape() {
	waits := l.running == nil && l.face.unfinished()
	if waits && l.escaping == nil {
		l.escaping = l.clock.NewTimer(escapeDelay)
	}
	if !waits && l.escaping != nil {
		l.escaping.Stop()
		l.escaping = nil
	}
}

// lost is the reason for leaving at the end of input: a plain terminal has
// one, a raw one only when it goes away.
func (l *loop) lost() Reason {
	if l.t.plain {
		return EndOfInput
	}
	return HungUp
}

// typed, ready, finished, done and expired are what wait selects on; nil while there
// is nothing to wait for.
func (l *loop) typed() <-chan []byte {
	if l.eof {
		return nil
	}
	return l.input.chunks
}

// ready: blocks above the prompt wait for their time.
func (l *loop) ready() <-chan struct{} {
	if l.paced != nil && l.running == nil {
		return nil
	}
	return l.t.queue.ready
}

func (l *loop) finished() <-chan result {
	if l.running == nil {
		return nil
	}
	return l.running.ended
}

func (l *loop) done() <-chan struct{} {
	if l.leaving {
		return nil
	}
	return l.ended
}

func expired(t clock.Timer) <-chan time.Time {
	if t == nil {
		return nil
	}
	return t.C()
}
