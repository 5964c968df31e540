package formats_test

import (
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lwcon/formats"
	"lwcon/lwm2m"
)

var update = flag.Bool("update", false, "write what was found into the golden files")

// golden is a case of testdata/rules: a txtar file with the sections request,
// hex or text, and tree (what was decoded, deviations and the error included).
type golden struct {
	file     string
	sections map[string]string
	order    []string
}

// readGolden reads a txtar file: lines "-- name --", each with what follows.
func readGolden(t *testing.T, file string) *golden {
	t.Helper()
	octets, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	g := &golden{file: file, sections: map[string]string{}}
	name := ""
	for _, line := range strings.SplitAfter(string(octets), "\n") {
		if title, ok := strings.CutPrefix(strings.TrimSuffix(line, " --\n"), "-- "); ok && strings.HasSuffix(line, " --\n") {
			name = title
			g.order = append(g.order, name)
			g.sections[name] = ""
			continue
		}
		g.sections[name] += line
	}
	return g
}

// request reads the request section.
func (g *golden) request(t *testing.T) (format string, version lwm2m.Version, o formats.Options) {
	t.Helper()
	o.Definitions = testDefinitions
	for _, line := range strings.Split(strings.TrimSpace(g.sections["request"]), "\n") {
		switch key, value, _ := strings.Cut(line, " "); key {
		case "format":
			format = value
		case "at":
			o.At = lwm2m.MustParsePath(value)
		case "lwm2m":
			version, _ = lwm2m.ParseVersion(value)
		case "write":
			o.Write = true
		case "create":
			o.Create = true
		case "path-list":
			o.PathList = true
		default:
			t.Fatalf("%s: unknown request line %q", g.file, line)
		}
	}
	return format, version, o
}

// payload reads the hex or text section.
func (g *golden) payload(t *testing.T) []byte {
	t.Helper()
	if text, ok := g.sections["text"]; ok {
		return []byte(strings.TrimSuffix(text, "\n"))
	}
	octets, err := hex.DecodeString(strings.TrimSpace(g.sections["hex"]))
	if err != nil {
		t.Fatalf("%s: %v", g.file, err)
	}
	return octets
}

// outcome is what a case gives: text for the golden file, the rules broken, and
// the error.
type outcome struct {
	text  string
	rules []lwm2m.RuleID
	err   error
}

// run decodes a case.
func (g *golden) run(t *testing.T, strict bool) outcome {
	t.Helper()
	format, version, o := g.request(t)
	payload := g.payload(t)
	var out strings.Builder
	var deviations []lwm2m.Deviation
	var err error
	switch format {
	case "attributes":
		var a lwm2m.Attributes
		a, deviations, err = lwm2m.ParseAttributesAt(string(payload), lwm2m.AttributePlace{Path: o.At, Definitions: o.Definitions, Version: version})
		fmt.Fprintf(&out, "%s\n", a)
	case "execute-arguments":
		var arguments []lwm2m.Argument
		var rest string
		arguments, rest, deviations = lwm2m.ReadArguments(string(payload))
		for _, a := range arguments {
			fmt.Fprintf(&out, "%d %q %v\n", a.ID, a.Value, a.HasValue)
		}
		if rest != "" {
			fmt.Fprintf(&out, "text %q\n", rest)
		}
	default:
		f, ok := lwm2m.ParseContentFormat(format)
		if !ok {
			t.Fatalf("%s: unknown format %q", g.file, format)
		}
		o.Strict = strict
		var tree *lwm2m.Tree
		tree, err = formats.Decode(f, payload, o)
		deviations = tree.Deviations
		writeNodes(&out, tree)
	}
	result := outcome{err: err}
	for _, d := range deviations {
		result.rules = append(result.rules, d.Rule)
		fmt.Fprintf(&out, "deviation %s\n", d)
	}
	if err != nil {
		fmt.Fprintf(&out, "error %v\n", err)
	}
	result.text = out.String()
	return result
}

