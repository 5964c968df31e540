package scenarios

import (
	"fmt"
	"strings"
	"testing"

	"lwcon/commands"
)

// told is what Parse says of a text, a line each.
func told(text string) string {
	_, err := Parse("f.yaml", []byte(text), commands.All())
	var got []string
	for _, e := range SyntaxErrors(err) {
		got = append(got, e.Error())
	}
	return strings.Join(got, "\n")
}

func TestAWrongFileIsToldWithPlaceAndRemedy(t *testing.T) {
	const file = "testdata/wrong.txt"
	all := readExamples(t, file)
	for i, c := range all {
		got := told(c.text)
		if got == "" {
			t.Errorf("%s: expected an error, found none", c.name)
		}
		if *update {
			all[i].want = got
			continue
		}
		if got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
	if *update {
		writeExamples(t, file, all)
	}
}

func TestEveryFormOfAStepIsRead(t *testing.T) {
	s, err := Parse("dir/f.yaml", []byte(`
scenario: Forms
steps:
  - read: /3/0 --accept tlv
  - read: [/3/0, --accept, tlv]
  - read: {path: /3/0, accept: tlv, timeout: 5s}
  - status:
  - r: Device/0
  - write: [/3/0/14, 4.00]
  - write: "/3/0/15 'Europe/Paris'"
  - write: {path: /1/0, value: [1=300, 6=yes], partial: }
`), commands.All())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"4:5 read /3/0 --accept tlv", "5:5 read /3/0 --accept tlv", "6:5 read path: /3/0 accept: tlv timeout: 5s", "7:5 status",
		"8:5 read Device/0", "9:5 write /3/0/14 4.00", "10:5 write /3/0/15 Europe/Paris", "11:5 write path: /1/0 value: 1=300 6=yes partial: true",
	}
	for i, step := range s.Steps {
		if got := fmt.Sprintf("%d:%d %s", step.Line, step.Column, step.source()); i >= len(want) || got != want[i] {
			t.Errorf("step %d: got %q, want %q", i+1, got, want[min(i, len(want)-1)])
		}
	}
	if s.ID != "f" || s.Directory != "dir" || len(s.Cases) != 1 || s.Cases[0].Name != "" {
		t.Errorf("id %q, directory %q, cases %v", s.ID, s.Directory, s.Cases)
	}
}

func TestNoCommandHasAParameterNamedLikeAStepKey(t *testing.T) {
	table := commands.All()
	table = table.Append(Command(table)...)
	known := StepKeys()
	if len(known) != 10 {
		t.Errorf("step keys %v, want ten", known)
	}
	for _, c := range table.Commands {
		for i := range c.Parameters {
			for _, key := range known {
				// until of a firmware download and name of a crowd stand in the value of the
				// command's key, where no key of the step can stand; their names are promised
				// to scripts.
				promised := key == "until" && strings.HasPrefix(c.Name, "firmware ") || key == "name" && c.Name == "simulate"
				if c.Parameters[i].Name == key && !promised {
					t.Errorf("%s: parameter %s is also a step key", c.Name, key)
				}
			}
		}
		for _, key := range known {
			if c.Name == key {
				t.Errorf("command %s is also a step key", key)
			}
		}
	}
}

func TestCasesAreNamedByTheirValues(t *testing.T) {
	s, err := Parse("f.yaml", []byte(`
scenario: Cases
cases:
  - {format: tlv}
  - {format: senml-json}
  - {format: tlv}
  - {format: "a b/[c]"}
  - {case: "named", format: x}
  - {format: `+strings.Repeat("x", 80)+`}
steps:
  - {read: "/3/0 --accept ${format}"}
vars: {case: none}
`), commands.All())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range s.Cases {
		got = append(got, c.Name)
	}
	if want := "tlv senml-json tlv#3 a_b__c_ named 6"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestALimitIsAnErrorThatNamesIt(t *testing.T) {
	head := "scenario: x\nsteps:\n"
	for name, c := range map[string]struct{ text, want string }{
		"file":       {head + "# " + strings.Repeat("x", MaxFileSize), "f.yaml: expected at most 1048576 octets, found more"},
		"steps":      {head + strings.Repeat("  - status:\n", MaxSteps+1), "steps: expected at most 10000 steps, found 10001"},
		"cases":      {"cases: [" + strings.Repeat("{a: 1},", MaxCases+1) + "]\n" + head + "  - status:\n", "cases: expected at most 1000, found 1001"},
		"expression": {head + "  - read: '${" + strings.Repeat(" ", MaxExpression+1) + "}'\n", "expected at most 4096 octets between ${ and }, found 4097"},
		"aliases":    {aliasBomb(), "expected at most 200000 values, found more"},
		"errors":     {head + strings.Repeat("  - nonsense:\n", 100), ""},
	} {
		got := told(c.text)
		if !strings.Contains(got, c.want) || got == "" {
			t.Errorf("%s: got %.300q, want %q", name, got, c.want)
		}
		if n := strings.Count(got, "\n") + 1; n > maxErrors {
			t.Errorf("%s: %d errors, want at most %d", name, n, maxErrors)
		}
	}
}

// aliasBomb is a small text that would be ten million steps.
func aliasBomb() string {
	var b strings.Builder
	b.WriteString("scenario: x\ntags: &a [x, x, x, x, x, x, x, x, x, x]\nsteps:\n")
	b.WriteString("  - &s {read: /3/0, expect: &e {values: {/3/0/0: {one-of: *a}}}}\n")
	b.WriteString(strings.Repeat("  - *s\n", MaxSteps-1))
	return b.String() + "teardown:\n" + strings.Repeat("  - *s\n", MaxSteps)
}

func TestAFileHoldsOneScenario(t *testing.T) {
	const one = "scenario: x\nsteps: [{status: }]\n"
	if got, want := told(one+"---\n"+one), "f.yaml:3:1: expected one scenario in a file, found a second document"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := told("scenario: \xff\n"), "f.yaml: expected UTF-8, found other octets"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWhereADocumentHasACyclicAliasItIsAnError(t *testing.T) {
	if got := told("scenario: x\nsteps: &a [*a]\n"); got == "" {
		t.Error("expected an error, found none")
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range readExamples(f, "testdata/wrong.txt") {
		f.Add(c.text)
	}
	f.Add("scenario: x\nvars: {a: b}\nsteps:\n  - read: '/3/0/${a}'\n    expect: {value: {between: [0, 1]}}\n")
	table := commands.All()
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse("f.yaml", []byte(text), table)
		if (s == nil) == (err == nil) {
			t.Fatalf("expected a scenario or an error, found %v, %v", s, err)
		}
		lines := len(splitLines(text)) + 1
		for _, e := range SyntaxErrors(err) {
			if e.Line < 0 || e.Line > lines || e.Reason == "" || e.File != "f.yaml" {
				t.Fatalf("an error that leads nowhere: %+v", e)
			}
		}
	})
}
