package console

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lwcon/commands"
	"lwcon/console/terminal"
	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
)

// TestEveryResultHasItsText looks into the source of commands for what can be a
// result or an event: each is in Text's switch, or writes itself for people.
func TestEveryResultHasItsText(t *testing.T) {
	rendered, err := os.ReadFile("text.go")
	if err != nil {
		t.Fatal(err)
	}
	methods := methodsOf(t, "../commands")
	if len(methods) < 10 {
		t.Fatalf("expected the results of commands, found %v", methods)
	}
	for name, has := range methods {
		if has["AppendJSON"] && !has["AppendText"] && name != "Error" && !strings.Contains(string(rendered), "commands."+name+":") {
			t.Errorf("commands.%s: neither Text nor AppendText renders it", name)
		}
	}
}

// methodsOf are the methods of the types of a package.
func methodsOf(t *testing.T, directory string) map[string]map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(directory, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	methods := map[string]map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv == nil {
				continue
			}
			receiver := f.Recv.List[0].Type
			if star, ok := receiver.(*ast.StarExpr); ok {
				receiver = star.X
			}
			name := receiver.(*ast.Ident).Name
			if methods[name] == nil {
				methods[name] = map[string]bool{}
			}
			methods[name][f.Name.Name] = true
		}
	}
	return methods
}

// loud is an event whose JSON holds what a terminal would act on.
type loud struct{}

func (loud) AppendJSON(b []byte) []byte { return append(b, "{\"event\":\"\u009b2J\x7f\"}"...) }

func TestNoControlCharacterLeavesTheRenderers(t *testing.T) {
	if got, want := (JSON{}).Event(loud{}), `{"event":"\u009b2J\u007f"}`+"\n"; got != want {
		t.Errorf("JSON: expected %q, found %q", want, got)
	}
	text := NewText(terminal.Style{}, false, nil)
	if got := text.Event(loud{}); strings.ContainsAny(got, "\u009b\x7f\x1b") {
		t.Errorf("text: expected no control characters, found %q", got)
	}
	o := &lwm2m.Object{ID: 31000, Name: "Al\u202epha", Resources: []lwm2m.Resource{{Name: "Co\u009bne", Range: "0\u009b", Units: "\u009b31m"}}}
	for _, r := range []commands.Result{
		&commands.ObjectTable{Object: o, Words: []string{"31000"}},
		&commands.ObjectList{Matches: []objects.Match{{Object: o, Resources: []uint16{0}}}},
	} {
		if got := text.Result(r); strings.ContainsAny(got, "\u009b\u202e") {
			t.Errorf("%T: expected no control characters, found %q", r, got)
		}
	}
}
