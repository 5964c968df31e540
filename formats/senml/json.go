package senml

import (
	"strings"

	"lwcon/formats/codec"
	"lwcon/formats/internal/jsonread"
	"lwcon/formats/rules"
	"lwcon/lwm2m"
)

// smallestRecord is about the fewest octets of a JSON record with a value; it
// bounds what is reserved for a payload full of braces.
const smallestRecord = 8

// DecodeJSON decodes application/senml+json and its ETCH variant. An empty
// payload says that there is nothing.
//
// Spec: RFC 8428 §5, RFC 8790, Core 1.1 §7.4.
func DecodeJSON(f lwm2m.ContentFormat, payload []byte, o codec.Options) (*lwm2m.Tree, error) {
	var d jsonDecoder
	d.in.Text = d.begin(f, payload, o)
	d.json = true
	if d.Err() == nil && !d.in.End() {
		d.Reserve(min(strings.Count(d.in.Text, "{"), len(d.in.Text)/smallestRecord+1))
		d.records()
	}
	return d.Finish()
}

// jsonDecoder decodes one payload.
type jsonDecoder struct {
	pack
	in jsonread.Reader
}

// broken is the error of a problem of the reader.
func (d *jsonDecoder) broken() error { return d.Fail(d.in.Pos, d.At, "%s", d.in.Problem) }

// odd notes what the reader found that JSON does not allow.
func (d *jsonDecoder) odd(offset int) {
	d.Deviate(rules.JSONForm, d.At, offset, "expected JSON, found %s", d.in.Odd)
	d.in.Odd = ""
}

// records decodes the whole payload.
func (d *jsonDecoder) records() error {
	in := &d.in
	if strings.HasPrefix(in.Text, byteOrderMark) {
		in.Odd = "a byte order mark"
		d.odd(0)
		in.Pos = len(byteOrderMark)
	}
	if in.Space() == '{' {
		d.Deviate(rules.SenMLNoArray, d.At, in.Pos, "expected an array of records, found a record by itself")
		if err := d.record(); err != nil {
			return err
		}
	} else if err := d.array(); err != nil {
		return err
	}
	if !in.End() {
		d.Deviate(rules.ValueTrailing, d.At, in.Pos, "expected the end, found %d more octets", len(in.Text)-in.Pos)
	}
	return d.Err()
}

// byteOrderMark is what some editors put before a text.
const byteOrderMark = "\ufeff"

// array decodes the array of records.
func (d *jsonDecoder) array() error {
	in := &d.in
	if !in.Expect('[') {
		return d.broken()
	}
	for !in.Take(']') {
		if err := d.record(); err != nil {
			return err
		}
		if in.Take(',') {
			if in.Space() == ']' {
				in.Odd = "a comma before the end"
				d.odd(in.Pos)
			}
		} else if in.Space() != ']' {
			in.Expect(',')
			return d.broken()
		}
	}
	return d.Err()
}

// record decodes one record.
func (d *jsonDecoder) record() error {
	in := &d.in
	if !in.Expect('{') {
		return d.broken()
	}
	r := record{start: in.Pos - 1}
	for in.Space() != '}' {
		if err := d.field(&r); err != nil {
			return err
		}
		if in.Space() == '}' {
			break
		}
		if !in.Expect(',') {
			return d.broken()
		}
		if in.Space() == '}' {
			in.Odd = "a comma before the end"
			d.odd(in.Pos)
		}
	}
	in.Pos++
	return d.add(&r, in.Pos)
}

// field decodes one member of a record.
func (d *jsonDecoder) field(r *record) error {
	in := &d.in
	in.Space()
	at := in.Pos
	key, l := "", shortLabel(in.Text[at:])
	if l != unknown {
		in.Pos += len(l.String()) + len(`"":`)
	} else {
		var ok bool
		if key, ok = in.String(); !ok || !in.Expect(':') {
			return d.broken()
		}
		if l = labelOf(key); l == unknown {
			if l = alien(key); l != unknown {
				r.alien = key
			}
		}
	}
	in.Space()
	span := lwm2m.Span{Start: uint32(in.Pos)}
	if l == unknown {
		if err := d.unknownField(key, at); err != nil {
			return err
		}
		if !in.Skip(codec.MaxDepth) {
			return d.broken()
		}
		in.Odd = ""
		return nil
	}
	item, ok := in.Member()
	if !ok {
		return d.broken()
	}
	if in.Odd != "" {
		d.odd(int(span.Start))
	}
	span.End = uint32(in.Pos)
	return d.set(r, l, item, span)
}

// shortLabel returns the label of the commonest fields, if s begins with one and
// its colon; else unknown.
func shortLabel(s string) label {
	if len(s) < len(`"vs":`) || s[0] != '"' {
		return unknown
	}
	switch {
	case s[2] == '"' && s[3] == ':':
		switch s[1] {
		case 'n':
			return recordName
		case 'v':
			return numberValue
		case 't':
			return timeStamp
		}
	case s[3] == '"' && s[4] == ':':
		switch s[1:3] {
		case "vs":
			return stringValue
		case "vb":
			return boolValue
		case "bn":
			return baseName
		}
	}
	return unknown
}
