package transport

import (
	"io"
	"net"
	"slices"
	"sync"
	"time"
)

// maxWaitingOctets is how much of a stream waits for the reader of a TLS session;
// beyond it the link below reads no more, and so the peer can't send.
const maxWaitingOctets = 64 << 10

// stream is the net.Conn over which the TLS session of one peer speaks: what arrives
// from it is put, what is written goes to the link below.
type stream struct {
	send func(b []byte) error
	shut func() // ends the connection below

	mu      sync.Mutex
	changed *sync.Cond
	waiting []byte
	ended   error // why no more comes, io.EOF where the peer ended it in order
	closed  bool
}

func newStream(send func(b []byte) error, shut func()) *stream {
	s := &stream{send: send, shut: shut}
	s.changed = sync.NewCond(&s.mu)
	return s
}

// put hands the next octets over; they are copied. It waits for the reader where too
// much waits for it.
func (s *stream) put(b []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.waiting) >= maxWaitingOctets && !s.closed {
		s.changed.Wait()
	}
	if s.closed || s.ended != nil {
		return
	}
	s.waiting = append(s.waiting, b...)
	s.changed.Broadcast()
}

// end says that nothing more will come; nil where the peer ended the connection in
// order.
func (s *stream) end(cause error) {
	if cause == nil {
		cause = io.EOF
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended == nil {
		s.ended = cause
	}
	s.changed.Broadcast()
}

// peek waits until so many octets wait to be read, and returns all that do without taking
// them.
func (s *stream) peek(n int) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.waiting) < n && s.ended == nil && !s.closed {
		s.changed.Wait()
	}
	switch {
	case s.closed:
		return nil, net.ErrClosed
	case len(s.waiting) < n:
		return nil, s.ended
	}
	return slices.Clone(s.waiting), nil
}

// Read implements net.Conn.
func (s *stream) Read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.waiting) == 0 && s.ended == nil && !s.closed {
		s.changed.Wait()
	}
	switch {
	case s.closed:
		return 0, net.ErrClosed
	case len(s.waiting) == 0:
		return 0, s.ended
	}
	n := copy(b, s.waiting)
	if s.waiting = s.waiting[n:]; len(s.waiting) == 0 {
		s.waiting = nil // an idle peer keeps no buffer
	}
	s.changed.Broadcast()
	return n, nil
}

// Write implements net.Conn.
func (s *stream) Write(b []byte) (int, error) {
	s.mu.Lock()
	closed := s.closed
	s.mu.Unlock()
	if closed {
		return 0, net.ErrClosed
	}
	if err := s.send(b); err != nil {
		return 0, err
	}
	return len(b), nil
}

// Close implements net.Conn.
func (s *stream) Close() error {
	s.mu.Lock()
	gone := s.closed || s.ended != nil // another may have its address already
	s.closed, s.waiting = true, nil
	s.changed.Broadcast()
	s.mu.Unlock()
	if !gone {
		s.shut()
	}
	return nil
}

// LocalAddr implements net.Conn.
func (s *stream) LocalAddr() net.Addr { return packetAddress{} }

// RemoteAddr implements net.Conn.
func (s *stream) RemoteAddr() net.Addr { return packetAddress{} }

// SetDeadline implements net.Conn. Who waits is woken by Close; writing has the limit
// of the link below.
func (s *stream) SetDeadline(time.Time) error { return nil }

// SetReadDeadline implements net.Conn.
func (s *stream) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline implements net.Conn.
func (s *stream) SetWriteDeadline(time.Time) error { return nil }
