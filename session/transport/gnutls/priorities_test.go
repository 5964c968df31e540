package gnutls

import (
	"errors"
	"strings"
	"testing"
)

func TestPrioritiesNameWhatIsAllowedAndNothingElse(t *testing.T) {
	for _, c := range []struct {
		allowed  []uint16
		has, not string
	}{
		{[]uint16{0xc0ae}, "+ECDHE-ECDSA:+AES-128-CCM-8:+AEAD", "GCM"},
		{[]uint16{0xc02b, 0xc0ac}, "+AES-128-GCM:+AES-128-CCM:", "CCM-8"},
		{Suites(), "+CTYPE-CLI-RAWPK:+CTYPE-SRV-RAWPK", "X509"},
	} {
		got, err := priorities(c.allowed)
		if err != nil || !strings.HasPrefix(got, "NONE:+VERS-DTLS1.2:") || !strings.Contains(got, c.has) || strings.Contains(got, c.not) {
			t.Errorf("%04x: %q, %v", c.allowed, got, err)
		}
	}
	for _, wrong := range [][]uint16{nil, {0xc0a8}, {0xc0ae, 0xc02f}} {
		if got, err := priorities(wrong); err == nil {
			t.Errorf("%04x: %q", wrong, got)
		}
	}
}

func TestCodesOfGnuTLSHaveMeanings(t *testing.T) {
	for code, want := range map[int]error{-87: ErrNoCommonSuite, -49: ErrNoPeerKey, -61: ErrKeyType, -8: ErrVersion} {
		for _, meaning := range []error{ErrNoCommonSuite, ErrNoPeerKey, ErrKeyType, ErrVersion} {
			if got := errors.Is(&Error{Code: code}, meaning); got != (meaning == want) {
				t.Errorf("%d means %v: %v", code, meaning, got)
			}
		}
	}
}
