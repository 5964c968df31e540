package coap

import (
	"testing"
	"time"
)

func TestIDUnusedLongestComesNext(t *testing.T) {
	m := messageIDs{next: 65530}
	inUse := map[uint16]bool{65533: true, 2: true}
	var got []uint16
	for range 10 {
		id, early, ok := m.take(0, func(id uint16) bool { return !inUse[id] })
		if !ok || early != 0 {
			t.Fatalf("id %d, early %v, %v", id, early, ok)
		}
		got = append(got, id)
	}
	want := []uint16{65530, 65531, 65532, 65534, 65535, 0, 1, 3, 4, 5}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}

func TestEarlyReuseIsToldToTheStretch(t *testing.T) {
	m := messageIDs{next: 100}
	free := func(uint16) bool { return true }
	for i := range 3 << 16 {
		now := time.Duration(i) * time.Millisecond // a lap takes 65.5 s
		_, early, _ := m.take(now, free)
		lap := 1 << 16 * time.Millisecond
		switch {
		case i < 1<<16-idStretch && early != 0:
			t.Fatalf("id %d of the first lap is early by %v", i, early)
		case i >= 1<<16+idStretch && (early > ExchangeLifetime-lap+idStretch*time.Millisecond || early < ExchangeLifetime-lap-idStretch*time.Millisecond):
			t.Fatalf("id %d is early by %v, want about %v", i, early, ExchangeLifetime-lap)
		}
	}
}

func TestNoIDIsLeft(t *testing.T) {
	m := messageIDs{}
	if _, _, ok := m.take(0, func(uint16) bool { return false }); ok {
		t.Error("an id was given out although none is free")
	}
}
