package lwm2m

import (
	"cmp"
	"math"
	"strconv"
	"strings"
)

// Admits says whether a number is one that the Range of the definition allows.
// It says so of every value of another type, and where the Range is not told in
// numbers alone: definitions have "8 bit", "0..255 bytes", and words there. A
// lone number, "255", can be the length just as well, and allows everything.
//
// What counts are intervals, "0..100" or "0-100", and numbers, parted by commas
// or semicolons: "0..3, 99".
func (r *Resource) Admits(v Value) bool {
	if r == nil || r.Range == "" || !v.typ.Numeric() {
		return true
	}
	if low, high, ok := plainRange(r.Range); ok && low < high {
		switch v.typ {
		case Integer, Time:
			return v.Int() >= 0 && v.Uint() >= low && v.Uint() <= high
		case Unsigned:
			return v.Uint() >= low && v.Uint() <= high
		}
	}
	inside, parts := false, 0
	for rest := r.Range; rest != ""; parts++ {
		part := rest
		if i := strings.IndexAny(rest, ",;"); i >= 0 {
			part, rest = rest[:i], rest[i+1:]
		} else {
			rest = ""
		}
		low, high, ok := interval(strings.TrimSpace(part))
		if !ok || parts == 0 && rest == "" && low == high {
			return true
		}
		fromLow, ok1 := v.against(low)
		fromHigh, ok2 := v.against(high)
		inside = inside || ok1 && ok2 && fromLow >= 0 && fromHigh <= 0
	}
	return inside
}

// plainRange reads what most ranges are, and quickly, as every value of a payload
// is held against its range: two numbers without sign, fraction or more than 18
// digits, "0..100".
func plainRange(text string) (low, high uint64, ok bool) {
	low, i := plainNumber(text, 0)
	if i == 0 || i+2 >= len(text) || text[i] != '.' || text[i+1] != '.' {
		return 0, 0, false
	}
	high, end := plainNumber(text, i+2)
	return low, high, end == len(text) && end > i+2
}

// plainNumber reads digits from an offset on, and returns where they end.
func plainNumber(text string, i int) (n uint64, end int) {
	for start := i; i < len(text) && text[i]-'0' < 10 && i-start < 18; i++ {
		n = n*10 + uint64(text[i]-'0')
	}
	return n, i
}

// interval parts "low..high" or "low-high"; a number alone is both. It is false
// for anything else.
func interval(text string) (low, high string, ok bool) {
	i := digits(text)
	if i == 0 {
		return "", "", false
	}
	if i == len(text) {
		return text, text, true
	}
	low, rest := text[:i], strings.TrimLeft(text[i:], " ")
	switch {
	case strings.HasPrefix(rest, ".."):
		rest = strings.TrimLeft(rest, ".")
	case strings.HasPrefix(rest, "-"):
		rest = rest[1:]
	default:
		return "", "", false
	}
	high = strings.TrimLeft(rest, " ")
	return low, high, high != "" && digits(high) == len(high)
}

// digits is the length of the decimal number that a text begins with.
func digits(text string) int {
	i := 0
	if strings.HasPrefix(text, "-") || strings.HasPrefix(text, "+") {
		i = 1
	}
	start := i
	for i < len(text) && text[i]-'0' < 10 {
		i++
	}
	if i == start {
		return 0
	}
	if i+1 < len(text) && text[i] == '.' && text[i+1]-'0' < 10 {
		for i++; i < len(text) && text[i]-'0' < 10; i++ {
		}
	}
	return i
}

// against compares v with a bound, a decimal: below 0, 0 or above 0. It is false
// for NaN, which lies nowhere.
func (v Value) against(bound string) (order int, ok bool) {
	switch v.typ {
	case Unsigned:
		if u, err := strconv.ParseUint(bound, 10, 64); err == nil {
			return cmp.Compare(v.bits, u), true
		}
	case Integer, Time:
		if i, err := strconv.ParseInt(bound, 10, 64); err == nil {
			return cmp.Compare(int64(v.bits), i), true
		}
	}
	f, _ := strconv.ParseFloat(bound, 64) // what is too large for it is an infinity
	return cmp.Compare(v.Float(), f), !math.IsNaN(v.Float())
}
