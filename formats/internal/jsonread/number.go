package jsonread

import (
	"math"
	"strconv"
	"strings"
)

// Number is a number as written. Integers have every digit, up to 64 bits;
// beyond that, and with a fraction or exponent, there is the nearest float.
type Number struct {
	Text     string  // as written
	Integer  bool    // Negative and Digits hold it
	Negative bool    // of an integer
	Digits   uint64  // of an integer, without sign
	Float    float64 // of any number
}

// powers are the powers of ten that a float64 holds exactly.
var powers = [...]float64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// Number reads a number after white space.
func (r *Reader) Number() (Number, bool) {
	r.Space()
	text, start := r.Text, r.Pos
	i := start
	n := Number{Integer: true}
	if i < len(text) && (text[i] == '-' || text[i] == '+') {
		n.Negative = text[i] == '-'
		if text[i] == '+' {
			r.Odd = "a number with a plus sign"
		}
		i++
	}
	whole := i
	for ; i < len(text) && text[i]-'0' < 10; i++ {
		n.Digits = n.Digits*10 + uint64(text[i]-'0')
	}
	digits := i - whole
	if digits > 1 && text[whole] == '0' {
		r.Odd = "a number with leading zeros"
	}
	if i < len(text) && (text[i] == '.' || text[i]|0x20 == 'e') || digits == 0 {
		return r.float(n, start, whole, i)
	}
	r.Pos = i
	n.Text = text[start:i]
	if digits > 19 {
		return r.long(n, whole)
	}
	n.Float = float64(n.Digits)
	if n.Negative {
		if n.Float = -n.Float; n.Digits > 1<<63 {
			n.Integer = false
		}
	}
	return n, true
}

// long reads an integer of 20 digits and more.
func (r *Reader) long(n Number, whole int) (Number, bool) {
	u, err := strconv.ParseUint(r.Text[whole:r.Pos], 10, 64)
	n.Digits = u
	n.Integer = err == nil && !(n.Negative && u > 1<<63)
	n.Float, _ = strconv.ParseFloat(n.Text, 64)
	return n, true
}

// float goes on with a number from its point or exponent at i; n.Digits holds
// what stands before.
func (r *Reader) float(n Number, start, whole, i int) (Number, bool) {
	text := r.Text
	mantissa, digits, places := n.Digits, i-whole, 0
	n.Integer = false
	if i < len(text) && text[i] == '.' {
		from := i + 1
		for i = from; i < len(text) && text[i]-'0' < 10; i++ {
			mantissa = mantissa*10 + uint64(text[i]-'0')
		}
		places = i - from
		if places == 0 || from-1 == whole {
			r.Odd = "a number without digits at both sides of the point"
		}
		digits += places
	}
	if digits == 0 {
		r.Pos = start
		return n, r.fail("a value")
	}
	exponent := false
	if i < len(text) && text[i]|0x20 == 'e' {
		exponent = true
		if i++; i < len(text) && (text[i] == '+' || text[i] == '-') {
			i++
		}
		from := i
		for i < len(text) && text[i]-'0' < 10 {
			i++
		}
		if i == from {
			r.Pos = i
			return n, r.fail("the digits of an exponent")
		}
	}
	r.Pos = i
	n.Text = text[start:i]
	if !exponent && digits <= 15 && places < len(powers) {
		if n.Float = float64(mantissa) / powers[places]; n.Negative { // both exact: rounded once
			n.Float = math.Copysign(n.Float, -1)
		}
		return n, true
	}
	n.Float, _ = strconv.ParseFloat(strings.TrimPrefix(n.Text, "+"), 64) // beyond the range: an infinity
	return n, true
}
