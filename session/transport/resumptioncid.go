package transport

import (
	"encoding/binary"

	"github.com/pion/dtls/v3/pkg/protocol/extension"
	"github.com/pion/dtls/v3/pkg/protocol/handshake"
)

// resumeWithCID agrees to a Connection ID where the library does not: when it resumes a
// session. What the two Finished look like on the wire then, it does not know; bridge
// does. A session whose records the library seals stays without. RFC 9146 §3.
func (p *securePeer) resumeWithCID(hello handshake.MessageServerHello) handshake.Message {
	r := &p.record
	r.mu.Lock()
	defer r.mu.Unlock()
	resumed := r.hello != nil && r.hello.session != "" && r.hello.session == string(hello.SessionID)
	if hello.CipherSuiteID == nil || !resumed || !r.hello.cid {
		return &hello
	}
	if _, own := aeadSuites[CipherSuite(*hello.CipherSuiteID)]; !own {
		return &hello
	}
	hello.Extensions = append(hello.Extensions, &extension.ConnectionID{CID: []byte(p.cid)})
	r.bridged = true
	return &hello
}

// bridge is the session as it is on the wire while the library resumes it without
// knowing of its Connection IDs; nil where there is nothing to bridge.
func (p *securePeer) bridge() *sealed {
	p.record.mu.Lock()
	suite, needed := CipherSuite(0), p.record.bridged && p.record.answer != nil
	if needed {
		suite = p.record.answer.suite
	}
	p.record.mu.Unlock()
	if !needed {
		return nil
	}
	s, err := newSealed(&p.record, suite, true, p.cid, 0)
	if err != nil {
		return nil
	}
	return s
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
		h, body, ok := from.header(record)
		if !ok {
			out = append(out, record...)
			continue
		}
		if kind, message, opens := from.open(nil, h, body); opens {
			out = to.append(out, kind, binary.BigEndian.Uint64(record[3:]), message)
		} else {
			out = append(out, record...)
		}
	}
	return out
}

// withoutCID is a direction as the library knows it.
func (d direction) withoutCID() *direction {
	d.cid = ""
	return &d
}

// toWire makes of what the library sends what goes out.
func (p *securePeer) toWire(b []byte) []byte {
	if s := p.bridge(); s != nil && s.out.cid != "" {
		return rewrap(b, s.out.withoutCID(), &s.out)
	}
	return b
}

// fromWire makes of what came what the library reads.
func (p *securePeer) fromWire(b []byte) []byte {
	if s := p.bridge(); s != nil && s.in.cid != "" {
		return rewrap(b, &s.in, s.in.withoutCID())
	}
	return b
}
