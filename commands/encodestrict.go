package commands

import (
	"fmt"

	"lwcon/formats"
	"lwcon/lwm2m"
)

// illegal is what encode does not write unless it is forced to.
func illegal(wrong string) error { return usage("%s", wrong).hinting("--force writes it all the same") }

// misplaced says which value is not where the definitions have one, "" if all
// are: values twice, instances of what is single, a multiple resource without
// an instance, something that can only be executed.
func misplaced(f lwm2m.ContentFormat, nodes []lwm2m.Node) string {
	seen := make(map[lwm2m.Path]bool, len(nodes))
	for i := range nodes {
		n := &nodes[i]
		p := n.Path()
		switch first := nodes[0].Path(); {
		case seen[p]:
			return fmt.Sprintf("%s: expected one value, found two", p)
		case f.Canonical() == lwm2m.FormatJSON && p.Cut(lwm2m.LevelObject) != first.Cut(lwm2m.LevelObject):
			return fmt.Sprintf("%s: expected a path below %s, as %s has values of one object", p, first.Cut(lwm2m.LevelObject), f)
		}
		seen[p] = true
		r := n.Definition()
		if r == nil || n.Kind() != lwm2m.KindValue || n.Value().Type() == lwm2m.None {
			continue
		}
		switch {
		case r.Operations == lwm2m.Executable:
			return fmt.Sprintf("%s: expected a resource that has a value, %s can only be executed", p, r.Name)
		case r.Multiple && p.Level() == lwm2m.LevelResource:
			return fmt.Sprintf("%s: expected an instance such as %s/0, as %s has instances", p, p, r.Name)
		case !r.Multiple && p.Level() == lwm2m.LevelResourceInstance:
			return fmt.Sprintf("%s: expected no instance, as %s is single", p, r.Name)
		}
	}
	return ""
}

// departs reads a payload that was written and says what departs from the
// specification in it, "" if nothing does.
func departs(f lwm2m.ContentFormat, payload []byte, nodes []lwm2m.Node, o formats.Options) string {
	o.Write = true
	for i := range nodes {
		o.Create = o.Create || nodes[i].Path().ObjectInstance() == lwm2m.AnyID
	}
	tree, err := formats.Decode(f, payload, o)
	switch {
	case err != nil:
		return err.Error()
	case len(tree.Deviations) > 0:
		d := &tree.Deviations[0]
		return fmt.Sprintf("%s: %s (%s)", d.Path, d.Message, d.Rule)
	}
	return ""
}
