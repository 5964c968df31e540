package session

import (
	"errors"

	"lwcon/session/coap"
	"lwcon/session/transport"
)

// PeerAlert is the alert with which a peer ended its secure session. RFC 5246 §7.2.
type PeerAlert struct {
	Peer  transport.Address
	Alert transport.AlertError
}

// alertOf returns the alert that took a peer away, nil if it was something else.
func alertOf(event coap.PeerEvent) *PeerAlert {
	var alert *transport.AlertError
	if event.Change != coap.PeerDown || !errors.As(event.Cause, &alert) {
		return nil
	}
	return &PeerAlert{event.Peer, *alert}
}
