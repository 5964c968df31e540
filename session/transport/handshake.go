package transport

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"lwcon/session/transport/gnutls"
)

// HandshakeError tells why a handshake failed: what caused it, and what to do.
type HandshakeError struct {
	Peer  Address
	Cause string // a sentence without its full stop
	Cure  string // the next thing to try, "" where there is none
	Err   error
}

func (e *HandshakeError) Error() string { return "handshake with " + e.Peer.String() + ": " + e.Cause }

// Unwrap returns what the handshake ended with.
func (e *HandshakeError) Unwrap() error { return e.Err }

// handshakeRecord is what a handshake said that can be read, for the one sentence
// that is owed to people when it fails. It is safe for concurrent use.
type handshakeRecord struct {
	mu       sync.Mutex
	done     bool
	hello    *clientHello // of the client, ours or theirs
	answer   *serverHello // to it
	secrets  sessionSecrets
	suites   []CipherSuite
	identity string
	claimed  bool
	nobody   bool              // has the identity
	verdict  error             // on the certificate or raw public key of the peer
	ownKey   []byte            // raw public key that we show
	shown    *x509.Certificate // that we show
	obstacle error             // why we have no raw public keys for this peer
	alert    byte              // that came in plain text
	alerted  bool
	heard    int         // datagrams that came
	ciphered bool        // the peer changed to its keys
	asked    bool        // a server wants a certificate of ours
	bare     bool        // we have none to show
	bridge   *sealed     // of a handshake with Connection IDs, once there are keys
	waits    *time.Timer // for what must follow then
	stuck    func()      // it did not
	tries    int         // how often a client has sent its flight since it heard something
	since    time.Time   // when for the first time
	flight   byte        // the message that it was known by
	quiet    *time.Timer // restarts when something comes; nil: it is not minded
	patience time.Duration
}

// own notes the suites that we allow.
func (r *handshakeRecord) own(suites []CipherSuite) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.suites = suites
}

// claims notes the PSK identity that is used.
func (r *handshakeRecord) claims(identity []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.identity, r.claimed = string(identity), true
}

// unknown notes that nobody here has the PSK identity.
func (r *handshakeRecord) unknown() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.nobody = true
}

// alertFor is the alert that says best why we refuse, instead of the one that the library
// would send.
func (r *handshakeRecord) alertFor(description byte) byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	var certificate *CertificateError
	switch {
	case description == alertInternalError && r.nobody:
		return alertUnknownIdentity
	case description != alertBadCertificate:
		return description
	case errors.Is(r.verdict, errNoClientCertificate):
		return alertHandshakeFailure // RFC 5246 §7.4.6
	case errors.As(r.verdict, &certificate) && certificate.alert != 0:
		return certificate.alert
	}
	return description
}

// shows notes the raw public key that we show.
func (r *handshakeRecord) shows(key []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ownKey = key
}

// certifies notes the certificate that we show.
func (r *handshakeRecord) certifies(c *x509.Certificate) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.shown = c
}

// hasNone notes that we have no certificate to show.
func (r *handshakeRecord) hasNone() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bare = true
}

// cannot notes why we have no raw public keys for this peer.
func (r *handshakeRecord) cannot(why error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.obstacle = why
}

// random is that of the ClientHello, "" before it has come or gone.
func (r *handshakeRecord) random() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.hello == nil {
		return ""
	}
	return r.hello.random
}

// judged notes what we found about the certificate of the peer.
func (r *handshakeRecord) judged(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.verdict = err
}

// over forgets all that only a failure needs.
func (r *handshakeRecord) over() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done, r.hello, r.suites, r.stuck, r.answer, r.secrets, r.ownKey, r.bridge, r.shown = true, nil, nil, nil, nil, sessionSecrets{}, nil, nil, nil
	if r.waits != nil {
		r.waits.Stop()
		r.waits = nil
	}
}

// resumed says whether a session goes on that was before: the server has taken its id.
// RFC 5246 §7.3.
func (r *handshakeRecord) resumed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.hello != nil && r.answer != nil && r.hello.session != "" && r.hello.session == r.answer.session
}

// sessionID is the id by which the session can be resumed, "" for none.
func (r *handshakeRecord) sessionID() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.answer == nil {
		return ""
	}
	return r.answer.session
}

// passing says whether a handshake ended because its client sent a single ClientHello and
// nothing more, as a scan or a flood does: a device repeats it.
func (r *handshakeRecord) passing(err error) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return errors.Is(err, context.DeadlineExceeded) && r.hello != nil && !r.hello.cookie && r.heard == 1
}

// agreedCID says whether both ends spoke of Connection IDs. The lock is held.
func (r *handshakeRecord) agreedCID() bool {
	return r.answer != nil && r.hello != nil && r.answer.cid && r.hello.cid
}