// writeNodes writes the nodes and links of a tree, one a line.
func writeNodes(out *strings.Builder, tree *lwm2m.Tree) {
	for i := range tree.Nodes {
		n := &tree.Nodes[i]
		kind := [...]string{"value", "guess", "empty", "path"}[n.Kind()]
		fmt.Fprintf(out, "%s %s", kind, n.Path())
		if n.HasValue() {
			fmt.Fprintf(out, " %s %q", n.Value().Type(), n.Value().String())
		}
		if seconds, ok := n.Time(); ok {
			fmt.Fprintf(out, " time %v", seconds)
			if n.Instant() {
				out.WriteString(" since 1970")
			}
		}
		if f := n.Fields(); f != nil {
			fmt.Fprintf(out, " fields %+v", *f)
		}
		fmt.Fprintf(out, " octets %d-%d value %d-%d\n", n.Span().Start, n.Span().End, n.ValueSpan().Start, n.ValueSpan().End)
	}
	for i := range tree.Links {
		l := &tree.Links[i]
		fmt.Fprintf(out, "link %q", l.Target)
		for _, a := range l.Attributes {
			fmt.Fprintf(out, " %s=%q", a.Name, a.Value)
		}
		fmt.Fprintf(out, " octets %d-%d\n", l.Span.Start, l.Span.End)
	}
}

func goldens(t *testing.T) []*golden {
	t.Helper()
	files, err := filepath.Glob("testdata/rules/*.txtar")
	if err != nil || len(files) < 100 {
		t.Fatalf("expected at least 100 golden files, found %d (%v)", len(files), err)
	}
	var all []*golden
	for _, file := range files {
		all = append(all, readGolden(t, file))
	}
	return all
}

func TestGoldenPayloadsGiveTheirTreeAndDeviations(t *testing.T) {
	for _, g := range goldens(t) {
		result := g.run(t, false)
		if *update {
			g.sections["tree"] = result.text
			source := "hex"
			if _, ok := g.sections["text"]; ok {
				source = "text"
			}
			content := ""
			for _, name := range []string{"request", source, "tree"} {
				content += "-- " + name + " --\n" + g.sections[name]
			}
			if err := os.WriteFile(g.file, []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if result.text != g.sections["tree"] {
			t.Errorf("%s: expected\n%s\nfound\n%s", g.file, g.sections["tree"], result.text)
		}
	}
}

func TestEveryRuleHasAGoldenPayload(t *testing.T) {
	seen := map[lwm2m.RuleID]bool{}
	for _, g := range goldens(t) {
		for _, rule := range g.run(t, false).rules {
			seen[rule] = true
		}
	}
	known := map[lwm2m.RuleID]bool{}
	for _, r := range formats.Rules() {
		if known[r.ID] {
			t.Errorf("rule %s is in the table twice", r.ID)
		}
		known[r.ID] = true
		if !seen[r.ID] {
			t.Errorf("rule %s: expected a file in testdata/rules that breaks it", r.ID)
		}
		if r.Summary == "" || r.Section == "" || !strings.HasSuffix(r.Summary, ".") {
			t.Errorf("rule %s: expected a sentence and a section, found %q, %q", r.ID, r.Summary, r.Section)
		}
	}
	for rule := range seen {
		if !known[rule] {
			t.Errorf("rule %s is not in the table", rule)
		}
	}
}

func TestStrictMakesTheFirstDeviationTheError(t *testing.T) {
	for _, g := range goldens(t) {
		if format, _, _ := g.request(t); format == "attributes" || format == "execute-arguments" {
			continue
		}
		lenient, strict := g.run(t, false), g.run(t, true)
		var wrong *formats.SyntaxError
		switch {
		case len(lenient.rules) == 0 && lenient.err == nil:
			if strict.err != nil {
				t.Errorf("%s: conformant, but strict says %v", g.file, strict.err)
			}
		case !errors.As(strict.err, &wrong):
			t.Errorf("%s: expected a *SyntaxError, found %v", g.file, strict.err)
		case len(strict.rules) > 0:
			t.Errorf("%s: expected no deviation beside the error, found %v", g.file, strict.rules)
		}
	}
}
