package session

import (
	"bytes"
	"errors"

	"lwcon/formats"
	"lwcon/lwm2m"
	"lwcon/session/coap"
	"lwcon/session/transport"
)

// Limits of the bodies whose blocks a Masker puts together. Beyond them blocks are
// masked as a whole.
const (
	maxMaskedBodies = 64       // the oldest makes room
	maxMaskedBody   = 64 << 10 // octets of one
)

// bodyKey finds a body that passes in blocks and names its paths itself, as that
// of a composite operation does.
type bodyKey struct {
	peer      transport.Address
	direction transport.Direction
	option    coap.OptionNumber // Block1 or Block2
}

// body is what has passed of it so far.
type body struct {
	octets []byte
	secret bool // it holds, or may hold, something of the Security or OSCORE object
}

// block masks a block of a body that names its paths itself: as a whole, from the
// block on in which the first of the Security or OSCORE object stands. A single
// block cannot be read, so those before it are put before it.
func (m *Masker) block(peer transport.Address, d transport.Direction, message *coap.Message, f lwm2m.ContentFormat) (masked []byte, found bool) {
	option, part := partOf(message)
	key := bodyKey{peer, d, option}
	m.mu.Lock()
	defer m.mu.Unlock()
	b := m.bodies[key]
	if b == nil || part.Number == 0 {
		b = m.begin(key)
	}
	switch at := part.Offset(); {
	case b.secret:
	case at > int64(len(b.octets)), at+int64(len(message.Payload)) > maxMaskedBody:
		b.secret = true // what came before is not known, or it is too long to be looked at
	default:
		b.octets = append(b.octets[:at], message.Payload...)
		b.secret = holdsSecrets(f, b.octets)
	}
	if !b.secret {
		return message.Payload, false
	}
	b.octets = nil
	return maskAll(message.Payload), true
}

// partOf returns the block that a message is, with the option that says so; 0
// where it is a whole body.
func partOf(m *coap.Message) (coap.OptionNumber, coap.Block) {
	if b, has := m.Block1(); has && (b.More || b.Number > 0) && m.Code.IsRequest() {
		return coap.Block1, b
	}
	if b, has := m.Block2(); has && (b.More || b.Number > 0) && m.Code.IsResponse() {
		return coap.Block2, b
	}
	return 0, coap.Block{}
}

// begin forgets what is known of a body, and the oldest where there are too many.
// The lock is held.
func (m *Masker) begin(key bodyKey) *body {
	if _, known := m.bodies[key]; !known {
		if len(m.bodyOrder) >= maxMaskedBodies {
			delete(m.bodies, m.bodyOrder[0])
			m.bodyOrder = m.bodyOrder[1:]
		}
		m.bodyOrder = append(m.bodyOrder, key)
	}
	b := new(body)
	m.bodies[key] = b
	return b
}

// holdsSecrets says whether the beginning of a body has something of the Security
// or OSCORE object in it: among the values that can be read, or where it breaks
// off.
func holdsSecrets(f lwm2m.ContentFormat, octets []byte) bool {
	tree, err := formats.Decode(f, octets, formats.Options{})
	for i := range tree.Nodes {
		if guarded(tree.Nodes[i].Path()) {
			return true
		}
	}
	var cut *formats.SyntaxError
	if !errors.As(err, &cut) {
		return err != nil // nobody can read it
	}
	return guarded(cut.Path) || namesSecrets(octets[min(max(cut.Offset, 0), len(octets)):])
}

// guarded says whether a path is below the Security or OSCORE object.
func guarded(p lwm2m.Path) bool {
	return p.Level() >= lwm2m.LevelObject && (p.Object() == securityObject || p.Object() == oscoreObject)
}

// namesSecrets says whether a text has a name in it that begins with the Security
// or OSCORE object.
func namesSecrets(b []byte) bool {
	for _, name := range [...]string{"/0/", "/21/"} {
		for at := 0; ; at++ {
			next := bytes.Index(b[at:], []byte(name))
			if next < 0 {
				break
			}
			if at += next; at == 0 || b[at-1] < '0' || b[at-1] > '9' {
				return true // it is no id further down, as in /3/0/9
			}
		}
	}
	return false
}
