package lwm2m_test

import (
	"strings"
	"testing"

	"lwcon/lwm2m"
)

func TestParseErrorOfALongTextIsShort(t *testing.T) {
	long := strings.Repeat("ä9", 100_000)
	if _, _, err := lwm2m.ParseAttributes(strings.Repeat("pmin=1&", 100_000)); err == nil || len(err.Error()) > 400 {
		t.Errorf("many attributes: expected a short error, found %.500v", err)
	}
	if _, deviations, err := lwm2m.ParseAttributes("pmin=" + long); err != nil || len(deviations) != 1 || len(deviations[0].Message) > 400 {
		t.Errorf("a long value: expected a short message, found %.500v (%v)", deviations, err)
	}
	for _, text := range []string{long, strings.Repeat("9", 100_000), strings.Repeat("0,", 100_000)} {
		_, deviations, err := lwm2m.ParseArguments(text)
		if err != nil && len(err.Error()) > 400 {
			t.Errorf("%.20s: expected a short error, found one of %d octets", text, len(err.Error()))
		}
		for _, d := range deviations {
			if len(d.Message) > 400 {
				t.Errorf("%.20s: expected a short message, found one of %d octets", text, len(d.Message))
			}
		}
	}
}
