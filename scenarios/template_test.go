package scenarios

import (
	"strings"
	"testing"

	"github.com/expr-lang/expr/types"
	"gopkg.in/yaml.v3"
)

// compiled reads a text and compiles what is in it.
func compiled(t testing.TB, text string, known names) (*template, error) {
	t.Helper()
	d := &document{file: "f.yaml", lines: []string{text}}
	tpl := d.template(&yaml.Node{Kind: yaml.ScalarNode, Style: style(text), Value: text, Line: 1, Column: 1}, "text")
	if tpl == nil {
		return nil, d.err()
	}
	for _, e := range tpl.expressions() {
		if wrong := e.compile(known); wrong != nil {
			return nil, wrong
		}
	}
	return tpl, nil
}

func TestReferencesArePutIntoText(t *testing.T) {
	values := map[string]any{
		"s": "a 'b' ${c}", "i": int64(9007199254740993), "u": uint64(18446744073709551615), "f": 21.5, "b": true,
		"m": map[string]any{"code": "2.05"},
	}
	known := names{"none": types.Any, "list": types.Any}
	for name := range values {
		known.add(name)
	}
	for text, want := range map[string]string{
		"plain":                    "plain",
		"":                         "",
		"$ {s} $s":                 "$ {s} $s",
		"<${s}>":                   "<a 'b' ${c}>",
		"${i}/${u}":                "9007199254740993/18446744073709551615",
		"${f} ${b}":                "21.5 true",
		"${m.code}":                "2.05",
		"${ {\"a\": \"}\"}.a }":    "}",
		"$${s} ${'$${'}":           "${s} $${",
		"${i + 1}":                 "9007199254740994",
		`${b ? "yes" : "no"}`:      "yes",
		"${m.nope}":                "!${m.nope}: expected one value, found nothing",
		"${m}":                     "!${m}: expected one value, found a mapping",
		"${[1]}":                   "!${[1]}: expected one value, found a list",
		"${s > 1}":                 "!${s > 1}: invalid operation: string > int",
		"${x}":                     "!f.yaml",
		"${s":                      "!f.yaml:1:1: text: expected } to close ${, found the end ($${ is the text ${)",
		"${repeat('x', 10000000)}": "!${repeat('x', 10000000)}: memory budget exceeded",
	} {
		tpl, err := compiled(t, text, known)
		got := ""
		if err == nil {
			got, err = tpl.expand(values)
		}
		if err != nil {
			got = "!" + err.Error()
		}
		if text == "${x}" { // an undefined variable
			if err == nil || !strings.Contains(got, "undefined variable x") {
				t.Errorf("%s: got %q, want an undefined variable", text, got)
			}
			continue
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

func TestAnExpansionIsLimited(t *testing.T) {
	tpl, err := compiled(t, "${a}${a}", names{"a": types.Any})
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", MaxExpansion/2+1)
	if _, err := tpl.expand(map[string]any{"a": long}); err == nil || !strings.Contains(err.Error(), "expected at most 1048576 octets") {
		t.Errorf("got %v, want the limit", err)
	}
}

func TestALineIsPartedIntoWordsBeforeVariablesArePutIn(t *testing.T) {
	values := map[string]any{"v": `a b "c" \d`, "p": "/3/0"}
	for text, want := range map[string]string{
		"/3/0/14 ${v}":             `/3/0/14|a b "c" \d`,
		`${p}/14 "x ${v} y"`:       `/3/0/14|x a b "c" \d y`,
		`${p}${p}`:                 "/3/0/3/0",
		`'${v}' --accept tlv`:      `a b "c" \d|--accept|tlv`,
		`${v + " " + "z"} end`:     `a b "c" \d z|end`,
		`a\ b "" 'c d'`:            "a b||c d",
		"one\ntwo":                 "one|two",
		`0="x y" $${v}`:            "0=x y|${v}",
		`${p == "/3/0" ? "a":"b"}`: "a",
	} {
		d := &document{file: "f.yaml"}
		words := d.line(&yaml.Node{Kind: yaml.ScalarNode, Value: text}, "read")
		if err := d.err(); err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		var got []string
		for _, w := range words {
			for _, e := range w.expressions() {
				if wrong := e.compile(names{"v": types.Any, "p": types.Any}); wrong != nil {
					t.Fatal(wrong)
				}
			}
			s, err := w.expand(values)
			if err != nil {
				t.Error(err)
			}
			got = append(got, s)
		}
		if joined := strings.Join(got, "|"); joined != want {
			t.Errorf("%s: got %s, want %s", text, joined, want)
		}
	}
}

func FuzzTemplate(f *testing.F) {
	for _, s := range []string{"a ${b} c", "$${", "${", "${ {'}': 1} }", "${\"}\"}", "$${${x}}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parts, offset, err := parseTemplate(text)
		if err != nil {
			if offset < 0 || offset >= len(text) {
				t.Fatalf("%q: error at offset %d", text, offset)
			}
			return
		}
		var again strings.Builder
		for _, p := range parts {
			if p.expression != nil {
				again.WriteString("${" + p.expression.source + "}")
				if at := p.expression.at.Column; text[at:at+len(p.expression.source)] != p.expression.source {
					t.Fatalf("%q: the place of %q is wrong", text, p.expression.source)
				}
			} else {
				again.WriteString(strings.ReplaceAll(p.literal, "${", "$${"))
			}
		}
		if again.String() != text {
			t.Fatalf("%q was read as %q", text, again.String())
		}
	})
}

// style quotes the empty text, which is nothing without.
func style(text string) yaml.Style {
	if text == "" {
		return yaml.DoubleQuotedStyle
	}
	return 0
}
