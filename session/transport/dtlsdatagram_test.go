package transport

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"lwcon/session/clock"
)

// recordBytes makes a record.
func recordBytes(kind byte, epoch uint16, sequence uint64, cid string, content []byte) []byte {
	b := binary.BigEndian.AppendUint16([]byte{kind, 0xfe, 0xfd}, epoch)
	b = append(b, binary.BigEndian.AppendUint64(nil, sequence)[2:]...)
	b = append(b, cid...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(content)))
	return append(b, content...)
}

// fragmentBytes makes a fragment of a message of a handshake.
func fragmentBytes(kind byte, number uint16, length, offset int, part []byte) []byte {
	at24 := func(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n))[1:] }
	b := append([]byte{kind}, at24(length)...)
	b = binary.BigEndian.AppendUint16(b, number)
	b = append(append(b, at24(offset)...), at24(len(part))...)
	return append(b, part...)
}

func TestRecordsAreReadWithWhatStandsInPlainText(t *testing.T) {
	const cid = "\x01\x02\x03\x04"
	datagram := slices.Concat(
		recordBytes(recordHandshake, 0, 3, "", slices.Concat(fragmentBytes(14, 5, 0, 0, nil), fragmentBytes(11, 2, 900, 300, make([]byte, 40)))),
		recordBytes(recordCCS, 0, 4, "", []byte{1}),
		recordBytes(recordAlert, 0, 1<<48-1, "", []byte{2, 40}),
		recordBytes(recordCID, 1, 5, cid, make([]byte, 37)),
		recordBytes(recordAlert, 1, 6, "", make([]byte, 18)),
		[]byte{recordData, 0xfe, 0xfd, 0},
	)
	records, rest := parseRecords(datagram, len(cid))
	if len(records) != 5 || len(rest) != 4 {
		t.Fatalf("%d records, rest %x", len(records), rest)
	}
	m := records[0].Messages
	if len(m) != 2 || m[0].Name() != "ServerHelloDone" || m[0].Fragment() || !m[1].Fragment() || m[1].Offset != 300 || m[1].Length != 900 || m[1].FragmentLength != 40 {
		t.Errorf("messages %+v", m)
	}
	if r := records[1]; r.TypeName() != "change_cipher_spec" || r.Encrypted() || r.Sequence != 4 {
		t.Errorf("%+v", r)
	}
	if r := records[2]; r.Alert == nil || r.Alert.Name() != "handshake_failure" || !r.Alert.Fatal || r.Sequence != 1<<48-1 {
		t.Errorf("%+v", r)
	}
	if r := records[3]; string(r.CID) != cid || !r.Encrypted() || len(r.Content) != 37 {
		t.Errorf("%+v", r)
	}
	if r := records[4]; r.Alert != nil || !r.Encrypted() {
		t.Errorf("what is encrypted was read: %+v", r)
	}
}

func TestALengthOfAConnectionIDThatNobodySaidIsFoundWhereTheRecordFillsItsDatagram(t *testing.T) {
	b := recordBytes(recordCID, 1, 1, "abcdef", make([]byte, 20))
	if records, rest := parseRecords(b, unknownCID); len(records) != 1 || string(records[0].CID) != "abcdef" || rest != nil {
		t.Errorf("%+v, rest %x", records, rest)
	}
	if records, rest := parseRecords(b[:len(b)-1], unknownCID); len(records) != 0 || len(rest) != len(b)-1 {
		t.Errorf("%+v, rest %x", records, rest)
	}
}

// shortFlights writes what a tap saw as "> 1 ClientHello | …": way, flight, titles.
func shortFlights(f *Flights, records []WireRecord) []string {
	var all []string
	for i := range records {
		way, titles := ">", ""
		if records[i].Direction == Received {
			way = "<"
		}
		for _, r := range f.Read(&records[i]).Records {
			title := r.TypeName()
			if r.Finished {
				title = "Finished"
			}
			for _, m := range r.Messages {
				title = m.Name()
			}
			if r.Retransmission {
				title += "!"
			}
			titles += fmt.Sprintf(" %d %s", r.Flight, title)
		}
		all = append(all, way+titles)
	}
	return all
}

// tappedHandshake runs a handshake, of which a rule can lose what the listener sends,
// and returns what passed at the listener.
func tappedHandshake(t *testing.T, o SecureOptions, lose func(n int) bool) (records []WireRecord) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &securedBench{t: t, network: NewMemoryNetwork(), heard: newInbox(), failed: make(chan *HandshakeError, 1)}
		inner, err := b.network.Datagram("192.0.2.1:5684")
		if err != nil {
			t.Fatal(err)
		}
		link := Link(inner)
		if lose != nil {
			link = &losing{Link: link, lose: lose}
		}
		var mu sync.Mutex
		b.server = NewDTLSServer(Tapped(link, clock.Real(), func(r WireRecord) {
			mu.Lock()
			defer mu.Unlock()
			r.Bytes = bytes.Clone(r.Bytes)
			records = append(records, r)
		}), knowing("dev1", "0123456789abcdef"), o)
		if err := b.server.Start(b.heard); err != nil {
			t.Fatal(err)
		}
		client, back, err := b.dial("192.0.2.7:40001", pskOf("dev1", "0123456789abcdef"), SecureOptions{})
		if err != nil {
			t.Fatal(err)
		}
		b.exchange(client, back)
		_ = client.Close()
		synctest.Wait()
		_ = b.server.Close()
	})
	return records
}

