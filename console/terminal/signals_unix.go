//go:build unix

package terminal

import (
	"os"
	"os/signal"

	"golang.org/x/sys/unix"

	"lwcon/session/clock"
)

// stopGrace is how long a stop may take to happen. A process without a shell
// that could start it again is not stopped at all.
const stopGrace = 100e6 // nanoseconds

// catchSignals asks for all signals that matter at a prompt. Those that were
// ignored when the process started (nohup) stay so. In plain mode Ctrl-\ does
// what it does everywhere. SIGTSTP is left alone: once it was caught, Go cannot
// give back its default action, which stopProcess needs; when it comes from
// elsewhere the shell sets its own attributes, and SIGCONT brings back ours.
func catchSignals(plain bool) chan os.Signal {
	wanted := []os.Signal{unix.SIGTERM, unix.SIGCONT, unix.SIGWINCH}
	for _, s := range []os.Signal{unix.SIGINT, unix.SIGHUP} {
		if !signal.Ignored(s) {
			wanted = append(wanted, s)
		}
	}
	if !plain {
		wanted = append(wanted, unix.SIGQUIT)
	}
	return notify(wanted)
}

// catchEnds asks for the signals that end a run without a terminal.
func catchEnds() chan os.Signal {
	wanted := []os.Signal{unix.SIGTERM}
	for _, s := range []os.Signal{unix.SIGINT, unix.SIGHUP} {
		if !signal.Ignored(s) {
			wanted = append(wanted, s)
		}
	}
	return notify(wanted)
}

func notify(wanted []os.Signal) chan os.Signal {
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, wanted...)
	return signals
}

func noticeOf(s os.Signal) notice {
	switch s {
	case unix.SIGWINCH:
		return noticeResize
	case unix.SIGCONT:
		return noticeResume
	case unix.SIGINT:
		return noticeInterrupt
	case unix.SIGTERM:
		return noticeTerminate
	case unix.SIGHUP:
		return noticeHangUp
	case unix.SIGQUIT:
		return noticeDump
	}
	return noticeNothing
}

// stopProcess stops the process group, as a terminal does for Ctrl-Z, and
// returns when it goes on.
func stopProcess(c clock.Clock) {
	resumed := make(chan os.Signal, 1)
	signal.Notify(resumed, unix.SIGCONT)
	defer signal.Stop(resumed)
	_ = unix.Kill(0, unix.SIGTSTP)
	grace := c.NewTimer(stopGrace)
	defer grace.Stop()
	select {
	case <-resumed:
	case <-grace.C():
	}
}

// dumpProcess ends the process with the stacks of all goroutines: what SIGQUIT
// does to a Go program that does not catch it.
func dumpProcess() {
	signal.Reset(unix.SIGQUIT)
	_ = unix.Kill(unix.Getpid(), unix.SIGQUIT)
}
