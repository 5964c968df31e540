package scenarios

import (
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"lwcon/lwm2m"
)

// matchKey is a key of a matcher: what it takes, and when it holds.
type matchKey struct {
	name        string
	least, most int    // operands
	takes       string // in words, where more than one can stand
	// check says what was expected of an operand that is no good, "" if it is.
	check  func(operand string) string
	holds  func(v lwm2m.Value, operands []string) bool // nil of exists
	phrase func(operands []string) string              // "between 0 and 100"
}

// Keys that the rest of the package knows by name.
const (
	keyExists = "exists"
	keyEquals = "equals"
)

// maxOperands is the most elements of a list in a matcher.
const maxOperands = 1000

// matchKeys are all keys of a matcher.
func matchKeys() []matchKey {
	return []matchKey{
		{name: keyExists, least: 1, most: 1, check: checkTruth, phrase: says("a value")},
		{name: keyEquals, least: 1, most: 1, holds: isOneOf, phrase: listing("")},
		{name: "not", least: 1, most: maxOperands, takes: "one or more values", holds: isNoneOf, phrase: listing("not ")},
		{name: "one-of", least: 1, most: maxOperands, takes: "one or more values", holds: isOneOf, phrase: listing("one of ")},
		{name: "type", least: 1, most: maxOperands, takes: "one or more types", check: checkType, holds: hasType, phrase: listing("a value of type ")},
		{name: "between", least: 2, most: 2, takes: "two numbers", check: checkNumber, holds: isBetween, phrase: joined("between ", " and ")},
		comparison("greater", "greater than ", func(c int) bool { return c > 0 }),
		comparison("less", "less than ", func(c int) bool { return c < 0 }),
		comparison("at-least", "at least ", func(c int) bool { return c >= 0 }),
		comparison("at-most", "at most ", func(c int) bool { return c <= 0 }),
		{name: "matches", least: 1, most: 1, check: checkPattern, holds: matchesPattern, phrase: joined("text matching ", "")},
		{name: "contains", least: 1, most: 1, holds: containsText, phrase: listing("text containing ")},
		{name: "length", least: 1, most: 1, check: checkLength, holds: hasLength, phrase: joined("a length of ", "")},
	}
}

// says is the phrase of a key without operands.
func says(text string) func([]string) string { return func([]string) string { return text } }

// joined writes operands as they are.
func joined(before, between string) func([]string) string {
	return func(operands []string) string { return before + strings.Join(operands, between) }
}

// listing writes operands quoted where they need it.
func listing(before string) func([]string) string {
	return func(operands []string) string {
		shown := make([]string, len(operands))
		for i, o := range operands {
			shown[i] = o
			if o == "" || strings.ContainsAny(o, " ,\"\t\n") || !utf8.ValidString(o) || len(o) > 80 {
				shown[i] = quoted(o)
			}
		}
		return before + strings.Join(shown, ", ")
	}
}

// comparison is a key that compares numbers with a bound.
func comparison(name, phrase string, holds func(sign int) bool) matchKey {
	return matchKey{
		name: name, least: 1, most: 1, check: checkNumber, phrase: joined(phrase, ""),
		holds: func(v lwm2m.Value, operands []string) bool {
			sign, ok := compareNumber(v, operands[0])
			return ok && holds(sign)
		},
	}
}

// compareNumber returns whether a value is below (-1), at (0) or above (1) a
// number; false if it is none.
func compareNumber(v lwm2m.Value, text string) (sign int, ok bool) {
	bound, ok := parseNumber(text)
	if !ok {
		return 0, false
	}
	if sameValue(v, text) {
		return 0, true // a float that was sent in single precision too
	}
	number, ok := numberOf(v)
	if ok {
		return number.Cmp(bound), true
	}
	if f := v.Float(); v.Type() == lwm2m.Float && f == f { // an infinity
		return new(big.Float).SetFloat64(f).Cmp(new(big.Float).SetRat(bound)), true
	}
	return 0, false
}

func isBetween(v lwm2m.Value, operands []string) bool {
	low, ok1 := compareNumber(v, operands[0])
	high, ok2 := compareNumber(v, operands[1])
	return ok1 && ok2 && low >= 0 && high <= 0
}

func isOneOf(v lwm2m.Value, operands []string) bool {
	return slices.ContainsFunc(operands, func(o string) bool { return sameValue(v, o) })
}

func isNoneOf(v lwm2m.Value, operands []string) bool { return !isOneOf(v, operands) }

func hasType(v lwm2m.Value, operands []string) bool {
	return slices.Contains(operands, v.Type().String())
}

func matchesPattern(v lwm2m.Value, operands []string) bool {
	pattern, err := regexp.Compile(operands[0])
	return err == nil && v.Type() != lwm2m.None && pattern.MatchString(v.String())
}

func containsText(v lwm2m.Value, operands []string) bool {
	return v.Type() != lwm2m.None && strings.Contains(v.String(), operands[0])
}

func hasLength(v lwm2m.Value, operands []string) bool {
	n := utf8.RuneCountInString(v.String())
	if v.Type() == lwm2m.Opaque {
		n = len(v.Text())
	}
	return strconv.Itoa(n) == operands[0]
}

func checkNumber(s string) string {
	if _, ok := parseNumber(s); !ok {
		return "a number, or a time such as 2026-11-23T10:00:00Z"
	}
	return ""
}

func checkTruth(s string) string {
	if !isYes(s) && s != "false" && s != "no" {
		return "true or false"
	}
	return ""
}

// isYes says whether a text is a plain yes.
func isYes(s string) bool { return s == "true" || s == "yes" }

func checkType(s string) string {
	if _, ok := lwm2m.ParseType(s); !ok {
		return "one of the types " + strings.Join(lwm2m.TypeNames(), ", ")
	}
	return ""
}

func checkPattern(s string) string {
	if _, err := regexp.Compile(s); err != nil {
		return "a regular expression (" + strings.TrimPrefix(err.Error(), "error parsing regexp: ") + ")"
	}
	return ""
}

func checkLength(s string) string {
	if n, err := strconv.ParseUint(s, 10, 31); err != nil || strconv.FormatUint(n, 10) != s {
		return "a number of characters (of octets for opaque)"
	}
	return ""
}
