package transport

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"time"

	"lwcon/session/transport/gnutls"
)

// rawKeySuites are the suites with which raw public keys are spoken, the best first.
// Spec: Core 1.2 §5.2.8.
var rawKeySuites = suitesOf(gnutls.Suites())

func suitesOf(numbers []uint16) []CipherSuite {
	suites := make([]CipherSuite, len(numbers))
	for i, n := range numbers {
		suites[i] = CipherSuite(n)
	}
	return suites
}

func suiteNumbers(suites []CipherSuite) []uint16 {
	numbers := make([]uint16, len(suites))
	for i, s := range suites {
		numbers[i] = uint16(s)
	}
	return numbers
}

// secureConn is the end of a library in a session: it makes the handshake. The records
// that follow are sealed by us.
type secureConn interface {
	HandshakeContext(ctx context.Context) error
	Close() error
	// proved is who the peer has proved to be, and the suite that was agreed on.
	proved() (Identity, CipherSuite)
}

// rawConn makes a handshake with raw public keys.
// RFC 7250.
type rawConn struct {
	peer    *securePeer
	session *gnutls.Session
	suite   CipherSuite
	key     []byte // of the peer
	limit   int    // octets of a record that the peer takes at most, 0 for the usual
}

// maxHandshakeDatagram is the longest datagram of a handshake that is read whole.
const maxHandshakeDatagram = 16 << 10

