package jsonread

import (
	"math"
	"strconv"

	"lwcon/formats/codec"
)

// Item is the number as codec takes it.
func (n *Number) Item() codec.Item {
	switch {
	case !n.Integer:
		return codec.FloatItem(n.Float, n.Text)
	case !n.Negative:
		return codec.UnsignedItem(n.Digits)
	case n.Digits == 0:
		return codec.FloatItem(math.Copysign(0, -1), "-0")
	}
	return codec.IntegerItem(-int64(n.Digits))
}

// Value reads one value that is no array or object.
func (r *Reader) Value() (codec.Item, bool) {
	switch c := r.Space(); {
	case c-'1' < 9:
		if n := r.integer(); n > 0 {
			return codec.Item{Bits: n, Kind: codec.ItemInteger}, true
		}
		n, ok := r.Number()
		return n.Item(), ok && r.finite(&n)
	case c == '"':
		s, ok := r.String()
		return codec.Item{Text: s, Kind: codec.ItemText}, ok
	case c == '-' && r.Pos+1 < len(r.Text) && r.Text[r.Pos+1]|0x20 == 'i':
		r.Pos++
		return r.word("-")
	case c-'0' < 10 || c == '-' || c == '+' || c == '.':
		n, ok := r.Number()
		return n.Item(), ok && r.finite(&n)
	}
	return r.word("")
}

// Member reads the value of a member: one that is an array or object is the item of
// its text.
func (r *Reader) Member() (codec.Item, bool) {
	if c := r.Space(); c != '[' && c != '{' {
		return r.Value()
	}
	start := r.Pos
	ok := r.Skip(codec.MaxDepth)
	if !ok {
		return codec.Item{}, false
	}
	return codec.Item{Text: r.Text[start:r.Pos], Kind: codec.ItemOther}, true
}

// finite notes a number that is beyond the range of a float, too large or too
// small; it returns true.
func (r *Reader) finite(n *Number) bool {
	if n.Float == 0 && !n.Integer && nonzero(n.Text) {
		r.Odd = "a number too small for a float, " + codec.Quote(n.Text)
	}
	if math.IsInf(n.Float, 0) {
		r.Odd = "a number beyond the range of a float, " + codec.Quote(n.Text)
	}
	return true
}

// nonzero says whether a decimal has a digit that is none but 0, its exponent aside.
func nonzero(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case c|0x20 == 'e':
			return false
		case c-'1' < 9:
			return true
		}
	}
	return false
}

// integer reads a positive integer of up to 18 digits, the most common number; 0
// if there is something else, with nothing read.
func (r *Reader) integer() uint64 {
	text, i, n := r.Text, r.Pos, uint64(0)
	for ; i < len(text) && text[i]-'0' < 10; i++ {
		n = n*10 + uint64(text[i]-'0')
	}
	if i-r.Pos > 18 || i < len(text) && (text[i] == '.' || text[i]|0x20 == 'e') {
		return 0
	}
	r.Pos = i
	return n
}

// word reads a value that is a word.
func (r *Reader) word(sign string) (codec.Item, bool) {
	start := r.Pos
	switch word := r.Word(); word {
	case "true", "True", "TRUE", "false", "False", "FALSE":
		item := codec.Item{Kind: codec.ItemBoolean}
		if word[0]|0x20 == 't' {
			item.Bits = 1
		}
		if word[0] < 'a' {
			r.Odd = "the word " + word
		}
		return item, true
	case "null":
		return codec.Item{}, true
	case "NaN", "nan", "Infinity", "inf", "Inf":
		f, err := strconv.ParseFloat(sign+word, 64)
		r.Odd = "the word " + sign + word
		return codec.FloatItem(f, ""), err == nil
	}
	r.Pos = start
	return codec.Item{}, r.fail("a string, a number, true, false or null")
}
