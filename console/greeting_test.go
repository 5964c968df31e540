package console

import (
	"strings"
	"testing"
)

func TestSilenceNamesTheSecurityModeOfTheURIs(t *testing.T) {
	for uris, want := range map[string]string{
		"coap://192.0.2.1:5683":                          "coap:// and security mode 3 (no security)",
		"coaps://192.0.2.1:5684 coaps+tcp://192.0.2.1:1": "security mode 0 (pre-shared key), 1 (raw public key) or 2 (certificate) for coaps://, security mode 0 (pre-shared key), 1 (raw public key) or 2 (certificate) for coaps+tcp://",
		"coaps+tcp://192.0.2.1:5684":                     "coaps+tcp:// and security mode 0 (pre-shared key), 1 (raw public key) or 2 (certificate)",
		"coaps://192.0.2.1:5684":                         "coaps:// and security mode 0 (pre-shared key), 1 (raw public key) or 2 (certificate)",
		"coap://192.0.2.1:5683 coaps://192.0.2.1:5684":   "security mode 3 (no security) for coap://, security mode 0 (pre-shared key), 1 (raw public key) or 2 (certificate) for coaps://",
	} {
		if got := securityOf(strings.Fields(uris)); got != want {
			t.Errorf("%s: got %q, want %q", uris, got, want)
		}
	}
}
