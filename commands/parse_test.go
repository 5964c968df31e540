package commands

import (
	"slices"
	"testing"
	"time"
)

// parse parses a line that has to parse.
func parse(t *testing.T, line string) Call {
	t.Helper()
	words, err := Words(line)
	if err != nil {
		t.Fatal(err)
	}
	call, err := All().Parse(words)
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return call
}

func TestFlagsStandBeforeAndBehindTheCommand(t *testing.T) {
	for _, line := range []string{
		"-e dev1 --timeout 5s read /3/0 --accept tlv",
		"read -e dev1 /3/0 --accept=tlv --timeout=5s",
		"read --accept tlv /3/0 -t 5 --endpoint dev1",
	} {
		c := parse(t, line)
		if c.Command.Name != "read" || c.Args.Text("path") != "/3/0" || c.Args.Text("accept") != "tlv" ||
			c.Flags.Text("endpoint") != "dev1" || c.Flags.Duration("timeout") != 5*time.Second {
			t.Errorf("%s: got %+v", line, c)
		}
	}
}

func TestAHyphenAndADigitIsAValue(t *testing.T) {
	c := parse(t, "write /3303/0/5700 -21.5")
	if c.Args.Text("value") != "-21.5" {
		t.Errorf("got %+v", c.Args)
	}
}

func TestTwoHyphensEndTheFlags(t *testing.T) {
	c := parse(t, "write /3/0/14 -- --partial")
	if c.Args.Text("value") != "--partial" || c.Args.Switch("partial") {
		t.Errorf("got %+v", c.Args)
	}
}

func TestALoneHyphenIsAWord(t *testing.T) {
	if c := parse(t, "decode --format tlv -"); c.Args.Text("payload") != "-" {
		t.Errorf("got %+v", c.Args)
	}
}

func TestDefaultsHoldUnlessGiven(t *testing.T) {
	c := parse(t, "wait register")
	if c.Args.Count("count") != 1 || c.Args.Has("count") {
		t.Errorf("got count %d", c.Args.Count("count"))
	}
	c = parse(t, "wait register --count 3")
	if c.Args.Count("count") != 3 || !c.Args.Has("count") {
		t.Errorf("got count %d", c.Args.Count("count"))
	}
}

func TestWrongUsageIsAnErrorOfItsKind(t *testing.T) {
	for _, line := range []string{
		"", "nonsense", "read", "read /3/0 /3/1", "read /3/0 --accept", "read /3/0 --accept tlv --accept cbor",
		"read /3/0 --nonsense", "read /3/0 --timeout soon", "discover /3 --depth -1", "discover /3 --depth x",
		"write /3/0/14 x --partial=maybe", "wait", "wait nonsense", "-e", "sleep", "decode c10964",
	} {
		words, _ := Words(line)
		_, err := All().Parse(words)
		if e, ok := err.(*Error); !ok || e.Kind != UsageError || ExitStatus(nil, err) != ExitUsage {
			t.Errorf("%q: %v, want a usage error", line, err)
		}
	}
}

func TestAStepsMappingGivesTheSameArguments(t *testing.T) {
	typed := parse(t, "wait notification /3303/0/5700 --count 3 --timeout 10s")
	bound, err := All().Bind(typed.Command, []Binding{
		{"topic", []string{"notification"}},
		{"path", []string{"/3303/0/5700"}},
		{"count", []string{"3"}},
		{"timeout", []string{"10s"}},
	})
	if err != nil || !slices.Equal(typed.Args.given, bound.Args.given) || !slices.Equal(typed.Flags.given, bound.Flags.given) {
		t.Errorf("typed %+v, bound %+v, %v", typed, bound, err)
	}
	for _, wrong := range [][]Binding{
		{{"topic", []string{"notification"}}, {"nonsense", []string{"1"}}},
		{{"topic", []string{"nonsense"}}},
		{{"topic", []string{"register", "update"}}},
		{},
	} {
		if _, err := All().Bind(typed.Command, wrong); Classify(err) == nil || Classify(err).Kind != UsageError {
			t.Errorf("%v: %v, want a usage error", wrong, err)
		}
	}
}

func TestFlagsOfTheProgramAreTakenOffALine(t *testing.T) {
	args, rest, err := ParseFlags(
		[]string{"--listen", "coap://:0", "read", "/3/0", "--accept", "tlv", "-l", "coap://:1", "-o", "json", "--", "--plain"}, ProgramFlags(),
		All().TakesWord)
	if err != nil || !slices.Equal(args.Texts("listen"), []string{"coap://:0", "coap://:1"}) || args.Text("output") != "json" ||
		!slices.Equal(rest, []string{"read", "/3/0", "--accept", "tlv", "--", "--plain"}) {
		t.Errorf("got %+v, %q, %v", args, rest, err)
	}
	if _, _, err := ParseFlags([]string{"--output", "xml"}, ProgramFlags(), nil); err == nil {
		t.Error("--output xml: want an error")
	}
}

func TestEveryFlagHasItsVariable(t *testing.T) {
	if got := FlagVariable("keep-going"); got != "LWCON_KEEP_GOING" {
		t.Errorf("got %s", got)
	}
}

func FuzzParseTakesAnyWords(f *testing.F) {
	for _, c := range All().Commands {
		for _, line := range c.Examples {
			f.Add(line)
		}
	}
	f.Fuzz(func(t *testing.T, line string) {
		words, err := Words(line)
		if err != nil {
			return
		}
		call, err := All().Parse(words)
		if err == nil && call.Command == nil || err != nil && Classify(err).Kind != UsageError {
			t.Fatalf("%q: %v, %v", line, call.Command, err)
		}
	})
}

func TestAttributesStandAmongThePathsOfAComposite(t *testing.T) {
	call, err := All().Parse([]string{"oc", "/3/0/9", "pmin=5", "/3303/0/5700", "--attribute", "pmax=60"})
	if err != nil || !slices.Equal(call.Args.Texts("path"), []string{"/3/0/9", "/3303/0/5700"}) || !slices.Equal(call.Args.Texts("attribute"), []string{"pmin=5", "pmax=60"}) {
		t.Errorf("paths %v, attributes %v, %v", call.Args.Texts("path"), call.Args.Texts("attribute"), err)
	}
	if _, err := All().Parse([]string{"read", "pmin=5"}); err != nil {
		t.Errorf("a path of a command without attributes is looked up later: %v", err)
	}
}
