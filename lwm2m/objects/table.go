package objects

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"lwcon/lwm2m"
)

// embedded is the registry in the project's own format, which its first lines
// explain.
//
//go:embed registry.tsv
var embedded string

// table finds and parses the objects of a text in the format of registry.tsv.
// It is safe for concurrent use.
type table struct {
	text   string
	once   sync.Once
	common map[uint16]lwm2m.Resource // what a line of nothing but an id means
	blocks []*block                  // by ascending object id
	err    error
}

// block is one object in all its versions.
type block struct {
	id         uint16
	name       string // in the newest version
	start, end int    // its lines in the text
	once       sync.Once
	versions   []*lwm2m.Object // by ascending version
	err        error
}

// tableError tells which line of a table is wrong.
type tableError struct {
	line   string
	reason string
}

func (e *tableError) Error() string {
	return fmt.Sprintf("object table: %q: %s", e.line, e.reason)
}

// index finds where each object is. It looks at the first line of each version
// only.
func (t *table) index() {
	at := strings.Index(t.text, "\n/") + 1
	if at == 0 {
		t.err = &tableError{t.text[:min(len(t.text), 40)], "expected a line that begins with /"}
		return
	}
	if t.common, t.err = parseCommon(t.text[:at]); t.err != nil {
		return
	}
	var last *block
	for at < len(t.text) {
		end := len(t.text)
		if next := strings.Index(t.text[at:], "\n/"); next >= 0 {
			end = at + next + 1
		}
		head, _, _ := strings.Cut(t.text[at:end], "\n")
		o, err := parseHead(head)
		switch {
		case err != nil:
			t.err = err
			return
		case last != nil && last.id == o.ID:
			last.name, last.end = o.Name, end
		case last != nil && last.id > o.ID:
			t.err = &tableError{head, "expected ascending object ids"}
			return
		default:
			last = &block{id: o.ID, name: o.Name, start: at, end: end}
			t.blocks = append(t.blocks, last)
		}
		at = end
	}
}

// all returns the blocks in the order of their ids.
func (t *table) all() []*block {
	t.once.Do(t.index)
	if t.err != nil {
		panic(t.err) // the table is part of the program, and a test parses all of it
	}
	return t.blocks
}

// find returns the block of an object, nil if there is none.
func (t *table) find(id uint16) *block {
	blocks := t.all()
	i, ok := slices.BinarySearchFunc(blocks, id, func(b *block, id uint16) int { return int(b.id) - int(id) })
	if !ok {
		return nil
	}
	return blocks[i]
}

// versions returns the object of a block in all versions, the oldest first.
func (t *table) versions(b *block) []*lwm2m.Object {
	b.once.Do(func() { b.versions, b.err = parseBlock(t.text[b.start:b.end], t.common) })
	if b.err != nil {
		panic(b.err) // as above
	}
	return b.versions
}

func parseCommon(text string) (map[uint16]lwm2m.Resource, error) {
	common := map[uint16]lwm2m.Resource{}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || line == "common" || strings.HasPrefix(line, "#") {
			continue
		}
		r, err := parseResource(line)
		if err != nil {
			return nil, err
		}
		common[r.ID] = r
	}
	return common, nil
}

// parseBlock reads the lines of one object, version after version.
func parseBlock(text string, common map[uint16]lwm2m.Resource) ([]*lwm2m.Object, error) {
	var versions []*lwm2m.Object
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "/") {
			o, err := parseHead(line)
			if err != nil {
				return nil, err
			}
			if n := len(versions); n > 0 {
				if o.Version <= versions[n-1].Version {
					return nil, &tableError{line, "expected ascending versions"}
				}
				o.Resources = slices.Clone(versions[n-1].Resources)
			}
			versions = append(versions, &o)
			continue
		}
		if len(versions) == 0 {
			return nil, &tableError{line, "expected a line that begins with /"}
		}
		if err := change(versions[len(versions)-1], line, common); err != nil {
			return nil, err
		}
	}
	return versions, nil
}

