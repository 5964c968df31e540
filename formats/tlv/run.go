package tlv

import (
	"math"

	"lwcon/formats/codec"
	"lwcon/lwm2m"
)

// run decodes the entries from start on that have nothing out of the ordinary: of
// the kind k, with a short id and the shortest length, defined, and holding what
// their type wants. It returns where it stopped: the end, or the first entry that
// the general code has to look at, as it has to below a gateway prefix. It is
// there for speed alone; without it the tree is the same.
//
// The entries are Resource Instances of the resource many or, where that is nil,
// Resources of the instance at parent.
func (d *decoder) run(start, end int, parent lwm2m.Path, k kind, many *lwm2m.Resource) int {
	if d.definition == nil || d.Overridden() || d.At.Prefix() != "" || d.At.Level() > lwm2m.LevelObjectInstance {
		return start
	}
	s, i, next, resources := d.s[:end], start, 0, d.definition.Resources
	for i+3 <= len(s) && len(d.Nodes) < cap(d.Nodes) {
		first, id := s[i], uint16(s[i+1])
		value, length := i+2, int(first&7)
		if first&0x3f == 0x08 {
			if length = int(s[value]); length < 8 {
				break
			}
			value++
		} else if first&0x38 != 0 {
			break
		}
		stop := value + length
		if stop > len(s) {
			break
		}
		r := many
		if r == nil {
			if int(id) < len(resources) && resources[id].ID == id { // ids without gaps
				r = &resources[id]
			} else if r, next = after(resources, next, id); r == nil {
				break
			}
		}
		if kind(first>>6) != k || many == nil && r.Multiple {
			if many == nil && r.Multiple && kind(first>>6) == multipleResource && d.runMany(value, stop, parent.Child(id), r) {
				i = stop
				continue
			}
			break
		}
		n := &d.Nodes[:len(d.Nodes)+1][len(d.Nodes)]
		if !ordinary(n, s[value:stop], r.Type) {
			break
		}
		n.Begin(&parent, id, r, i, value, stop)
		d.Nodes = d.Nodes[:len(d.Nodes)+1]
		i = stop
	}
	return i
}

// runMany decodes the Resource Instances of a Multiple Resource, if there are
// some and all are ordinary; else it leaves no trace.
func (d *decoder) runMany(start, end int, p lwm2m.Path, r *lwm2m.Resource) bool {
	before := len(d.Nodes)
	if start < end && d.run(start, end, p, resourceInstance, r) == end {
		return true
	}
	clear(d.Nodes[before:])
	d.Nodes = d.Nodes[:before]
	return false
}

// after finds the resource with an id from index i on, which suits ids that
// ascend; it returns where it was found.
func after(resources []lwm2m.Resource, i int, id uint16) (*lwm2m.Resource, int) {
	for i < len(resources) && resources[i].ID < id {
		i++
	}
	if i < len(resources) && resources[i].ID == id {
		return &resources[i], i
	}
	return nil, i
}

// ordinary gives a node the value of octets that are just what a type wants; false
// leaves them to typed.
func ordinary(n *lwm2m.Node, raw string, t lwm2m.Type) bool {
	switch t {
	case lwm2m.String:
		if !codec.Plain(raw) {
			return false
		}
		n.Text(raw)
	case lwm2m.Integer, lwm2m.Time:
		switch len(raw) {
		case 1:
			n.Number(t, uint64(int8(raw[0])))
		case 2:
			i := int16(uint16(raw[0])<<8 | uint16(raw[1]))
			if i == int16(int8(i)) {
				return false
			}
			n.Number(t, uint64(i))
		case 4:
			i := int32(uint32(raw[0])<<24 | uint32(raw[1])<<16 | uint32(raw[2])<<8 | uint32(raw[3]))
			if i == int32(int16(i)) {
				return false
			}
			n.Number(t, uint64(i))
		default:
			return false
		}
	case lwm2m.Float:
		switch len(raw) {
		case 4:
			n.Number(t, math.Float64bits(float64(math.Float32frombits(uint32(bigEndian(raw))))))
		case 8:
			n.Number(t, bigEndian(raw))
		default:
			return false
		}
	case lwm2m.Boolean:
		if raw != "\x00" && raw != "\x01" {
			return false
		}
		n.Number(t, uint64(raw[0]))
	default:
		return false
	}
	return true
}