// HandshakeContext implements secureConn.
func (c *rawConn) HandshakeContext(ctx context.Context) error {
	packets := c.peer.packets
	end := context.AfterFunc(ctx, func() { _ = packets.SetReadDeadline(time.Unix(1, 0)) }) // never fails
	defer end()
	room := make([]byte, maxHandshakeDatagram)
	var arrived []byte
	for {
		out, next, done, err := c.session.Feed(arrived)
		for _, b := range out {
			if _, failed := packets.WriteTo(b, nil); err == nil && failed != nil {
				err = failed
			}
		}
		if err != nil {
			return err
		}
		if done {
			return c.complete()
		}
		_ = packets.SetReadDeadline(time.Now().Add(next)) // never fails
		if err := ctx.Err(); err != nil {
			return err
		}
		n, _, err := packets.ReadFrom(room)
		switch {
		case errors.Is(err, net.ErrClosed):
			return err
		case errors.Is(err, os.ErrDeadlineExceeded):
			arrived = nil
		default:
			arrived = bytes.Clone(room[:n])
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// complete takes what came of the handshake.
func (c *rawConn) complete() error {
	r, err := c.session.Result()
	if err != nil {
		return err
	}
	c.suite, c.key = CipherSuite(r.Suite), r.PeerKey
	record := &c.peer.record
	record.mu.Lock()
	c.limit = record.limit(c.peer.link.server != nil)
	record.answer = &serverHello{random: string(r.ServerRandom), suite: c.suite}
	record.mu.Unlock()
	line := fmt.Appendf(nil, "CLIENT_RANDOM %x %x\n", r.ClientRandom, r.Master)
	_, err = (&secretKeeper{record: record, log: c.peer.link.options.KeyLog}).Write(line)
	clear(line)
	clear(r.Master)
	return err
}

// Close implements secureConn.
func (c *rawConn) Close() error {
	c.session.Free()
	return nil
}

func (c *rawConn) proved() (Identity, CipherSuite) {
	return rawIdentity(c.key), c.suite
}

// rawIdentity is who a peer with a raw public key is.
func rawIdentity(spki []byte) Identity {
	return Identity{Mode: RawPublicKey, Name: fingerprint(spki), PublicKey: string(spki)}
}

// fingerprint is the lower-case hex SHA-256 of a raw public key: the name that its
// identity has.
func fingerprint(spki []byte) string {
	sum := sha256.Sum256(spki)
	return hex.EncodeToString(sum[:])
}

// rawCredentials hands a key pair to GnuTLS.
func rawCredentials(own KeyPair, suites []CipherSuite, server bool, name string) (*gnutls.Credentials, error) {
	config, err := rawConfig(own)
	if err != nil {
		return nil, err
	}
	defer clear(config.PrivateKey)
	config.Server, config.Suites, config.ServerName = server, suiteNumbers(suites), name
	return gnutls.NewCredentials(config)
}

// rawConfig is a key pair as GnuTLS takes it.
func rawConfig(own KeyPair) (config gnutls.Config, err error) {
	if config.PrivateKey, err = x509.MarshalPKCS8PrivateKey(own.Private); err != nil {
		return config, fmt.Errorf("the private key cannot be used for raw public keys: %w", err)
	}
	point, _ := own.Private.Public().(*ecdsa.PublicKey)
	if point == nil || point.Curve != elliptic.P256() && point.Curve != elliptic.P384() {
		return config, errOtherKey
	}
	if config.PublicKey, err = x509.MarshalPKIXPublicKey(point); err != nil {
		return config, fmt.Errorf("the public key cannot be used: %w", err)
	}
	return config, nil
}

var errOtherKey = errors.New("the private key is on another curve, or of another kind, than P-256 and P-384, which raw public keys need here")

// limit is how large a record the peer takes, as both have agreed on: what GnuTLS
// understands of a ClientHello it agrees to. The lock is held.
func (r *handshakeRecord) limit(server bool) int {
	switch {
	case server && r.hello != nil:
		return r.hello.limit
	case !server && r.answer != nil:
		return r.answer.limit
	}
	return 0
}

// sameKey says whether two raw public keys are one, however they are written.
func sameKey(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	first, err := x509.ParsePKIXPublicKey(a)
	if err != nil {
		return false
	}
	second, err := x509.ParsePKIXPublicKey(b)
	if err != nil {
		return false
	}
	comparable, ok := first.(interface{ Equal(crypto.PublicKey) bool })
	return ok && comparable.Equal(second)
}

// dialRaw prepares the handshake of a client with raw public keys.
func (p *securePeer) dialRaw(keys *ClientKeys, host string) error {
	suites := chosenSuites(rawKeySuites, p.link.options.Suites)
	switch {
	case len(suites) == 0:
		return fmt.Errorf("no cipher suite for rpk is left: allowed are %s", suiteList(p.link.options.Suites))
	case keys.Own.Private == nil:
		return errNoOwnKey
	}
	p.record.own(suites)
	credentials, err := rawCredentials(keys.Own, suites, false, host)
	if err != nil {
		return err
	}
	defer credentials.Close() // the session keeps them for as long as it needs them
	p.record.shows(credentials.PublicKey())
	return p.beginRaw(credentials, nil, func(key []byte) error { return keys.verifyServerKey(key) })
}

var errNoOwnKey = errors.New("raw public keys need a private key of ours, and there is none")

// beginRaw begins a handshake with raw public keys.
func (p *securePeer) beginRaw(c *gnutls.Credentials, cookie *gnutls.Cookie, verify func([]byte) error) error {
	session, err := c.Begin(cookie, func(key []byte) error {
		err := verify(key)
		p.record.judged(err)
		return err
	})
	if err != nil {
		return err
	}
	p.record.patient()
	p.conn = &rawConn{peer: p, session: session}
	return nil
}

// verifyServerKey lets a server in that has the key which the account names.
func (k *ClientKeys) verifyServerKey(found []byte) error {
	switch {
	case len(k.ServerKey) == 0 && k.AnyServer, sameKey(k.ServerKey, found):
		return nil
	case len(k.ServerKey) == 0:
		return &CertificateError{
			Reason: "it is not said which raw public key the server has; this one has that with SHA-256 " + fingerprint(found),
			Cure:   fmt.Sprintf("own: server: hex:%x in lwcon.yaml takes it, or /0/x/4 of the account; --accept-any-identity takes any", found),
		}
	}
	return &CertificateError{
		Reason: fmt.Sprintf("the server has another raw public key than expected: expected that with SHA-256 %s, found %s", fingerprint(k.ServerKey), fingerprint(found)),
		Cure:   fmt.Sprintf("is it the right server? if its key is new: own: server: hex:%x in lwcon.yaml, or /0/x/4 of the account", found),
	}
}

// verifyRawClient lets a client in whose raw public key is known; any, if the keys
// say so.
func verifyRawClient(keys Keys, found []byte) error {
	if keys.TrustsKey(found) || keys.Any() {
		return nil
	}
	return &CertificateError{
		Reason: fmt.Sprintf("the raw public key with SHA-256 %s is not known here", fingerprint(found)),
		Cure:   fmt.Sprintf("credentials add ENDPOINT --public-key hex:%x makes it known", found),
	}
}

// choice is how a listener goes on with a client, by its first ClientHello.
type choice struct {
	mode     SecurityMode
	cookie   *gnutls.Cookie // of a client with raw public keys
	rawOnly  bool           // the client takes no certificates, only raw public keys
	obstacle error          // why there are no raw public keys for it
}

// rawOnly says whether a client takes no certificates but raw public keys.
func (h *clientHello) rawOnly() bool { return h.rawKeys && h.ownRaw && !h.x509 }

// choose finds how to go on with a client. Of what both ends have, the modes come
// first that are preferred here, then certificates or raw public keys as the client
// would rather have it, then pre-shared keys.
func (l *DTLS) choose(h *clientHello) choice {
	own, has := l.server.Own()
	offers := func(suites []CipherSuite) bool {
		return slices.ContainsFunc(h.suites, func(s CipherSuite) bool { return slices.Contains(suites, s) })
	}
	c := choice{mode: Certificate, rawOnly: h.rawOnly()}
	var possible []SecurityMode
	if h.rawKeys && h.ownRaw {
		if c.obstacle = l.raw.ready(own, l.options.Suites); c.obstacle == nil && (c.rawOnly || offers(rawKeySuites)) {
			possible = append(possible, RawPublicKey)
		}
	}
	if h.x509 && has && len(own.Chain) > 0 && offers(certificateSuites) {
		possible = append(possible, Certificate)
		if !h.rawFirst {
			slices.Reverse(possible)
		}
	}
	if offers(pskSuites) {
		possible = append(possible, PreSharedKey)
	}
	for _, mode := range slices.Concat(l.options.Prefer, possible) {
		if slices.Contains(possible, mode) {
			c.mode = mode
			return c
		}
	}
	return c
}

// rawListener is what a listener has for raw public keys. It is used under the lock
// of its link.
type rawListener struct {
	own         []byte // the key that the rest was made of
	credentials *gnutls.Credentials
	suites      []CipherSuite
	err         error
}

var errNoRawKeys = errors.New("this listener has no key pair")

// ready makes sure that there are credentials of the listener's key pair.
func (r *rawListener) ready(own KeyPair, allowed []CipherSuite) error {
	if own.Private == nil {
		return errNoRawKeys
	}
	if r.own != nil && bytes.Equal(r.own, own.PublicKey) {
		return r.err
	}
	r.close()
	r.own, r.suites = own.PublicKey, chosenSuites(rawKeySuites, allowed)
	if len(r.suites) == 0 {
		r.err = fmt.Errorf("no cipher suite for raw public keys is left: allowed are %s", suiteList(allowed))
		return r.err
	}
	r.credentials, r.err = rawCredentials(own, r.suites, true, "")
	return r.err
}

// admit returns the cookie of a client that has the right one, or what to answer.
func (r *rawListener) admit(d Datagram) (*gnutls.Cookie, []byte) {
	return r.credentials.Admit(d.From.String(), bytes.Clone(d.Bytes))
}

func (r *rawListener) close() {
	if r.credentials != nil {
		r.credentials.Close()
	}
	*r = rawListener{}
}

// noteLimit keeps how large a record the peer takes. link.mu is held.
func (p *securePeer) noteLimit() {
	if raw, ok := p.conn.(*rawConn); ok && raw.limit < maxPlaintext {
		p.limit = uint16(raw.limit)
	}
}

// most is the largest message that can be sent.
func (p *securePeer) most() int {
	if p.limit > 0 {
		return int(p.limit)
	}
	return maxPlaintext
}
