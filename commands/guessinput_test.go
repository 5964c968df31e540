package commands

import (
	"strings"
	"testing"
)

func TestAutoTakesTextForTextAndSaysHowElseItRead(t *testing.T) {
	for _, c := range []struct{ words, format, payload, says string }{
		{"Open", "text", "Open", ""},
		{"'hello world'", "text", "hello world", ""},
		{"true", "text", "true", ""},
		{"100", "text", "100", ""},
		{"OFF", "text", "OFF", ""},
		{"-12", "text", "-12", ""},
		{"+02:00", "text", "+02:00", ""},
		{`'{"e":'`, "text", `{"e":`, "begins like json"},
		{"'[1,2]'", "text", "[1,2]", "begins like senml-json"},
		{"'{\"e\":[]}'", "json", `{"e":[]}`, ""},
		{"'[]'", "senml-json", "[]", ""},
		{"c10964", "tlv", "\xc1\x09\x64", ""},
		{"'c1, 9, 64'", "tlv", "\xc1\x09\x64", ""},
		{"'[0xc1, 9, 100]'", "tlv", "\xc1\x09\x64", "read as hex of a program"},
		{"wQlk", "tlv", "\xc1\x09\x64", "base64"},
	} {
		r, err := offline(t, "decode --format auto "+c.words)
		if err != nil {
			t.Errorf("%s: %v", c.words, err)
			continue
		}
		d := r.(*Decoded)
		if d.Format != c.format || d.Payload != c.payload || !strings.Contains(d.Reason+" read as "+d.Input, c.says) {
			t.Errorf("%s: found %s %q, %s, read as %q", c.words, d.Format, d.Payload, d.Reason, d.Input)
		}
	}
	r, err := offline(t, "decode --format auto --at /3/0/9 100")
	if err != nil || len(r.(*Decoded).Deviations) > 0 || r.(*Decoded).Format != "text" {
		t.Errorf("100 at /3/0/9: found %v, %v", r, err)
	}
}

func TestUnusualInputIsNamedInJSON(t *testing.T) {
	const words = `"input":"a dump of words, the lowest octet last"`
	for _, line := range []string{
		"decode --format tlv --at /3/0 '0000000 09c1 0064\n0000003\n'",
		"decode-message '0000000 0140 0100\n0000004\n'",
	} {
		if got := jsonOf(t, strings.ReplaceAll(line, `\n`, "\n")); !strings.Contains(got, words) {
			t.Errorf("%s: expected %s, found %s", line, words, got)
		}
	}
}