// sentCID returns the Connection ID that this end's records carry, as agreed on so far.
// The lock is held.
func (r *handshakeRecord) sentCID(server bool) string {
	switch {
	case !r.agreedCID():
		return ""
	case server:
		return r.hello.ownCID
	}
	return r.answer.ownCID
}

func (r *handshakeRecord) sent(b []byte) { r.look(b, false) }

func (r *handshakeRecord) received(b []byte) { r.look(b, true) }

func (r *handshakeRecord) look(b []byte, came bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.done {
		return
	}
	if h, ok := parseClientHello(b); ok && (r.hello == nil || h.cookie) {
		r.hello = &h
	}
	for record := range recordsOf(b) {
		if h, ok := parseServerHello(record); ok {
			r.answer = &h
		}
	}
	if !came {
		r.try(b)
		if r.claimed && changesCipher(b) { // a server with another key may say nothing any more
			r.wait()
		}
		return
	}
	r.heard++
	r.tries = 0
	if r.quiet != nil {
		r.quiet.Reset(r.patience)
	}
	if description, ok := wrappedAlert(b); ok && !r.alerted {
		r.alert, r.alerted = description, true
	}
	for record := range recordsOf(b) {
		if description, ok := plainAlert(record); ok && !r.alerted {
			r.alert, r.alerted = description, true
		}
		if epochOf(record) > 0 || record[0] == recordCCS {
			r.cipher()
		} else if record[0] == recordHandshake {
			r.asked = r.asked || slices.ContainsFunc(parseMessages(record[recordHead:]), func(m HandshakeMessage) bool { return m.Type == messageCertificateRequest })
		}
	}
}

// try counts how often a client sends a flight. The lock is held.
func (r *handshakeRecord) try(b []byte) {
	const clientKeyExchange = 16 // in each flight that is not a ClientHello
	for record := range recordsOf(b) {
		if record[0] != recordHandshake || epochOf(record) > 0 {
			continue
		}
		for _, m := range parseMessages(record[recordHead:]) {
			if m.Offset > 0 || m.Type != messageClientHello && m.Type != clientKeyExchange {
				continue
			}
			if r.tries++; r.tries == 1 {
				r.since = time.Now()
			}
			r.flight = m.Type
		}
	}
}

// sentInVain says what a client has sent since it heard something: "our ClientHello, sent 5
// times in 20s". The lock is held.
func (r *handshakeRecord) sentInVain() string {
	name := messageNames[r.flight]
	if name == "" {
		name = "handshake"
	}
	if r.tries < 2 {
		return "our " + name
	}
	return fmt.Sprintf("our %s, sent %d times in %v", name, r.tries, time.Since(r.since).Round(time.Second))
}

// silentFor calls give once nothing has come for a time, until the function returned is
// called.
func (r *handshakeRecord) silentFor(d time.Duration, give func()) (end func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.patience, r.quiet = d, time.AfterFunc(d, give)
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.quiet.Stop()
		r.quiet = nil
	}
}

// cipher notes that the peer has changed to its keys. The handshake is nearly over then,
// unless nobody can read what comes now. The lock is held.
func (r *handshakeRecord) cipher() {
	r.wait()
	r.ciphered = true
}

// wait begins to wait for what can be read. The lock is held.
func (r *handshakeRecord) wait() {
	if r.waits == nil && r.stuck != nil {
		r.waits = time.AfterFunc(stuckTime, r.stuck)
	}
}

// failed explains why the handshake failed.
func (p *securePeer) failed(err error) *HandshakeError {
	p.link.mu.Lock()
	if p.cause != nil {
		err = p.cause
	}
	e := &HandshakeError{Peer: p.address, Err: err}
	p.link.mu.Unlock()
	server := p.link.server != nil
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	p.record.encryptedAlert(err)
	e.Cause, e.Cure = p.record.explain(err, server)
	return e
}

