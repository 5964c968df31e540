package coap

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"lwcon/session/transport"
)

const (
	// defaultMaxMessage is the largest message of a peer that has not said
	// otherwise, in bytes. RFC 8323 §5.3.1.
	defaultMaxMessage = 1152
	// ownMaxMessage is the largest message that we take: bodies up to a few
	// blocks come in one piece, longer ones block-wise.
	ownMaxMessage = 64 << 10
	// csmPatience is how long a new connection may stay without a complete
	// first message before it is closed.
	csmPatience = 30 * time.Second
)

// stream is the state of a peer's connection.
type stream struct {
	peer      *peer
	pending   []byte // the beginning of a frame
	peerMax   int    // bytes
	blockWise bool   // the peer takes and gives blocks
	greeted   bool   // a message has come
	released  bool   // the peer wants no new requests
	ended     error  // why we closed it
	patience  timer
}

// openStream begins a connection with our capabilities. RFC 8323 §5.3.
func (e *Endpoint) openStream(p *peer) {
	if !e.stream {
		return
	}
	s := &stream{peer: p, peerMax: defaultMaxMessage}
	s.patience.owner = s
	e.mu.Lock()
	p.stream = s
	e.set(&s.patience, e.instant()+csmPatience)
	e.mu.Unlock()
	m := &Message{Code: CSM}
	m.Options.SetUint(CSMMaxMessageSize, ownMaxMessage)
	m.Options.Set(CSMBlockWiseTransfer, nil)
	e.signal8323(p, m, e.log.next())
}

// closeStream forgets a connection. The lock is held.
func (e *Endpoint) closeStream(p *peer) {
	if p.stream != nil {
		e.unset(&p.stream.patience)
		p.stream = nil
	}
}

// expire closes a connection on which nothing came.
func (s *stream) expire(e *Endpoint, _ instant, out *outbox) {
	if s.greeted {
		return
	}
	s.ended = fmt.Errorf("no message within %v of connecting", csmPatience)
	out.add(func() { e.link.Disconnect(s.peer.address, s.ended) })
}

// receiveStream takes the next bytes of a connection and deals with every frame
// that is complete.
func (e *Endpoint) receiveStream(d transport.Datagram) {
	e.mu.Lock()
	p := e.peers.all[d.From]
	if p == nil || p.stream == nil || p.stream.ended != nil || e.closed {
		e.mu.Unlock()
		return
	}
	s := p.stream
	p.local = d.Local
	e.mu.Unlock()
	b := slices.Clone(d.Bytes) // messages keep their part of it
	if len(s.pending) > 0 {
		b = append(s.pending, b...)
		s.pending = nil
	}
	if !s.greeted && isTLS(b) {
		e.refuseFrame(p, s, d.Local, b, "this is TLS, and here is plain CoAP over TCP: coap+tcp:// is for this port, or the port of coaps+tcp:// for TLS")
		return
	}
	for len(b) > 0 {
		if token := int(b[0] & 15); token > MaxToken {
			e.refuseFrame(p, s, d.Local, b, fmt.Sprintf("a token of at most 8 bytes expected, %d found", token))
			return
		}
		size, complete := frameSize(b)
		if size > ownMaxMessage {
			e.abort(p, s, fmt.Sprintf("a message of %d bytes, at most %d are taken", size, ownMaxMessage), 0)
			return
		}
		if !complete || size > len(b) {
			s.pending = slices.Clone(b) // the rest of the clone is let go
			return
		}
		if !e.receiveFrame(p, s, d.Local, b[:size:size]) {
			return
		}
		b = b[size:]
	}
}

// isTLS says whether a connection begins with a ClientHello or an alert of TLS. As CoAP
// it were a PUT with a token that nobody would choose. RFC 8446 §4, §5.1.
func isTLS(b []byte) bool {
	const alert, handshake, major, newest, clientHello, alertSize = 21, 22, 3, 4, 1, 2
	if len(b) < 6 || b[1] != major || b[2] > newest {
		return false
	}
	return b[0] == handshake && b[5] == clientHello || b[0] == alert && b[3] == 0 && b[4] == alertSize
}

// frameSize reads how long the frame at the start of b is; complete is false
// while the length itself has not come. RFC 8323 §3.2.
func frameSize(b []byte) (size int, complete bool) {
	nibble, token := int(b[0]>>4), int(b[0]&15)
	extra := 0
	if nibble > 12 {
		extra = 1 << (nibble - 13)
	}
	if len(b) < 1+extra {
		return 0, false
	}
	var length uint64
	switch nibble {
	case 13:
		length = uint64(b[1]) + 13
	case 14:
		length = uint64(binary.BigEndian.Uint16(b[1:])) + 269
	case 15:
		length = uint64(binary.BigEndian.Uint32(b[1:])) + 65805
	default:
		length = uint64(nibble)
	}
	total := uint64(1+extra+1+token) + length
	const enough = 1 << 30 // fits into an int everywhere, and is refused
	return int(min(total, enough)), true
}

