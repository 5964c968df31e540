package transport

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/dtls/v3"
)

// watched is a link whose datagrams are seen, and dropped where drop says so; those of
// one test by one goroutine at a time.
type watched struct {
	Link
	mu   *sync.Mutex
	drop func(b []byte) bool
}

func (w *watched) Send(to Address, via Local, b []byte) error {
	w.mu.Lock()
	dropped := w.drop(b)
	w.mu.Unlock()
	if dropped {
		return nil
	}
	return w.Link.Send(to, via, b)
}

// arrivals hands what comes over to a session of the library.
type arrivals struct {
	inbox
	packets *packets
}

func (a arrivals) Receive(d Datagram) { a.packets.put(d.From, d.Bytes) }

// library makes a session with the listener in which the library seals the records.
func (b *securedBench) library(from string, options ...dtls.ClientOption) *dtls.Conn {
	b.t.Helper()
	inner, err := b.network.Datagram(from)
	if err != nil {
		b.t.Fatal(err)
	}
	to, _ := ParseAddress("192.0.2.1:5684")
	p := newPackets(func(datagram []byte) error { return inner.Send(to, Local{}, datagram) })
	if err := inner.Start(arrivals{newInbox(), p}); err != nil {
		b.t.Fatal(err)
	}
	options = append([]dtls.ClientOption{dtls.WithCipherSuites(dtls.CipherSuiteID(pskSuites[0]))}, options...)
	options = append(options, dtls.WithPSKIdentityHint([]byte("dev1")),
		dtls.WithPSK(func([]byte) ([]byte, error) { return []byte("0123456789abcdef"), nil }))
	conn, err := dtls.ClientWithOptions(p, packetAddress(to), options...)
	if err != nil {
		b.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(b.t.Context(), 2*time.Minute)
	defer cancel()
	if err := conn.HandshakeContext(ctx); err != nil {
		b.t.Fatal(err)
	}
	return conn
}

func TestSealedRecordsAreThoseThatTheLibraryReads(t *testing.T) {
	cids := map[string]func() []byte{
		"no CID": nil, "CID to the listener": dtls.OnlySendCIDGenerator(), "CID both ways": dtls.RandomCIDGenerator(5),
	}
	for name, cid := range cids {
		for _, suite := range pskSuites {
			if recordSuites[suite].mac != nil && cid != nil {
				continue // the library authenticates the inner plaintext twice there, unlike RFC 9146 §5.1
			}
			t.Run(name+" "+suite.String(), func(t *testing.T) {
				securely(t, knowing("dev1", "0123456789abcdef"), SecureOptions{}, func(t *testing.T, b *securedBench) {
					options := []dtls.ClientOption{dtls.WithCipherSuites(dtls.CipherSuiteID(suite))}
					if cid != nil {
						options = append(options, dtls.WithConnectionIDGenerator(cid))
					}
					conn := b.library("192.0.2.7:40001", options...)
					defer conn.Close()
					for range 100 {
						if _, err := conn.Write([]byte("question")); err != nil {
							t.Fatal(err)
						}
						got := b.heard.want(t, "bytes")
						if string(got.bytes) != "question" {
							t.Fatalf("heard %q", got.bytes)
						}
						if err := b.server.Send(got.peer, got.local, []byte("answer")); err != nil {
							t.Fatal(err)
						}
						room := make([]byte, 100)
						if n, err := conn.Read(room); err != nil || string(room[:n]) != "answer" {
							t.Fatalf("read %q, %v", room[:n], err)
						}
					}
				})
			})
		}
	}
}

func TestALastFlightThatWasLostIsSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &securedBench{t: t, network: NewMemoryNetwork(), heard: newInbox()}
		inner, err := b.network.Datagram("192.0.2.1:5684")
		if err != nil {
			t.Fatal(err)
		}
		lost := 0
		b.server = NewDTLSServer(&watched{inner, new(sync.Mutex), func(datagram []byte) bool {
			if changesCipher(datagram) && lost < 2 {
				lost++
				return true
			}
			return false
		}}, knowing("dev1", "0123456789abcdef"), SecureOptions{})
		if err := b.server.Start(b.heard); err != nil {
			t.Fatal(err)
		}
		defer b.server.Close()
		conn := b.library("192.0.2.7:40001")
		defer conn.Close()
		if lost != 2 {
			t.Fatalf("%d flights were lost", lost)
		}
		if _, err := conn.Write([]byte("question")); err != nil {
			t.Fatal(err)
		}
		b.heard.want(t, "bytes")
	})
}

