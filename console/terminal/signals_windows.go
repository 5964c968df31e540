package terminal

import (
	"os"
	"os/signal"
	"syscall"

	"lwcon/session/clock"
)

// catchSignals asks for Ctrl-C sent by others, and for the closing of the
// window, which Go reports as SIGTERM.
func catchSignals(bool) chan os.Signal {
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	return signals
}

// catchEnds asks for the signals that end a run without a terminal.
func catchEnds() chan os.Signal { return catchSignals(true) }

func noticeOf(s os.Signal) notice {
	if s == os.Interrupt {
		return noticeInterrupt
	}
	return noticeTerminate
}

// stopProcess: Windows has no Ctrl-Z.
func stopProcess(clock.Clock) {}

// dumpProcess: Windows has no SIGQUIT.
func dumpProcess() {}
