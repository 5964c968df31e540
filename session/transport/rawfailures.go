package transport

import (
	"errors"

	"lwcon/session/transport/gnutls"
)

// patient says that nothing is to be concluded from what cannot be read after
// ChangeCipherSpec: with raw public keys there is no secret that could differ, so
// something was lost, and will be repeated.
func (r *handshakeRecord) patient() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stuck = nil
}

// encryptedAlert notes the alert that a handshake ended with, if only its library
// could read it. The lock is held.
func (r *handshakeRecord) encryptedAlert(err error) {
	var alert *gnutls.AlertError
	if errors.As(err, &alert) && !r.alerted {
		r.alert, r.alerted = alert.Description, true
	}
}

// rawTrouble says whether a handshake failed for something that only raw public keys
// have. The lock is held.
func (r *handshakeRecord) rawTrouble(err error, server bool) bool {
	var unavailable *gnutls.UnavailableError
	switch {
	case errors.As(err, &unavailable), errors.Is(err, errNoOwnKey), errors.Is(err, errOtherKey), errors.Is(err, gnutls.ErrNoPeerKey), errors.Is(err, gnutls.ErrKeyType):
		return true
	case r.ownKey != nil && !server:
		const handshakeFailure, unsupportedCertificate, insufficientSecurity = 40, 43, 71
		return r.alerted && (r.alert == handshakeFailure || r.alert == unsupportedCertificate || r.alert == insufficientSecurity)
	}
	return server && r.obstacle != nil && r.hello != nil && r.hello.rawOnly()
}

// explainRaw makes the one sentence of it, and what to do. The lock is held.
func (r *handshakeRecord) explainRaw(err error, server bool) (cause, cure string) {
	var unavailable *gnutls.UnavailableError
	switch {
	case errors.As(err, &unavailable):
		return unavailable.Reason, unavailable.Cure
	case errors.Is(err, errNoOwnKey), errors.Is(err, errOtherKey):
		return err.Error(), "own: private-key: in lwcon.yaml, or /0/x/5 of the account; keys new makes a pair"
	case r.obstacle != nil:
		return r.explainObstacle()
	case errors.Is(err, gnutls.ErrNoPeerKey) && server:
		return "the device has sent no raw public key", "give the device a key pair, or use a pre-shared key"
	case !server && r.alerted:
		return "the server has no raw public keys, or none of our cipher suites: " + suiteList(r.suites),
			"the server is to have a raw key pair and to allow raw public keys (RFC 7250); else use psk or x509 with it"
	}
	peer := "the server"
	if server {
		peer = "the device"
	}
	return peer + " does not speak of raw public keys (RFC 7250)", "use psk or x509 with it"
}

// explainObstacle tells why a device with raw public keys finds none here.
func (r *handshakeRecord) explainObstacle() (cause, cure string) {
	var unavailable *gnutls.UnavailableError
	const offers = "the device offers raw public keys only, "
	switch {
	case errors.As(r.obstacle, &unavailable):
		return offers + "and they cannot be had here: " + unavailable.Reason, unavailable.Cure
	case errors.Is(r.obstacle, errNoRawKeys):
		return offers + "and this listener has no key pair", "own: private-key: in lwcon.yaml; keys new makes one"
	}
	return offers + "and this listener has none: " + r.obstacle.Error(), "see own: in lwcon.yaml, and which cipher suites are allowed"
}
