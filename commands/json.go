package commands

import (
	"encoding/hex"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"lwcon/lwm2m"
)

// object writes one JSON object field by field, in the order in which they are
// given: results have a fixed order, and integers keep every digit.
type object struct {
	b     []byte
	comma bool
}

// beginObject opens an object behind what is in b.
func beginObject(b []byte) *object { return &object{b: append(b, '{')} }

// end closes the object and returns all octets.
func (o *object) end() []byte { return append(o.b, '}') }

// key writes the name of the next field.
func (o *object) key(name string) {
	if o.comma {
		o.b = append(o.b, ',')
	}
	o.comma = true
	o.b = append(append(append(o.b, '"'), name...), `":`...)
}

// object opens an object as a field; close ends it.
func (o *object) object(name string) *object {
	o.key(name)
	return beginObject(o.b)
}

// close takes an inner object in.
func (o *object) close(in *object) { o.b = in.end() }

func (o *object) text(name, value string) {
	o.key(name)
	o.b = appendText(o.b, value)
}

// optional writes a text unless it is empty.
func (o *object) optional(name, value string) {
	if value != "" {
		o.text(name, value)
	}
}

func (o *object) integer(name string, value int64) {
	o.key(name)
	o.b = strconv.AppendInt(o.b, value, 10)
}

func (o *object) unsigned(name string, value uint64) {
	o.key(name)
	o.b = strconv.AppendUint(o.b, value, 10)
}

func (o *object) boolean(name string, value bool) {
	o.key(name)
	o.b = strconv.AppendBool(o.b, value)
}

func (o *object) number(name string, value float64) {
	o.key(name)
	o.b = appendNumber(o.b, value)
}

// null writes a field without a value.
func (o *object) null(name string) {
	o.key(name)
	o.b = append(o.b, "null"...)
}

// hex writes octets as lower-case hex.
func (o *object) hex(name, octets string) {
	o.key(name)
	o.b = append(hex.AppendEncode(append(o.b, '"'), []byte(octets)), '"')
}

// milliseconds writes a duration in milliseconds, to the microsecond.
func (o *object) milliseconds(name string, d time.Duration) {
	o.number(name, math.Round(float64(d)/1e3)/1e3)
}

// seconds writes a duration in seconds.
func (o *object) seconds(name string, d time.Duration) {
	o.number(name, math.Round(float64(d)/1e6)/1e3)
}

// moment writes a time in UTC to the millisecond.
func (o *object) moment(name string, at time.Time) { o.text(name, formatTime(at)) }

// formatTime writes a time as results do: 2026-11-23T10:00:00.123Z.
func formatTime(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }

// texts writes a list of strings.
func (o *object) texts(name string, values []string) {
	o.key(name)
	o.b = append(o.b, '[')
	for i, v := range values {
		o.b = appendText(separate(o.b, i), v)
	}
	o.b = append(o.b, ']')
}

// paths writes a list of paths.
func (o *object) paths(name string, values []lwm2m.Path) {
	o.key(name)
	o.b = append(o.b, '[')
	for i, p := range values {
		o.b = appendText(separate(o.b, i), p.String())
	}
	o.b = append(o.b, ']')
}

// list writes a list of objects, each by f into an object of its own.
func (o *object) list(name string, n int, f func(i int, in *object)) {
	o.key(name)
	o.b = append(o.b, '[')
	for i := range n {
		in := beginObject(separate(o.b, i))
		f(i, in)
		o.b = in.end()
	}
	o.b = append(o.b, ']')
}

// separate writes the comma before the element i of a list.
func separate(b []byte, i int) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	return b
}

// appendNumber writes a number; those that JSON does not have as strings.
func appendNumber(b []byte, f float64) []byte { return lwm2m.FloatValue(f).AppendJSON(b) }

// escapeControls escapes, in JSON behind an octet, the control characters that
// JSON allows as they are, DEL and U+0080 to U+009F: a terminal that shows the
// line must not obey a peer's text.
func escapeControls(b []byte, from int) []byte {
	const hexDigits = "0123456789abcdef"
	clean := true
	for i := from; clean && i < len(b); i++ {
		clean = b[i] != 0x7f && (b[i] != 0xc2 || i+1 == len(b) || b[i+1] > 0x9f)
	}
	if clean {
		return b
	}
	raw := append([]byte(nil), b[from:]...)
	b = b[:from]
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		switch {
		case c == 0xc2 && i+1 < len(raw) && raw[i+1] <= 0x9f:
			i++
			c = raw[i]
		case c != 0x7f:
			b = append(b, c)
			continue
		}
		b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
	}
	return b
}

// appendText writes a JSON string. Octets that are no UTF-8 become U+FFFD, and
// every control character is escaped.
func appendText(b []byte, s string) []byte {
	plain := utf8.ValidString(s)
	for i := 0; plain && i < len(s); i++ {
		plain = s[i] >= ' ' && s[i] != '"' && s[i] != '\\' && s[i] != 0x7f && s[i] != 0xc2
	}
	if plain {
		return append(append(append(b, '"'), s...), '"')
	}
	var w strings.Builder
	e := json.NewEncoder(&w)
	e.SetEscapeHTML(false)
	if e.Encode(s) != nil {
		return append(b, `""`...) // a string always encodes
	}
	from := len(b)
	return escapeControls(append(b, strings.TrimSuffix(w.String(), "\n")...), from)
}
