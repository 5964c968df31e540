package session

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"lwcon/lwm2m"
)

func TestLogReadersDoNotDisturbEachOther(t *testing.T) {
	l := NewLog()
	l.Append(Event{Endpoint: "a"})
	late := l.Reader(l.End())
	l.Append(Event{Endpoint: "b"})
	early := l.Reader(0)
	for _, want := range []string{"a", "b"} {
		if e, lost, ok := early.TryNext(); !ok || lost != 0 || e.Endpoint != want {
			t.Errorf("got %q, lost %d, %v; want %q", e.Endpoint, lost, ok, want)
		}
	}
	if e, _, ok := late.TryNext(); !ok || e.Endpoint != "b" || e.Number != 2 {
		t.Errorf("the late reader got %+v, %v; want event 2, b", e, ok)
	}
	if _, _, ok := late.TryNext(); ok {
		t.Error("an event after the last one")
	}
}

func TestLogTellsAnOvertakenReaderWhatItLost(t *testing.T) {
	l := NewLog()
	r := l.Reader(0)
	for range maxLogEvents + 10 {
		l.Append(Event{})
	}
	e, lost, ok := r.TryNext()
	if !ok || lost != 10 || e.Number != 11 {
		t.Errorf("got event %d, lost %d, %v; want event 11, lost 10", e.Number, lost, ok)
	}
}

func TestLogIsBoundedInOctets(t *testing.T) {
	l := NewLog()
	raw := strings.Repeat("x", 1<<20)
	for range 100 {
		l.Append(Event{Registration: &Registration{Raw: raw}})
	}
	kept := 0
	for r := l.Reader(0); ; kept++ {
		if _, _, ok := r.TryNext(); !ok {
			break
		}
	}
	if kept == 0 || kept > maxLogOctets>>20 {
		t.Errorf("%d events of 1 MiB kept, want at most %d", kept, maxLogOctets>>20)
	}
}

func TestLogWakesWhoWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLog()
		got := make(chan Event)
		go func() {
			e, _, err := l.Reader(l.End()).Next(context.Background())
			if err != nil {
				t.Error(err)
			}
			got <- e
		}()
		synctest.Wait()
		l.Append(Event{Endpoint: "a", Deviations: []lwm2m.Deviation{{Message: "m"}}})
		if e := <-got; e.Endpoint != "a" {
			t.Errorf("woken with %+v", e)
		}
	})
}

func TestLogReaderStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := NewLog().Reader(0).Next(ctx); err != context.Canceled {
		t.Errorf("error %v, want context.Canceled", err)
	}
}