// sentRecords are all encrypted records that both ends have sent.
type sentRecords struct {
	t    *testing.T
	seen map[string][]byte // by sender and the octets of epoch and sequence number
	all  [][]byte          // datagrams
}

func (s *sentRecords) note(from string, datagram []byte, cid int) {
	s.all = append(s.all, bytes.Clone(datagram))
	for rest := datagram; len(rest) > 0; {
		var record []byte
		if record, rest = nextRecord(rest, cid); record == nil {
			s.t.Errorf("%s sent a record that is cut: % x", from, datagram)
			return
		}
		if number := string(record[3:11]); epochOf(record) > 0 {
			if before, twice := s.seen[from+number]; twice && !bytes.Equal(before, record) {
				s.t.Errorf("%s used the sequence number %d twice", from, binary.BigEndian.Uint64(record[3:])&maxSequence)
			}
			s.seen[from+number] = bytes.Clone(record)
		}
	}
}

// watchedSession makes a session over links that are watched.
func watchedSession(t *testing.T, drop func(server bool, b []byte) bool) (b *securedBench, client *DTLS, back inbox, sent *sentRecords) {
	t.Helper()
	b = &securedBench{t: t, network: NewMemoryNetwork(), heard: newInbox()}
	sent = &sentRecords{t: t, seen: map[string][]byte{}}
	var mu sync.Mutex
	watch := func(address string, server bool) Link {
		inner, err := b.network.Datagram(address)
		if err != nil {
			t.Fatal(err)
		}
		cid := cidLength
		if server {
			cid = 0
		}
		return &watched{inner, &mu, func(datagram []byte) bool {
			sent.note(address, datagram, cid)
			return drop != nil && drop(server, datagram)
		}}
	}
	b.server = NewDTLSServer(watch("192.0.2.1:5684", true), knowing("dev1", "0123456789abcdef"), SecureOptions{})
	if err := b.server.Start(b.heard); err != nil {
		t.Fatal(err)
	}
	to, _ := ParseAddress("192.0.2.1:5684")
	client, err := NewDTLSClient(t.Context(), watch("192.0.2.7:40001", false), to, "x", pskOf("dev1", "0123456789abcdef"), SecureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	back = newInbox()
	if err := client.Start(back); err != nil {
		t.Fatal(err)
	}
	return b, client, back, sent
}

func TestNoSequenceNumberIsUsedTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dropped := 0
		b, client, back, sent := watchedSession(t, func(_ bool, datagram []byte) bool {
			if changesCipher(datagram) && dropped < 3 {
				dropped++ // so that Finished is sent more than once
				return true
			}
			return false
		})
		for range 20 {
			b.exchange(client, back)
		}
		client.Close()
		b.server.Close()
		if len(sent.seen) < 42 {
			t.Errorf("only %d encrypted records were seen", len(sent.seen))
		}
	})
}

func TestARecordIsTakenOnceAndOnlyAsItWasSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, client, back, sent := watchedSession(t, nil)
		from, to := b.exchange(client, back), client.onlyPeer()
		for _, datagram := range sent.all {
			b.network.Deliver(from, to, datagram)
			for i := range datagram {
				changed := bytes.Clone(datagram)
				changed[i] ^= 1
				b.network.Deliver(from, to, changed)
			}
			synctest.Wait()
		}
		select {
		case a := <-b.heard:
			t.Errorf("%s %q", a.kind, a.bytes)
		default:
		}
		b.exchange(client, back)
		client.Close()
		b.server.Close()
	})
}

func TestRecordsOutOfOrderAreTakenWithinTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var held [][]byte
		hold := false
		b, client, back, _ := watchedSession(t, func(server bool, datagram []byte) bool {
			if hold && !server {
				held = append(held, bytes.Clone(datagram))
			}
			return hold && !server
		})
		from := b.exchange(client, back)
		hold = true
		const messages = replayWindow + 6
		for i := range byte(messages) {
			if err := client.Send(client.onlyPeer(), Local{}, []byte{i}); err != nil {
				t.Fatal(err)
			}
		}
		for i := range held {
			b.network.Deliver(from, client.onlyPeer(), held[len(held)-1-i])
		}
		synctest.Wait()
		for i := range replayWindow {
			if got := b.heard.want(t, "bytes"); got.bytes[0] != byte(messages-1-i) {
				t.Fatalf("message %d came as number %d", got.bytes[0], i)
			}
		}
		if len(b.heard) > 0 {
			t.Error("a record from before the window was taken")
		}
		hold = false
		client.Close()
		b.server.Close()
	})
}

