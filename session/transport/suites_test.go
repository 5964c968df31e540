package transport

import (
	"slices"
	"strings"
	"testing"
)

func TestSuitesAreAllowedAndSwitchedOffByNameAndNumber(t *testing.T) {
	tls13 := []CipherSuite{0x1301, 0x1302, 0x1303, 0x1304, 0x1305}
	for words, want := range map[string][]CipherSuite{
		"TLS_PSK_WITH_AES_128_CCM_8": {0xc0a8},
		"psk_with_aes_128_ccm_8":     {0xc0a8},
		"0xC0A8 174":                 {0xc0a8, 0x00ae},
		"0x00ae 49320":               {0x00ae, 0xc0a8},
		"TLS1.3":                     tls13,
		"tls1.3 -0xC0A8":             tls13,
		"0xC0A8 0xC0AE -TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8": {0xc0a8},
	} {
		if got, err := ParseSuites(strings.Fields(words)); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v; want %v", words, got, err, want)
		}
	}
	got, err := ParseSuites([]string{"-TLS1.3", "-0xc0a8"})
	want := slices.DeleteFunc(KnownSuites(), func(s CipherSuite) bool { return s.ofTLS13() || s == 0xc0a8 })
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("switched off: %v, %v; want %v", got, err, want)
	}
}

func TestASuiteThatIsNotKnownIsRefusedWithThoseThatAre(t *testing.T) {
	for word, want := range map[string]string{
		"TLS_NULL":               "TLS_PSK_WITH_AES_128_CCM_8, ",
		"0x1234":                 "TLS_PSK_WITH_AES_128_CCM_8, ",
		"65536":                  "expected a number such as",
		"-":                      "expected a number such as",
		"TLS_AES_128_GCM_SHA256": "expected TLS1.3",
	} {
		if got, err := ParseSuites([]string{word}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v; want %q", word, got, err, want)
		}
	}
	if _, err := ParseSuites([]string{"0xC0A8", "-0xC0A8"}); err == nil || !strings.Contains(err.Error(), "no cipher suite is left") {
		t.Errorf("got %v", err)
	}
}

func TestEachWordForASuiteIsRead(t *testing.T) {
	for _, word := range SuiteWords() {
		if _, err := ParseSuites([]string{word}); err != nil {
			t.Error(err)
		}
	}
}
