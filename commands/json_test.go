package commands

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
)

func TestControlCharactersOfAPeerAreEscaped(t *testing.T) {
	const hostile = "a\x1b[31m\x00\x7f\u009b\u0085 é € \xff\"\\"
	r := &Clients{}
	o := beginObject(nil)
	o.text("text", hostile)
	n := lwm2m.NewNode(lwm2m.KindValue, lwm2m.NewPath(3, 0, 0), lwm2m.StringValue(hostile), lwm2m.Span{}, 0)
	o.values(&lwm2m.Tree{Nodes: []lwm2m.Node{n}})
	o.links("links", []lwm2m.Link{{Target: hostile, Attributes: []lwm2m.LinkAttribute{{Name: hostile}}}})
	line := string(o.end())
	for _, c := range line {
		if unicode.IsControl(c) {
			t.Errorf("%q has the control character %U", line, c)
		}
	}
	var back struct{ Text string }
	want := strings.ReplaceAll(hostile, "\xff", string(utf8.RuneError))
	if err := json.Unmarshal([]byte(line), &back); err != nil || back.Text != want {
		t.Errorf("%s: got %q, %v, want %q", line, back.Text, err, want)
	}
	valid(t, r.AppendJSON(nil))
}

func FuzzEveryResultOfDecodeIsALineOfTheSchema(f *testing.F) {
	seeds := []string{"\xc1\x09\x64", "[{\"bn\":\"/3/0/\",\"n\":\"0\",\"vs\":\"x\"}]", "\x81\xa2\x00\x61\x30\x02\x01", "</3/0>;pmin=10", "21.5", "0='U',5", "pmin=5&gt"}
	words := append(formatNames(), formatAttributes, formatArguments, formatAuto)
	for i := range words {
		for _, seed := range seeds {
			f.Add(i, []byte(seed), i%2 == 0)
		}
	}
	definitions := objects.New()
	f.Fuzz(func(t *testing.T, format int, payload []byte, strict bool) {
		args := []string{"decode", "--at", "/3/0", "--input", "raw", "--format", words[uint(format)%uint(len(words))]}
		if strict {
			args = append(args, "--strict")
		}
		env := &Env{Table: All(), Definitions: definitions, Input: strings.NewReader(string(payload))}
		r, err := env.Table.Do(t.Context(), env, append(args, "-"), nil)
		if r != nil {
			valid(t, r.AppendJSON(nil))
		}
		if err != nil {
			if ExitStatus(r, err) != ExitPayload {
				t.Errorf("%v: want exit 4", err)
			}
			valid(t, Classify(err).AppendJSON(nil))
		}
	})
}
