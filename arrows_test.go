package main

import (
	"cmp"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "lwcon"

// arrow says what the packages that match from may import of ours. A pattern is
// a folder; "folder/*" is everything below it, at any depth, without itself.
// The first row that matches a package is the one that counts.
type arrow struct {
	from string
	to   []string
}

// arrows is the drawing of the house, from the program down to the nouns. What
// it doesn't allow is a fault, and so is a package that it doesn't know. Tests
// are free: they may bring definitions to a codec or a device to a server.
var arrows = []arrow{
	{".", []string{"console", "console/*", "scenarios", "scenarios/*", "commands", "commands/*", "lwm2m/objects"}},

	{"console", []string{"console/*", "commands", "commands/*", "session", "session/*", "formats", "lwm2m", "lwm2m/objects"}}, // it shows what results are made of
	{"console/*", []string{"console/*", "commands", "commands/*", "session/clock"}},
	{"scenarios", []string{"scenarios/*", "commands", "commands/*", "session", "session/clock", "formats", "lwm2m"}},
	{"scenarios/*", []string{"scenarios", "scenarios/*", "commands", "commands/*", "session", "session/clock", "formats", "lwm2m"}},
	{"commands", []string{"commands/*", "session", "session/*", "formats", "formats/hexinput", "lwm2m", "lwm2m/objects"}}, // Open makes links; decode-message scans
	{"commands/*", []string{"commands", "commands/*", "session", "session/clock", "formats", "lwm2m", "lwm2m/objects"}},

	{"session", []string{"session/*", "formats", "lwm2m", "lwm2m/objects"}},
	{"session/coap", []string{"session/transport", "session/clock"}},
	{"session/transport", []string{"session/transport/*", "session/clock"}},
	{"session/transport/*", []string{"session/transport/*", "session/clock"}},
	{"session/oscore", []string{"lwm2m"}}, // a hook that coap calls: neither imports the other
	{"session/device", []string{"session/clock", "session/internal/yamlread", "lwm2m", "lwm2m/objects"}},
	{"session/credentials", []string{"session/transport", "session/internal/yamlread", "lwm2m", "lwm2m/objects"}}, // the identities that links speak of
	{"session/internal/yamlread", nil},
	{"session/crowd", []string{"session", "session/coap", "session/device", "session/transport", "session/clock", "lwm2m"}},
	{"session/files", []string{"session/coap", "session/clock", "lwm2m"}},
	{"session/clock", nil},

	{"formats", []string{"formats/*", "lwm2m"}}, // definitions come by lwm2m.Definitions
	{"formats/*", []string{"formats/*", "lwm2m"}},
	{"lwm2m/objects", []string{"lwm2m"}},
	{"lwm2m", nil},
}

// homes are the only places where a library may be known. The longest prefix
// of an import path that stands here counts; what doesn't stand here is free.
var homes = map[string][]string{
	"github.com/plgd-dev/go-coap":            {"session/coap"},
	"github.com/pion":                        {"session/transport", "session/transport/*"},
	"github.com/pion/dtls/v3/pkg/crypto/ccm": {"session/transport", "session/transport/*", "session/oscore"},
	"github.com/ebitengine/purego":           {"session/transport", "session/transport/*"},
	"github.com/c-bata/go-prompt":            {"console", "console/*"},
	"github.com/fatih/color":                 {"console", "console/*"},
	"golang.org/x/term":                      {"console", "console/*"},
	"gopkg.in/yaml.v3":                       {"scenarios", "scenarios/*", "session/device", "session/credentials", "session/internal/yamlread"},
	"net/netip":                              {"session/transport", "session/transport/*"}, // addresses are opaque elsewhere: SMS has none
}

// standardOnly holds the packages that import no module but this one.
var standardOnly = []string{"lwm2m", "lwm2m/objects"}

func TestImportsFollowTheArrows(t *testing.T) {
	imports := readImports(t, ".")
	if len(imports) == 0 {
		t.Fatal("no imports found: is this the root of the module?")
	}
	for _, i := range imports {
		if fault := i.fault(); fault != "" {
			t.Errorf("%s: %s", i.file, fault)
		}
	}
}

func TestAnImportAgainstTheArrowsIsReported(t *testing.T) {
	for _, c := range []struct {
		folder, path string
		fault        string // a part of it, "" for none
	}{
		{"lwm2m", "lwcon/formats", "lwm2m may import no package of ours"},
		{"lwm2m", "github.com/fxamacker/cbor/v2", "standard library only"},
		{"lwm2m", "strings", ""},
		{"formats/tlv", "lwcon/lwm2m/objects", "formats/* may import formats/*, lwm2m"},
		{"formats/tlv", "lwcon/formats", "formats/* may import"},
		{"formats/tlv", "lwcon/formats/codec", ""},
		{"session/coap", "lwcon/session/oscore", "session/coap may import"},
		{"session/oscore", "lwcon/session/coap", "session/oscore may import lwm2m"},
		{"session", "lwcon/commands", "session may import"},
		{"session", "lwcon/session/transport/serial", ""},
		{"session", "net/netip", "net/netip may be imported by session/transport"},
		{"session", "net", ""},
		{"commands", "lwcon/console", "commands may import"},
		{"commands", "github.com/fatih/color", "github.com/fatih/color may be imported by console"},
		{"console/terminal", "lwcon/session", "console/* may import"},
		{"console/terminal", "github.com/c-bata/go-prompt", ""},
		{"session/device", "github.com/plgd-dev/go-coap/v3/message", "go-coap may be imported by session/coap"},
		{"session/device", "github.com/plgd-dev/go-coaps", ""},
		{"session/oscore", "github.com/pion/dtls/v3/pkg/crypto/ccm", ""},
		{"session/oscore", "github.com/pion/dtls/v3", "github.com/pion may be imported by"},
		{".", "lwcon/session", ". may import"},
		{"helpers", "fmt", "helpers is not in the drawing"},
	} {
		fault := imported{folder: c.folder, path: c.path}.fault()
		if (c.fault == "") != (fault == "") || !strings.Contains(fault, c.fault) {
			t.Errorf("%s importing %s: got fault %q, expected %q", c.folder, c.path, fault, c.fault)
		}
	}
}

// imported is one import of a file that is not a test.
type imported struct {
	file   string // slash-separated, from the root
	folder string // of the file, "." for the root
	path   string
}

// fault says what is wrong with the import, "" if it follows the arrows.
func (i imported) fault() string {
	row := slices.IndexFunc(arrows, func(a arrow) bool { return matches(a.from, i.folder) })
	if row < 0 {
		return i.folder + " is not in the drawing: give it a row in arrows"
	}
	a := arrows[row]
	if ours, ok := strings.CutPrefix(i.path, module+"/"); ok {
		if matchesAny(a.to, ours) {
			return ""
		}
		return fmt.Sprintf("imports %s, but %s may import %s", i.path, a.from, cmp.Or(strings.Join(a.to, ", "), "no package of ours"))
	}
	if slices.Contains(standardOnly, i.folder) && strings.Contains(i.path, ".") {
		return fmt.Sprintf("imports %s, but %s stands on the standard library only", i.path, i.folder)
	}
	for library := i.path; library != "."; library = path.Dir(library) {
		if home, ok := homes[library]; ok {
			if matchesAny(home, i.folder) {
				return ""
			}
			return fmt.Sprintf("imports %s, but %s may be imported by %s only", i.path, library, strings.Join(home, ", "))
		}
	}
	return ""
}

func matchesAny(patterns []string, folder string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, folder) })
}

func matches(pattern, folder string) bool {
	if above, ok := strings.CutSuffix(pattern, "/*"); ok {
		return strings.HasPrefix(folder, above+"/")
	}
	return pattern == folder
}

// readImports returns the imports of every Go file below root, for all systems
// and build tags, tests left out.
func readImports(t *testing.T, root string) []imported {
	t.Helper()
	var found []imported
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if base := entry.Name(); base == "testdata" || base != "." && strings.HasPrefix(base, ".") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		slashed := filepath.ToSlash(name)
		for _, spec := range file.Imports {
			importPath, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			found = append(found, imported{file: slashed, folder: path.Dir(slashed), path: importPath})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
