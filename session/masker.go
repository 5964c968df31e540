package session

import (
	"bytes"
	"sync"

	"lwcon/lwm2m"
	"lwcon/session/coap"
	"lwcon/session/transport"
)

const (
	// maxMaskedRequests bounds the requests that are remembered; the oldest are
	// forgotten.
	maxMaskedRequests = 10_000
	// maxMaskedFrame bounds what is kept of a frame that is not complete; no more
	// is accepted by the message layer either.
	maxMaskedFrame = 128 << 10
)

// Masker makes the secrets in whole messages unreadable: bytes of /0/x/5, /0/x/8
// and /21/x/0 become '*', the length stays. It remembers requests, since an answer does
// not say what it is of. It is safe for concurrent use.
type Masker struct {
	mu       sync.Mutex
	requests map[requestKey]lwm2m.Path
	order    []requestKey
	pending  map[streamKey][]byte // the start of a frame

	bodies    map[bodyKey]*body
	bodyOrder []bodyKey // oldest first
}

// requestKey finds the request that a response answers.
type requestKey struct {
	peer      transport.Address
	direction transport.Direction // of the request
	token     string
}

// streamKey is one direction of a connection.
type streamKey struct {
	peer      transport.Address
	direction transport.Direction
}

// NewMasker returns a masker that has seen nothing yet.
func NewMasker() *Masker {
	return &Masker{
		requests: make(map[requestKey]lwm2m.Path), pending: make(map[streamKey][]byte), bodies: make(map[bodyKey]*body),
	}
}

// Message returns a message, a datagram or a whole frame, with its secrets
// masked, and whether there were any. The message itself is not changed.
func (m *Masker) Message(peer transport.Address, d transport.Direction, stream bool, b []byte) (masked []byte, found bool) {
	s := coap.Scan(b, stream)
	path, ok := m.pathOf(peer, d, &s.Message)
	if !ok || len(s.Message.Payload) == 0 || !mayHoldSecrets(path) {
		return b, false
	}
	payload, found := m.payload(peer, d, &s.Message, path)
	if !found {
		return b, false
	}
	masked = bytes.Clone(b)
	copy(masked[s.Payload.Offset:s.Payload.End], payload)
	return masked, true
}

// payload masks a message's payload. A block of something below the Security or
// OSCORE object cannot be read by itself and is masked as a whole.
func (m *Masker) payload(peer transport.Address, d transport.Direction, message *coap.Message, path lwm2m.Path) (masked []byte, found bool) {
	if message.Code.Class() >= 4 {
		return message.Payload, false // a diagnostic text
	}
	number, has := message.ContentFormat()
	format := lwm2m.ContentFormat(number)
	if !has {
		format = lwm2m.FormatText
	}
	switch option, _ := partOf(message); {
	case option == 0:
		return MaskPayload(format, path, message.Payload)
	case path.Level() > lwm2m.LevelRoot:
		return maskAll(message.Payload), true
	}
	return m.block(peer, d, message, format)
}

// pathOf says what a message's payload is of, and remembers requests.
func (m *Masker) pathOf(peer transport.Address, d transport.Direction, message *coap.Message) (lwm2m.Path, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !message.Code.IsRequest() {
		path, known := m.requests[requestKey{peer, 1 - d, string(message.Token)}]
		return path, known || message.Code.IsResponse()
	}
	path, ok := pathOf(message.Path())
	if !ok {
		return path, false
	}
	m.remember(requestKey{peer, d, string(message.Token)}, path)
	return path, true
}

// Know tells of a request that was sent before the masker began: what its answers, which
// have its token, are of.
func (m *Masker) Know(peer transport.Address, token []byte, path lwm2m.Path) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.remember(requestKey{peer, transport.Sent, string(token)}, path)
}

// remember keeps a request, and forgets the oldest where there are too many. The
// lock is held.
func (m *Masker) remember(key requestKey, path lwm2m.Path) {
	if _, known := m.requests[key]; !known {
		if len(m.order) >= maxMaskedRequests {
			delete(m.requests, m.order[0])
			m.order = m.order[1:]
		}
		m.order = append(m.order, key)
	}
	m.requests[key] = path
}

// Wire is Message for what passes on a link, as transport.CaptureConfig takes it:
// the frames of a stream are put together first, so that what is returned can
// lag behind what was given.
func (m *Masker) Wire(r transport.WireRecord) (masked []byte, found bool) {
	if r.Secured() {
		return r.Bytes, false // nobody can read it without the keys
	}
	if !r.Stream {
		return m.Message(r.Remote, r.Direction, false, r.Bytes)
	}
	if r.Connection() {
		m.mu.Lock()
		delete(m.pending, streamKey{r.Remote, transport.Sent})
		delete(m.pending, streamKey{r.Remote, transport.Received})
		m.mu.Unlock()
		return nil, false
	}
	key := streamKey{r.Remote, r.Direction}
	m.mu.Lock()
	b := append(m.pending[key], r.Bytes...)
	delete(m.pending, key)
	m.mu.Unlock()
	for len(b) > 0 {
		s := coap.Scan(b, true)
		if s.Length > maxMaskedFrame {
			return append(masked, b...), found // the message layer will not read it either
		}
		if s.Length == 0 || s.Length > len(b) { // its length itself has not come, or the rest
			m.mu.Lock()
			m.pending[key] = bytes.Clone(b)
			m.mu.Unlock()
			return masked, found
		}
		frame, secret := m.Message(r.Remote, r.Direction, true, b[:s.Length])
		masked, found = append(masked, frame...), found || secret
		b = b[s.Length:]
	}
	return masked, found
}
