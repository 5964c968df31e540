package coap

import (
	"strconv"
	"time"
)

// Limits of what is kept for block-wise transfers of requests served.
const (
	// MaxBodies is how many bodies are kept of one peer; a further one takes
	// the place of the oldest.
	MaxBodies = 8
	// MaxBodyBytes is how much is kept of all peers together.
	MaxBodyBytes = 64 << 20
)

// bodies are the requests that come in blocks and the responses that go out in
// blocks, each known by peer, method, path and what else makes it different,
// never by token. RFC 7959 §2.
type bodies struct {
	all  map[bodyKey]*body
	size int
}

// bodyKey finds a body. Kind is Block1 or Block2.
type bodyKey struct {
	peer *peer
	kind OptionNumber
	what string
}

// body is one of them.
type body struct {
	key     bodyKey
	message *Message // with the options of the first block
	data    []byte
	format  string // how a later block's Content-Format differs from that of the first, "" if none does
	timer   timer
	touched instant
}

func (b *bodies) init(*Endpoint) { b.all = make(map[bodyKey]*body) }

// keep enters a body in place of an older one with its key. False if there is
// no room. The lock is held.
func (e *Endpoint) keep(n *body, lifetime time.Duration, now instant) bool {
	b := &e.bodies
	e.discard(b.all[n.key])
	if b.size+len(n.data) > MaxBodyBytes {
		return false
	}
	count, oldest := 0, (*body)(nil)
	for key, other := range b.all {
		if key.peer != n.key.peer {
			continue
		}
		count++
		if oldest == nil || other.touched < oldest.touched {
			oldest = other
		}
	}
	if count >= MaxBodies {
		e.discard(oldest)
	}
	b.all[n.key] = n
	b.size += len(n.data)
	n.key.peer.live++
	n.timer.owner = n
	e.prolong(n, lifetime, now)
	return true
}

// prolong gives a body its lifetime again.
func (e *Endpoint) prolong(n *body, lifetime time.Duration, now instant) {
	n.touched = now
	e.set(&n.timer, now+lifetime)
}

// grow appends to a body; false if there is no room.
func (e *Endpoint) grow(n *body, part []byte) bool {
	if e.bodies.size+len(part) > MaxBodyBytes {
		return false
	}
	n.data = append(n.data, part...)
	e.bodies.size += len(part)
	return true
}

// discard forgets a body; nil is none.
func (e *Endpoint) discard(n *body) {
	if n == nil || e.bodies.all[n.key] != n {
		return
	}
	e.unset(&n.timer)
	delete(e.bodies.all, n.key)
	e.bodies.size -= len(n.data)
	n.key.peer.live--
}

func (n *body) expire(e *Endpoint, _ instant, _ *outbox) { e.discard(n) }

func (b *bodies) dropAll(e *Endpoint, p *peer) {
	for key, n := range b.all {
		if key.peer == p {
			e.discard(n)
		}
	}
}

// keyOf makes the key of a body from the request that it belongs to: method and
// path, for a request's body the Request-Tag too, for a response's body what
// else chooses it.
func keyOf(p *peer, kind OptionNumber, m *Message) bodyKey {
	what := []byte{byte(m.Code)}
	for _, o := range m.Options {
		chosen := o.Number == URIPath || o.Number == URIHost || o.Number == RequestTag
		if kind == Block2 {
			chosen = chosen || o.Number == URIQuery || o.Number == Accept
		}
		if chosen {
			what = strconv.AppendUint(what, uint64(o.Number), 10)
			what = append(strconv.AppendQuote(what, string(o.Value)), ' ')
		}
	}
	return bodyKey{p, kind, string(what)}
}
