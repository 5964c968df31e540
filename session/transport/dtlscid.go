package transport

import (
	"github.com/pion/dtls/v3/pkg/protocol/extension"
	"github.com/pion/dtls/v3/pkg/protocol/handshake"
)

// The library of pre-shared keys and certificates knows nothing of Connection IDs here: it
// offers none where it resumes a session, and authenticates records of CBC that have one
// in a way of its own. So both ends of ours speak of them beside it, and what is
// encrypted during its handshake, the two Finished, passes between its form and that on
// the wire. RFC 9146.

// offerCID offers to send a Connection ID to a server, which need not send one.
func offerCID(hello handshake.MessageClientHello) handshake.Message {
	hello.Extensions = append(hello.Extensions, &extension.ConnectionID{})
	return &hello
}

// agreeCID gives the Connection ID to a client that takes part. RFC 9146 §3.
func (p *securePeer) agreeCID(hello handshake.MessageServerHello) handshake.Message {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	if p.record.hello != nil && p.record.hello.cid {
		hello.Extensions = append(hello.Extensions, &extension.ConnectionID{CID: []byte(p.cid)})
	}
	return &hello
}

// bridge is the session as it is on the wire during a handshake of that library, once there
// are keys; nil where both forms are one.
func (p *securePeer) bridge() *sealed {
	r := &p.record
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.agreedCID() {
		return nil
	}
	if r.bridge == nil {
		r.bridge, _ = newSealed(r, r.answer.suite, p.link.server != nil, p.cid) // nil as long as there are no keys
	}
	return r.bridge
}

// toWire makes of what the library sends what goes out.
func (p *securePeer) toWire(b []byte) []byte {
	if s := p.bridge(); s != nil && s.out.cid != "" {
		return rewrap(b, s.out.withoutCID(), &s.out)
	}
	return b
}

// fromWire makes of what came what the library reads. What has our Connection ID waits
// among what came early until there are keys. link.mu is held.
func (p *securePeer) fromWire(b []byte) []byte {
	if s := p.bridge(); s != nil && s.in.cid != "" {
		return rewrap(b, &s.in, s.in.withoutCID())
	}
	plain, _ := beforeCID(mendAlert(b, func(description byte) byte { return description }))
	return plain
}

// keysKnown hands over what has our Connection ID and came before the keys.
func (p *securePeer) keysKnown() {
	s := p.bridge()
	if s == nil || s.in.cid == "" {
		return
	}
	l := p.link
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, b := range p.early {
		if _, wrapped := beforeCID(b); len(wrapped) > 0 && p.packets != nil {
			p.packets.put(p.address, rewrap(wrapped, &s.in, s.in.withoutCID()))
		}
	}
}

// beforeCID parts a datagram before its first record with a Connection ID.
func beforeCID(b []byte) (plain, wrapped []byte) {
	end := 0
	for record := range recordsOf(b) {
		end += len(record)
	}
	if end < len(b) && b[end] == recordCID {
		return b[:end], b[end:]
	}
	return b, nil
}

// rewrap opens the encrypted records of a datagram by one form of a direction, and seals
// them by the other under the same numbers: one of the two never leaves this
// program. What cannot be opened stays as it is.
func rewrap(datagram []byte, from, to *direction) []byte {
	var out []byte
	for rest := datagram; len(rest) > 0; {
		record, after := nextRecord(rest, len(from.cid))
		if record == nil {
			return append(out, rest...)
		}
		rest = after
		if h, body, ok := from.header(record); ok {
			if kind, message, opens := from.openBody(nil, h, body); opens {
				out = to.append(out, kind, h.sequence, message)
				continue
			}
		}
		out = append(out, record...)
	}
	return out
}

// withoutCID is a direction as the library knows it.
func (d direction) withoutCID() *direction {
	d.cid = ""
	return &d
}