// change puts a resource line into effect.
func change(o *lwm2m.Object, line string, common map[uint16]lwm2m.Resource) error {
	text, gone := strings.CutPrefix(line, "-")
	var r lwm2m.Resource
	var err error
	known := true
	if strings.Contains(text, "\t") {
		r, err = parseResource(text)
	} else if r.ID, err = parseID(line, text); err == nil && !gone {
		r, known = common[r.ID]
	}
	if err != nil {
		return err
	}
	i, ok := slices.BinarySearchFunc(o.Resources, r.ID, func(r lwm2m.Resource, id uint16) int { return int(r.ID) - int(id) })
	switch {
	case !known:
		return &tableError{line, "not a common resource"}
	case gone && !ok:
		return &tableError{line, "expected a resource of the version before"}
	case gone:
		o.Resources = slices.Delete(o.Resources, i, i+1)
	case ok:
		o.Resources[i] = r
	default:
		o.Resources = slices.Insert(o.Resources, i, r)
	}
	return nil
}

// parseHead reads the first line of an object in one version.
func parseHead(line string) (lwm2m.Object, error) {
	column := strings.Split(strings.TrimPrefix(line, "/"), "\t")
	if len(column) != 5 {
		return lwm2m.Object{}, &tableError{line, "expected 5 columns"}
	}
	id, err := parseID(line, column[0])
	if err != nil {
		return lwm2m.Object{}, err
	}
	version, err := lwm2m.ParseVersion(column[1])
	if err != nil {
		return lwm2m.Object{}, &tableError{line, err.Error()}
	}
	enabler, err := lwm2m.ParseVersion(column[3])
	if err != nil {
		return lwm2m.Object{}, &tableError{line, err.Error()}
	}
	multiple, mandatory, ok := parseCardinality(strings.TrimPrefix(column[2], "1"))
	if !ok {
		return lwm2m.Object{}, &tableError{line, "expected 1, ?, + or * instances"}
	}
	return lwm2m.Object{
		ID: id, Version: version, Name: column[4], Enabler: enabler,
		Multiple: multiple, Mandatory: mandatory,
	}, nil
}

// parseResource reads a resource line of all columns.
func parseResource(line string) (lwm2m.Resource, error) {
	var column [6]string // id, operations, type, name, range, units
	rest, more := line, true
	for i := range column {
		if more {
			column[i], rest, more = strings.Cut(rest, "\t")
		}
	}
	id, err := parseID(line, column[0])
	if err != nil {
		return lwm2m.Resource{}, err
	}
	letters := strings.TrimRight(column[1], "?+*")
	operations, ok1 := parseOperations(letters)
	multiple, mandatory, ok2 := parseCardinality(column[1][len(letters):])
	typ, ok3 := lwm2m.ParseType(column[2])
	if more || !ok1 || !ok2 || !ok3 || column[3] == "" {
		return lwm2m.Resource{}, &tableError{line, "expected ID, OPERATIONS, TYPE, NAME, RANGE, UNITS"}
	}
	return lwm2m.Resource{
		ID: id, Name: column[3], Operations: operations, Type: typ,
		Multiple: multiple, Mandatory: mandatory, Range: column[4], Units: column[5],
	}, nil
}

func parseID(line, text string) (uint16, error) {
	id, err := strconv.ParseUint(text, 10, 16)
	if err != nil || id > lwm2m.MaxID {
		return 0, &tableError{line, "expected an id 0..65534"}
	}
	return uint16(id), nil
}

// parseOperations reads R, W, RW, E, or - for none.
func parseOperations(letters string) (lwm2m.Operations, bool) {
	for _, o := range []lwm2m.Operations{
		0, lwm2m.Readable, lwm2m.Writable, lwm2m.Readable | lwm2m.Writable, lwm2m.Executable,
	} {
		if o.String() == letters {
			return o, true
		}
	}
	return 0, false
}

// parseCardinality reads how many there may be: "" one, "?" none or one, "+" at
// least one, "*" any number.
func parseCardinality(sign string) (multiple, mandatory, ok bool) {
	switch sign {
	case "":
		return false, true, true
	case "?":
		return false, false, true
	case "+":
		return true, true, true
	case "*":
		return true, false, true
	}
	return false, false, false
}
