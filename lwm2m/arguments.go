package lwm2m

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Rules that ParseArguments finds broken.
const (
	RuleArgumentsBlank     RuleID = "execute-arguments-blank"
	RuleArgumentsEmpty     RuleID = "execute-arguments-empty"
	RuleArgumentsID        RuleID = "execute-arguments-id"
	RuleArgumentsUnquoted  RuleID = "execute-arguments-unquoted"
	RuleArgumentsCharacter RuleID = "execute-arguments-character"
	RuleArgumentsDuplicate RuleID = "execute-arguments-duplicate"
	RuleArgumentsText      RuleID = "execute-arguments-text"
)

// maxArguments is the most arguments that ParseArguments reads; the grammar has
// ids for ten.
const maxArguments = 256

// Argument is one argument of an Execute: a digit, or a digit with a value.
// Spec: Core 1.2 §6.3.5.
type Argument struct {
	ID       uint8
	Value    string
	HasValue bool
}

// ParseArguments reads the arguments of an Execute, "5" or "0='U',1". The empty
// text has none. It is lenient: blanks around arguments, values without quotes
// and with forbidden characters, ids of several digits and repeated ids are
// taken and become deviations. Offsets count octets of the text. The error is a
// *ParseError; what was read before it is returned too.
//
//	arglist = arg *("," arg)
//	arg     = DIGIT ["=" "'" *CHAR "'"]
//
// Spec: Core 1.2 §6.3.5.
func ParseArguments(text string) ([]Argument, []Deviation, error) {
	p := argumentParser{text: text}
	if text == "" {
		return nil, nil, nil
	}
	for {
		if err := p.argument(); err != nil {
			return p.arguments, p.deviations, err
		}
		if p.at == len(text) {
			return p.arguments, p.deviations, nil
		}
		if text[p.at] != ',' {
			return p.arguments, p.deviations, p.fail(`expected ",", found %q`, text[p.at:p.at+1])
		}
		if p.at++; len(p.arguments) == maxArguments {
			return p.arguments, p.deviations, p.fail("expected at most %d arguments, found more", maxArguments)
		}
	}
}

// ReadArguments is ParseArguments for what a person wants to see: text that
// follows no grammar, as some devices take, is returned as rest, with a deviation.
func ReadArguments(text string) (arguments []Argument, rest string, deviations []Deviation) {
	arguments, deviations, err := ParseArguments(text)
	var wrong *ParseError
	if errors.As(err, &wrong) {
		rest = text[wrong.Offset:]
		deviations = append(deviations, Deviation{Rule: RuleArgumentsText, Offset: wrong.Offset, Message: wrong.Reason + "; it is kept as text"})
	}
	return arguments, rest, deviations
}

// argumentParser is the state of one ParseArguments.
type argumentParser struct {
	text       string
	at         int
	arguments  []Argument
	deviations []Deviation
}

func (p *argumentParser) fail(reason string, args ...any) error {
	return &ParseError{"execute arguments", p.text, p.at, fmt.Sprintf(reason, args...)}
}

func (p *argumentParser) deviate(rule RuleID, offset int, message string, args ...any) {
	p.deviations = append(p.deviations, Deviation{Rule: rule, Offset: offset, Message: fmt.Sprintf(message, args...)})
}

// blanks skips blanks, which the grammar does not have.
func (p *argumentParser) blanks() {
	start := p.at
	for p.at < len(p.text) && (p.text[p.at] == ' ' || p.text[p.at] == '\t') {
		p.at++
	}
	if p.at > start {
		p.deviate(RuleArgumentsBlank, start, "expected no blank")
	}
}

// argument reads one argument with the blanks around it.
func (p *argumentParser) argument() error {
	p.blanks()
	start := p.at
	for p.at < len(p.text) && p.text[p.at] >= '0' && p.text[p.at] <= '9' {
		p.at++
	}
	digits := p.text[start:p.at]
	if digits == "" {
		if p.at == len(p.text) || p.text[p.at] == ',' {
			p.deviate(RuleArgumentsEmpty, start, "expected an argument, found nothing")
			return nil
		}
		return p.fail("expected a digit, found %q", p.text[p.at:p.at+1])
	}
	id, err := strconv.ParseUint(digits, 10, 8)
	if err != nil {
		p.at = start
		return p.fail("expected one digit, found %s", quoted(digits))
	}
	if len(digits) > 1 {
		p.deviate(RuleArgumentsID, start, "expected one digit, found %s", quoted(digits))
	}
	for _, a := range p.arguments {
		if a.ID == uint8(id) {
			p.deviate(RuleArgumentsDuplicate, start, "expected argument %d once, found it again", id)
			break
		}
	}
	a := Argument{ID: uint8(id)}
	if p.at < len(p.text) && p.text[p.at] == '=' {
		p.at++
		a.Value, a.HasValue = p.value(), true
	}
	p.arguments = append(p.arguments, a)
	p.blanks()
	return nil
}

// value reads what follows "=". A quoted value ends at the first quote with
// nothing but a comma, a blank or the end behind it.
func (p *argumentParser) value() string {
	start, rest := p.at, p.text[p.at:]
	value := ""
	if end := closingQuote(rest); end > 0 {
		value = rest[1:end]
		p.at += end + 1
		start++
	} else {
		value, _, _ = strings.Cut(rest, ",")
		value = strings.TrimRight(value, " \t")
		p.at += len(value)
		p.deviate(RuleArgumentsUnquoted, start, "expected '%s' in single quotes", value)
	}
	for i := range len(value) {
		if !argumentCharacter(value[i]) {
			p.deviate(RuleArgumentsCharacter, start+i, "expected no %q in a value", value[i:i+1])
			break
		}
	}
	return value
}

// closingQuote returns where the value that begins with a quote ends, 0 if it
// does not begin or end with one.
func closingQuote(s string) int {
	if s == "" || s[0] != '\'' {
		return 0
	}
	for i := 1; i < len(s); i++ {
		if s[i] == '\'' && (i+1 == len(s) || s[i+1] == ',' || s[i+1] == ' ') {
			return i
		}
	}
	return 0
}

// argumentCharacter says whether the grammar has c in a value.
func argumentCharacter(c byte) bool {
	return c > ' ' && c < 0x7f && c != '"' && c != '\'' && c != '\\'
}

// FormatArguments writes arguments, "0='U',1". The error names the first that
// the grammar cannot say: an id above 9 or given twice, a value with a
// forbidden character. Spec: Core 1.2 §6.3.5.
func FormatArguments(arguments []Argument) (string, error) {
	var b []byte
	seen := 0
	for i, a := range arguments {
		switch {
		case a.ID > 9:
			return "", fmt.Errorf("execute argument %d: expected an id 0..9", a.ID)
		case seen&(1<<a.ID) != 0:
			return "", fmt.Errorf("execute argument %d: expected each id once", a.ID)
		}
		seen |= 1 << a.ID
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '0'+a.ID)
		if !a.HasValue {
			continue
		}
		for j := range len(a.Value) {
			if !argumentCharacter(a.Value[j]) {
				return "", fmt.Errorf("execute argument %d: expected no %q in a value", a.ID, a.Value[j:j+1])
			}
		}
		b = append(append(append(b, "='"...), a.Value...), '\'')
	}
	return string(b), nil
}
