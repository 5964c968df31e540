package commands

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lwcon/lwm2m/objects"
)

func TestInputIsReadInEachOfItsWays(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "p.bin")
	if err := os.WriteFile(file, []byte{0xc1, 0x09, 0x64}, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ words, input, stdin string }{
		{"@p.bin", "", ""},
		{"@" + file, "", ""},
		{"-", "", "c1 09 64\n"},
		{"-", "raw", "\xc1\x09\x64"},
		{"wQlk", "base64", ""},
		{"c1 09 64", "hex", ""},
	} {
		env := &Env{Table: All(), Definitions: objects.New(), Directory: dir, Input: strings.NewReader(c.stdin)}
		line := "decode --format tlv --at /3/0 " + Quote(c.words)
		if c.input != "" {
			line += " --input " + c.input
		}
		r, _, err := runLine(t, env, t.Context(), line)
		if err != nil || r.(*Decoded).Payload != "\xc1\x09\x64" {
			t.Errorf("%s with %q: %v, %v", line, c.stdin, r, err)
		}
	}
	for _, line := range []string{"decode --format tlv @none.bin", "decode --format tlv xyz", "decode --format tlv -"} {
		if r, err := offline(t, line); ExitStatus(r, err) != ExitUsage {
			t.Errorf("%s: %v, want exit 2", line, err)
		}
	}
}

func TestTheExamplesOfDecodeDecode(t *testing.T) {
	for _, name := range []string{"decode", "decode-message"} {
		for _, line := range All().Find(name).Examples {
			if _, err := offline(t, line); err != nil {
				t.Errorf("%s: %v", line, err)
			}
		}
	}
}
