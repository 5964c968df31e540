// Package jsonread scans JSON text token by token, for the two JSON formats of
// LwM2M. It builds nothing: strings are parts of the text unless they hold
// escapes, numbers keep every digit.
//
// It takes more than RFC 8259 allows, and says so by Odd: devices write such.
package jsonread

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Reader scans one text. The zero position is its beginning. After a method
// returned false, Problem says what was expected, and Pos where.
type Reader struct {
	Text    string
	Pos     int
	Problem string
	Odd     string // what the last token had that JSON does not allow, "" if nothing
}

// fail records what was expected at the present position.
func (r *Reader) fail(expected string) bool {
	if r.Problem == "" {
		r.Problem = "expected " + expected + ", found " + r.found()
	}
	return false
}

// found describes what stands at the present position.
func (r *Reader) found() string {
	if r.Pos >= len(r.Text) {
		return "the end"
	}
	_, size := utf8.DecodeRuneInString(r.Text[r.Pos:])
	return strconv.Quote(r.Text[r.Pos : r.Pos+size])
}

// Space skips white space and returns the next octet, 0 at the end.
func (r *Reader) Space() byte {
	if r.Pos < len(r.Text) && r.Text[r.Pos] > ' ' {
		return r.Text[r.Pos]
	}
	return r.space()
}

func (r *Reader) space() byte {
	for r.Pos < len(r.Text) {
		switch c := r.Text[r.Pos]; c {
		case ' ', '\t', '\n', '\r':
			r.Pos++
		default:
			return c
		}
	}
	return 0
}

// End says whether nothing but white space is left.
func (r *Reader) End() bool {
	r.Space()
	return r.Pos == len(r.Text)
}

// Take reads the octet c after white space; false, without a problem recorded,
// if another one stands there.
func (r *Reader) Take(c byte) bool {
	if r.Pos < len(r.Text) && r.Text[r.Pos] == c {
		r.Pos++
		return true
	}
	return r.take(c)
}

func (r *Reader) take(c byte) bool {
	if r.space() != c || r.Pos == len(r.Text) {
		return false
	}
	r.Pos++
	return true
}

// Expect is Take that records a problem.
func (r *Reader) Expect(c byte) bool {
	return r.Take(c) || r.fail(strconv.Quote(string(rune(c))))
}

// String reads a string.
func (r *Reader) String() (string, bool) {
	if !r.Take('"') {
		return "", r.fail("a string")
	}
	start, text := r.Pos, r.Text
	for i := start; i < len(text); i++ {
		c := text[i]
		if c > '"' && c != '\\' || c == ' ' || c == '!' {
			continue
		}
		switch {
		case c == '"':
			r.Pos = i + 1
			return text[start:i], true
		case c == '\\':
			return r.escaped(start, i)
		}
		r.Odd = "a control character in a string"
	}
	r.Pos = start - 1
	return "", r.fail("a string that ends")
}

// escaped goes on with a string from its first escape at i.
func (r *Reader) escaped(start, i int) (string, bool) {
	out := append(make([]byte, 0, i-start+16), r.Text[start:i]...)
	for i < len(r.Text) {
		c := r.Text[i]
		switch {
		case c == '"':
			r.Pos = i + 1
			return string(out), true
		case c != '\\':
			if c < ' ' {
				r.Odd = "a control character in a string"
			}
			out = append(out, c)
			i++
		default:
			var n int
			if out, n = r.appendEscape(out, r.Text[i:]); n == 0 {
				r.Pos = i
				return "", r.fail(`an escape such as \n or \u0041`)
			}
			i += n
		}
	}
	r.Pos = start - 1
	return "", r.fail("a string that ends")
}

// appendEscape appends what the escape at the beginning of s stands for and
// returns its length, 0 if it is none. A lone surrogate is odd and becomes U+FFFD.
func (r *Reader) appendEscape(out []byte, s string) ([]byte, int) {
	if len(s) < 2 {
		return out, 0
	}
	const letters, octets = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
	for i := range len(letters) {
		if s[1] == letters[i] {
			return append(out, octets[i]), 2
		}
	}
	first, ok := hex4(s)
	if !ok {
		return out, 0
	}
	if utf16.IsSurrogate(first) {
		if second, ok := hex4(s[6:]); ok {
			if both := utf16.DecodeRune(first, second); both != utf8.RuneError {
				return utf8.AppendRune(out, both), 12
			}
		}
		r.Odd = `half of a character, \u` + s[2:6] + ", in a string"
		first = utf8.RuneError
	}
	return utf8.AppendRune(out, first), 6
}

// hex4 reads \uXXXX.
func hex4(s string) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(s[2:6], 16, 16)
	return rune(n), err == nil
}

// Word reads a run of letters: true, false, null, and what devices write for
// NaN and the infinities.
func (r *Reader) Word() string {
	start := r.Pos
	for r.Pos < len(r.Text) && (r.Text[r.Pos]|0x20 >= 'a' && r.Text[r.Pos]|0x20 <= 'z') {
		r.Pos++
	}
	return r.Text[start:r.Pos]
}

// Skip reads any value without keeping it, at most depth arrays and objects
// deep.
func (r *Reader) Skip(depth int) bool {
	level := 0
	for {
		switch c := r.Space(); c {
		case '[', '{':
			r.Pos++
			if level++; level > depth {
				return r.fail("at most " + strconv.Itoa(depth) + " levels")
			}
			continue
		case ']', '}':
			r.Pos++
			level--
		case ',', ':':
			if level == 0 {
				return r.fail("a value")
			}
			r.Pos++
			continue
		case '"':
			if _, ok := r.String(); !ok {
				return false
			}
		default:
			if r.Word() == "" {
				if _, ok := r.Number(); !ok {
					return false
				}
			}
		}
		if level <= 0 {
			return level == 0 || r.fail("a value")
		}
	}
}