// losing loses some of what is sent.
type losing struct {
	Link
	lose func(n int) bool
	n    int
}

func (l *losing) Send(to Address, via Local, b []byte) error {
	if l.n++; l.lose(l.n) {
		return nil
	}
	return l.Link.Send(to, via, b)
}

func TestFlightsOfAHandshakeAreNumberedAsTheRFCDoes(t *testing.T) {
	got := shortFlights(&Flights{}, tappedHandshake(t, SecureOptions{NoCID: true}, nil))
	want := []string{
		"< 1 ClientHello", "> 2 HelloVerifyRequest", "< 3 ClientHello", "> 4 ServerHello 4 ServerHelloDone",
		"< 5 ClientKeyExchange 5 change_cipher_spec 5 Finished", "> 6 change_cipher_spec 6 Finished",
		"< 0 application_data", "> 0 application_data", "< 0 alert",
	}
	if len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestWhatIsSentAgainIsMarked(t *testing.T) {
	records := tappedHandshake(t, SecureOptions{NoCID: true}, func(n int) bool { return n == 2 || n == 4 }) // flight 4, then 6
	got := strings.Join(shortFlights(&Flights{}, records), "\n")
	for _, want := range []string{"> 4 ServerHello! 4 ServerHelloDone!", "> 6 change_cipher_spec! 6 Finished!"} {
		if strings.Count(got, want) == 0 {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	if strings.Contains(got, "HelloVerifyRequest!") {
		t.Errorf("what was sent once is marked:\n%s", got)
	}
}

func TestARecordWithAConnectionIDIsReadByWhatTheHelloSaid(t *testing.T) {
	records := tappedHandshake(t, SecureOptions{}, nil)
	f, found := &Flights{}, 0
	for i := range records {
		d := f.Read(&records[i])
		for _, r := range d.Records {
			if r.Type == recordCID {
				found++
				if len(r.CID) != cidLength || records[i].Direction != Received {
					t.Errorf("%v: Connection ID %x", records[i].Direction, r.CID)
				}
			}
			for _, m := range r.Messages {
				if m.Type == messageServerHello && (m.Hello == nil || m.Hello.CID != cidLength || len(m.Hello.Suites) != 1) {
					t.Errorf("ServerHello %+v", m.Hello)
				}
			}
		}
		if d.Rest != nil {
			t.Errorf("rest %x", d.Rest)
		}
	}
	if found < 3 { // Finished, data, alert
		t.Errorf("%d records with a Connection ID", found)
	}
}

func TestAnotherHandshakeOfTheSameAddressBeginsAnew(t *testing.T) {
	f := &Flights{}
	const handshake = 6 // datagrams
	first, second := tappedHandshake(t, SecureOptions{NoCID: true}, nil), tappedHandshake(t, SecureOptions{NoCID: true}, nil)
	if a, b := shortFlights(f, first)[:handshake], shortFlights(f, second)[:handshake]; !slices.Equal(a, b) {
		t.Errorf("got  %q\nwant %q", b, a)
	}
}

func TestFlightsForgetTheOldest(t *testing.T) {
	f := &Flights{}
	hello := recordBytes(recordHandshake, 0, 0, "", fragmentBytes(messageClientHello, 0, 40, 0, make([]byte, 40)))
	for port := range maxFlights + 10 {
		r := passing(t, Received, "192.0.2.1:5684", fmt.Sprintf("192.0.2.7:%d", 10000+port), string(hello), false)
		f.Read(&r)
	}
	if len(f.all) != maxFlights || len(f.order) != maxFlights {
		t.Errorf("%d handshakes are followed", len(f.all))
	}
}

func FuzzParseRecords(f *testing.F) {
	f.Add(recordBytes(recordHandshake, 0, 3, "", fragmentBytes(14, 5, 0, 0, nil)), 0)
	f.Add(recordBytes(recordCID, 1, 5, "abcd", make([]byte, 37)), 4)
	f.Add(recordBytes(recordAlert, 0, 5, "", []byte{2, 40}), unknownCID)
	hello, _ := hex.DecodeString("16fefd0000000000000000002a0100001e000000000000001e" + "fefd" + strings.Repeat("00", 28))
	f.Add(hello, unknownCID)
	f.Fuzz(func(t *testing.T, b []byte, cid int) {
		if cid < unknownCID || cid > 255 {
			return
		}
		records, rest := parseRecords(b, cid)
		var again []byte
		for _, r := range records {
			one := recordBytes(r.Type, r.Epoch, r.Sequence, string(r.CID), r.Content)
			binary.BigEndian.PutUint16(one[1:], r.Version)
			again = append(again, one...)
			read := 0
			for _, m := range r.Messages {
				if m.Offset+m.FragmentLength > m.Length || m.Hello != nil && m.Fragment() {
					t.Errorf("message %+v", m)
				}
				read += handshakeHead + m.FragmentLength
			}
			if read > len(r.Content) {
				t.Errorf("messages of %d octets in %d", read, len(r.Content))
			}
		}
		if !bytes.Equal(append(again, rest...), b) {
			t.Errorf("records and rest are not what was read: %x, %x", again, rest)
		}
	})
}
