package transport

import (
	"encoding/binary"
	"fmt"
	"io"
	"sync"
)

const (
	// maxEarly is how many octets of encrypted records are kept during a handshake.
	maxEarly = 16 << 10
	// maxFlight is how many datagrams of our last flight are kept, and how often it
	// is repeated for a peer that repeats its own.
	maxFlight        = 8
	maxFlightRepeats = 8
	alertWarning     = 1
	alertFatal       = 2
	closeNotify      = 0
	noRenegotiation  = 100
)

// noteFlight keeps what the handshake sends from ChangeCipherSpec on, if the peer has
// changed to its keys before: then this flight is the last, and who has not got it
// will repeat its own. link.mu is held. RFC 6347 §4.2.4.
func (p *securePeer) noteFlight(b []byte) {
	if len(p.early) == 0 || len(p.flight) >= maxFlight {
		return
	}
	if len(p.flight) > 0 || changesCipher(b) {
		p.flight = append(p.flight, append([]byte(nil), b...))
	}
}

// count notes the highest sequence number of the encrypted records that are sent.
// link.mu is held.
func (p *securePeer) count(b []byte) {
	p.record.mu.Lock()
	cid := len(p.record.sentCID(p.link.server != nil))
	p.record.mu.Unlock()
	for rest := b; len(rest) > 0; {
		var record []byte
		if record, rest = nextRecord(rest, cid); record == nil {
			return
		}
		if number := binary.BigEndian.Uint64(record[3:]); number>>48 == sealedEpoch {
			p.sequence = max(p.sequence, number&maxSequence+1)
		}
	}
}

// changesCipher says whether a datagram has a ChangeCipherSpec in it.
func changesCipher(b []byte) bool {
	for record := range recordsOf(b) {
		if record[0] == recordCCS {
			return true
		}
	}
	return false
}

// keepEarly keeps a datagram with encrypted records for the time when they can be
// read. The handshake gets it as well, since it may hold its Finished. link.mu is held.
func (p *securePeer) keepEarly(b []byte) {
	kept := 0
	for _, e := range p.early {
		kept += len(e)
	}
	if kept+len(b) > maxEarly {
		return
	}
	_, wrapped := beforeCID(b)
	encrypted := len(wrapped) > 0
	for record := range recordsOf(b) {
		encrypted = encrypted || epochOf(record) > 0
	}
	if encrypted {
		p.early = append(p.early, append([]byte(nil), b...))
	}
}

// takeOver ends the library's part in a session whose handshake is complete.
func (p *securePeer) takeOver() (*sealed, error) {
	l := p.link
	id, suite := p.conn.proved()
	resumed := p.record.resumed()
	l.mu.Lock()
	p.identity, p.suite, p.resumed = id, suite, resumed
	p.noteLimit()
	// All records that have left are counted, and none leaves from here on: no
	// sequence number is used twice, which would give the key away.
	p.muted = true
	next := p.sequence
	l.mu.Unlock()
	s := p.bridge()
	if s == nil {
		p.record.mu.Lock()
		defer p.record.mu.Unlock()
		var err error
		if s, err = newSealed(&p.record, suite, l.server != nil, p.cid); err != nil {
			return nil, err
		}
	}
	s.next = next
	return s, nil
}

// serve delivers what has come before the handshake was complete.
func (p *securePeer) serve() {
	l := p.link
	p.hearing.Lock()
	l.mu.Lock()
	early, from, local := p.early, p.address, p.local
	p.early = nil
	l.mu.Unlock()
	for _, b := range early {
		p.openAll(Datagram{From: from, Local: local, Bytes: b}, func([]byte) {}) // the Finished among them was heard
	}
	p.hearing.Unlock()
}

// release ends what carried the handshake.
func (p *securePeer) release() {
	l := p.link
	l.mu.Lock()
	conn, packets := p.conn, p.packets
	p.conn, p.packets = nil, nil
	l.carried--
	l.mu.Unlock()
	_ = conn.Close() // it is muted: the peer does not hear of it
	_ = packets.Close()
}

// hear delivers what a datagram holds.
func (p *securePeer) hear(d Datagram) {
	p.hearing.Lock()
	defer p.hearing.Unlock()
	p.openAll(d, p.handshakeAgain)
}

