package coap

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"lwcon/session/transport"
)

// put writes a record of n bytes to the log.
func put(l *Log, number uint64, peer transport.Address, place *logPlace, at time.Time, b []byte, deviations ...Deviation) {
	l.append(&entry{number: number, time: at, direction: transport.Received, note: noteRetransmission, arg: 3, bytes: b, deviations: deviations},
		peer, transport.Local{}, place)
}

func TestLogGivesBackWhatPassed(t *testing.T) {
	l := NewLog(0)
	var one, two logPlace
	a, b := address(t, "192.0.2.1:1"), address(t, "192.0.2.2:2")
	at := time.Unix(1_700_000_000, 123).UTC()
	for range 3 {
		l.next()
	}
	put(l, 1, a, &one, at, []byte("first"))
	put(l, 3, b, &two, at.Add(1), []byte("other"))
	put(l, 1, a, &one, at.Add(2), text(5000), deviate(ruleWrongToken, 4, "aa expected, bb found"))
	got := l.Records(1)
	if len(got) != 2 || string(got[0].Bytes) != "first" || !bytes.Equal(got[1].Bytes, text(5000)) {
		t.Fatalf("got %+v", got)
	}
	r := got[1]
	if r.Peer != a || r.Number != 1 || !r.Time.Equal(at.Add(2)) || r.Direction != transport.Received || r.Note != "retransmission 3" {
		t.Errorf("got %+v", r)
	}
	if len(r.Deviations) != 1 || r.Deviations[0].Rule != ruleWrongToken || r.Deviations[0].Section == "" || r.Deviations[0].Message != "aa expected, bb found" {
		t.Errorf("deviations %+v", r.Deviations)
	}
	if l.Records(2) != nil || l.Newest() != 3 || l.Oldest() != 1 {
		t.Errorf("records of 2: %v, newest %d, oldest %d", l.Records(2), l.Newest(), l.Oldest())
	}
}

func TestLogForgetsTheOldestBeyondItsSize(t *testing.T) {
	const size = 4 * logChunk
	l := NewLog(size)
	var place logPlace
	peer := address(t, "192.0.2.1:1")
	for range 10_000 {
		put(l, l.next(), peer, &place, time.Unix(0, 0), text(100))
	}
	if l.size > size {
		t.Errorf("%d bytes kept, at most %d", l.size, size)
	}
	if l.Records(1) != nil || l.Oldest() < 2 || l.Records(10_000) == nil || l.Records(l.Oldest()) == nil {
		t.Errorf("oldest %d", l.Oldest())
	}
}

func TestLogTakesRecordsLargerThanAPage(t *testing.T) {
	l := NewLog(1000)
	var place logPlace
	put(l, l.next(), address(t, "192.0.2.1:1"), &place, time.Unix(0, 0), text(100_000))
	if got := l.Records(1); len(got) != 1 || len(got[0].Bytes) != 100_000 {
		t.Error("the record is lost")
	}
}

func TestLogKeepsManyPeersAndLocalEndsApart(t *testing.T) {
	l := NewLog(0)
	places := make([]logPlace, 500)
	for round := range 3 {
		for i := range places {
			put(l, uint64(1+i), address(t, fmt.Sprintf("10.0.%d.%d:1", i/250, i%250)), &places[i], time.Unix(int64(round), 0), text(100))
		}
	}
	for i := range places {
		got := l.Records(uint64(1 + i))
		if len(got) != 3 || got[2].Peer.String() != fmt.Sprintf("10.0.%d.%d:1", i/250, i%250) {
			t.Fatalf("exchange %d: %+v", 1+i, got)
		}
	}
}
