package transport

import (
	"errors"
	"fmt"
	"slices"

	"lwcon/session/transport/gnutls"
)

// shared is what the record has in common with one of DTLS, for sentences that are the
// same. The lock is held.
func (r *tlsRecord) shared(alert byte) *handshakeRecord {
	shared := &handshakeRecord{suites: r.suites, identity: r.identity, claimed: r.claimed, ownKey: r.ownKey, obstacle: r.obstacle, alert: alert}
	if r.hello != nil {
		shared.hello = &r.hello.clientHello
	}
	return shared
}

// explainGnu makes the one sentence of what failed by GnuTLS, or for want of it; "" for
// anything else. The lock is held.
func (r *tlsRecord) explainGnu(err error, server bool) (cause, cure string) {
	var unavailable *gnutls.UnavailableError
	switch {
	case errors.Is(err, gnutls.ErrUnknownIdentity):
		return unknownIdentityText(r.identity)
	case errors.As(err, &unavailable) && server && r.obstacle != nil:
		return "the device asks for what cannot be had here: " + unavailable.Reason, unavailable.Cure
	case errors.As(err, &unavailable):
		return unavailable.Reason, unavailable.Cure
	case errors.Is(err, gnutls.ErrWrongKey):
		return r.wrongKey(server)
	case (errors.Is(err, gnutls.ErrUnproven) || errors.Is(err, gnutls.ErrKeyType)) && r.claimed && !server:
		return "the server goes on without the pre-shared key, and so does not prove who it is", "the server is to have a key for this identity; or use x509 with it"
	case errors.Is(err, gnutls.ErrNoPeerKey) && server && r.ownKey == nil:
		return r.noCertificate()
	case errors.Is(err, errNoRawKeys), errors.Is(err, errNoOwnKey), errors.Is(err, errOtherKey),
		r.ownKey != nil && (errors.Is(err, gnutls.ErrNoPeerKey) || errors.Is(err, gnutls.ErrKeyType)):
		return r.shared(0).explainRaw(err, server)
	case errors.Is(err, gnutls.ErrVersion) && !server:
		return "the server speaks none of " + versionList(versionsOf(r.suites)), "TLS 1.2 is what LwM2M demands of it"
	}
	return "", ""
}

// noCertificate says that a device has sent none. The lock is held.
func (r *tlsRecord) noCertificate() (cause, cure string) {
	cause, cure = "the device has sent no certificate", "give the device a certificate and its private key, or use a pre-shared key"
	if r.hello != nil && slices.ContainsFunc(r.hello.suites, CipherSuite.pskSuite) {
		cure = "it offers suites of pre-shared keys beside those of certificates: --prefer psk takes these"
	}
	return cause, cure
}

// wrongKey is what it means that what was sealed with a pre-shared key cannot be read.
// The lock is held.
func (r *tlsRecord) wrongKey(server bool) (cause, cure string) {
	cause = fmt.Sprintf("the key of PSK identity %q is not the same at both ends", r.identity)
	cure = "compare the lengths first: a key stored as the text of its hex digits is twice as long"
	if !server {
		cure += "; and the identity: a server may hide that it does not know it (RFC 4279 §2)"
	}
	return cause, cure
}