// explain makes the one sentence, and what to do. The lock is held.
func (r *handshakeRecord) explain(err error, server bool) (cause, cure string) {
	var certificate *CertificateError
	switch {
	case errors.As(r.verdict, &certificate):
		return certificate.Reason, certificate.Cure
	case errors.Is(err, errUnknownIdentity):
		return unknownIdentityText(r.identity)
	case r.rawTrouble(err, server):
		return r.explainRaw(err, server)
	case server && r.hello != nil && r.hello.version > versionDTLS12:
		return "the device speaks DTLS 1.0 only, lwcon 1.2", "DTLS 1.2 is what LwM2M demands of it"
	case !server && r.answer != nil && r.answer.version > versionDTLS12:
		return "the server speaks DTLS 1.0 only, lwcon 1.2", "DTLS 1.2 is what LwM2M demands of it"
	case r.noCommonSuite(err, server):
		if server && r.commonSuite() {
			return "the device offers " + suiteList(r.offered()) + ", of which some are allowed here, but no group or signature that is: here are secp256r1, secp384r1 and x25519, with ECDSA and SHA-256 or SHA-384",
				"secp256r1 with ECDSA and SHA-256 is what TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8 asks of devices (RFC 7251 §2)"
		}
		theirs := suiteList(r.offered())
		if !server {
			return fmt.Sprintf("the server has none of our cipher suites: %s", suiteList(r.suites)), r.serverLacks()
		}
		cure = "TLS_PSK_WITH_AES_128_CCM_8 or TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8 is mandatory for devices"
		if !slices.ContainsFunc(r.suites, func(s CipherSuite) bool { return !s.pskSuite() }) && slices.ContainsFunc(r.offered(), func(s CipherSuite) bool { return !s.pskSuite() && s != 0x00ff }) {
			cure = "for suites of certificates this listener needs own: certificate: and private-key: in lwcon.yaml; keys new makes them"
		}
		return fmt.Sprintf("no common cipher suite: the device offers %s; here are %s", theirs, suiteList(r.suites)), cure
	case r.alerted && !server && r.asked && r.bare:
		return fmt.Sprintf("the server wants a certificate of ours, and we have none: it answered with the alert %s (%d)", alertName(r.alert), r.alert),
			"own: certificate: and private-key: in lwcon.yaml; keys new makes them"
	case r.alerted:
		return r.alertText(server)
	case errors.Is(r.verdict, errNoClientCertificate):
		return "the device has sent no certificate", "give the device a certificate and its private key, or use a pre-shared key"
	case strings.Contains(err.Error(), "verify data does not match"), strings.Contains(err.Error(), "bad record"):
		return r.wrongKey(server)
	case errors.Is(err, errStuck):
		return r.wrongKey(server)
	case errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled):
		return r.silence(server)
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nobody listens at that port: " + err.Error(), "does the server run, and is it the right port (5684 for coaps)?"
	}
	return err.Error(), ""
}

// serverLacks is what to do about a server that has none of our suites. The lock is held.
func (r *handshakeRecord) serverLacks() string {
	const mandatory = "the server is to allow one of them (TLS_PSK_WITH_AES_128_CCM_8 and TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8 are mandatory); "
	if slices.ContainsFunc(r.suites, CipherSuite.pskSuite) {
		return mandatory + "ours are of pre-shared keys: does it have those, or certificates or raw public keys only?"
	}
	return mandatory + "ours are of certificates: does it have one, or pre-shared keys only?"
}

func (r *handshakeRecord) offered() []CipherSuite {
	if r.hello == nil {
		return nil
	}
	return r.hello.suites
}

// noCommonSuite says whether the two lists of suites have nothing in common.
func (r *handshakeRecord) noCommonSuite(err error, server bool) bool {
	const handshakeFailure, insufficientSecurity = 40, 71
	if !server {
		return r.alerted && r.answer == nil && (r.alert == handshakeFailure || r.alert == insufficientSecurity)
	}
	if errors.Is(err, gnutls.ErrNoCommonSuite) {
		return r.hello != nil
	}
	if r.hello == nil || !strings.Contains(err.Error(), "shared cipher suites") && !strings.Contains(err.Error(), "insufficient security") {
		return false
	}
	return !r.commonSuite()
}

// commonSuite says whether the client offers a suite that is allowed here.
func (r *handshakeRecord) commonSuite() bool {
	return slices.ContainsFunc(r.offered(), func(s CipherSuite) bool { return slices.Contains(r.suites, s) })
}

// wrongKey is what it means that the first record under the new keys cannot be read.
func (r *handshakeRecord) wrongKey(server bool) (cause, cure string) {
	why := "the first record after ChangeCipherSpec cannot be read"
	if !server && !r.ciphered {
		why = "nothing that can be read came since our ChangeCipherSpec"
	}
	cause = "the two ends do not have the same key: " + why
	if r.claimed {
		cause = fmt.Sprintf("the key of PSK identity %q is not the same at both ends: %s", r.identity, why)
	}
	cure = "compare the lengths first: a key stored as the text of its hex digits is twice as long"
	if r.claimed && !server && !r.ciphered {
		cure += "; and the identity: a server may hide that it does not know it (RFC 4279 §2)"
	}
	return cause, cure
}

