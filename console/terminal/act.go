package terminal

import (
	"errors"
	"strings"
)

// act does what a key asks for.
func (l *loop) act(did outcome, line string, ok bool) {
	if !ok {
		return
	}
	l.dirty = true
	switch did {
	case submit:
		l.execute(line)
	case abandon:
		l.interrupt()
	case leave:
		l.leave(EndOfInput)
	case suspend:
		l.suspend()
	case dump:
		l.dump()
	}
}

// execute starts a line, unless it is blank.
func (l *loop) execute(line string) {
	if strings.TrimSpace(line) == "" {
		return
	}
	l.face.remember(line)
	l.running = l.start(line)
	l.readAhead(nil)
}

// finish looks at how a command ended. What it printed is shown before the
// next prompt.
func (l *loop) finish(r result) {
	l.running.cancel()
	l.running = nil
	l.dirty, l.live = true, 0
	l.printBlocks(l.t.queue.take(-1))
	if r.panicked != "" {
		panic("executing a line: " + r.panicked)
	}
	if errors.Is(r.err, ErrQuit) {
		l.leave(Quit)
	}
}

// interrupt cancels the running command. At a prompt there is nothing to do:
// the line is cleared already.
func (l *loop) interrupt() {
	if l.running == nil {
		return
	}
	l.running.pressed++
	l.running.cancel()
	if l.running.pressed == 2 {
		l.face.print("still ending; Ctrl-\\ leaves at once\n")
		return
	}
	l.face.interrupted()
	l.live = 0
}

// hear acts on a signal.
func (l *loop) hear(n notice) {
	switch n {
	case noticeResize:
		l.dirty = true
	case noticeResume:
		l.t.device.again()
		l.dirty = true
	case noticeDump:
		l.dump()
	case noticeInterrupt:
		if l.t.plain { // it is the terminal's Ctrl-C
			l.face.drop()
			l.face.hide()
			l.interrupt()
			l.dirty = true
			return
		}
		l.leave(n.reason())
	case noticeTerminate, noticeHangUp:
		l.leave(n.reason())
	}
}

// leave ends the loop, as soon as a running command has ended or has had its
// time. The first reason counts.
func (l *loop) leave(r Reason) {
	if l.leaving {
		return
	}
	l.leaving, l.reason = true, r
	if l.running != nil {
		l.running.cancel()
		l.grace = l.clock.NewTimer(leaveGrace)
	}
}

// suspend gives the terminal back and stops the process until the shell
// starts it again.
func (l *loop) suspend() {
	l.face.hide()
	_ = l.t.device.restore()
	stopProcess(l.clock)
	if err := l.t.device.raw(); err != nil {
		l.leave(HungUp)
	}
	l.dirty = true
}

// dump gives the terminal back and ends the process with all its stacks: the
// way out of a program that hangs.
func (l *loop) dump() {
	l.face.hide()
	_ = l.t.device.restore()
	dumpProcess()
}
