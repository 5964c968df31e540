package senml

import (
	"math"

	"lwcon/formats/codec"
	"lwcon/formats/rules"
	"lwcon/lwm2m"
)

// label is a field of a record by its number in CBOR; vlo, which has none, and
// what is unknown follow. Spec: RFC 8428 §4.3, Core 1.1 §7.4.
type label int

const (
	baseSum     label = -6
	baseValue   label = -5
	baseUnit    label = -4
	baseTime    label = -3
	baseName    label = -2
	baseVersion label = -1
	recordName  label = 0
	unit        label = 1
	numberValue label = 2
	stringValue label = 3
	boolValue   label = 4
	sumValue    label = 5
	timeStamp   label = 6
	updateTime  label = 7
	dataValue   label = 8
	linkValue   label = 9
	unknown     label = 10
)

// labelOf reads the name of a field.
func labelOf(s string) label {
	switch s {
	case "n":
		return recordName
	case "v":
		return numberValue
	case "vs":
		return stringValue
	case "vb":
		return boolValue
	case "vd":
		return dataValue
	case "vlo":
		return linkValue
	case "bn":
		return baseName
	case "t":
		return timeStamp
	case "bt":
		return baseTime
	case "bver":
		return baseVersion
	case "bv":
		return baseValue
	case "bs":
		return baseSum
	case "bu":
		return baseUnit
	case "u":
		return unit
	case "s":
		return sumValue
	case "ut":
		return updateTime
	}
	return unknown
}

// String returns the name of the field.
func (l label) String() string {
	if l < baseSum || l > linkValue {
		return "unknown"
	}
	return labelNames[l-baseSum]
}

// labelNames are the names of the labels from baseSum to linkValue.
var labelNames = [...]string{"bs", "bv", "bu", "bt", "bn", "bver", "n", "u", "v", "vs", "vb", "s", "t", "ut", "vd", "vlo"}

// set puts a field into a record. The item stands at span; what it may be
// depends on the field.
func (p *pack) set(r *record, l label, item codec.Item, span lwm2m.Span) error {
	if bit := uint32(1) << (l - baseSum); r.seen&bit == 0 {
		r.seen |= bit
	} else if !l.isValue() {
		p.Deviate(rules.DuplicateField, p.At, int(span.Start), "expected %s once in a record, found it again; the last counts", l)
	}
	if l == baseValue && item.Kind == codec.ItemBoolean { // the bv of LwM2M JSON
		l, r.alien = boolValue, "bv"
	}
	switch l {
	case recordName, baseName:
		if item.Kind != codec.ItemText {
			p.misfit(l, "text", item, int(span.Start))
			return p.Err()
		}
		if l == recordName {
			r.name, r.hasName, r.nameAt = item.Text, true, int(span.Start)
		} else {
			p.base = codec.NewName(item.Text)
			if !r.hasName {
				r.nameAt = int(span.Start)
			}
		}
	case numberValue, stringValue, boolValue, dataValue, linkValue:
		p.setValue(r, l, item, span)
	case unit, baseUnit:
		switch {
		case item.Kind != codec.ItemText:
			p.misfit(l, "text", item, int(span.Start))
		case l == unit:
			r.unit = item.Text
		default:
			p.baseUnit = item.Text
		}
	case sumValue, baseSum, updateTime:
		p.setOther(r, l, item, int(span.Start))
	case timeStamp, baseTime, baseValue, baseVersion:
		return p.setNumber(r, l, item, int(span.Start))
	}
	return p.Err()
}

// misfit notes a field that holds something else, and is left out.
func (p *pack) misfit(l label, expected string, item codec.Item, offset int) {
	p.Deviate(rules.SenMLValueField, p.At, offset, "expected %s in %s, found %s", expected, l, item.Describe())
}

