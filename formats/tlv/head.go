package tlv

import (
	"strconv"

	"lwcon/formats/rules"
	"lwcon/lwm2m"
)

// next reads the head of the entry at start, within a value that ends at end.
// It returns false after Fail.
func (d *decoder) next(start, end int, within lwm2m.Path) (entry, bool) {
	first := d.s[start]
	if first&0x20 == 0 && end-start >= 3 { // an id of one octet: the common case
		e := entry{start: start, value: start + 2, kind: kind(first >> 6), id: uint16(d.s[start+1])}
		length := int(first & 7)
		switch first >> 3 & 3 {
		case 1:
			length = int(d.s[start+2])
			e.value++
			fallthrough
		case 0:
			if e.end = e.value + length; e.end <= end {
				return e, true
			}
		}
	}
	return d.longNext(start, end, within)
}

// longNext is next for all forms of a head.
func (d *decoder) longNext(start, end int, within lwm2m.Path) (entry, bool) {
	s := d.s
	first := s[start]
	e := entry{start: start, kind: kind(first >> 6)}
	i := start + 1
	if width := 1 + int(first>>5&1); i+width > end {
		return e, d.short(e, within, "an id", width, end-i)
	} else if width == 1 {
		e.id = uint16(s[i])
		i++
	} else {
		e.id = uint16(s[i])<<8 | uint16(s[i+1])
		i += 2
	}
	length := int(first & 7)
	if field := int(first >> 3 & 3); field > 0 {
		if i+field > end {
			return e, d.short(e, within, "a length", field, end-i)
		}
		length = int(bigEndian(s[i : i+field]))
		i += field
	}
	e.value, e.end = i, i+length
	if e.end > end {
		return e, d.short(e, within, "a value", length, end-i)
	}
	if e.id == lwm2m.AnyID {
		d.Deviate(rules.ReservedID, within, start, "expected an id 0..65534, found 65535, shown as *")
	}
	return e, d.Err() == nil
}

// short fails because octets are missing: those of an id, a length or a value.
func (d *decoder) short(e entry, within lwm2m.Path, what string, want, left int) bool {
	of := e.kind.String()
	if what != "an id" {
		of += " with id " + strconv.Itoa(int(e.id))
	}
	in := "the payload"
	if within.Level() > d.At.Level() || d.anyObject && within != d.At {
		in = within.String()
	}
	d.Fail(e.start, within, "expected %s of %d octets for %s, found %d left in %s", what, want, of, left, in)
	return false
}

// form notes a head that is longer than needed.
func (d *decoder) form(e *entry, p lwm2m.Path) {
	first, length := d.s[e.start], e.end-e.value
	if first&0x20 != 0 && e.id < 256 {
		d.Deviate(rules.TLVIDLongForm, p, e.start+1, "expected id %d in 1 octet, found 2", e.id)
	}
	field := int(first >> 3 & 3)
	if field == 0 {
		return
	}
	if first&7 != 0 {
		d.Deviate(rules.TLVInlineBits, p, e.start, "expected 0 in the low bits of type %02x, as a length field follows", first)
	}
	shortest := 3
	switch {
	case length < 8:
		shortest = 0
	case length < 1<<8:
		shortest = 1
	case length < 1<<16:
		shortest = 2
	}
	if field > shortest {
		d.Deviate(rules.TLVLengthLongForm, p, e.value-field, "expected length %d in %d octets, found %d", length, shortest, field)
	}
}
