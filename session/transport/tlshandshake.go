package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"

	"lwcon/session/transport/gnutls"
)

// tlsRecord is what a handshake of TLS said that can be read, for the one sentence
// that is owed to people when it fails. It is safe for concurrent use.
type tlsRecord struct {
	mu      sync.Mutex
	done    bool
	suites  []CipherSuite
	hello   *tlsHello // of a client
	verdict error     // on the certificate or raw public key of the peer
	lacking bool      // we were asked for a certificate and have none
	heard   int       // octets that came
	first   []byte    // of them

	identity string // of the pre-shared key, if one was claimed
	claimed  bool
	ownKey   []byte // raw public key that we show
	obstacle error  // why we do not have what the client asks for
}

// keptFirst is how many of the first octets are kept.
const keptFirst = 8

// own notes the suites that we allow.
func (r *tlsRecord) own(suites []CipherSuite) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.suites = suites
}

// judged notes what we found about the certificate of the peer.
func (r *tlsRecord) judged(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.verdict = err
}

// asks notes that a server wants a certificate that we do not have.
func (r *tlsRecord) asks() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lacking = true
}

// hellos notes what a client offers.
func (r *tlsRecord) hellos(hello *tlsHello) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hello = hello
}

// claims notes the PSK identity that is used.
func (r *tlsRecord) claims(identity []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.identity, r.claimed = string(identity), true
}

// claimedIdentity is the last that claims was told.
func (r *tlsRecord) claimedIdentity() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.identity
}

// shows notes the raw public key that we show.
func (r *tlsRecord) shows(key []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ownKey = key
}

// cannot notes why we do not have what the client asks for.
func (r *tlsRecord) cannot(why error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.obstacle = why
}

// received notes what came; false if it cannot be TLS.
func (r *tlsRecord) received(b []byte) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.done {
		return true
	}
	r.heard += len(b)
	if missing := keptFirst - len(r.first); missing > 0 {
		r.first = append(r.first, b[:min(missing, len(b))]...)
	}
	return len(r.first) == 0 || r.first[0] == recordHandshake || r.first[0] == recordAlert
}

// over forgets all that only a failure needs.
func (r *tlsRecord) over() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done, r.hello, r.first = true, nil, nil
}

// failed explains why the handshake failed.
func (p *tlsPeer) failed(err error) *HandshakeError {
	p.link.mu.Lock()
	if p.cause != nil {
		err = p.cause
	}
	p.link.mu.Unlock()
	e := &HandshakeError{Peer: p.address, Err: err}
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	e.Cause, e.Cure = p.record.explain(err, p.link.server != nil)
	return e
}

// remoteAlert returns the alert of the peer that an error tells of.
func remoteAlert(err error) (description byte, ok bool) {
	var alert *gnutls.AlertError
	if errors.As(err, &alert) {
		return alert.Description, true
	}
	var remote *net.OpError
	if !errors.As(err, &remote) || remote.Op != "remote error" {
		return 0, false
	}
	for number := range alertNames {
		if remote.Err.Error() == tls.AlertError(number).Error() {
			return number, true
		}
	}
	return 0, false
}

// explain makes the one sentence, and what to do. The lock is held.
func (r *tlsRecord) explain(err error, server bool) (cause, cure string) {
	var certificate *CertificateError
	if errors.As(r.verdict, &certificate) {
		return certificate.Reason, certificate.Cure
	}
	if alert, ok := remoteAlert(err); ok {
		return r.alertText(alert, server)
	}
	switch {
	case errors.Is(err, ErrNoCertificate):
		return err.Error(), "own: certificate: and private-key: in lwcon.yaml; keys new makes them"
	case errors.Is(err, errNotTLS):
		return r.notTLS(server)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), ended(err):
		return r.silence(server, ended(err))
	}
	if cause, cure = r.explainGnu(err, server); cause != "" {
		return cause, cure
	}
	if server {
		return r.clientFault(err)
	}
	return plainTLS(err), ""
}

// plainTLS is what crypto/tls says, without its name.
func plainTLS(err error) string { return strings.TrimPrefix(err.Error(), "tls: ") }

