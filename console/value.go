package console

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"lwcon/console/terminal"
	"lwcon/formats"
	"lwcon/lwm2m"
)

// How much of a value text shows unless all is asked for, in octets; JSON has it all.
const (
	maxOpaque = 128
	maxText   = 512
	maxShort  = 64 // in a list
)

// valueText is what a node says, in words: the value with its unit, the meaning
// of an enumeration or else the range, a time as UTC, the other readings of a guess.
func (t *Text) valueText(n *lwm2m.Node) string {
	switch n.Kind() {
	case lwm2m.KindEmpty:
		return "(empty)"
	case lwm2m.KindPath:
		return ""
	}
	v := n.Value()
	text := t.literal(v)
	if isSingle(n) {
		text = shortFloat(v.Float())
	}
	d, f := n.Definition(), n.Fields()
	switch {
	case v.Type() == lwm2m.None:
	case f != nil && f.Unit != "": // as the record says itself
		text += " " + t.Style.Dim(unitText(f.Unit))
	case d != nil && d.Units != "":
		text += " " + t.Style.Dim(unitText(d.Units))
	}
	if f != nil && f.HasSum {
		text += " " + t.Style.Dim("sum "+string(lwm2m.AppendFloat(nil, f.Sum)))
	}
	if f != nil && f.HasUpdate {
		text += " " + t.Style.Dim("update within "+string(lwm2m.AppendFloat(nil, f.Update))+" s")
	}
	if m := meaning(n.Path(), v); m != "" {
		text += " " + t.Style.Dim("= "+m)
	} else if r := rangeText(n.Definition()); r != "" && v.Type().Numeric() {
		text += " " + t.Style.Dim(r)
	}
	if utc := v.UTC(); utc != "" {
		text += " " + t.Style.Dim("= "+utc)
	}
	if seconds, ok := n.Time(); ok {
		text += " " + t.Style.Dim(moment(seconds, n.Instant()))
	}
	if n.Kind() == lwm2m.KindGuess {
		text += " " + t.Style.Dim(t.otherReadings(n))
	}
	return text
}

// unitText is a SenML unit as people write it: "/100", the share of a hundred,
// is a per cent.
func unitText(unit string) string {
	if unit == "/100" {
		return "%"
	}
	return terminal.Escape(unit)
}

// maxRange is the longest range that stands beside a value; the objects command
// shows every one.
const maxRange = 40

// rangeText is the range of a definition in parentheses, "" if there is none.
func rangeText(d *lwm2m.Resource) string {
	if d == nil || d.Range == "" || len(d.Range) > maxRange {
		return ""
	}
	return "(" + terminal.Escape(d.Range) + ")"
}

// literal is a value on its own: text is quoted only where it could be taken for
// something else, an opaque is hex with its length.
func (t *Text) literal(v lwm2m.Value) string {
	switch v.Type() {
	case lwm2m.String, lwm2m.CoreLink:
		shown := t.longText(v.Text(), maxText)
		if shown == "" || shown != strings.TrimSpace(shown) {
			return `"` + shown + `"`
		}
		return shown
	case lwm2m.Opaque:
		return t.opaqueText(v.Text())
	case lwm2m.ObjectLink:
		if v.Link() == lwm2m.NullLink {
			return v.String() + " (no object)"
		}
	}
	return v.String()
}

// isSingle says whether a value is a fraction that came in four octets or fewer:
// the digits that a float of eight octets has beyond them are no part of it.
func isSingle(n *lwm2m.Node) bool {
	const withHead = 5 // of CBOR
	span := n.ValueSpan()
	octets, f := span.End-span.Start, n.Value().Float()
	return n.Type() == lwm2m.Float && octets > 0 && octets <= withHead && f == float64(float32(f)) && f != math.Trunc(f)
}

// shortFloat is the shortest decimal that reads back as a float of four octets.
func shortFloat(f float64) string {
	shortest, err := strconv.ParseFloat(strconv.FormatFloat(f, 'g', -1, 32), 64)
	if err != nil {
		shortest = f
	}
	return string(lwm2m.AppendFloat(nil, shortest))
}

// longText is text of a peer, cut where it is longer than most octets.
func (t *Text) longText(text string, most int) string {
	if len(text) <= most || t.full() {
		return terminal.Escape(text)
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return terminal.Escape(text[:most]) + "… (" + plural(len(text), "byte") + t.wholeHint() + ")"
}

// full says whether values are shown whole, however long.
func (t *Text) full() bool { return t.Full != nil && t.Full.Load() }

// wholeHint tells how a value is shown whole.
func (t *Text) wholeHint() string {
	if t.Further {
		return "; set full on shows all"
	}
	return "; --full shows all"
}

// opaqueText is octets as hex, cut where they are many.
func (t *Text) opaqueText(octets string) string {
	size := plural(len(octets), "byte")
	if octets == "" {
		return "(" + size + ")"
	}
	if len(octets) > maxOpaque && !t.full() {
		return fmt.Sprintf("%x… (%s%s)", octets[:maxOpaque], size, t.wholeHint())
	}
	return fmt.Sprintf("%x (%s)", octets, size)
}

// moment is the time stamp of a record: an instant, or seconds from when it was
// sent.
func moment(seconds float64, instant bool) string {
	number := string(lwm2m.AppendFloat(nil, seconds))
	if !instant {
		return "at " + number + " s from when it was sent"
	}
	utc := ""
	if math.Abs(seconds) < 1<<62 {
		utc = lwm2m.TimeValue(int64(seconds)).UTC()
	}
	if utc == "" {
		return "at " + number + " s since 1970"
	}
	return "at " + number + " = " + utc
}

// otherReadings tells that a value is guessed, and what else its octets can
// mean.
func (t *Text) otherReadings(n *lwm2m.Node) string {
	if n.Raw() == "" { // the text of JSON or of a number says all
		return "(type guessed)"
	}
	var others []string
	shown := n.Value()
	for _, r := range formats.Readings(n.Raw()) {
		if r.Value == shown {
			continue
		}
		kind := r.Value.Type().String()
		if r.Value.Type() == lwm2m.Opaque {
			kind = "hex"
			others = append(others, fmt.Sprintf("%s %x", kind, clipped(r.Value.Text(), maxOpaque)))
			continue
		}
		text := t.literal(r.Value)
		if r.Value.Type() == lwm2m.Float && r.Width == 4 {
			text = shortFloat(r.Value.Float())
		}
		others = append(others, kind+" "+text)
	}
	if len(others) == 0 {
		return "(type guessed)"
	}
	return "(type guessed; or " + strings.Join(others, ", ") + ")"
}

// clipped is the first octets of a text.
func clipped(text string, most int) string { return text[:min(len(text), most)] }

// plural is a number with its noun.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
