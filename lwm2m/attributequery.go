package lwm2m

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Rules that ParseAttributes finds broken.
const (
	RuleAttributesEmptyItem  RuleID = "attributes-empty-item"
	RuleAttributesEmptyValue RuleID = "attributes-empty-value"
	RuleAttributesUnknown    RuleID = "attributes-unknown"
	RuleAttributesDuplicate  RuleID = "attributes-duplicate"
	RuleAttributesNumber     RuleID = "attributes-number"
	RuleAttributesNumberForm RuleID = "attributes-number-form"
	RuleAttributesRange      RuleID = "attributes-range"
	RuleAttributesConflict   RuleID = "attributes-conflict"
	RuleAttributesPlace      RuleID = "attributes-place"
	RuleAttributesVersion    RuleID = "attributes-version"
)

// maxAttributeItems is the most items of a query that ParseAttributes reads.
const maxAttributeItems = 256

// ParseAttributes reads the query of a Write-Attributes or of an Observe with
// parameters, "pmin=5&gt=30&lt": items parted by "&", a name alone unsets. A
// leading "?" is skipped. It is lenient: of an attribute given twice the last
// counts, unknown ones become deviations, values out of range are kept as they
// are, those that are no number are left out. Offsets count octets of the query.
// The error is a *ParseError: too many items; what was read before is returned too.
//
// Spec: Core 1.2 §5.1.2, §7.3.2.
func ParseAttributes(query string) (Attributes, []Deviation, error) {
	return ParseAttributesAt(query, AttributePlace{})
}

// ParseAttributesAt is ParseAttributes for a place: what does not fit there is a
// deviation too.
func ParseAttributesAt(query string, at AttributePlace) (Attributes, []Deviation, error) {
	p := attributeParser{query: query, at: at}
	rest, offset := query, 0
	if strings.HasPrefix(rest, "?") {
		rest, offset = rest[1:], 1
	}
	for items := 0; rest != "" || offset > 0; items++ {
		if items == maxAttributeItems {
			return p.set, p.deviations, p.fail(offset, fmt.Sprintf("expected at most %d items, found more", maxAttributeItems))
		}
		item, tail, more := strings.Cut(rest, "&")
		p.item(item, offset)
		if !more {
			break
		}
		offset += len(item) + 1
		rest = tail
	}
	if conflict := p.set.Conflict(); conflict != "" {
		p.deviate(RuleAttributesConflict, 0, conflict)
	}
	if silent := p.at.Silent(); silent != "" && !p.set.Empty() {
		p.deviate(RuleAttributesPlace, 0, silent)
	}
	return p.set, p.deviations, nil
}

// attributeParser is the state of one ParseAttributes.
type attributeParser struct {
	query      string
	at         AttributePlace
	set        Attributes
	deviations []Deviation
}

func (p *attributeParser) deviate(rule RuleID, offset int, message string) {
	p.deviations = append(p.deviations, Deviation{Rule: rule, Path: p.at.Path, Offset: offset, Message: message})
}

func (p *attributeParser) fail(offset int, reason string) error {
	return &ParseError{"attributes", p.query, offset, reason}
}

// item reads one "name", "name=" or "name=value".
func (p *attributeParser) item(item string, offset int) {
	name, text, hasValue := strings.Cut(item, "=")
	if item == "" {
		p.deviate(RuleAttributesEmptyItem, offset, "expected an attribute, found nothing")
		return
	}
	a, known := ParseAttribute(name)
	if !known {
		p.deviate(RuleAttributesUnknown, offset, fmt.Sprintf("expected one of %s, found %s", strings.Join(AttributeNames(), " "), quoted(item)))
		return
	}
	if x, set := p.set.Get(a); set || p.set.IsUnset(a) {
		before := name + " alone"
		if set {
			before = name + "=" + string(AppendFloat(nil, x))
		}
		p.deviate(RuleAttributesDuplicate, offset, fmt.Sprintf("expected %s once, found it again; the last counts, %s is left out", name, before))
	}
	if rule, why := p.at.Misfit(a); why != "" {
		p.deviate(rule, offset, why)
	}
	if text == "" {
		if hasValue {
			p.deviate(RuleAttributesEmptyValue, offset+len(name), fmt.Sprintf("expected a number or %s alone, found %q", name, item))
		}
		p.set = p.set.Unset(a)
		return
	}
	p.value(a, text, offset+len(name)+1)
}

// value reads the number of an attribute.
func (p *attributeParser) value(a Attribute, text string, offset int) {
	if on, word := switches[strings.ToLower(text)]; word && attributeRows[a].max == 1 {
		p.deviate(RuleAttributesRange, offset, fmt.Sprintf("expected 0 or 1 for %s, found %s", a, quoted(text)))
		p.set = p.set.Set(a, on)
		return
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) || strings.Trim(text, "0123456789.eE+-") != "" || math.IsInf(x, 0) {
		p.deviate(RuleAttributesNumber, offset, fmt.Sprintf("expected a number for %s, found %s, which is left out", a, quoted(text)))
		return
	}
	if strings.Trim(strings.TrimPrefix(text, "-"), "0123456789.") != "" || text[0] == '.' || text[len(text)-1] == '.' {
		p.deviate(RuleAttributesNumberForm, offset, fmt.Sprintf("expected a decimal without exponent, found %s", quoted(text)))
	}
	if wrong := a.Check(x); wrong != "" {
		p.deviate(RuleAttributesRange, offset, fmt.Sprintf("%s for %s, found %s", wrong, a, quoted(text)))
	}
	p.set = p.set.Set(a, x)
}

// switches are the words that some write for the 0 and 1 of edge and con.
var switches = map[string]float64{"true": 1, "false": 0}
