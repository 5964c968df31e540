// Package yamlread reads the YAML files of devices and credentials node by node,
// and says of each mistake where it stands.
package yamlread

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// Error tells what in a file is wrong, and where.
type Error struct {
	File         string
	Line, Column int // from 1; 0 if it concerns the file as a whole
	Reason       string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Reason
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Reason)
}

// Limits of a file.
const (
	// MaxSize is the most octets of a file.
	MaxSize = 1 << 20
	// maxNodes is the most YAML nodes, each use of an alias counted.
	maxNodes = 500_000
	// MaxErrors is how many errors are told of one file.
	MaxErrors = 20
)

// Document reads YAML nodes and gathers what is wrong with them. It is not safe
// for concurrent use.
type Document struct {
	File string
	// Discreet keeps values out of what is said of mistakes, since each could be
	// a secret: what was found is told by its length.
	Discreet bool
	// Larger says how many times the usual octets and nodes a file may have; 0 is
	// once.
	Larger int

	nodes int
	errs  []error
}

// Parse returns the outermost node of a text; nil if there is none, which is
// noted.
func (d *Document) Parse(text string) *yaml.Node {
	if most := MaxSize * max(1, d.Larger); len(text) > most {
		d.Fail(nil, "expected at most %d octets, found more", most)
		return nil
	}
	var root yaml.Node
	if err := yaml.Unmarshal([]byte(text), &root); err != nil {
		d.Fail(nil, "%s", strings.TrimPrefix(err.Error(), "yaml: "))
		return nil
	}
	if len(root.Content) != 1 {
		d.Fail(nil, "expected a mapping, found nothing")
		return nil
	}
	return root.Content[0]
}

// Failures is how many mistakes were noted.
func (d *Document) Failures() int { return len(d.errs) }

// Format reads the number of a file's format, the value of "lwcon".
func (d *Document) Format(n *yaml.Node, known uint64) {
	var s string
	if !d.Text(n, "lwcon", &s) || s == strconv.FormatUint(known, 10) {
		return
	}
	if version, err := strconv.ParseUint(s, 10, 64); err == nil && version > known {
		d.Fail(n, "lwcon: expected %d, found %d: a newer lwcon reads that", known, version)
		return
	}
	d.Fail(n, "lwcon: expected %d, found %s", known, d.found(s))
}

// Fail notes what is wrong at a node.
func (d *Document) Fail(n *yaml.Node, format string, args ...any) {
	if len(d.errs) >= MaxErrors {
		return
	}
	e := &Error{File: d.File, Reason: fmt.Sprintf(format, args...)}
	if n != nil {
		e.Line, e.Column = n.Line, n.Column
	}
	d.errs = append(d.errs, e)
}

// Err returns all that was wrong, nil if nothing was.
func (d *Document) Err() error { return errors.Join(d.errs...) }

// Resolve returns the node that an alias stands for, and counts it; nil if
// there are too many.
func (d *Document) Resolve(n *yaml.Node) *yaml.Node {
	most := maxNodes * max(1, d.Larger)
	if d.nodes++; d.nodes > most {
		if d.nodes == most+1 {
			d.Fail(n, "expected at most %d nodes, found more", most)
		}
		return nil
	}
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// Mapping calls f for each pair of a mapping, in its order; a key must not come
// twice.
func (d *Document) Mapping(n *yaml.Node, what string, f func(key, value *yaml.Node)) {
	if n = d.Resolve(n); n == nil {
		return
	}
	if n.Kind != yaml.MappingNode {
		d.Fail(n, "%s: expected a mapping, found %s", what, d.Describe(n))
		return
	}
	seen := make(map[string]bool, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := d.Resolve(n.Content[i]), d.Resolve(n.Content[i+1])
		switch {
		case key == nil || value == nil:
			return
		case key.Kind != yaml.ScalarNode:
			d.Fail(key, "%s: expected a word as key, found %s", what, d.Describe(key))
		case seen[key.Value]:
			d.Fail(key, "%s: key %q comes twice", what, key.Value)
		default:
			seen[key.Value] = true
			f(key, value)
		}
	}
}

// Field is a key that a mapping may have, and who reads its value.
type Field struct {
	Key  string
	Read func(value *yaml.Node)
}

// Fields reads a mapping whose keys are all known; for another one the nearest
// is offered.
func (d *Document) Fields(n *yaml.Node, what string, known []Field) {
	d.Mapping(n, what, func(key, value *yaml.Node) {
		names := make([]string, len(known))
		for i, f := range known {
			if f.Key == key.Value {
				f.Read(value)
				return
			}
			names[i] = f.Key
		}
		d.Fail(key, "%s: unknown key %q; the nearest is %q", what, key.Value, Nearest(key.Value, names))
	})
}

// Describe says what a node is, for messages.
func (d *Document) Describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.ScalarNode:
		if IsNull(n) {
			return "nothing"
		}
		return d.found(n.Value)
	}
	return "something else"
}