// clientFault says what a client lacks. The lock is held.
func (r *tlsRecord) clientFault(err error) (cause, cure string) {
	text := err.Error()
	h := r.hello
	if h == nil {
		h = &tlsHello{}
	}
	common := slices.ContainsFunc(h.suites, func(s CipherSuite) bool { return slices.Contains(r.suites, s) })
	old := len(h.versions) > 0 && !slices.ContainsFunc(h.versions, func(v uint16) bool { return slices.Contains(versionsOf(r.suites), v) })
	switch {
	case strings.Contains(text, "didn't provide a certificate"):
		return r.noCertificate()
	case strings.Contains(text, "unsupported versions"), errors.Is(err, gnutls.ErrVersion), old && errors.Is(err, errNothingShared):
		return fmt.Sprintf("the device speaks %s, lwcon %s", versionList(h.versions), versionList(versionsOf(r.suites))), "TLS 1.2 is what LwM2M demands of it"
	case strings.Contains(text, "application protocols"), errors.Is(err, gnutls.ErrProtocol):
		return fmt.Sprintf("the device asks for the protocols %q by ALPN, expected %q", h.protocols, protocolCoAP), "RFC 8323 §8.2 names it"
	case len(h.suites) > 0 && !common:
		cure = "one of ours is to be allowed there"
		if !slices.ContainsFunc(r.suites, func(s CipherSuite) bool {
			return slices.Contains(streamSuites, s) && !slices.Contains(streamPSKSuites, s)
		}) && h.signatures {
			cure = "for suites of certificates this listener needs own: certificate: and private-key: in lwcon.yaml; keys new makes them"
		}
		return fmt.Sprintf("no common cipher suite: the device offers %s; here are %s", suiteList(h.suites), suiteList(r.suites)), cure
	case errors.Is(err, errNothingShared) && slices.ContainsFunc(h.suites, CipherSuite.ofTLS13):
		return "the device names no pre-shared key, and offers nothing else that this listener has: there is no certificate here",
			"own: certificate: and private-key: in lwcon.yaml; keys new makes them; or give the device a pre-shared key"
	}
	return plainTLS(err), ""
}

// notTLS says what came instead. The lock is held.
func (r *tlsRecord) notTLS(server bool) (cause, cure string) {
	coap := len(r.first) > 1 && r.first[0]&0x0f == 0 && slices.Contains(r.first[1:min(len(r.first), 6)], byte(0xe1)) // CSM, RFC 8323 §5.3
	switch {
	case coap && server:
		return "plain CoAP over TCP came to the port of TLS", "the device is to use coaps+tcp:// here, or the port of coap+tcp://"
	case coap:
		return "the server speaks plain CoAP over TCP there, not TLS", "use coap+tcp://, or the port of coaps+tcp:// (5684)"
	}
	return fmt.Sprintf("what came is no TLS: it begins with % x", r.first), "look at the port (5684 for coaps+tcp)"
}

// silence explains a handshake that nobody went on with. The lock is held.
func (r *tlsRecord) silence(server, closed bool) (cause, cure string) {
	peer := "the server"
	if server {
		peer = "the device"
	}
	switch {
	case r.heard > 0 && closed && r.claimed && !server:
		cause, cure = r.wrongKey(server)
		return "the server ended the connection during the handshake, without an alert: most likely " + cause, cure
	case r.heard == 0 && closed && !server:
		return "the server ended the connection without a word: it speaks no TLS there, most likely", "look at the port (5684 for coaps+tcp)"
	case r.heard == 0 && closed:
		return "the device connected and left without a word", ""
	case r.heard == 0:
		return peer + " says nothing: it speaks no TLS there, most likely", "look at the port (5684 for coaps+tcp)"
	case closed:
		return fmt.Sprintf("%s ended the connection during the handshake, after %d octets and without an alert", peer, r.heard), "it may refuse our certificate without a word; its log may tell"
	}
	return fmt.Sprintf("%s went silent during the handshake, after %d octets", peer, r.heard), ""
}

// alertText says what the alert of the peer means. The lock is held.
func (r *tlsRecord) alertText(alert byte, server bool) (cause, cure string) {
	const protocolVersion, noApplicationProtocol, unsupportedCertificate = 70, 120, 43
	const badRecordMAC, handshakeFailure, illegalParameter, decryptError = 20, 40, 47, 51
	if r.claimed && (alert == illegalParameter || alert == badRecordMAC || alert == decryptError) {
		cause, cure = r.wrongKey(server)
		return fmt.Sprintf("%s; the other end answered with the alert %s (%d)", cause, alertName(alert), alert), cure
	}
	said, cure := r.shared(alert).alertText(server)
	if r.claimed && !server && alert == handshakeFailure {
		said = fmt.Sprintf("%s; or it does not know the PSK identity %q", said, r.identity)
	}
	plain := fmt.Sprintf("%s (%d)", alertName(alert), alert)
	switch {
	case alert == protocolVersion:
		return "the other end answered with the alert " + plain + ": it speaks none of " + versionList(versionsOf(r.suites)), ""
	case alert == noApplicationProtocol:
		return "the other end answered with the alert " + plain + ": it does not know the protocol \"coap\" of ALPN", "RFC 8323 §8.2 demands it; it may be another service's port"
	case alert == unsupportedCertificate && r.hello != nil && r.hello.rawKeys:
		return "the device offers raw public keys, which lwcon does not have over TLS: it answered with the alert " + plain, "give the device a certificate"
	case r.lacking:
		return "the server wants a certificate of ours, which we do not have: it answered with the alert " + plain, "own: certificate: and private-key: in lwcon.yaml"
	}
	return said, cure
}

// versionList writes versions as people name them.
func versionList(versions []uint16) string {
	var names []string
	for _, v := range versions {
		if name := tls.VersionName(v); !strings.HasPrefix(name, "0x") { // GREASE, RFC 8701
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "no TLS that is known"
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
