package scenarios

import (
	"fmt"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"lwcon/lwm2m"
	"lwcon/session"
)

// Requirements are what a device has to be for a scenario to make sense. Without
// them it is SKIP.
type Requirements struct {
	Versions []VersionBound // all of them hold
	Objects  []uint16       // registered, with or without instances
}

// VersionBound is one comparison with the version of the enabler.
type VersionBound struct {
	Operator string // one of >= <= > < =
	Version  lwm2m.Version
}

func (b VersionBound) String() string { return b.Operator + b.Version.String() }

// Holds says whether a version is within the bound.
func (b VersionBound) Holds(v lwm2m.Version) bool {
	switch b.Operator {
	case ">=":
		return v >= b.Version
	case "<=":
		return v <= b.Version
	case ">":
		return v > b.Version
	case "<":
		return v < b.Version
	}
	return v == b.Version
}

// Missing says what a registration lacks, "" if it has everything.
func (r Requirements) Missing(g *session.Registration) string {
	for _, b := range r.Versions {
		if !b.Holds(g.Version) {
			return fmt.Sprintf("requires LwM2M %s, the device registered with %s", b, g.Version)
		}
	}
	for _, id := range r.Objects {
		if !g.HasObject(id) {
			return fmt.Sprintf("requires object %d, the device did not register it", id)
		}
	}
	return ""
}

// requirements reads {lwm2m: ">=1.0", objects: [3, 3303]}.
func (d *document) requirements(n *yaml.Node) Requirements {
	var r Requirements
	d.fields(n, "requires", []field{
		{"lwm2m", func(v *yaml.Node) { r.Versions = d.versionBounds(v) }},
		{"objects", func(v *yaml.Node) {
			for _, item := range d.list(v, "requires: objects") {
				s, ok := d.text(item, "requires: objects")
				id, err := strconv.ParseUint(s, 10, 16)
				switch {
				case !ok:
				case err != nil || id > lwm2m.MaxID:
					d.fail(position(item), "requires: objects: expected the id of an object, 0 to %d, found %s", lwm2m.MaxID, quoted(s))
				default:
					r.Objects = append(r.Objects, uint16(id))
				}
			}
		}},
	})
	return r
}

// versionBounds reads one or more of ">=1.0", "<1.2", "1.1"; blanks or commas
// part them.
func (d *document) versionBounds(n *yaml.Node) []VersionBound {
	s, ok := d.text(n, "requires: lwm2m")
	if !ok {
		return nil
	}
	var bounds []VersionBound
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' }) {
		operator := strings.TrimRight(word, "0123456789.")
		v, err := lwm2m.ParseVersion(word[len(operator):])
		switch operator {
		case "":
			operator = "="
		case ">=", "<=", ">", "<", "=":
		default:
			err = strconv.ErrSyntax
		}
		if err != nil {
			d.fail(position(n), `requires: lwm2m: expected a version such as ">=1.1" or "1.0", found %s`, quoted(word))
			return nil
		}
		bounds = append(bounds, VersionBound{operator, v})
	}
	return bounds
}
