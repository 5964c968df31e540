package commands

import (
	"time"

	"lwcon/session/coap"
)

// linkRow is a kind of radio link with the timing that suits it.
type linkRow struct {
	name       string
	parameters coap.Parameters
}

// linkRows are the kinds of link. The RFC's defaults suit a wired network;
// narrow radio links take seconds for a round trip, and small blocks survive
// them better.
func linkRows() []linkRow {
	return []linkRow{
		{"default", coap.Parameters{}},
		{"nbiot", coap.Parameters{AckTimeout: 10 * time.Second, BlockSize: 512}},
		{"lte-m", coap.Parameters{AckTimeout: 4 * time.Second, BlockSize: 1024}},
		{"sms", coap.Parameters{AckTimeout: 60 * time.Second, MaxRetransmit: 2, BlockSize: 64}},
	}
}

// LinkNames are the names that --link takes.
func LinkNames() []string {
	var names []string
	for _, r := range linkRows() {
		names = append(names, r.name)
	}
	return names
}

// linkParameters is the timing of a kind of link; "" is the default.
func linkParameters(name string) (coap.Parameters, error) {
	for _, r := range linkRows() {
		if r.name == name || name == "" {
			return r.parameters, nil
		}
	}
	return coap.Parameters{}, usage("link %q: expected %s%s", name, listed(LinkNames()), nearest(name, LinkNames()))
}
