package commands

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestEveryCommandHasHelpAndExamplesThatParse(t *testing.T) {
	table := All()
	for _, c := range table.Commands {
		t.Run(c.Name, func(t *testing.T) {
			if c.Summary == "" || strings.HasSuffix(c.Summary, ".") || strings.ToLower(c.Summary[:1]) != c.Summary[:1] {
				t.Errorf("summary %q: want a line that begins small, without full stop", c.Summary)
			}
			if c.Run == nil || c.Group == "" || len(c.Examples) == 0 {
				t.Error("want Run, a group and examples")
			}
			for _, line := range c.Examples {
				words, err := Words(line)
				if err != nil {
					t.Fatal(err)
				}
				call, err := table.Parse(words)
				if err != nil || call.Command != c {
					t.Errorf("%s: %v", line, err)
				}
			}
			help := c.helpText(table.Flags)
			for i := range c.Parameters {
				if p := &c.Parameters[i]; p.Summary == "" || !strings.Contains(help, p.Summary) {
					t.Errorf("%s: want a summary that help shows", p.Name)
				}
			}
		})
	}
}

// operations are the commands that are an operation of the specification.
var operations = []string{
	"clients", "discover", "read", "write", "execute", "create", "delete", "attributes",
	"observe", "observations", "cancel", "forget", "register", "update", "deregister", "connect",
	"read-composite", "write-composite", "observe-composite", "objects check", "decode", "encode", "decode-message", "objects",
}

func TestEveryOperationNamesItsSection(t *testing.T) {
	section := regexp.MustCompile(`^(Core|Transport) \d\.\d|^RFC \d+`)
	for _, name := range operations {
		if c := All().Find(name); c == nil || !section.MatchString(c.Spec) {
			t.Errorf("%s: want a reference to the specification", name)
		}
	}
}

// stepKeys stand beside the command in a step of a scenario.
var stepKeys = []string{"name", "expect", "capture", "as", "endpoint", "timeout", "until", "when", "skip-on", "severity"}

// sameAsProgram are flags of commands that have the name of one of the program, or of
// a key of a step, and mean the same.
var sameAsProgram = map[string][]string{
	"firmware pull": {"advertise"},
	"simulate":      {"connect", "device", "name"},
}

func TestNoParameterIsNamedLikeAKeyOfAStep(t *testing.T) {
	name := regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	for _, c := range All().Commands {
		seen := map[string]bool{}
		for i := range c.Parameters {
			p := &c.Parameters[i]
			// until of a firmware download is inside the value of the step's key, where no
			// key of the step can stand; its name is promised to scripts.
			taken := slices.Contains(stepKeys, p.Name) && !(p.Name == "until" && strings.HasPrefix(c.Name, "firmware "))
			// Some flags of commands are those of the program for that command alone; the
			// names of simulate are promised to scripts, as until is.
			same := slices.Contains(sameAsProgram[c.Name], p.Name)
			if taken && !same || find(All().Flags, p.Name) != nil || !p.Positional && find(ProgramFlags(), p.Name) != nil && !same {
				t.Errorf("%s %s: the name is taken", c.Name, p.Name)
			}
			if !name.MatchString(p.Name) || seen[p.Name] {
				t.Errorf("%s %s: want a name of its own, of lower-case words", c.Name, p.Name)
			}
			seen[p.Name] = true
			if p.Positional && p.Repeated && slices.ContainsFunc(c.Parameters[i+1:], func(q Parameter) bool { return q.Positional }) {
				t.Errorf("%s %s: a repeated parameter has to be the last in its place", c.Name, p.Name)
			}
			if p.Kind == KindEnum && len(p.Values) == 0 || p.Default != "" && p.check(p.Default) != "" {
				t.Errorf("%s %s: want values, and a default that is one", c.Name, p.Name)
			}
		}
	}
}

func TestNamesAndAliasesAreUnique(t *testing.T) {
	seen := map[string]string{}
	for _, c := range All().Commands {
		for _, name := range append([]string{c.Name}, c.Aliases...) {
			if seen[name] != "" {
				t.Errorf("%s: both %s and %s", name, seen[name], c.Name)
			}
			seen[name] = c.Name
		}
	}
}

func TestTheAliasesOfTheContract(t *testing.T) {
	for alias, name := range map[string]string{"d": "discover", "r": "read", "w": "write", "x": "execute", "o": "observe"} {
		if c := All().Find(alias); c == nil || c.Name != name {
			t.Errorf("%s: want %s", alias, name)
		}
	}
}

func TestAppendLeavesTheOldTableAsItWas(t *testing.T) {
	old := All()
	one := old.Append(&Command{Name: "one"})
	two := old.Append(&Command{Name: "two"})
	if old.Find("one") != nil || one.Find("two") != nil || two.Find("two") == nil || one.Find("one") == nil {
		t.Error("the tables share rows")
	}
}

func TestUnknownNamesOfferTheNearest(t *testing.T) {
	for line, want := range map[string]string{
		"raed /3/0":                            "did you mean read?",
		"read /3/0 --acept tlv":                "did you mean --accept?",
		"read /3/0 --accept tvl":               "did you mean tlv?",
		"wait regstered":                       "did you mean registered?",
		"help obsreve":                         "did you mean observe?",
		"decode --format tlv --type intger 00": "did you mean integer?",
		"set strict regster on":                "did you mean strict register?",
		"encode --format attributes pmni=3":    "did you mean pmin?",
	} {
		words, _ := Words(line)
		_, err := All().Do(t.Context(), &Env{Table: All(), Sessions: offlineSessions(t)}, words, nil)
		if e, ok := err.(*Error); !ok || e.Kind != UsageError || !strings.Contains(e.Message, want) {
			t.Errorf("%s: %v, want %s", line, err, want)
		}
	}
}
