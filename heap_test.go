package main

import "testing"

func TestTheHeapMayGrowToItsFloorOrToTwiceItself(t *testing.T) {
	for live, want := range map[uint64]int{
		0: 800, 1 << 20: 800, 4 << 20: 700, 8 << 20: 300, 16 << 20: 100, 32 << 20: 100, 1 << 40: 100,
	} {
		if got := percentFor(live); got != want {
			t.Errorf("%d bytes alive: expected %d percent, found %d", live, want, got)
		}
	}
}
