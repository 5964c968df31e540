// Package senml is the four SenML formats: JSON (110), CBOR (112) and their
// variants for partial changes (320, 322). A payload is an array of records, each
// a name with a value:
//
//	[{"bn":"/3/0/","n":"0","vs":"ACME"},{"n":"9","v":100}]
//
// Spec: RFC 8428, RFC 8790, Core 1.2 §7.4.
package senml

import (
	"math"

	"lwcon/formats/codec"
	"lwcon/formats/rules"
	"lwcon/lwm2m"
)

// Most values that a "relative" time of up to 2^28 seconds is meant as; a
// relative time later than now plus 31 days is more likely an absolute one.
// Spec: RFC 8428 §4.5.3.
const (
	firstAbsolute = 1 << 28
	lateRelative  = 31 * 24 * 3600
)

// maxVersion is the highest base version that is understood. Spec: RFC 8428 §4.4.
const maxVersion = 10

// record is one record as scanned.
type record struct {
	name      string
	item      codec.Item // of the first value field
	value     lwm2m.Span
	time      float64
	start     int
	nameAt    int
	timeAt    int
	values    int // value fields seen
	field     label
	unit      string
	alien     string // the name of a value field that is LwM2M JSON's
	sum       float64
	update    float64
	seen      uint32 // the labels, bit by bit
	hasSum    bool
	hasUpdate bool
	hasName   bool
	hasTime   bool
	wrong     bool // the item is not what its field holds
}

// second is the second value of a record, which has no place there.
type second struct {
	item  codec.Item
	field label
	at    int
}

// pack is the state of decoding one payload: the base fields that hold from their
// record on until they are given again. A record is resolved at its end, so that
// they hold for it wherever in it they stand.
type pack struct {
	codec.Builder
	etch     bool // records without values and nulls are legal
	json     bool // octets are text in Base64
	base     codec.Name
	baseTime float64
	hasBT    bool
	baseItem codec.Item
	hasBV    bool
	baseUnit string
	baseSum  float64
	fields   *lwm2m.Fields // of the record before
	second   second        // of the present record, if it has several values
}

// begin starts a payload.
func (p *pack) begin(f lwm2m.ContentFormat, payload []byte, o codec.Options) string {
	p.etch = f.Canonical() == lwm2m.FormatETCHJSON || f.Canonical() == lwm2m.FormatETCHCBOR
	p.LinkField = true
	return p.Start(f, payload, o)
}

// add resolves a record that ends before octet end, and appends its node.
func (p *pack) add(r *record, end int) error {
	path, rooted, problem := p.base.Resolve(r.name)
	if !r.hasName {
		r.nameAt = r.start
	}
	if !rooted && problem == "" {
		path = p.relative(path, r)
	}
	inside := p.At.Contains(path)
	if !inside || p.base.LeadingZero(r.name) || problem != "" || r.values > 0 && path.Level() < lwm2m.LevelResource {
		if joined, ok := p.JoinName(&p.base, r.name, r.nameAt); ok {
			path, inside, problem = joined, true, ""
		}
	}
	p.NoteName(&p.base, r.name, path, r.nameAt)
	if p.base.TooLong(r.name) {
		return p.Fail(r.nameAt, p.At, "%s", problem)
	}
	if problem != "" {
		path = codec.NoPath()
		p.Deviate(rules.NamePath, path, r.nameAt, "%s", problem)
	} else if rooted && !inside {
		rule := rules.OutsideRequest
		if p.base.Text() == "/" {
			rule = rules.BeyondRequest
		}
		p.Deviate(rule, path, r.nameAt, "expected a path in %s, found %s", p.At, path)
	}
	if r.values == 0 || p.PathList {
		return p.addPath(path, r, end)
	}
	if path.Level() < lwm2m.LevelResource {
		p.Deviate(rules.ValuePath, path, r.nameAt, "expected the path of a resource for a value, found %s", path)
	}
	return p.addValue(path, r, end)
}

// relative finds what a name without leading "/" means: from the root if that
// lies in the request path, else from the request path.
func (p *pack) relative(path lwm2m.Path, r *record) lwm2m.Path {
	from := "the root"
	if !p.At.Contains(path) || path.Level() < lwm2m.LevelResource {
		if below, ok := p.At.Join(path); ok {
			path, from = below, p.At.String()
		}
	}
	p.Deviate(rules.SenMLRelativeName, path, r.nameAt, "expected a name that begins with \"/\", found %s, read from %s", codec.Quote(p.base.Text()+r.name), from)
	return path
}