// receiveFrame deals with one frame; false if the connection was ended.
func (e *Endpoint) receiveFrame(p *peer, s *stream, local transport.Local, b []byte) bool {
	in := &incoming{from: p.address, local: local, bytes: b, at: e.clock.Now()}
	in.now = in.at.Sub(e.start)
	if err := e.decode(in); err != nil {
		e.refuseFrame(p, s, local, b, reasonOf(in.scanned, err))
		return false
	}
	m := in.message
	if !s.greeted {
		e.mu.Lock()
		s.greeted = true
		e.unset(&s.patience)
		e.mu.Unlock()
		if m.Code != CSM {
			in.deviations = append(in.deviations, deviate(ruleCSMMissing, 0, fmt.Sprintf("the first message is %v", m.Code)))
		}
	}
	e.mu.Lock()
	e.touch(p, in.now)
	e.mu.Unlock()
	switch {
	case m.Code.IsSignal():
		return e.receiveSignal(p, s, in)
	case m.Code.IsRequest():
		e.receiveStreamRequest(p, in)
	case m.Code.IsResponse():
		e.receiveStreamResponse(p, in)
	case m.Code == Empty:
		e.pass(p, local, in.entry(e.log.next(), noteIgnored, 0)) // RFC 8323 §3.4
	default:
		number := e.log.next()
		e.pass(p, local, in.entry(number, noteIgnored, 0))
		e.tellRefused(p.address, number, in.at, in.all())
	}
	return true
}

// refuseFrame ends a connection on which a frame came that cannot be read.
func (e *Endpoint) refuseFrame(p *peer, s *stream, local transport.Local, b []byte, reason string) {
	in := &incoming{from: p.address, local: local, bytes: b, at: e.clock.Now()}
	e.pass(p, local, in.entry(e.log.next(), noteMalformed, 0))
	e.abort(p, s, "malformed message: "+reason, 0)
}

func reasonOf(deviations []Deviation, err error) string {
	if len(deviations) > 0 {
		return deviations[0].Message
	}
	return err.Error()
}

func (e *Endpoint) receiveStreamRequest(p *peer, in *incoming) {
	number := e.log.next()
	e.pass(p, in.local, in.entry(number, noteNone, 0))
	e.serve(p, in, number)
}

func (e *Endpoint) receiveStreamResponse(p *peer, in *incoming) {
	m := in.message
	token := keyOfToken(p, m.Token)
	e.mu.Lock()
	c, o := e.calls[token], e.observations[token]
	if c == nil && o == nil {
		number, n := uint64(0), noteUnknownToken
		if late := p.spent.find(m.Token); late != 0 {
			number, n = late, noteLate
		} else if only := e.onlyCall(p); only != nil && !m.Options.Has(Observe) {
			number, n = only.transfer.exchange.Number, noteWrongToken
			in.deviations = append(in.deviations, wrongToken(only, m.Token))
			only.transfer.note(in.at, transport.Received, in.bytes, n, 0)
			only.transfer.deviate(in.all()...)
		}
		e.mu.Unlock()
		if number == 0 {
			number = e.log.next()
		}
		e.pass(p, in.local, in.entry(number, n, 0))
		return
	}
	number := e.numberFor(c, o, in)
	notifies := e.isNotification(c, o, m)
	e.mu.Unlock()
	if notifies {
		e.receiveNotification(p, o, in, number, nil)
		return
	}
	e.pass(p, in.local, in.entry(number, noteNone, 0))
	e.conclude(c, in, noteNone)
}

// abort ends a connection on which the peer sent nonsense: Abort with a reason,
// then the connection is closed. badOption names the CSM option concerned, 0
// where there is none. RFC 8323 §5.6.
func (e *Endpoint) abort(p *peer, s *stream, reason string, badOption OptionNumber) {
	m := &Message{Code: Abort, Payload: []byte(reason)}
	if badOption != 0 {
		m.Options.SetUint(AbortBadCSMOption, uint64(badOption))
	}
	e.mu.Lock()
	s.ended = errors.New("aborted by us: " + reason)
	e.mu.Unlock()
	number := e.log.next()
	e.signal8323(p, m, number)
	e.tellRefused(p.address, number, e.clock.Now(), []Deviation{deviate(ruleAborted, -1, "the connection is ended: "+reason)})
	e.link.Disconnect(p.address, s.ended)
}
