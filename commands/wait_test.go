package commands

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
)

func TestWaitForAStateIsOverAtOnceIfItHolds(t *testing.T) {
	live(t, func(b *bench) {
		for _, line := range []string{"wait registered", "wait registered -e thermo", "wait awake"} {
			if w := b.do(line).(*Waited); !w.Passed || w.Duration != 0 {
				t.Errorf("%s: %+v", line, w)
			}
		}
	})
}

func TestWaitForAStateWaitsForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		timer := b.env.clock().AfterFunc(7e9, func() { _, _ = b.client.Register(context.Background()) })
		defer timer.Stop()
		if w := b.do("wait registered").(*Waited); !w.Passed || w.Duration.Seconds() < 7 {
			t.Errorf("got %+v", w)
		}
	})
}

func TestWaitTakesEventsThatCameSinceTheLastOtherCommand(t *testing.T) {
	live(t, func(b *bench) {
		b.do("observe /3303/0/5700")
		b.do("sleep 30500ms") // notifications come meanwhile, and sleep only looks on
		w := b.do("wait notification /3303/0/5700 --count 2").(*Waited)
		if !w.Passed || w.Duration != 0 || len(w.Events) != 2 {
			t.Errorf("got %+v, want two that were there", w)
		}
		b.do("cancel /3303/0/5700")
		r, _, err := b.try("wait notification --timeout 5s")
		if ExitStatus(r, err) != ExitNoAnswer {
			t.Errorf("after another command: %v, want none to count", err)
		}
	})
}

func TestWaitForARegisterLaterThanTheExecute(t *testing.T) {
	live(t, func(b *bench) {
		b.do("execute /3/0/4")
		if w := b.do("wait register").(*Waited); !w.Passed || len(w.Events) != 1 {
			t.Errorf("got %+v", w)
		}
	})
}

func TestWaitOutsideItsTimesHasNotPassed(t *testing.T) {
	live(t, func(b *bench) {
		b.do("execute /3/0/4")
		r := b.do("wait register --not-before 1h")
		if w := r.(*Waited); w.Passed || !strings.Contains(w.Reason, "not before 1h") || ExitStatus(r, nil) != ExitRefused {
			t.Errorf("got %+v", w)
		}
		r = b.do("wait register --within 1ms")
		if w := r.(*Waited); w.Passed || !strings.Contains(w.Reason, "within 1ms") {
			t.Errorf("got %+v", w)
		}
	})
}

func TestSilencePassesIfNothingCame(t *testing.T) {
	live(t, func(b *bench) {
		if w := b.do("wait silence /3/0/14 --for 20s").(*Waited); !w.Passed || w.Duration.Seconds() != 20 {
			t.Errorf("got %+v", w)
		}
		b.do("observe /3303/0/5700")
		if w := b.do("wait silence /3303/0/5700 --for 1h").(*Waited); w.Passed || w.Reason == "" {
			t.Errorf("got %+v", w)
		}
	})
}

func TestSilenceNeedsItsTime(t *testing.T) {
	live(t, func(b *bench) {
		for _, line := range []string{"wait silence", "wait register --for 3s", "wait nonsense"} {
			r, _, err := b.try(line)
			if ExitStatus(r, err) != ExitUsage {
				t.Errorf("%s: %v, want exit 2", line, err)
			}
		}
	})
}
