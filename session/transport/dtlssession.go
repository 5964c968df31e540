package transport

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/pion/dtls/v3/pkg/crypto/prf"
)

const (
	// sealedEpoch is that of all records after the handshake; there is no second one.
	sealedEpoch = 1
	// maxSequence is the last sequence number of an epoch.
	maxSequence = 1<<48 - 1
	// replayWindow is how far behind the newest record one may be. RFC 6347 §4.1.2.6.
	replayWindow = 64
)

// sealed is a session after its handshake: it seals and opens records without a
// goroutine of its own. It is safe for concurrent use. RFC 6347 §4.1, RFC 9146 §4.
type sealed struct {
	mu       sync.Mutex
	out, in  direction
	next     uint64 // sequence number to send with
	newest   uint64 // sequence number received
	window   uint64 // bit n: newest-n was received
	received bool   // anything
}

// direction is the half of a session that one end writes.
type direction struct {
	protection
	cid string
}

// sessionSecrets are what the keys of a session are made from.
type sessionSecrets struct {
	clientRandom, master []byte
}

// secretKeeper is the key log of one handshake: so its library tells the secrets. They
// go on to the key log of the user, if there is one.
type secretKeeper struct {
	record *handshakeRecord
	log    io.Writer
	known  func() // is called once the secrets are; may be nil
}

// Write takes the line CLIENT_RANDOM RANDOM MASTER, in hex.
func (k *secretKeeper) Write(line []byte) (int, error) {
	given := len(line)
	if words := bytes.Fields(line); len(words) == 3 && string(words[0]) == "CLIENT_RANDOM" {
		random, wrong := hex.AppendDecode(nil, words[1])
		master, bad := hex.AppendDecode(nil, words[2])
		if wrong == nil && bad == nil {
			k.record.mu.Lock()
			if h := k.record.hello; h != nil && len(h.random) == lengthOfRandom {
				random = []byte(h.random) // of a resumed session the library tells the server's
				line = fmt.Appendf(nil, "%s %x %x\n", words[0], random, master)
			}
			k.record.secrets = sessionSecrets{random, master}
			k.record.mu.Unlock()
			if k.known != nil {
				k.known()
			}
		}
	}
	if k.log != nil {
		if _, err := k.log.Write(line); err != nil {
			return 0, err
		}
	}
	return given, nil
}

var errNotSealed = errors.New("the records of this session are not sealed here")

// newSealed makes the keys of a session of which the handshake is recorded; ownCID is
// what this end gave out. The lock of the record is held.
func newSealed(r *handshakeRecord, suite CipherSuite, server bool, ownCID string) (*sealed, error) {
	s, known := recordSuites[suite]
	if !known || r.answer == nil || r.hello == nil || len(r.secrets.clientRandom) != lengthOfRandom || len(r.secrets.master) == 0 {
		return nil, errNotSealed
	}
	mac, key, iv := s.sizes()
	keys, err := prf.GenerateEncryptionKeys(r.secrets.master, r.secrets.clientRandom, []byte(r.answer.random), mac, key, iv, s.hash)
	if err != nil {
		return nil, err
	}
	var ours, theirs direction
	if ours.protection, err = s.protection(keys.ClientMACKey, keys.ClientWriteKey, keys.ClientWriteIV); err != nil {
		return nil, err
	}
	if theirs.protection, err = s.protection(keys.ServerMACKey, keys.ServerWriteKey, keys.ServerWriteIV); err != nil {
		return nil, err
	}
	if server {
		ours, theirs = theirs, ours
	}
	if r.agreedCID() {
		ours.cid, theirs.cid = r.sentCID(server), ownCID
	}
	return &sealed{out: ours, in: theirs}, nil
}

var errExhausted = errors.New("the session has no sequence number left")

// append seals a message of a content type as one record and appends it to b.
func (s *sealed) append(b []byte, kind byte, message []byte) ([]byte, error) {
	s.mu.Lock()
	sequence := s.next
	s.next++
	s.mu.Unlock()
	if sequence > maxSequence {
		return nil, errExhausted
	}
	return s.out.append(b, kind, sealedEpoch<<48|sequence, message), nil
}

// append seals a message as the record with a number, epoch and sequence, and appends
// it to b.
func (d *direction) append(b []byte, kind byte, number uint64, message []byte) []byte {
	h := recordHeader{kind: kind, sequence: number, cid: d.cid}
	if d.cid != "" {
		h.kind = recordCID
		message = append(append(make([]byte, 0, len(message)+1), message...), kind)
	}
	return d.seal(h.append(b, d.size(len(message))), &h, message)
}

// opened is what was in a record.
type opened struct {
	kind    byte
	message []byte
	newest  bool // no record with a higher sequence number came before
}

// open opens one record; false for one that is not of this session, was changed on
// the way, or came before. The message stands in room, or behind it.
func (s *sealed) open(room, record []byte) (opened, bool) {
	d := &s.in
	h, body, ok := d.header(record)
	if !ok {
		return opened{}, false
	}
	sequence := h.sequence & maxSequence
	if s.seen(sequence) {
		return opened{}, false
	}
	kind, message, ok := d.openBody(room, h, body)
	if !ok {
		return opened{}, false
	}
	newest, fresh := s.accept(sequence)
	if !fresh {
		return opened{}, false
	}
	return opened{kind, message, newest}, true
}

// header reads the head of a record of this half of the session; false for one that
// is not of it.
func (d *direction) header(record []byte) (h recordHeader, body []byte, ok bool) {
	h, body, ok = parseRecordHeader(record, len(d.cid))
	ok = ok && h.sequence>>48 == sealedEpoch && h.cid == d.cid && (h.kind == recordCID) == (d.cid != "")
	return h, body, ok
}

// openBody opens the body of a record, and says what type its message is of; false if it
// was changed on the way.
func (d *direction) openBody(room []byte, h recordHeader, body []byte) (kind byte, message []byte, ok bool) {
	message, ok = d.open(room, &h, body)
	if !ok {
		return 0, nil, false
	}
	if h.kind == recordCID { // zeros may follow the type, RFC 9146 §4
		message = bytes.TrimRight(message, "\x00")
		if len(message) == 0 {
			return 0, nil, false
		}
		h.kind, message = message[len(message)-1], message[:len(message)-1]
	}
	return h.kind, message, true
}

// seen says whether a sequence number came before, or may have.
func (s *sealed) seen(sequence uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.replayed(sequence)
}

func (s *sealed) replayed(sequence uint64) bool {
	if !s.received || sequence > s.newest {
		return false
	}
	behind := s.newest - sequence
	return behind >= replayWindow || s.window>>behind&1 == 1
}

// accept enters the sequence number of a record that is genuine; fresh is false if
// another goroutine was first.
func (s *sealed) accept(sequence uint64) (newest, fresh bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.replayed(sequence) {
		return false, false
	}
	if s.received && sequence <= s.newest {
		s.window |= 1 << (s.newest - sequence)
		return false, true
	}
	s.window = s.window<<(sequence-s.newest) | 1
	s.newest, s.received = sequence, true
	return true, true
}
