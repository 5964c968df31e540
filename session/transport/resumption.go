package transport

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/binary"
	"sync"
	"time"

	"github.com/pion/dtls/v3"
)

// Limits of what is kept of sessions.
const (
	// MaxResumable is how many sessions are kept; beyond it the oldest is forgotten, and
	// its peer makes a whole handshake.
	MaxResumable = 1_000
	// resumableTime is how long one is kept. RFC 5246 §F.1.4.
	resumableTime = 24 * time.Hour
)

// Resumable keeps what sessions are resumed from, in memory only: master secrets,
// beside who the peer was and how it proved it. What it was proved by is asked again
// when one is resumed: a key or certificate that is not known any more resumes nothing.
// It is safe for concurrent use, and the zero value is ready. RFC 5246 §7.3.
type Resumable struct {
	mu    sync.Mutex
	all   map[string]resumable
	order []string // of age
}

type resumable struct {
	session any
	until   time.Time
}

func (r *Resumable) get(key string) any {
	r.mu.Lock()
	defer r.mu.Unlock()
	if kept, ok := r.all[key]; ok && time.Now().Before(kept.until) {
		return kept.session
	}
	return nil
}

func (r *Resumable) put(key string, session any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.all == nil {
		r.all = map[string]resumable{}
	}
	r.drop(key)
	if len(r.order) >= MaxResumable {
		r.drop(r.order[0])
	}
	r.all[key] = resumable{session, time.Now().Add(resumableTime)}
	r.order = append(r.order, key)
}

func (r *Resumable) forget(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drop(key)
}

// drop takes one out. The lock is held.
func (r *Resumable) drop(key string) {
	if _, known := r.all[key]; !known {
		return
	}
	delete(r.all, key)
	for i, other := range r.order {
		if other == key {
			r.order = append(r.order[:i], r.order[i+1:]...)
			return
		}
	}
}

// scope parts the sessions of a client from those with other keys or other servers.
func (k *ClientKeys) scope(server Address, host string) string {
	hash := sha256.New()
	add := func(b []byte) {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(b)))
		_, _ = hash.Write(length[:]) // never fails
		_, _ = hash.Write(b)
	}
	add([]byte{byte(k.Mode), k.Usage})
	add(k.Identity)
	add(k.Secret)
	add(k.Own.PublicKey)
	for _, c := range k.Own.Chain {
		add(c.Raw)
	}
	add([]byte(server.String()))
	add([]byte(host))
	return string(hash.Sum(nil))
}

// datagramSessions are the sessions of DTLS: of a listener, or of one client.
type datagramSessions struct {
	kept  *Resumable
	scope string
}

// Set implements dtls.SessionStore.
func (s datagramSessions) Set(key []byte, session dtls.Session) error {
	s.kept.put(s.scope+string(key), session)
	return nil
}

// Get implements dtls.SessionStore; without a session it gives one that is of no use.
func (s datagramSessions) Get(key []byte) (dtls.Session, error) {
	session, _ := s.kept.get(s.scope + string(key)).(dtls.Session)
	return session, nil
}

// Del implements dtls.SessionStore.
func (s datagramSessions) Del(key []byte) error {
	s.kept.forget(s.scope + string(key))
	return nil
}

// streamSessions are the sessions of TLS of one client.
type streamSessions struct {
	kept  *Resumable
	scope string
}

// Get implements tls.ClientSessionCache.
func (s streamSessions) Get(key string) (*tls.ClientSessionState, bool) {
	session, ok := s.kept.get(s.scope + key).(*tls.ClientSessionState)
	return session, ok
}

// Put implements tls.ClientSessionCache.
func (s streamSessions) Put(key string, session *tls.ClientSessionState) {
	if session == nil {
		s.kept.forget(s.scope + key)
		return
	}
	s.kept.put(s.scope+key, session)
}