// found is a value as messages show it.
func (d *Document) found(s string) string {
	if d.Discreet {
		return fmt.Sprintf("a value of %d octets", len(s))
	}
	return strconv.Quote(s)
}

// IsNull says whether nothing, or an explicit null, stands there.
func IsNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// Text reads a scalar as it is written.
func (d *Document) Text(n *yaml.Node, what string, into *string) bool {
	if n = d.Resolve(n); n == nil {
		return false
	}
	if n.Kind != yaml.ScalarNode {
		d.Fail(n, "%s: expected a value, found %s", what, d.Describe(n))
		return false
	}
	*into = n.Value
	return true
}

// Number reads a finite number.
func (d *Document) Number(n *yaml.Node, what string, into *float64) {
	var s string
	if !d.Text(n, what, &s) {
		return
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		d.Fail(n, "%s: expected a number, found %s", what, d.found(s))
		return
	}
	*into = x
}

// Count reads an integer in a range.
func (d *Document) Count(n *yaml.Node, what string, low, high uint64, into *uint64) {
	var s string
	if !d.Text(n, what, &s) {
		return
	}
	x, err := strconv.ParseUint(s, 10, 64)
	if err != nil || x < low || x > high {
		d.Fail(n, "%s: expected an integer from %d to %d, found %s", what, low, high, d.found(s))
		return
	}
	*into = x
}

// Duration reads a duration such as 10s, 1m30s or 250ms; a bare number is
// seconds.
func (d *Document) Duration(n *yaml.Node, what string, least time.Duration, into *time.Duration) {
	var s string
	if !d.Text(n, what, &s) {
		return
	}
	x, err := time.ParseDuration(s)
	if seconds, bad := strconv.ParseUint(s, 10, 63); bad == nil && seconds <= uint64(math.MaxInt64/uint64(time.Second)) {
		x, err = time.Duration(seconds)*time.Second, nil
	}
	if err != nil || x < least {
		d.Fail(n, "%s: expected a duration such as 10s, at least %v, found %s", what, least, d.found(s))
		return
	}
	*into = x
}

// Boolean reads true or false, or yes or no.
func (d *Document) Boolean(n *yaml.Node, what string, into *bool) {
	var s string
	if !d.Text(n, what, &s) {
		return
	}
	switch s {
	case "true", "yes":
		*into = true
	case "false", "no":
		*into = false
	default:
		d.Fail(n, "%s: expected true or false, found %s", what, d.found(s))
	}
}

// Texts reads a scalar or a list of scalars.
func (d *Document) Texts(n *yaml.Node, what string, f func(at *yaml.Node, s string)) {
	if n = d.Resolve(n); n == nil {
		return
	}
	items := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		items = n.Content
	}
	for _, item := range items {
		var s string
		if d.Text(item, what, &s) {
			f(item, s)
		}
	}
}

// Keys returns the keys of a mapping, none of anything else.
func Keys(n *yaml.Node) []*yaml.Node { return half(n, 0) }

// Values returns the values of a mapping, none of anything else.
func Values(n *yaml.Node) []*yaml.Node { return half(n, 1) }

func half(n *yaml.Node, from int) []*yaml.Node {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.MappingNode {
		return nil
	}
	var nodes []*yaml.Node
	for i := from; i < len(n.Content); i += 2 {
		nodes = append(nodes, n.Content[i])
	}
	return nodes
}
