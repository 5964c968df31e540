package gnutls

import (
	"slices"
	"strings"
	"testing"
)

func TestPrioritiesOfStreamsOfferNothingThatIsSwitchedOff(t *testing.T) {
	for _, m := range []Mode{RawKeys, PreSharedKeys, Certificates} {
		all := StreamSuites(m)
		if o, err := offerOf(m, all); err != nil || !o.within(all) || !o.older || !o.newer {
			t.Errorf("%d: %+v, %v", m, o, err)
		}
		for i, off := range all {
			allowed := slices.Delete(slices.Clone(all), i, i+1)
			if o, err := offerOf(m, allowed); err != nil || !o.within(allowed) {
				t.Errorf("%d without %04x: %+v, %v", m, off, o, err)
			}
			one := []uint16{off}
			if o, err := offerOf(m, one); err != nil || !o.within(one) || o.newer != (off>>8 == 0x13) || o.older == o.newer {
				t.Errorf("%d with %04x only: %+v, %v", m, off, o, err)
			}
		}
	}
}

func TestPrioritiesOfStreamsNameTheMode(t *testing.T) {
	for m, want := range map[Mode]string{RawKeys: "+CTYPE-CLI-RAWPK:+CTYPE-SRV-RAWPK", PreSharedKeys: "+ECDHE-PSK", Certificates: "+CTYPE-CLI-X509:+CTYPE-SRV-X509"} {
		for _, other := range []string{"RAWPK", "X509", "PSK:"} {
			got, err := streamPriorities(m, true, StreamSuites(m))
			if err != nil || !strings.Contains(got, want) || strings.Contains(got, other) != strings.Contains(want+":", other) {
				t.Errorf("%d: %s, %v", m, got, err)
			}
		}
	}
	for _, wrong := range [][]uint16{nil, {0xc02f}, {0x1301, 0xc0ae}} {
		if got, err := streamPriorities(PreSharedKeys, false, wrong); err == nil {
			t.Errorf("%04x: %s", wrong, got)
		}
	}
}

func TestTheSuiteAgreedOnIsFoundByItsParts(t *testing.T) {
	for _, s := range streamSuites {
		if got := agreed(s.exchange == "", exchangeCodes[s.exchange], s.code); got != s.number {
			t.Errorf("%04x: got %04x", s.number, got)
		}
	}
	if got := agreed(false, exchangePSK, 99); got != 0 {
		t.Errorf("got %04x", got)
	}
}
