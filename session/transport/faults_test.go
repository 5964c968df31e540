package transport

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/session/clock"
)

// faultyPair returns a faulty link and the far end of its network.
func faultyPair(t *testing.T, stream bool, seed uint64, note WireTap) (f *Faulty, far *Memory, here, there inbox) {
	t.Helper()
	network := NewMemoryNetwork()
	open := network.Datagram
	if stream {
		open = network.Stream
	}
	near, err := open("192.0.2.1:1")
	if err != nil {
		t.Fatal(err)
	}
	far, err = open("192.0.2.2:2")
	if err != nil {
		t.Fatal(err)
	}
	f = NewFaulty(near, clock.Real(), seed, note)
	here, there = newInbox(), newInbox()
	if err := f.Start(here); err != nil {
		t.Fatal(err)
	}
	if err := far.Start(there); err != nil {
		t.Fatal(err)
	}
	return f, far, here, there
}

// sendThrough sends n datagrams through the fault and returns what arrived.
func sendThrough(t *testing.T, seed uint64, fault Fault, n int) (got []int, notes map[string]int) {
	t.Helper()
	notes = make(map[string]int)
	synctest.Test(t, func(t *testing.T) {
		f, far, _, there := faultyPair(t, false, seed, func(r WireRecord) { notes[r.Note]++ })
		if err := f.Set(Sent, fault); err != nil {
			t.Fatal(err)
		}
		for i := range n {
			if err := f.Send(far.Address(), Local{}, []byte{byte(i >> 8), byte(i)}); err != nil {
				t.Fatal(err)
			}
			<-clock.Real().NewTimer(7 * time.Millisecond).C()
		}
		<-clock.Real().NewTimer(time.Hour).C()
		for len(there) > 0 {
			b := (<-there).bytes
			got = append(got, int(b[0])<<8|int(b[1]))
		}
	})
	return got, notes
}

func TestFaultsKeepToTheirShares(t *testing.T) {
	const n = 1000
	lost, notes := sendThrough(t, 1, Fault{Lose: 0.2}, n)
	if missing := n - len(lost); missing < 150 || missing > 250 || notes["lost"] != missing {
		t.Errorf("%d of %d lost, %d noted", missing, n, notes["lost"])
	}
	doubled, notes := sendThrough(t, 1, Fault{Duplicate: 0.01}, n)
	if more := len(doubled) - n; more < 3 || more > 25 || notes["duplicated"] != more {
		t.Errorf("%d doubled, %d noted", more, notes["duplicated"])
	}
	reordered, notes := sendThrough(t, 1, Fault{Reorder: 0.1}, n)
	late := 0
	for i := 1; i < len(reordered); i++ {
		if reordered[i] < reordered[i-1] {
			late++
		}
	}
	if len(reordered) != n || late < 50 || notes["reordered"] < 50 {
		t.Errorf("%d arrived, %d out of order, %d noted", len(reordered), late, notes["reordered"])
	}
}

func TestFaultsAreRepeatedByTheirSeed(t *testing.T) {
	fault := Fault{Lose: 0.2, Duplicate: 0.1, Reorder: 0.1, Delay: time.Millisecond}
	first, _ := sendThrough(t, 7, fault, 300)
	again, _ := sendThrough(t, 7, fault, 300)
	other, _ := sendThrough(t, 8, fault, 300)
	if fmt.Sprint(first) != fmt.Sprint(again) {
		t.Error("the same seed gave another result")
	}
	if fmt.Sprint(first) == fmt.Sprint(other) {
		t.Error("another seed gave the same result")
	}
}

func TestDelayHoldsEitherDirection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, far, here, there := faultyPair(t, false, 1, nil)
		if err := f.Set(Received, Fault{Delay: 3 * time.Second}); err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		if err := far.Send(f.Link.(*Memory).Address(), Local{}, []byte("in")); err != nil {
			t.Fatal(err)
		}
		here.want(t, "bytes")
		if got := time.Since(begun); got != 3*time.Second {
			t.Errorf("received after %v, want 3s", got)
		}
		if err := f.Send(far.Address(), Local{}, []byte("out")); err != nil {
			t.Fatal(err)
		}
		there.want(t, "bytes")
		if got := time.Since(begun); got != 3*time.Second {
			t.Errorf("sent after %v more, want none", got-3*time.Second)
		}
	})
}

func TestDelayedStreamKeepsItsOrderAndLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, far, _, there := faultyPair(t, true, 1, nil)
		if err := f.Link.(*Memory).Connect(t.Context(), far.Address()); err != nil {
			t.Fatal(err)
		}
		there.want(t, "up")
		for i := range 100 {
			// The delay shrinks, and yet nothing overtakes.
			if err := f.Set(Sent, Fault{Lose: 1, Duplicate: 1, Delay: time.Duration(100-i) * time.Millisecond}); err != nil {
				t.Fatal(err)
			}
			if err := f.Send(far.Address(), Local{}, []byte{byte(i)}); err != nil {
				t.Fatal(err)
			}
		}
		for i := range 100 {
			if got := there.want(t, "bytes"); got.bytes[0] != byte(i) {
				t.Fatalf("got %d, want %d", got.bytes[0], i)
			}
		}
	})
}

func TestFaultRefusesWhatIsNoShare(t *testing.T) {
	f := NewFaulty(nil, clock.Real(), 1, nil)
	for _, fault := range []Fault{{Lose: -0.1}, {Duplicate: 1.1}, {Delay: -1}} {
		if err := f.Set(Sent, fault); err == nil {
			t.Errorf("%+v was accepted", fault)
		}
	}
}

func TestTapUnderFaultsSeesWhatPassed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := NewMemoryNetwork()
		near, err := network.Datagram("192.0.2.1:1")
		if err != nil {
			t.Fatal(err)
		}
		var passed []WireRecord
		f := NewFaulty(Tapped(near, clock.Real(), func(r WireRecord) { passed = append(passed, r) }), clock.Real(), 1, nil)
		if err := f.Start(newInbox()); err != nil {
			t.Fatal(err)
		}
		if err := f.Set(Sent, Fault{Lose: 1}); err != nil {
			t.Fatal(err)
		}
		if err := f.Send(near.Address(), Local{}, []byte("lost")); err != nil {
			t.Fatal(err)
		}
		if err := f.Set(Sent, Fault{Duplicate: 1}); err != nil {
			t.Fatal(err)
		}
		far, err := ParseAddress("192.0.2.9:9")
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Send(far, Local{}, []byte("twice")); err != nil {
			t.Fatal(err)
		}
		if len(passed) != 2 || passed[0].Direction != Sent || passed[0].Remote != far {
			t.Errorf("the tap saw %+v, want one datagram twice", passed)
		}
	})
}
