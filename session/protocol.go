package session

import (
	"lwcon/lwm2m"
	"lwcon/session/transport"
)

// sessions is a link that tells how its secure sessions stand.
type sessions interface {
	Session(peer transport.Address) (transport.SessionState, bool)
}

// withoutProtocol is the deviation of a peer that has not agreed on the protocol by ALPN,
// nil if it has, or the link is not one of TLS over streams. RFC 8323 §8.2.
func withoutProtocol(link transport.Link, peer transport.Address) []lwm2m.Deviation {
	s, tells := link.(sessions)
	if !tells || !link.Reliable() {
		return nil
	}
	if state, ok := s.Session(peer); !ok || state.ALPN != "" {
		return nil
	}
	return []lwm2m.Deviation{{
		Rule: ruleNoProtocol, Offset: -1, Message: "the protocol \"coap\" was expected by ALPN, and the peer says nothing of protocols; taken all the same",
	}}
}
