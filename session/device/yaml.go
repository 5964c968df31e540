package device

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"gopkg.in/yaml.v3"
)

// ProfileError tells what in a profile is wrong, and where.
type ProfileError struct {
	File         string
	Line, Column int // from 1; 0 if it concerns the file as a whole
	Reason       string
}

func (e *ProfileError) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Reason
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Reason)
}

// Limits of a profile file.
const (
	// MaxProfileSize is the most octets of a file.
	MaxProfileSize = 1 << 20
	// maxProfileNodes is the most YAML nodes, each use of an alias counted.
	maxProfileNodes = 500_000
	// maxProfileErrors is how many errors are told of one file.
	maxProfileErrors = 20
)

// document reads YAML nodes and gathers what is wrong with them.
type document struct {
	file  string
	nodes int
	errs  []error
}

// fail notes what is wrong at a node.
func (d *document) fail(n *yaml.Node, format string, args ...any) {
	if len(d.errs) >= maxProfileErrors {
		return
	}
	e := &ProfileError{File: d.file, Reason: fmt.Sprintf(format, args...)}
	if n != nil {
		e.Line, e.Column = n.Line, n.Column
	}
	d.errs = append(d.errs, e)
}

// err returns all that was wrong, nil if nothing was.
func (d *document) err() error { return errors.Join(d.errs...) }

// resolve returns the node that an alias stands for, and counts it; nil if
// there are too many.
func (d *document) resolve(n *yaml.Node) *yaml.Node {
	if d.nodes++; d.nodes > maxProfileNodes {
		if d.nodes == maxProfileNodes+1 {
			d.fail(n, "expected at most %d nodes, found more", maxProfileNodes)
		}
		return nil
	}
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// mapping calls f for each pair of a mapping, in its order; a key must not come
// twice.
func (d *document) mapping(n *yaml.Node, what string, f func(key, value *yaml.Node)) {
	if n = d.resolve(n); n == nil {
		return
	}
	if n.Kind != yaml.MappingNode {
		d.fail(n, "%s: expected a mapping, found %s", what, describe(n))
		return
	}
	seen := make(map[string]bool, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := d.resolve(n.Content[i]), d.resolve(n.Content[i+1])
		switch {
		case key == nil || value == nil:
			return
		case key.Kind != yaml.ScalarNode:
			d.fail(key, "%s: expected a word as key, found %s", what, describe(key))
		case seen[key.Value]:
			d.fail(key, "%s: key %q comes twice", what, key.Value)
		default:
			seen[key.Value] = true
			f(key, value)
		}
	}
}

// field is a key that a mapping may have, and who reads its value.
type field struct {
	key  string
	read func(value *yaml.Node)
}

// fields reads a mapping whose keys are all known; for another one the nearest
// is offered.
func (d *document) fields(n *yaml.Node, what string, known []field) {
	d.mapping(n, what, func(key, value *yaml.Node) {
		names := make([]string, len(known))
		for i, f := range known {
			if f.key == key.Value {
				f.read(value)
				return
			}
			names[i] = f.key
		}
		d.fail(key, "%s: unknown key %q; the nearest is %q", what, key.Value, nearest(key.Value, names))
	})
}

// describe says what a node is, for messages.
func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.ScalarNode:
		if isNull(n) {
			return "nothing"
		}
		return strconv.Quote(n.Value)
	}
	return "something else"
}

// isNull says whether nothing, or an explicit null, stands there.
func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// text reads a scalar as it is written.
func (d *document) text(n *yaml.Node, what string, into *string) bool {
	if n = d.resolve(n); n == nil {
		return false
	}
	if n.Kind != yaml.ScalarNode {
		d.fail(n, "%s: expected a value, found %s", what, describe(n))
		return false
	}
	*into = n.Value
	return true
}

// number reads a finite number.
func (d *document) number(n *yaml.Node, what string, into *float64) {
	var s string
	if !d.text(n, what, &s) {
		return
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		d.fail(n, "%s: expected a number, found %q", what, s)
		return
	}
	*into = x
}

// count reads an integer in a range.
func (d *document) count(n *yaml.Node, what string, low, high uint64, into *uint64) {
	var s string
	if !d.text(n, what, &s) {
		return
	}
	x, err := strconv.ParseUint(s, 10, 64)
	if err != nil || x < low || x > high {
		d.fail(n, "%s: expected an integer from %d to %d, found %q", what, low, high, s)
		return
	}
	*into = x
}

// duration reads a duration such as 10s, 1m30s or 250ms; a bare number is
// seconds.
func (d *document) duration(n *yaml.Node, what string, least time.Duration, into *time.Duration) {
	var s string
	if !d.text(n, what, &s) {
		return
	}
	x, err := time.ParseDuration(s)
	if seconds, bad := strconv.ParseUint(s, 10, 63); bad == nil && seconds <= uint64(maxSeconds) {
		x, err = time.Duration(seconds)*time.Second, nil
	}
	if err != nil || x < least {
		d.fail(n, "%s: expected a duration such as 10s, at least %v, found %q", what, least, s)
		return
	}
	*into = x
}

// boolean reads true or false, or yes or no.
func (d *document) boolean(n *yaml.Node, what string, into *bool) {
	var s string
	if !d.text(n, what, &s) {
		return
	}
	switch s {
	case "true", "yes":
		*into = true
	case "false", "no":
		*into = false
	default:
		d.fail(n, "%s: expected true or false, found %q", what, s)
	}
}

// texts reads a scalar or a list of scalars.
func (d *document) texts(n *yaml.Node, what string, f func(at *yaml.Node, s string)) {
	if n = d.resolve(n); n == nil {
		return
	}
	items := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		items = n.Content
	}
	for _, item := range items {
		var s string
		if d.text(item, what, &s) {
			f(item, s)
		}
	}
}

// keys returns the keys of a mapping, none of anything else.
func keys(n *yaml.Node) []*yaml.Node { return half(n, 0) }

// values returns the values of a mapping, none of anything else.
func values(n *yaml.Node) []*yaml.Node { return half(n, 1) }

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