// addPath appends an entry of a path list.
func (p *pack) addPath(path lwm2m.Path, r *record, end int) error {
	switch {
	case !p.PathList && !p.etch:
		found := "none"
		if r.hasSum {
			found = "the sum " + string(lwm2m.AppendFloat(nil, p.baseSum+r.sum)) + " alone"
		}
		p.Deviate(rules.SenMLNoValue, path, r.start, "expected one of v vs vb vd vlo, found %s", found)
	case r.values > 0:
		p.Deviate(rules.ListValue, path, int(r.value.Start), "expected no value in a path list, found %s", r.item.Describe())
	case p.PathList && r.hasTime:
		p.Deviate(rules.ListTime, path, r.timeAt, "expected no time in a path list")
	}
	span := lwm2m.Span{Start: uint32(r.start), End: uint32(end)}
	definition, _, _ := p.Resolve(path)
	p.Add(lwm2m.KindPath, path, lwm2m.Value{}, definition, span, span)
	if (r.hasSum || r.hasUpdate || r.hasTime) && p.Err() == nil {
		p.mark(path, r)
	}
	return p.Err()
}

// addValue appends a value.
func (p *pack) addValue(path lwm2m.Path, r *record, end int) error {
	definition, want, known := p.Resolve(path)
	if r.wrong || r.values > 1 || r.alien != "" {
		p.checkFields(path, r)
	}
	item := r.item
	if p.hasBV {
		item = sum(p.baseItem, item)
	}
	if item.Kind == codec.ItemNull && !p.etch {
		p.Deviate(rules.SenMLNull, path, int(r.value.Start), "expected a value, found null, which only SenML-ETCH has")
	}
	v, ok := item.As(want)
	kind := lwm2m.KindValue
	if !ok {
		v, kind = p.Value(item, codec.Typed{Path: path, Want: want, Known: known, Offset: int(r.value.Start)})
	}
	if definition != nil && definition.Multiple != (path.Level() == lwm2m.LevelResourceInstance) {
		p.CheckLevel(path, definition, r.start)
	}
	p.Add(kind, path, v, definition, lwm2m.Span{Start: uint32(r.start), End: uint32(end)}, r.value)
	if err := p.Err(); err != nil {
		return err
	}
	if r.hasTime || p.hasBT || r.unit != "" || p.baseUnit != "" || r.hasSum || r.hasUpdate {
		p.mark(path, r)
	}
	return p.Err()
}

// mark gives the last node its time, its unit and its sum.
func (p *pack) mark(path lwm2m.Path, r *record) {
	var m lwm2m.More
	f := lwm2m.Fields{Unit: r.unit, HasSum: r.hasSum, Update: r.update, HasUpdate: r.hasUpdate}
	if f.Unit == "" {
		f.Unit = p.baseUnit
	}
	if r.hasSum {
		f.Sum = p.baseSum + r.sum
	}
	if f != (lwm2m.Fields{}) {
		if p.fields == nil || *p.fields != f {
			p.fields = &f
		}
		m.Fields = p.fields
	}
	if r.hasTime || p.hasBT {
		m.Time, m.HasTime = p.baseTime+r.time, true
		p.checkTime(path, r, m.Time)
	}
	p.Mark(m)
}

// checkTime notes a time that is relative by its size and absolute by its sense.
func (p *pack) checkTime(path lwm2m.Path, r *record, t float64) {
	if t > lateRelative && t < firstAbsolute {
		p.Deviate(rules.SenMLSmallTime, path, r.timeAt, "expected a time of 2^28 or more for an absolute one, found %s, %d days from now",
			lwm2m.AppendFloat(nil, t), int(t/86400))
	}
}

// sum adds the base value to a number: exact where both are integers and the
// sum fits.
func sum(base, item codec.Item) codec.Item {
	if item.Kind < codec.ItemInteger || item.Kind > codec.ItemFloat {
		return item
	}
	if base.Kind == codec.ItemInteger && item.Kind == codec.ItemInteger {
		a, b := int64(base.Bits), int64(item.Bits)
		if s := a + b; (s > a) == (b > 0) {
			return codec.IntegerItem(s)
		}
	}
	return codec.FloatItem(number(base)+number(item), "")
}

// number is the nearest float of a number.
func number(it codec.Item) float64 {
	switch it.Kind {
	case codec.ItemInteger:
		return float64(int64(it.Bits))
	case codec.ItemUnsigned:
		return float64(it.Bits)
	case codec.ItemFloat:
		return math.Float64frombits(it.Bits)
	}
	return math.NaN()
}