func TestWhatCameDuringTheHandshakeIsDelivered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		goOn := make(chan struct{})
		b, client, _, _ := watchedSession(t, nil)
		client.Close()
		b.heard.want(t, "down")
		b.server.Close()

		// The listener's last flight is out, but it has not come back from sending it.
		b = &securedBench{t: t, network: NewMemoryNetwork(), heard: newInbox()}
		inner, err := b.network.Datagram("192.0.2.1:5684")
		if err != nil {
			t.Fatal(err)
		}
		b.server = NewDTLSServer(&late{inner, goOn}, knowing("dev1", "0123456789abcdef"), SecureOptions{})
		if err := b.server.Start(b.heard); err != nil {
			t.Fatal(err)
		}
		defer b.server.Close()
		client, back, err := b.dial("192.0.2.7:40001", pskOf("dev1", "0123456789abcdef"), SecureOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if err := client.Send(client.onlyPeer(), Local{}, []byte("early")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if len(b.heard) > 0 {
			t.Fatal("delivered before the handshake was complete")
		}
		close(goOn)
		if got := b.heard.want(t, "bytes"); string(got.bytes) != "early" {
			t.Errorf("heard %q", got.bytes)
		}
		b.exchange(client, back)
		client.Close()
	})
}

// late is a link that comes back late from sending the last flight.
type late struct {
	Link
	goOn chan struct{}
}

func (l *late) Send(to Address, via Local, b []byte) error {
	err := l.Link.Send(to, via, b)
	if changesCipher(b) {
		<-l.goOn
	}
	return err
}

func TestAFatalAlertEndsTheSessionByItsName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, client, back, _ := watchedSession(t, nil)
		b.exchange(client, back)
		var p *securePeer
		for _, p = range client.peers {
		}
		if err := p.seal(recordAlert, []byte{alertWarning, 90}); err != nil { // user_canceled ends nothing
			t.Fatal(err)
		}
		b.exchange(client, back)
		if err := p.seal(recordAlert, []byte{alertFatal, 49}); err != nil {
			t.Fatal(err)
		}
		down := b.heard.want(t, "down")
		var alert *AlertError
		if !errors.As(down.cause, &alert) || alert.Error() != "the peer ended the session with the alert access_denied (49)" {
			t.Errorf("down: %v", down.cause)
		}
		back.want(t, "down") // by close_notify in answer
		client.Close()
		b.server.Close()
	})
}

func TestANewHandshakeInASessionIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answers := 0
		b, client, back, _ := watchedSession(t, func(server bool, datagram []byte) bool {
			if server {
				answers++
			}
			return false
		})
		b.exchange(client, back)
		var p *securePeer
		for _, p = range client.peers {
		}
		before := answers
		if err := p.seal(recordHandshake, helloOf(t)[recordHead:]); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if answers != before+1 {
			t.Errorf("%d answers, expected the alert no_renegotiation", answers-before)
		}
		b.exchange(client, back)
		client.Close()
		b.server.Close()
	})
}

func FuzzOpenRecord(f *testing.F) {
	session := func(cid string, suite CipherSuite) *sealed {
		p, err := recordSuites[suite].protection(make([]byte, 32), make([]byte, recordSuites[suite].key), make([]byte, 16))
		if err != nil {
			f.Fatal(err)
		}
		d := direction{p, cid}
		return &sealed{out: d, in: d}
	}
	suites := []CipherSuite{0xc0a8, 0x00ae, 0xc00a}
	for _, cid := range []string{"", "12345678"} {
		for i, suite := range suites {
			record, err := session(cid, suite).append(nil, recordData, []byte("message"))
			if err != nil {
				f.Fatal(err)
			}
			f.Add(record, len(cid) > 0, byte(i))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, withCID bool, which byte) {
		suite := suites[int(which)%len(suites)]
		cid := ""
		if withCID {
			cid = "12345678"
		}
		s := session(cid, suite)
		for rest := b; len(rest) > 0; {
			var record []byte
			if record, rest = nextRecord(rest, len(cid)); record == nil {
				return
			}
			parseServerHello(record)
			o, ok := s.open(nil, record)
			if !ok {
				continue
			}
			sent := session(cid, suite)
			sent.next = binary.BigEndian.Uint64(record[3:]) & maxSequence
			again, err := sent.append(nil, o.kind, o.message)
			if err != nil || len(again) > len(record) {
				t.Errorf("% x opens as % x, which seals as % x, %v", record, o.message, again, err)
			}
			if _, twice := s.open(nil, record); twice {
				t.Error("taken twice")
			}
		}
	})
}
