package transport

import (
	"bytes"
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

// datagramSessions are the sessions of DTLS of one client.
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

// listenerSessions are the sessions of DTLS of a listener, for one handshake.
type listenerSessions struct{ peer *securePeer }

// Set implements dtls.SessionStore. What the library tells of here are sessions with
// pre-shared keys: keepCertified does the others.
func (s listenerSessions) Set(key []byte, session dtls.Session) error {
	if l := s.peer.link; CipherSuite(session.CipherSuiteID).pskSuite() && !l.options.noResumption() {
		l.kept.put(string(key), session)
	}
	return nil
}

// Get implements dtls.SessionStore; it gives a session of no use where there is none, or
// where the certificate that it began with would not be taken any more.
func (s listenerSessions) Get(key []byte) (dtls.Session, error) {
	l := s.peer.link
	session, ok := l.kept.get(string(key)).(dtls.Session)
	if !ok || l.options.noResumption() {
		return dtls.Session{}, nil
	}
	if !CipherSuite(session.CipherSuiteID).pskSuite() && s.peer.judge(session.PeerCertificates) != nil {
		l.kept.forget(string(key))
		return dtls.Session{}, nil
	}
	return session, nil
}

// Del implements dtls.SessionStore.
func (s listenerSessions) Del(key []byte) error {
	s.peer.link.kept.forget(string(key))
	return nil
}

// keepCertified keeps the session of a client that proved itself by a certificate, with
// that certificate. One without an extended master secret is not kept: what it
// proved could be another's. RFC 7627 §5.3.
func (p *securePeer) keepCertified() {
	pion, ok := p.conn.(pionConn)
	if !ok || p.link.options.noResumption() {
		return
	}
	state, ok := pion.ConnectionState()
	r := &p.record
	r.mu.Lock()
	defer r.mu.Unlock()
	if !ok || len(state.PeerCertificates) == 0 || r.answer == nil || !r.answer.extendedMaster || r.answer.session == "" || len(r.secrets.master) == 0 {
		return
	}
	p.link.kept.put(r.answer.session, dtls.Session{
		ID: []byte(r.answer.session), Secret: bytes.Clone(r.secrets.master), Version: 1, CipherSuiteID: state.CipherSuiteID,
		ExtendedMasterSecret: true, PeerCertificates: state.PeerCertificates,
	})
}

// noResumption says whether sessions are neither kept nor resumed.
func (o *SecureOptions) noResumption() bool { return o.NoResumption != nil && o.NoResumption() }

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