// setValue takes the value of a record: the first one, if there are several.
func (p *pack) setValue(r *record, l label, item codec.Item, span lwm2m.Span) {
	if r.values++; r.values > 1 {
		p.second = second{item, l, int(span.Start)}
		return
	}
	ok := true
	switch l {
	case numberValue:
		ok = item.Kind >= codec.ItemInteger && item.Kind <= codec.ItemFloat || item.Kind == codec.ItemNull
	case stringValue:
		ok = item.Kind == codec.ItemText
	case boolValue:
		ok = item.Kind == codec.ItemBoolean
	case linkValue:
		if ok = item.Kind == codec.ItemText; ok {
			item.Kind = codec.ItemLink
		}
	case dataValue:
		if ok = item.Kind == codec.ItemOctets; item.Kind == codec.ItemText {
			item.Kind, ok = codec.ItemBase64, p.json
		}
	}
	r.item, r.value, r.field, r.wrong = item, span, l, !ok
}

// checkFields notes what is wrong with the value fields of a record.
func (p *pack) checkFields(path lwm2m.Path, r *record) {
	if r.wrong {
		rule := rules.SenMLValueField
		if r.item.Kind == codec.ItemBase64 {
			rule = rules.SenMLDataText
		}
		p.Deviate(rule, path, int(r.value.Start), "expected %s in %s, found %s", r.field.holds(), r.field, r.item.Describe())
	}
	if r.alien != "" {
		p.Deviate(rules.SenMLValueField, path, int(r.value.Start), "expected %s in %s, found it in %s, which LwM2M JSON has", r.field.holds(), r.field, r.alien)
	}
	if r.values > 1 {
		p.Deviate(rules.SenMLTwoValues, path, p.second.at, "expected one value in a record, found another in %s, which is left out: %s", p.second.field, p.second.item.Describe())
	}
}

// isValue says whether the field is one of the values, of which a record has one.
func (l label) isValue() bool {
	return l >= numberValue && l <= boolValue || l >= dataValue && l <= linkValue
}

// holds says what stands in a value field.
func (l label) holds() string {
	switch l {
	case numberValue:
		return "a number"
	case stringValue:
		return "text"
	case boolValue:
		return "a boolean"
	case linkValue:
		return "an object link as text"
	}
	return "octets"
}

// setNumber takes a time or base number.
func (p *pack) setNumber(r *record, l label, item codec.Item, offset int) error {
	x := number(item)
	if math.IsNaN(x) || math.IsInf(x, 0) {
		p.misfit(l, "a number", item, offset)
		return p.Err()
	}
	switch l {
	case timeStamp:
		r.time, r.hasTime, r.timeAt = x, true, offset
	case baseTime:
		p.baseTime, p.hasBT = x, true
		if !r.hasTime {
			r.timeAt = offset
		}
	case baseValue:
		p.baseItem, p.hasBV = item, true
	case baseVersion:
		if x > maxVersion {
			return p.Fail(offset, p.At, "expected a base version of at most %d, found %v", maxVersion, x)
		}
	}
	return nil
}

// setOther takes a sum or an update time, which LwM2M has no use for: they are shown.
func (p *pack) setOther(r *record, l label, item codec.Item, offset int) {
	x := number(item)
	switch {
	case math.IsNaN(x):
		p.misfit(l, "a number", item, offset)
	case l == sumValue:
		r.sum, r.hasSum = x, true
	case l == updateTime:
		r.update, r.hasUpdate = x, true
	default:
		p.baseSum = x
	}
}

// alien is the label of a field of LwM2M JSON that SenML calls otherwise; unknown
// if it is none. Its bv, which SenML has for another thing, is told by what it
// holds.
func alien(s string) label {
	switch s {
	case "sv":
		return stringValue
	case "ov":
		return linkValue
	}
	return unknown
}

// unknownField decides on a field that nobody knows: it is skipped, unless its
// name ends in "_". Spec: RFC 8428 §4.4.
func (p *pack) unknownField(s string, offset int) error {
	if s != "" && s[len(s)-1] == '_' {
		return p.Fail(offset, p.At, "field %s must be understood, and is not known", codec.Quote(s))
	}
	return nil
}
