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
		{"'[193 9 100]'", "tlv", "\xc1\x09\x64", "read as hex of a program"},
		{"wQlk", "tlv", "\xc1\x09\x64", "read as base64"},
		{"c10964", "tlv", "\xc1\x09\x64", "read as hex"},
		{"--at /3303/0/5700 21,50", "text", "21,50", "read as text, though it can be hex"},
		{"--at /3/0/14 12:30", "text", "12:30", "read as text, though it can be hex"},
		{"--at /3/0/2 3517560515239991", "text", "3517560515239991", "read as text, though it can be hex"},
		{"--at /3/0/0 ACDC", "text", "ACDC", "read as text, though it can be hex"},
		{"--at /3/0/9 1864", "text", "1864", "read as text, though it can be hex"},
		{"--at /3/0/9 19012c", "cbor", "\x19\x01\x2c", "read as hex, though it can be text"},
		{"--at /31000/0/1 --type integer 12:30", "text", "12:30", "read as text, though it can be hex"},
		{"--at /5/0/0 c0ffee", "opaque", "\xc0\xff\xee", "read as hex, though it can be text"},
		{"12:30:45", "text", "12:30:45", "read as text, though it can be hex"},
		{"2026-11-28", "text", "2026-11-28", "read as text, though it can be hex"},
		{"1,2,3", "text", "1,2,3", "read as text, though it can be hex"},
		{"ACDC", "opaque", "\xac\xdc", "read as hex, though it can be text"},
		{"'10 20 ff'", "opaque", "\x10\x20\xff", "read as hex, though it can be text"},
		{"--at /3 c10964", "tlv", "\xc1\x09\x64", "read as hex"},
		{"a200662f332f302f390205", "senml-cbor", "\xa2\x00f/3/0/9\x02\x05", "read as hex"},
	} {
		r, err := offline(t, "decode --format auto "+c.words)
		if e, ok := err.(*Error); ok && e.Kind != PayloadError {
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
