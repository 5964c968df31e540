package scenarios

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"lwcon/commands"
)

// formatVersion is the number of the scenario format, the value of "lwcon".
const formatVersion = 1

// Load reads and checks a scenario file. The errors of the file are
// *SyntaxError, joined, in the order of the file.
func Load(file string, table commands.Table) (*Scenario, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("scenario: %w", err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	text, err := io.ReadAll(io.LimitReader(f, MaxFileSize+1))
	if err != nil {
		return nil, fmt.Errorf("scenario %s: %w", file, err)
	}
	return Parse(file, text, table)
}

// Parse reads and checks the text of a scenario; the file is named in errors,
// and gives the id. The table says which commands there are, and what they take.
// All that can be known without a device is checked: keys, words and flags of
// steps, variables, durations, patterns. The errors are *SyntaxError, joined, in
// the order of the file.
func Parse(file string, text []byte, table commands.Table) (*Scenario, error) {
	base := filepath.Base(file)
	s := &Scenario{
		ID: strings.TrimSuffix(base, filepath.Ext(base)), File: file,
		Directory: filepath.Dir(file), table: table,
	}
	p := &parser{document: document{file: file}, scenario: s}
	if root := p.root(text); root != nil {
		p.scenarioFile(root)
	}
	if len(p.errs) == 0 {
		p.checkVariables()
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	return s, nil
}

// parser reads one scenario.
type parser struct {
	document
	scenario *Scenario
}

// scenarioFile reads the whole document.
func (p *parser) scenarioFile(n *yaml.Node) {
	s := p.scenario
	var head, cases *yaml.Node
	found := false
	p.fields(n, "scenario", []field{
		{"lwcon", func(v *yaml.Node) { head = v }},
		{"scenario", func(v *yaml.Node) { s.Title, _ = p.text(v, "scenario") }},
		{"tags", func(v *yaml.Node) { s.Tags = p.texts(v, "tags") }},
		{"ets", func(v *yaml.Node) { s.ETS = p.texts(v, "ets") }},
		{"requires", func(v *yaml.Node) { s.Requires = p.requirements(v) }},
		{"simulate", func(v *yaml.Node) { s.Simulate, _ = p.text(v, "simulate") }},
		{"vars", func(v *yaml.Node) { s.vars = p.variables(v, "vars") }},
		{"cases", func(v *yaml.Node) { cases = v }},
		{"setup", func(v *yaml.Node) { s.Setup = p.steps(v, "setup") }},
		{"steps", func(v *yaml.Node) { s.Steps, found = p.steps(v, "steps"), true }},
		{"teardown", func(v *yaml.Node) { s.Teardown = p.steps(v, "teardown") }},
	})
	p.version(head)
	switch {
	case n.Kind != yaml.MappingNode:
	case s.Title == "" && len(p.errs) == 0:
		p.fail(position(n), "scenario: expected its title under the key scenario, found none")
	case !found && len(p.errs) == 0:
		p.fail(position(n), "scenario: expected steps, found none")
	}
	p.cases(cases)
}

// version refuses a format that a later lwcon reads.
func (p *parser) version(n *yaml.Node) {
	if n == nil {
		return // absent: 1
	}
	s, ok := p.text(n, "lwcon")
	if !ok || s == strconv.Itoa(formatVersion) {
		return
	}
	if number, err := strconv.Atoi(s); err == nil && number > formatVersion {
		p.fail(position(n), "lwcon: expected %d, found %s: this file needs a version of lwcon that reads format %s", formatVersion, s, s)
		return
	}
	p.fail(position(n), "lwcon: expected %d, found %s", formatVersion, quoted(s))
}

// variables reads a mapping from variable to value.
func (p *parser) variables(n *yaml.Node, what string) []variable {
	var all []variable
	pairs := p.mapping(n, what)
	if len(pairs) > MaxVariables {
		p.fail(position(n), "%s: expected at most %d variables, found %d", what, MaxVariables, len(pairs))
		return nil
	}
	for _, entry := range pairs {
		if wrong := checkName(entry.key.Value); wrong != "" {
			p.fail(position(entry.key), "%s: %s", what, wrong)
			continue
		}
		if t := p.template(entry.value, what+": "+entry.key.Value); t != nil {
			all = append(all, variable{entry.key.Value, position(entry.key), t})
		}
	}
	return all
}

// cases reads the list of variable mappings; without one there is one case.
func (p *parser) cases(n *yaml.Node) {
	s := p.scenario
	if n == nil {
		s.Cases = []Case{{}}
		return
	}
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		p.fail(position(n), "cases: expected a list of variable mappings, found %s", describe(n))
		return
	}
	if len(n.Content) > MaxCases {
		p.fail(position(n), "cases: expected at most %d, found %d", MaxCases, len(n.Content))
		return
	}
	taken := map[string]bool{}
	for i, item := range p.list(n, "cases") {
		c := Case{vars: p.variables(item, "cases")}
		c.Name = caseName(c.vars, i)
		if taken[c.Name] {
			c.Name += "#" + strconv.Itoa(i+1)
		}
		taken[c.Name] = true
		s.Cases = append(s.Cases, c)
	}
	p.sameVariables()
}

// sameVariables holds every case to the variables of all cases: one that is only
// in some must be in vars too.
func (p *parser) sameVariables() {
	common := map[string]bool{}
	for _, v := range p.scenario.vars {
		common[v.name] = true
	}
	first := map[string]Position{}
	for _, c := range p.scenario.Cases {
		for _, v := range c.vars {
			if _, ok := first[v.name]; !ok {
				first[v.name] = v.at
			}
		}
	}
	for _, name := range sortedNames(first) {
		for i, c := range p.scenario.Cases {
			has := common[name]
			for _, v := range c.vars {
				has = has || v.name == name
			}
			if !has {
				p.fail(first[name], "cases: expected variable %s in every case or in vars, found none in case %d", name, i+1)
				break
			}
		}
	}
}

// caseName makes what stands in the brackets of an id: the variable "case", else
// all values of the case.
func caseName(vars []variable, index int) string {
	const most = 60
	var values []string
	for _, v := range vars {
		if v.name == "case" {
			values = []string{v.value.raw}
			break
		}
		values = append(values, v.value.raw)
	}
	name := strings.Map(func(r rune) rune {
		if r <= ' ' || r == '[' || r == ']' || r == '/' || r == '\\' || r == 0x7f {
			return '_'
		}
		return r
	}, strings.Join(values, ","))
	if name == "" || len(name) > most {
		return strconv.Itoa(index + 1)
	}
	return name
}
