package commands

import (
	"time"

	"lwcon/session/coap"
)

// linkRow is a kind of radio link with the timing that suits it.
type linkRow struct {
	name       string
	parameters coap.Parameters
	awake      time.Duration // of devices in queue mode; 0: that of the specification
}

// linkRows are the kinds of link. The RFC's defaults suit a wired network;
// narrow radio links take seconds for a round trip, and small blocks survive
// them better.
func linkRows() []linkRow {
	return []linkRow{
		{"default", coap.Parameters{}, 0},
		{"nbiot", coap.Parameters{AckTimeout: 10 * time.Second, BlockSize: 512}, 20 * time.Second},
		{"lte-m", coap.Parameters{AckTimeout: 4 * time.Second, BlockSize: 1024}, 0},
		{"sms", coap.Parameters{AckTimeout: 60 * time.Second, MaxRetransmit: 2, BlockSize: 64}, 10 * time.Minute},
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

// linkAwakeTime is how long devices in queue mode are awake on a kind of link,
// 0 for the default.
func linkAwakeTime(name string) time.Duration {
	for _, r := range linkRows() {
		if r.name == name {
			return r.awake
		}
	}
	return 0
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
