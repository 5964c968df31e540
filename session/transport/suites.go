package transport

import (
	"crypto/tls"
	"fmt"
	"slices"
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

// streamSuites are those that lwcon speaks over TLS, the best first: those of TLS 1.3,
// then those of TLS 1.2. The ones with CCM, which LwM2M demands, the library of TLS
// does not have.
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
func (s CipherSuite) pskSuite() bool { return slices.Contains(pskSuites, s) }

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

// ParseCipherSuite reads a suite by its name or number: TLS_PSK_WITH_AES_128_CCM_8,
// 0xC0A8, 49320 as in /0/x/16.
func ParseCipherSuite(text string) (CipherSuite, error) {
	for _, s := range slices.Concat(pskSuites, certificateSuites) {
		if strings.EqualFold(s.String(), text) || strings.EqualFold(strings.TrimPrefix(s.String(), "TLS_"), text) {
			return s, nil
		}
	}
	var number uint16
	if _, err := fmt.Sscan(text, &number); err != nil || fmt.Sprint(number) != text && !strings.EqualFold(fmt.Sprintf("0x%04x", number), text) {
		return 0, fmt.Errorf("cipher suite %q: expected a name such as TLS_PSK_WITH_AES_128_CCM_8 or a number such as 0xC0A8", text)
	}
	return CipherSuite(number), nil
}
