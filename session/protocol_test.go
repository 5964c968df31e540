package session

import (
	"testing"

	"lwcon/session/transport"
)

// agreedLink is a link with a session in which a protocol was agreed on.
type agreedLink struct {
	transport.Link
	reliable, stands bool
	protocol         string
}

func (l agreedLink) Reliable() bool { return l.reliable }

func (l agreedLink) Session(transport.Address) (transport.SessionState, bool) {
	return transport.SessionState{ALPN: l.protocol}, l.stands
}

func TestAPeerOfTLSWithoutTheProtocolIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		link transport.Link
		want int
	}{
		"without":       {agreedLink{reliable: true, stands: true}, 1},
		"with":          {agreedLink{reliable: true, stands: true, protocol: "coap"}, 0},
		"over DTLS":     {agreedLink{stands: true}, 0},
		"no session":    {agreedLink{reliable: true}, 0},
		"no security":   {struct{ transport.Link }{}, 0},
		"nobody at all": {nil, 0},
	} {
		if got := withoutProtocol(c.link, transport.Address{}); len(got) != c.want || c.want > 0 && got[0].Rule != ruleNoProtocol {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
