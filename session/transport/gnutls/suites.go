package gnutls

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// suite is how GnuTLS calls what a suite is made of.
type suite struct {
	number   uint16
	exchange string // "" of TLS 1.3
	cipher   string
	code     int // of the cipher
}

// suites are those with which there are raw public keys here. RFC 5289, RFC 7251.
var suites = []suite{
	{0xc0ae, "ECDHE-ECDSA", "AES-128-CCM-8", 21},
	{0xc0ac, "ECDHE-ECDSA", "AES-128-CCM", 19},
	{0xc02b, "ECDHE-ECDSA", "AES-128-GCM", 10},
	{0xc02c, "ECDHE-ECDSA", "AES-256-GCM", 11},
}

// Suites are the numbers of the suites that sessions of DTLS can have, the best first.
func Suites() []uint16 {
	var all []uint16
	for _, s := range suites {
		all = append(all, s.number)
	}
	return all
}

// Signatures and groups that are allowed.
const (
	signatures = "+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SHA384"
	groups     = "+GROUP-SECP256R1:+GROUP-SECP384R1:+GROUP-X25519"
	rawTypes   = "+CTYPE-CLI-RAWPK:+CTYPE-SRV-RAWPK"
	certified  = "+CTYPE-CLI-X509:+CTYPE-SRV-X509"
)

// add appends a word that is not there yet.
func add(list []string, word string) []string {
	if slices.Contains(list, word) {
		return list
	}
	return append(list, word)
}

var errNoSuite = errors.New("no cipher suite is allowed")

// priorities writes what is allowed as GnuTLS reads it.
func priorities(allowed []uint16) (string, error) {
	var exchanges, ciphers []string
	for _, number := range allowed {
		at := slices.IndexFunc(suites, func(s suite) bool { return s.number == number })
		if at < 0 {
			return "", fmt.Errorf("cipher suite 0x%04X: expected one of ECDHE_ECDSA with AES in CCM or GCM", number)
		}
		exchanges = add(exchanges, "+"+suites[at].exchange)
		ciphers = add(ciphers, "+"+suites[at].cipher)
	}
	if len(ciphers) == 0 {
		return "", errNoSuite
	}
	words := slices.Concat([]string{"NONE", "+VERS-DTLS1.2"}, exchanges, ciphers, []string{"+AEAD", signatures, groups, rawTypes, "+COMP-NULL"})
	return strings.Join(words, ":"), nil
}
