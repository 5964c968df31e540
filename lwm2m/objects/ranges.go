package objects

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"

	"lwcon/lwm2m"
)

// interval is a range as the registry writes it, "0..100", or with the hyphen
// that many definitions have in its place, "0-100".
var interval = regexp.MustCompile(`^\s*([+-]?[0-9]+(?:\.[0-9]+)?)\s*(\.\.\.?|-|–|to)\s*([+-]?[0-9]+(?:\.[0-9]+)?)\s*(.*)$`)

// rangeFault says what is wrong with a range of a data type, "" if nothing is, or
// if it is an enumeration, which nobody can judge.
func rangeFault(text string, t lwm2m.Type) (lwm2m.Severity, string) {
	part := interval.FindStringSubmatch(text)
	if part == nil {
		if t.Numeric() && !strings.ContainsAny(text, "0123456789") {
			return lwm2m.Warning, fmt.Sprintf("expected bounds such as 0..100 or numbers, found %q", text)
		}
		return 0, ""
	}
	low, separator, high, unit := part[1], part[2], part[3], part[4]
	from, ok1 := new(big.Rat).SetString(low)
	to, ok2 := new(big.Rat).SetString(high)
	switch {
	case !ok1 || !ok2:
		return 0, ""
	case from.Cmp(to) > 0:
		return lwm2m.Failure, fmt.Sprintf("expected the lower bound first, found %q", text)
	case separator != "..":
		return lwm2m.Warning, fmt.Sprintf("expected two dots between the bounds, %s..%s, found %q", low, high, text)
	case t == lwm2m.Unsigned && from.Sign() < 0:
		return lwm2m.Failure, fmt.Sprintf("expected no negative bound for an Unsigned Integer, found %q", text)
	case (t == lwm2m.Integer || t == lwm2m.Unsigned) && (!from.IsInt() || !to.IsInt()):
		return lwm2m.Failure, fmt.Sprintf("expected whole numbers for an Integer, found %q", text)
	case t == lwm2m.Integer && !within(from, to, "-9223372036854775808", "9223372036854775807"):
		return lwm2m.Failure, fmt.Sprintf("expected bounds that fit 64 bits, found %q", text)
	case t == lwm2m.Unsigned && !within(from, to, "0", "18446744073709551615"):
		return lwm2m.Failure, fmt.Sprintf("expected bounds that fit 64 bits, found %q", text)
	case t == lwm2m.Boolean:
		return lwm2m.Note, fmt.Sprintf("a Boolean has no range, found %q", text)
	case t.Numeric() && strings.Contains(strings.ToLower(unit), "byte"):
		return lwm2m.Warning, fmt.Sprintf("expected the bounds of the value, found a length: %q", text)
	}
	return 0, ""
}

// within says whether two bounds are within those of a type.
func within(from, to *big.Rat, low, high string) bool {
	least, _ := new(big.Rat).SetString(low)
	most, _ := new(big.Rat).SetString(high)
	return from.Cmp(least) >= 0 && to.Cmp(most) <= 0
}
