package commands

import (
	"fmt"
	"strings"
	"testing"
)

func TestBytesShowWhatMadeWhat(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{
			"decode-message --bytes --at /3/0 6145000303c22d16ffc10964",
			"0-1 header type, 1-2 header code, 2-4 header id, 4-5 token, 5-8 option Content-Format, 8-9 marker, 9-12 value /3/0/9",
		},
		{"decode-message --bytes --tcp 01e242", "0-1 header length, 1-2 header code, 2-3 token"},
		{
			"decode-message --bytes 40020001b1350130013210ff303d2755272c35",
			"0-1 header type, 1-2 header code, 2-4 header id, 4-6 option Uri-Path, 6-8 option Uri-Path, 8-10 option Uri-Path, " +
				"10-11 option Content-Format, 11-12 marker, 12-17 argument, 17-18 frame, 18-19 argument",
		},
		{"decode-message --bytes 44", "0-1 header type"},
		{"decode --format tlv --bytes --at /3/0 86064100014101 05", "0-2 frame, 2-5 value /3/0/6/0, 5-8 value /3/0/6/1"},
		{
			`decode --format senml-json --bytes '[{"n":"/3/0/9","v":100}]'`,
			"0-1 frame, 1-22 value /3/0/9, 22-23 frame, 23-24 frame",
		},
		{"decode --format link-format --bytes '</3/0>;pmin=10,</1>'", "0-14 link /3/0, 14-15 frame, 15-19 link /1"},
		{"decode --format attributes --bytes pmin=5&gt", "0-6 attribute, 6-7 frame, 7-9 attribute"},
		{`decode --format execute-arguments --bytes "0='a,b',1"`, "0-7 argument, 7-8 frame, 8-9 argument"},
	} {
		r, err := offline(t, c.line)
		var parts []Part
		switch r := r.(type) {
		case *Message:
			parts = r.Parts()
		case *Decoded:
			parts = r.Parts()
		default:
			t.Fatalf("%s: %v", c.line, err)
		}
		var got []string
		for _, p := range parts {
			text := fmt.Sprintf("%d-%d %s", p.Start, p.End, p.What)
			if p.Node != nil {
				text += " " + p.Node.Path().String()
			} else if p.Name != "" {
				text += " " + p.Name
			}
			got = append(got, text)
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.line, strings.Join(got, ", "), c.want)
		}
		valid(t, []byte(jsonOf(t, c.line)))
		if line := jsonOf(t, c.line); !strings.Contains(line, `"spans":[{"offset":0`) {
			t.Errorf("%s: got %s, want spans", c.line, line)
		}
	}
}
