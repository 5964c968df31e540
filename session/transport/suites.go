package transport

import (
	"crypto/tls"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// CipherSuite is the number of a TLS cipher suite.
type CipherSuite uint16

// String returns the name of the suite, or its number.
func (s CipherSuite) String() string {
	if name := suiteNames[s]; name != "" {
		return name
	}
	if name := tls.CipherSuiteName(uint16(s)); !strings.HasPrefix(name, "0x") {
		return name
	}
	return fmt.Sprintf("0x%04X", uint16(s))
}

// The suites that lwcon speaks over DTLS, the best first: those that LwM2M demands
// stand before what else is seen in the field. Spec: Core 1.2 §5.2.8.
var (
	pskSuites         = []CipherSuite{0xc0a8, 0xc0a4, 0x00a8, 0xc037, 0x00ae, 0xc0a9}
	certificateSuites = []CipherSuite{0xc0ae, 0xc0ac, 0xc02b, 0xc02c, 0xc00a, 0xc02f, 0xc030, 0xc014}
)

// streamSuites are those of certificates that lwcon speaks over TLS by a library of Go,
// the best first: those of TLS 1.3, then those of TLS 1.2. The ones with CCM, which LwM2M
// demands, that library does not have.
var streamSuites = []CipherSuite{0x1301, 0x1302, 0x1303, 0xc02b, 0xc02c, 0xcca9, 0xc023, 0xc00a, 0xc02f, 0xc030, 0xcca8, 0xc014}

// ofTLS13 says whether a suite is one of TLS 1.3. RFC 8446 §B.4.
func (s CipherSuite) ofTLS13() bool { return s>>8 == 0x13 }

// streamVersions are the suites of TLS 1.2 among some, and the versions that they are
// of. Those of TLS 1.3 cannot be chosen one by one: any of them stands for all.
func streamVersions(suites []CipherSuite) (ids []uint16, lowest, highest uint16) {
	lowest, highest = tls.VersionTLS13, tls.VersionTLS12
	for _, s := range suites {
		if s.ofTLS13() {
			highest = tls.VersionTLS13
			continue
		}
		lowest = tls.VersionTLS12
		ids = append(ids, uint16(s))
	}
	return ids, lowest, highest
}

// versionsOf are the versions of TLS that suites are of.
func versionsOf(suites []CipherSuite) []uint16 {
	_, lowest, highest := streamVersions(suites)
	if lowest == highest {
		return []uint16{lowest}
	}
	return []uint16{lowest, highest}
}

// pskSuite says whether a suite is one of pre-shared keys.
func (s CipherSuite) pskSuite() bool { return strings.Contains(s.String(), "_PSK_") }

// chosenSuites are those of a list that are among the allowed ones; all for no
// allowed ones, in the order of allowed otherwise.
func chosenSuites(known, allowed []CipherSuite) []CipherSuite {
	if len(allowed) == 0 {
		return known
	}
	var chosen []CipherSuite
	for _, s := range allowed {
		if slices.Contains(known, s) {
			chosen = append(chosen, s)
		}
	}
	return chosen
}

// suiteList writes suites as people read them.
func suiteList(all []CipherSuite) string {
	var names []string
	for _, s := range all {
		if s != 0x00ff { // a signal, no suite
			names = append(names, s.String())
		}
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, " ")
}

// tls13Name names the suites of TLS 1.3, which go together.
const tls13Name = "TLS1.3"

// KnownSuites are the suites that lwcon speaks over DTLS or TLS, the best of each mode
// first.
func KnownSuites() []CipherSuite {
	var all []CipherSuite
	for _, s := range slices.Concat(pskSuites, certificateSuites, rawKeySuites, streamSuites, streamPSKSuites, streamRawSuites, streamCCMSuites) {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

// SuiteWords are the words that ParseSuites knows.
func SuiteWords() []string {
	var words []string
	for _, s := range KnownSuites() {
		if !s.ofTLS13() {
			words = append(words, s.String())
		}
	}
	return append(words, tls13Name)
}

// ParseSuites reads which suites are allowed: names or numbers as ParseCipherSuite
// takes them, the best first; TLS1.3 stands for those of TLS 1.3, which go together. A
// hyphen before a word switches one off. Where nothing but such words stand, all others are
// allowed.
func ParseSuites(words []string) ([]CipherSuite, error) {
	var allowed, off []CipherSuite
	for _, word := range words {
		name, minus := strings.CutPrefix(word, "-")
		named, err := suitesNamed(name)
		if err != nil {
			return nil, err
		}
		if minus {
			off = append(off, named...)
		} else {
			allowed = append(allowed, named...)
		}
	}
	if len(allowed) == 0 {
		allowed = KnownSuites()
	}
	allowed = slices.DeleteFunc(allowed, func(s CipherSuite) bool { return slices.Contains(off, s) })
	if len(allowed) == 0 {
		return nil, fmt.Errorf("no cipher suite is left of %s", strings.Join(words, " "))
	}
	return allowed, nil
}

// suitesNamed reads one word of ParseSuites.
func suitesNamed(word string) ([]CipherSuite, error) {
	isTLS13 := func(s CipherSuite) bool { return s.ofTLS13() }
	if strings.EqualFold(word, tls13Name) {
		return slices.DeleteFunc(KnownSuites(), func(s CipherSuite) bool { return !isTLS13(s) }), nil
	}
	s, err := ParseCipherSuite(word)
	switch {
	case err != nil:
		return nil, err
	case isTLS13(s):
		return nil, fmt.Errorf("cipher suite %q: expected %s, which names those of TLS 1.3: they are on or off together", word, tls13Name)
	case !slices.Contains(KnownSuites(), s):
		return nil, fmt.Errorf("cipher suite %q: expected one of %s", word, strings.Join(SuiteWords(), ", "))
	}
	return []CipherSuite{s}, nil
}

// AllowedOf are the suites of a list that are among the allowed ones, in the order of
// the list; all for no allowed ones.
func AllowedOf(list, allowed []CipherSuite) []CipherSuite {
	if len(allowed) == 0 {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), func(s CipherSuite) bool { return !slices.Contains(allowed, s) })
}

// LeavesSuite says whether some suites leave one for a listener of TLS over streams, or
// of DTLS.
func LeavesSuite(allowed []CipherSuite, stream bool) bool {
	known := slices.Concat(pskSuites, certificateSuites, rawKeySuites)
	if stream {
		known = slices.Concat(streamSuites, streamPSKSuites, streamRawSuites, streamCCMSuites)
	}
	return len(chosenSuites(known, allowed)) > 0
}

// ParseCipherSuite reads a suite by its name or number: TLS_PSK_WITH_AES_128_CCM_8,
// PSK_WITH_AES_128_CCM_8, 0xC0A8, 49320 as in /0/x/16.
func ParseCipherSuite(text string) (CipherSuite, error) {
	for _, s := range KnownSuites() {
		if strings.EqualFold(s.String(), text) || strings.EqualFold(strings.TrimPrefix(s.String(), "TLS_"), text) {
			return s, nil
		}
	}
	number, err := strconv.ParseUint(text, 0, 16)
	if err != nil {
		return 0, fmt.Errorf("cipher suite %q: expected a number such as 0xC0A8, or one of %s", text, strings.Join(SuiteWords(), ", "))
	}
	return CipherSuite(number), nil
}
