package gnutls

import (
	"fmt"
	"slices"
	"strings"
)

// How GnuTLS numbers ciphers and key exchanges.
const (
	cipherCBC128 = 4

	exchangePSK        = 9
	exchangeECDHEPSK   = 14
	exchangeECDHEECDSA = 13
	exchangeDHEPSK     = 10
)

// streamSuites are all that GnuTLS makes of the words that stand here: it takes the
// words, and offers whatever is made of them. RFC 8446 §B.4, RFC 5487, RFC 5489, RFC 6655,
// RFC 7251, RFC 7905.
var streamSuites = []suite{
	{0x1301, "", "AES-128-GCM", 10},
	{0x1302, "", "AES-256-GCM", 11},
	{0x1303, "", "CHACHA20-POLY1305", 23},
	{0x1304, "", "AES-128-CCM", 19},
	{0x1305, "", "AES-128-CCM-8", 21},
	{0xc0a8, "PSK", "AES-128-CCM-8", 21},
	{0xc0a4, "PSK", "AES-128-CCM", 19},
	{0x00a8, "PSK", "AES-128-GCM", 10},
	{0x00a9, "PSK", "AES-256-GCM", 11},
	{0xccab, "PSK", "CHACHA20-POLY1305", 23},
	{0x00ae, "PSK", "AES-128-CBC", cipherCBC128},
	{0xc0a9, "PSK", "AES-256-CCM-8", 22},
	{0xccac, "ECDHE-PSK", "CHACHA20-POLY1305", 23},
	{0xc037, "ECDHE-PSK", "AES-128-CBC", cipherCBC128},
	{0xc0ae, "ECDHE-ECDSA", "AES-128-CCM-8", 21},
	{0xc0ac, "ECDHE-ECDSA", "AES-128-CCM", 19},
	{0xc02b, "ECDHE-ECDSA", "AES-128-GCM", 10},
	{0xc02c, "ECDHE-ECDSA", "AES-256-GCM", 11},
	{0xcca9, "ECDHE-ECDSA", "CHACHA20-POLY1305", 23},
}

// exchangeCodes are the numbers of the key exchanges of suites of TLS 1.2.
var exchangeCodes = map[string]int{"PSK": exchangePSK, "ECDHE-PSK": exchangeECDHEPSK, "ECDHE-ECDSA": exchangeECDHEECDSA}

// StreamSuites are the numbers of the suites that sessions of TLS can have in a mode, the
// best first: with certificates those that others do not have. A pre-shared key goes
// with SHA-256, and so not with all of TLS 1.3. RFC 8446 §4.2.11.
func StreamSuites(m Mode) []uint16 {
	switch m {
	case PreSharedKeys:
		return []uint16{0x1301, 0x1303, 0x1304, 0x1305, 0xc0a8, 0xc0a4, 0x00a8, 0xccac, 0xc037, 0xccab, 0x00ae, 0xc0a9}
	case Certificates:
		return []uint16{0x1304, 0x1305, 0xc0ae, 0xc0ac}
	}
	return []uint16{0x1301, 0x1302, 0x1303, 0x1304, 0x1305, 0xc0ae, 0xc0ac, 0xc02b, 0xc02c, 0xcca9}
}

// offer is what GnuTLS is told of suites, and what it makes of it.
type offer struct {
	exchanges, ciphers []string
	older, newer       bool // TLS 1.2, TLS 1.3
}

// with is the offer with one suite more.
func (o offer) with(s suite) offer {
	o.ciphers = add(slices.Clone(o.ciphers), s.cipher)
	if s.exchange == "" {
		o.newer = true
		return o
	}
	o.older = true
	o.exchanges = add(slices.Clone(o.exchanges), s.exchange)
	return o
}

// within says whether all that GnuTLS makes of the offer is allowed.
func (o offer) within(allowed []uint16) bool {
	return !slices.ContainsFunc(streamSuites, func(s suite) bool {
		made := o.newer
		if s.exchange != "" {
			made = o.older && slices.Contains(o.exchanges, s.exchange)
		}
		return made && slices.Contains(o.ciphers, s.cipher) && !slices.Contains(allowed, s.number)
	})
}

// offerOf takes of the suites that are allowed, in their order, each that brings in none
// that is not.
func offerOf(m Mode, allowed []uint16) (o offer, err error) {
	possible := StreamSuites(m)
	for _, number := range allowed {
		at := slices.IndexFunc(streamSuites, func(s suite) bool { return s.number == number })
		if at < 0 || !slices.Contains(possible, number) && m != Certificates {
			return o, fmt.Errorf("cipher suite 0x%04X: expected one that goes with the mode", number)
		}
		if next := o.with(streamSuites[at]); next.within(allowed) {
			o = next
		}
	}
	if len(o.ciphers) == 0 {
		return o, errNoSuite
	}
	if m == PreSharedKeys && o.newer { // there they say whether a key is exchanged beside the pre-shared one
		for _, exchange := range []string{"ECDHE-PSK", "PSK"} {
			next := o
			if next.exchanges = add(slices.Clone(o.exchanges), exchange); next.within(allowed) {
				o = next
			}
		}
	}
	return o, nil
}

// streamPriorities writes what is allowed over streams as GnuTLS reads it.
func streamPriorities(m Mode, server bool, allowed []uint16) (string, error) {
	o, err := offerOf(m, allowed)
	if err != nil {
		return "", err
	}
	words := []string{"NONE"}
	if o.newer {
		words = append(words, "+VERS-TLS1.3")
	}
	if o.older {
		words = append(words, "+VERS-TLS1.2")
	}
	for _, word := range slices.Concat(o.exchanges, o.ciphers) {
		words = append(words, "+"+word)
	}
	words = append(words, "+AEAD", "+SHA256", signatures, "+SIGN-ECDSA-SECP256R1-SHA256:+SIGN-ECDSA-SECP384R1-SHA384", groups)
	switch m {
	case RawKeys:
		words = append(words, rawTypes)
	case Certificates:
		words = append(words, "+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-SHA256", certified)
	}
	words = append(words, "+COMP-NULL")
	if server {
		words = append(words, "%SERVER_PRECEDENCE")
	}
	return strings.Join(words, ":"), nil
}

// agreed is the suite of a session by what GnuTLS says of it, 0 if it is none of those
// known.
func agreed(newer bool, exchange, cipher int) uint16 {
	for _, s := range streamSuites {
		if s.code == cipher && (newer && s.exchange == "" || !newer && s.exchange != "" && exchangeCodes[s.exchange] == exchange) {
			return s.number
		}
	}
	return 0
}
