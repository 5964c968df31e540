package commands

import (
	"strings"
	"testing"
)

func TestEncodeRefusesWhatDepartsUnlessForced(t *testing.T) {
	for _, c := range []struct{ line, says, forced string }{
		{"--format tlv --at /3/0 6=1", "expected an instance such as /3/0/6/0", "c10601"},
		{"--format tlv --at /3/0 9/0=1", "/3/0/9/0: expected no instance", "8309410001"},
		{"--format tlv --at /3/0 9=1 9=2", "/3/0/9: expected one value, found two", "c10901c10902"},
		{"--format tlv --at /3/0 9=1000", "value-outside-range", "c20903e8"},
		{"--format tlv --at /3/0 4=1", "Reboot can only be executed", ""},
		{"--format json /3/0/0=A /4/0/2=-5", "/4/0/2: expected a path below /3", ""},
		{"--format attributes lt=50 gt=10", "", "6774"},
		{"--format attributes --at /3/0/0 gt=10", "gt belongs to a number", "67743d3130"},
		{"--format link-format '</3/0/0>;gt=1'", "link-parameter-place", "3c2f332f302f303e3b67743d31"},
		{"--format attributes pmin=5 pmin=6", "attribute pmin: expected it once", ""},
	} {
		r, err := offline(t, "encode "+c.line)
		e, ok := err.(*Error)
		if !ok || r != nil || e.Kind != UsageError || !strings.Contains(e.Message, c.says) {
			t.Errorf("%s: expected a usage error that says %q alone, found %v, %v", c.line, c.says, r, err)
		}
		if got := jsonOf(t, "encode --force "+c.line); c.forced != "" && !strings.Contains(got, c.forced) {
			t.Errorf("%s --force: expected %s, found %s", c.line, c.forced, got)
		}
	}
	for _, line := range []string{
		"--format tlv --at /3/0 6/0=1 6/1=5 9=100", "--format senml-etch-json /3/0/6/1!", "--format tlv --at /3303 /3303/*/5700=21.5",
		"--format senml-cbor --path-list /3/0/9 /3303", "--format text /3/0/0=ACME", "--format lwm2m-cbor /dev1/3/0/9=1", "--format lwm2m-cbor /3/0/6/1!",
		"--format link-format '</3/0>;pmin=1'", "--format opaque /5/0/0=00", "--format cbor --at /3/0/9 100", "--format json /3/0/9=100",
	} {
		if r, err := offline(t, "encode "+line); err != nil {
			t.Errorf("%s: %v, %v", line, r, err)
		}
	}
}

func TestEncodeThatFailsReturnsNothingToShow(t *testing.T) {
	for _, line := range []string{"--format attributes pmin=5 gt! lt=3 st=-1", "--format execute-arguments 0=x y", "--format text /3/0/9=x"} {
		if r, err := offline(t, "encode "+line); err == nil || r != nil {
			t.Errorf("%s: expected an error alone, found %v, %v", line, r, err)
		}
	}
}
