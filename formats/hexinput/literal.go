package hexinput

import (
	"fmt"
	"strconv"
	"strings"

	"lwcon/formats/codec"
)

// literalStart returns where the first string of a program begins: at a quote
// that begins the text or follows "=" or "(", with a b before it or a backslash
// behind it, or at the backslash where a shell has taken the quotes away. It
// returns -1 if the text is none.
func literalStart(text string) int {
	if bare := strings.TrimLeft(text, " \t\r\n"); isBareLiteral(bare) {
		return strings.IndexByte(text, '\\')
	}
	start := strings.IndexAny(text, `'"`)
	if start < 0 {
		return -1
	}
	before := strings.TrimRight(text[:start], " \t\r\n")
	marked := strings.HasSuffix(text[:start], "b") || strings.HasSuffix(text[:start], "B")
	if marked {
		before = strings.TrimRight(before[:len(before)-1], " \t\r\n")
	}
	if before != "" && before[len(before)-1] != '=' && before[len(before)-1] != '(' {
		return -1
	}
	if strings.IndexByte(text[start:], '\\') >= 0 {
		return start
	}
	if !marked {
		return -1
	}
	return start
}

// isHexlified says whether a string is digits alone, b'c80014', which is what
// Python prints of octets that it made hex.
func isHexlified(literal string) bool {
	inside := strings.TrimRight(literal[1:], ") ;\t\r\n'\"")
	return isWord(inside) && len(inside)%2 == 0
}

// hexStringStart returns where the digits begin of a string that is assigned to
// a name or given to what reads hex: bytes.fromhex("c800"), hex.DecodeString,
// unhexlify. It returns 0 if the text is none.
func hexStringStart(text string) int {
	start := strings.IndexAny(text, `'"`)
	if start < 0 {
		return 0
	}
	before := strings.TrimRight(text[:start], " \t\r\n")
	if name, call := strings.CutSuffix(before, "("); call && strings.Contains(strings.ToLower(name), "hex") {
		return start + 1
	}
	name, assigned := strings.CutSuffix(before, "=")
	if !assigned || strings.TrimSpace(name) == "" {
		return 0
	}
	return start + 1
}

// isBareLiteral says whether a text is a string without its quotes: it begins
// with a backslash, behind b or with more than escapes of one octet behind it.
func isBareLiteral(text string) bool {
	if rest, marked := strings.CutPrefix(text, "b"); marked {
		return strings.HasPrefix(rest, `\`)
	}
	if !strings.HasPrefix(text, `\`) || strings.Count(text, `\`) < 2 {
		return false
	}
	for i := 0; i < len(text); i++ {
		switch {
		case separator(text[i]) || text[i] == '\n':
		case hasPrefix(text[i:], `\x`):
			i += 2
			if i+1 < len(text) && isDigit(text[i+1]) {
				i++
			}
		default:
			return true
		}
	}
	return false
}

// parseLiterals reads the strings that begin at an octet of a text: several
// ones, with blanks between them, are one.
func parseLiterals(text string, start int) ([]byte, error) {
	var out []byte
	quote := text[start]
	if quote == '\\' {
		quote = 0 // no quotes: up to the end of the text
	} else {
		start++
	}
	for i := start; ; {
		if i == len(text) {
			if quote != 0 {
				return nil, errorAt(text, i, fmt.Sprintf("expected %c to close the string, found the end", quote))
			}
			return out, nil
		}
		switch c := text[i]; {
		case quote != 0 && c == quote:
			if i = nextLiteral(text, i+1); i < 0 {
				return out, nil
			}
			if quote = text[i]; quote != '"' && quote != '\'' {
				return nil, errorAt(text, i, "expected another string or the end, found "+codec.Quote(text[i:]))
			}
			i++
		case c == '\\':
			octet, width, ok := unescape(text[i:])
			if !ok {
				return nil, errorAt(text, i, `expected an escape of one octet, such as \x00, found `+codec.Quote(text[i:]))
			}
			out = append(out, octet...)
			i += width
		default:
			out = append(out, c)
			i++
		}
	}
}

// nextLiteral returns where, behind a string, something else begins than blanks
// and what closes a statement: the next quote, or what has no place there. It
// returns -1 at the end.
func nextLiteral(text string, i int) int {
	for ; i < len(text); i++ {
		switch c := text[i]; {
		case strings.IndexByte(" \t\r\n;,)", c) >= 0:
		case (c == 'b' || c == 'B') && i+1 < len(text) && (text[i+1] == '\'' || text[i+1] == '"'):
		case c == '\\' && i+1 < len(text) && (text[i+1] == '\n' || text[i+1] == '\r'): // a line goes on
		default:
			return i
		}
	}
	return -1
}

// escapes are the escapes of one letter in C and Python.
const escapes = "a\ab\bf\fn\nr\rt\tv\v\\\\''\"\""

// unescape reads the escape that a text begins with: the octet, none for a line
// that goes on, and how much of the text it takes. An escape in hex has two
// digits, as in Python; one in octal up to three.
func unescape(text string) (octet []byte, width int, ok bool) {
	if len(text) < 2 {
		return nil, 0, false
	}
	switch c := text[1]; {
	case c == '\n':
		return nil, 2, true
	case c == '\r' && len(text) > 2 && text[2] == '\n':
		return nil, 3, true
	case c == 'x':
		end := 2
		for end < len(text) && end < 4 && isDigit(text[end]) {
			end++
		}
		n, err := strconv.ParseUint(text[2:end], 16, 8)
		return []byte{byte(n)}, end, err == nil
	case c >= '0' && c <= '7':
		end := 1
		for end < len(text) && end < 4 && text[end] >= '0' && text[end] <= '7' {
			end++
		}
		n, err := strconv.ParseUint(text[1:end], 8, 8)
		return []byte{byte(n)}, end, err == nil
	default:
		for i := 0; i < len(escapes); i += 2 {
			if escapes[i] == c {
				return []byte{escapes[i+1]}, 2, true
			}
		}
		return nil, 0, false
	}
}

// errorAt is an error at an octet of the text.
func errorAt(text string, i int, reason string) *Error {
	line := 1 + strings.Count(text[:i], "\n")
	return &Error{line, i - strings.LastIndexByte(text[:i], '\n'), reason}
}