// silence explains a handshake that nobody went on with.
func (r *handshakeRecord) silence(server bool) (cause, cure string) {
	switch {
	case r.claimed && (r.ciphered || !server && r.heard > 1):
		cause, cure = r.wrongKey(server)
		return cause + ", or was lost", cure
	case r.heard == 0:
		return "no answer to " + r.sentInVain() + ": nobody speaks DTLS there, or the datagrams are lost",
			"look at the port (5684 for coaps) and at firewalls in between; --timeout waits longer"
	case server && r.hello != nil && !r.hello.cookie && r.ownKey == nil:
		return fmt.Sprintf("our HelloVerifyRequest does not reach the device: its ClientHello came %d times, and never with our cookie", r.heard),
			"look at the way back: firewalls, address translation, the route of this machine; or the device slept meanwhile"
	case server:
		return fmt.Sprintf("the device went silent after %d datagrams", r.heard), "fragments of its handshake may be lost on the way: a smaller MTU or a shorter certificate chain helps"
	}
	if r.ownKey != nil && r.answer == nil {
		return "the server says nothing to " + r.sentInVain() + ", with raw public keys: most likely it has none, or none of our cipher suites: " + suiteList(r.suites),
			"the server is to have a raw key pair and to allow raw public keys (RFC 7250); else use psk or x509 with it"
	}
	return fmt.Sprintf("the server went silent after %d datagrams: nothing came to %s", r.heard, r.sentInVain()),
		"fragments of the handshake may be lost on the way (a smaller MTU or a shorter certificate chain helps); or the server refuses without a word: its log may tell"
}

// alertText says what the alert of the peer means.
func (r *handshakeRecord) alertText(server bool) (cause, cure string) {
	peer := "the server"
	if server {
		peer = "the device"
	}
	said := fmt.Sprintf("%s answered with the alert %s (%d)", peer, alertName(r.alert), r.alert)
	switch r.alert {
	case 20, 51:
		_, cure = r.wrongKey(server)
		return said + ": the keys of the two ends differ", cure
	case 42, 43, 44, 46, 48:
		if r.ownKey != nil {
			return fmt.Sprintf("%s: it does not take our raw public key, that with SHA-256 %s", said, fingerprint(r.ownKey)),
				fmt.Sprintf("make it known there: %x in hex", r.ownKey)
		}
		if r.shown != nil {
			return fmt.Sprintf("%s: it does not take our certificate, which is for %s and signed by %q", said, certificateNames(r.shown), r.shown.Issuer.CommonName),
				"does it have that authority, or the certificate itself, and does it look for one of these names?"
		}
		return said + ": it does not take our certificate", "give it the authority that signed ours, or the certificate itself"
	case 45:
		if r.shown != nil {
			return fmt.Sprintf("%s: our certificate is not valid by its clock: it is from %s to %s", said, day(r.shown.NotBefore), day(r.shown.NotAfter)),
				fmt.Sprintf("renew it, or set the clock of the peer; it is %s here", day(time.Now()))
		}
		return said + ": our certificate has expired by its clock", "renew it, or set the clock of the peer"
	case 40, 71:
		if r.answer != nil {
			return said + " after both ends had agreed on a cipher suite: it takes no group or signature of ours, or not our key or certificate", "its log may tell"
		}
		return said + ": it has no cipher suite, group or signature in common with us", "ours are " + suiteList(r.suites)
	case 90:
		if r.ownKey != nil {
			return said + ": it gave up, perhaps for want of a key of its own", "give it a raw key pair"
		}
	case 70:
		return said + ": it does not speak DTLS 1.2", ""
	case alertUnknownIdentity:
		if r.claimed {
			return fmt.Sprintf("%s: it does not know the PSK identity %q", said, r.identity), "compare the identity with what the peer has"
		}
	case closeNotify:
		if r.claimed && !server && r.heard > 1 {
			cause, cure = r.wrongKey(server)
			return cause + "; " + said, cure
		}
	case alertInternalError:
		if r.claimed {
			return fmt.Sprintf("%s: most likely it does not know the PSK identity %q", said, r.identity), "compare the identity with what the peer has"
		}
	case 116:
		return said + ": it wants a certificate of ours", "own: certificate: and private-key: in lwcon.yaml"
	case 50:
		return said + ": it cannot read our handshake; one that knows no raw public keys, or none but those, says so", ""
	}
	return said, ""
}

// unknownIdentityText says that nobody has a PSK identity, and what to do.
func unknownIdentityText(identity string) (cause, cure string) {
	return fmt.Sprintf("the PSK identity %q (%d octets) is not known here%s", identity, len(identity), likeHex(identity)),
		"credentials add or --psk IDENTITY=SECRET makes it known; compare it octet by octet with what the device has"
}

// likeHex warns of an identity that looks like the text of hex digits.
func likeHex(identity string) string {
	if len(identity) < 8 || len(identity)%2 != 0 || strings.Trim(identity, "0123456789abcdefABCDEF") != "" {
		return ""
	}
	return "; it looks like the hex digits of another"
}