// recordRoom holds a message of maxPlaintext octets, or the record around it.
type recordRoom [maxPlaintext + recordHead + maxCID + 64]byte

// plaintexts are buffers for what is read, and sealed.
var plaintexts = sync.Pool{New: func() any { return new(recordRoom) }}

// openAll delivers what a datagram holds, and gives messages of a handshake to again.
// p.hearing is held.
func (p *securePeer) openAll(d Datagram, again func(message []byte)) {
	room := plaintexts.Get().(*recordRoom)
	defer plaintexts.Put(room)
	rest := d.Bytes
	for len(rest) > 0 {
		var record []byte
		if record, rest = nextRecord(rest, len(p.sealed.in.cid)); record == nil {
			return
		}
		o, ok := p.sealed.open(room[:0], record)
		if !ok {
			continue // no alert: who forges records must not end a session, RFC 6347 §4.1.2.7
		}
		from := Address{}
		if o.newest {
			from = d.From
		}
		from, local := p.follow(from)
		switch o.kind {
		case recordData:
			p.link.receiver.Receive(Datagram{From: from, Local: local, Bytes: o.message})
		case recordHandshake:
			again(o.message)
		case recordAlert:
			p.tellAlert(Received, record, o.message)
			if p.alerted(o.message) {
				return
			}
		}
	}
}

// handshakeAgain answers a handshake message in an established session: a Finished
// that is repeated gets our last flight again, and a new handshake is refused.
func (p *securePeer) handshakeAgain(message []byte) {
	const helloRequest, finished = 0, 20
	l := p.link
	if len(message) == 0 {
		return
	}
	switch message[0] {
	case helloRequest, messageClientHello:
		_ = p.seal(recordAlert, []byte{alertWarning, noRenegotiation})
	case finished:
		l.mu.Lock()
		var again [][]byte
		if p.repeats < maxFlightRepeats {
			again = p.flight
			p.repeats++
		}
		to, local := p.address, p.local
		l.mu.Unlock()
		for _, b := range again {
			_ = l.inner.Send(to, local, b) // it asks again if it was lost
		}
	}
}

// AlertError is the alert that a peer ended a session with. RFC 5246 §7.2.
type AlertError struct{ Description byte }

func (e *AlertError) Error() string {
	return fmt.Sprintf("the peer ended the session with the alert %s (%d)", e.Name(), e.Description)
}

// Name is that of the alert: bad_record_mac, or unknown.
func (e *AlertError) Name() string { return alertName(e.Description) }

// alertName is the name of an alert, or unknown.
func alertName(description byte) string {
	if name := alertNames[description]; name != "" {
		return name
	}
	return "unknown"
}

// alerted says whether an alert has ended the session, and ends it then.
func (p *securePeer) alerted(message []byte) bool {
	if len(message) != 2 {
		return false
	}
	switch level, description := message[0], message[1]; {
	case description == closeNotify:
		p.finish(io.EOF)
	case level == alertFatal:
		p.link.kept.forget(p.resume) // RFC 5246 §7.2.2
		p.finish(&AlertError{description})
	default:
		return false
	}
	return true
}

// seal sends a message of a content type as one record.
func (p *securePeer) seal(kind byte, message []byte) error {
	l := p.link
	l.mu.Lock()
	to, local, sealed := p.address, p.local, p.sealed
	l.mu.Unlock()
	room := plaintexts.Get().(*recordRoom)
	defer plaintexts.Put(room)
	record, err := sealed.append(room[:0], kind, message)
	if err != nil {
		return err
	}
	err = l.inner.Send(to, local, record)
	if kind == recordAlert {
		p.tellAlert(Sent, record, message)
	}
	return err
}

// sayClose tells the peer that the session ends.
func (p *securePeer) sayClose() {
	_ = p.seal(recordAlert, []byte{alertWarning, closeNotify}) // the peer may be gone: there is nobody to tell
}

// Stand implements Lender.
func (l *DTLS) Stand(w Waiting) bool {
	l.mu.Lock()
	carried := l.carried > 0 // what is waited for may be delivered by another goroutine
	l.mu.Unlock()
	return !carried && borrowed{l.inner}.Stand(w)
}

// Rest implements Lender.
func (l *DTLS) Rest() { borrowed{l.inner}.Rest() }

// Resume implements Lender.
func (l *DTLS) Resume() { borrowed{l.inner}.Resume() }
