package objects

import (
	"fmt"
	"strings"

	"lwcon/lwm2m"
)

// appendObject writes an object in the format of registry.tsv: what differs from the
// version before it, all of it if before is nil. A line that equals the common
// one shrinks to its id.
func appendObject(b []byte, o, before *lwm2m.Object, common map[uint16]lwm2m.Resource) []byte {
	instances := cardinality(o.Multiple, o.Mandatory)
	if instances == "" {
		instances = "1"
	}
	b = fmt.Appendf(b, "/%d\t%s\t%s\t%s\t%s\n", o.ID, o.Version, instances, o.Enabler, o.Name)
	var old []lwm2m.Resource
	if before != nil {
		old = before.Resources
	}
	for _, r := range o.Resources {
		for len(old) > 0 && old[0].ID < r.ID {
			b = fmt.Appendf(b, "-%d\n", old[0].ID)
			old = old[1:]
		}
		if len(old) > 0 && old[0].ID == r.ID {
			same := old[0] == r
			old = old[1:]
			if same {
				continue
			}
		}
		if common[r.ID] == r {
			b = fmt.Appendf(b, "%d\n", r.ID)
		} else {
			b = append(append(b, formatResource(r)...), '\n')
		}
	}
	for _, r := range old {
		b = fmt.Appendf(b, "-%d\n", r.ID)
	}
	return b
}

// formatResource writes a resource line of all columns.
func formatResource(r lwm2m.Resource) string {
	return strings.TrimRight(fmt.Sprintf("%d\t%s%s\t%s\t%s\t%s\t%s", r.ID,
		r.Operations, cardinality(r.Multiple, r.Mandatory), r.Type, r.Name, r.Range, r.Units), "\t")
}

// cardinality writes what parseCardinality reads.
func cardinality(multiple, mandatory bool) string {
	switch {
	case multiple && mandatory:
		return "+"
	case multiple:
		return "*"
	case mandatory:
		return ""
	}
	return "?"
}
