// Package hexinput reads octets in every form that people paste them: bare hex,
// with separators, as a C array or string, as a dump with offset and character
// columns out of a log, as base64.
package hexinput

import (
	"encoding/hex"
	"fmt"
	"strings"

	"lwcon/formats/codec"
)

// Kind is how octets are written.
type Kind uint8

const (
	// Auto is hex if the text can be read as such, else base64.
	Auto Kind = iota
	// Hex is hexadecimal in any of its forms, dumps included.
	Hex
	// Base64 is either alphabet, padded or not.
	Base64
)

// MaxText is the most octets of a text: what a dump of the largest payload takes.
const MaxText = 5 * codec.MaxPayload

// BareHex is the form of digits with nothing but separators around them.
const BareHex = "hex"

// Error tells where a text stops being octets.
type Error struct {
	Line, Column int // from 1, in octets
	Reason       string
}

func (e *Error) Error() string {
	return fmt.Sprintf("octets in line %d column %d: %s", e.Line, e.Column, e.Reason)
}

// Parse reads octets from a text. The empty text has none. The error is an
// *Error.
//
// Of hex it takes, over any number of lines, digits of either case with blanks,
// "0x", "\x", ":", ",", ";", "-" and quotes between them; what stands in the
// braces of an array of C, Go or Java, without comments, or in a list in square
// brackets, in hex or in decimal; the strings of C and Python with escapes,
// "\xc8\0OP" and b'\xc8\x00OP'; calls that read hex, bytes.fromhex("c800"); and
// dumps.
//
// A dump is that of xxd, hexdump, od, tcpdump, Wireshark, Zephyr or Anjay. Its
// log prefixes are left out. Its offsets must agree with the octets so far, in
// hex, octal or decimal, and its character column with the octets before it:
// that is what tells the column from octets. A line that is * repeats the one
// before it up to the next offset. Words of hexdump and od -x have their lowest
// octet last.
func Parse(text string, k Kind) ([]byte, error) {
	octets, _, err := Read(text, k)
	return octets, err
}

// Read is Parse that also says how the octets are written: "hex", "base64",
// "a dump of words, the lowest octet last".
func Read(text string, k Kind) (octets []byte, form string, err error) {
	if len(text) > MaxText {
		return nil, "", &Error{1, 1, fmt.Sprintf("expected at most %d octets of text, found %d", MaxText, len(text))}
	}
	if k == Base64 {
		octets, err = parseBase64(text)
		return octets, "base64", err
	}
	octets, form, err = parseHex(text)
	if err != nil && k == Auto {
		if octets, err64 := parseBase64(text); err64 == nil {
			return octets, "base64", nil
		}
	}
	return octets, form, err
}

func parseBase64(text string) ([]byte, error) {
	octets, err := codec.LenientBase64(text)
	if err != nil {
		return nil, &Error{1, 1, "expected base64, found " + codec.Quote(text)}
	}
	return octets, nil
}

// parseHex reads hex in any form.
func parseHex(text string) (octets []byte, form string, err error) {
	lines := strings.Split(text, "\n")
	if bare := strings.TrimLeft(text, " \t\r\n"); strings.HasPrefix(bare, `{"`) || strings.HasPrefix(bare, "[{") {
		at := len(text) - len(bare)
		return nil, "", errorAt(text, at, "expected octets, found what looks like JSON: "+codec.Quote(bare))
	}
	if hasOffsets(lines) {
		return readDump(lines)
	}
	if octets, ok := readColumns(lines); ok {
		return octets, "a dump", nil
	}
	if octets, found, err := parseProgram(text); found {
		return octets, "hex of a program", err
	}
	if octets, found, err := readLog(lines); found {
		return octets, "hex of a log", err
	}
	if strings.Contains(text, "0x") {
		text = blankComments(text)
	}
	octets, err = parseLines(text)
	return octets, BareHex, err
}

// parseProgram reads octets as they are written in a program: strings, lists and
// arrays. found is false if the text is none of them.
func parseProgram(text string) (octets []byte, found bool, err error) {
	if start := literalStart(text); start >= 0 {
		if isHexlified(text[start:]) {
			octets, err = parseLines(blank(text[:start]) + strings.TrimRight(text[start:], ") ;\t\r\n"))
			return octets, true, err
		}
		octets, err = parseLiterals(text, start)
		return octets, true, err
	}
	if start := hexStringStart(text); start > 0 {
		octets, err = parseLines(blank(text[:start]) + strings.TrimRight(text[start:], ") ;\t\r\n"))
		return octets, true, err
	}
	if start, end := listStart(text); start > 0 {
		if octets, ok := listed(text[start:end]); ok {
			return octets, true, nil
		}
		if octets, err := parseLines(text[start:end]); err == nil {
			return octets, true, nil
		}
	}
	start := arrayStart(blankComments(text))
	if start == 0 {
		return nil, false, nil
	}
	octets, err = parseArrays(blankComments(text), start)
	return octets, true, err
}

// parseLines reads lines of hex with separators.
func parseLines(text string) ([]byte, error) {
	var out []byte
	var digits evenness
	for i, line := range strings.Split(text, "\n") {
		var err error
		if out, err = appendLine(out, line, i+1, 1); err != nil {
			return nil, err
		}
		digits.see(line, i+1, 1)
	}
	if err := digits.wrong(); err != nil {
		return nil, err
	}
	return out, nil
}

// blank keeps the line ends of a text and makes all else blanks, so that lines
// and columns stay.
func blank(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' {
			return r
		}
		return ' '
	}, s)
}

// blankComments takes the comments of C out of a text.
func blankComments(text string) string {
	var b strings.Builder
	for {
		start := strings.Index(text, "/*")
		line := strings.Index(text, "//")
		end := -1
		switch {
		case start >= 0 && (line < 0 || start < line):
			if end = strings.Index(text[start+2:], "*/"); end >= 0 {
				end += start + 4
			}
		case line >= 0:
			start = line
			if end = strings.IndexByte(text[line:], '\n'); end >= 0 {
				end += line
			}
		default:
			b.WriteString(text)
			return b.String()
		}
		if end < 0 {
			end = len(text)
		}
		b.WriteString(text[:start])
		b.WriteString(blank(text[start:end]))
		text = text[end:]
	}
}

// separator says whether c can stand between octets.
func separator(c byte) bool { return strings.IndexByte(" \t\r:,;-\"'[]()", c) >= 0 }

// appendLine appends the octets of a line of hex with separators.
func appendLine(out []byte, line string, number, column int) ([]byte, error) {
	for i := 0; i < len(line); {
		start, end, _ := nextWord(line, i)
		if start < 0 {
			break
		}
		word := line[start:end]
		if word == "" {
			return nil, &Error{number, column + start, "expected hexadecimal digits, found " + codec.Quote(line[start:])}
		}
		i = end
		if len(word) == 1 {
			word = "0" + word
		}
		if len(word)%2 == 1 {
			hint := ""
			if len(word) == len("0000000") && column+start == 1 {
				hint = ", as od begins its lines: od -tx1 writes octets in hexadecimal"
			}
			return nil, &Error{number, column + start, fmt.Sprintf("expected two digits an octet, found %d digits: %s%s", len(word), codec.Quote(word), hint)}
		}
		var err error
		if out, err = hex.AppendDecode(out, []byte(word)); err != nil {
			return nil, &Error{number, column + start, err.Error()}
		}
	}
	return out, nil
}

// nextWord returns where the digits of the next octets are in a line of hex, from
// i on, and whether 0x or \x stands before them; nowhere, -1, at the end. Empty
// digits are something else than hex.
func nextWord(line string, i int) (start, end int, marked bool) {
	for i < len(line) && separator(line[i]) {
		i++
	}
	if i == len(line) {
		return -1, i, false
	}
	if marked = hasPrefix(line[i:], "0x") || hasPrefix(line[i:], `\x`); marked {
		i += 2
	}
	end = i
	for end < len(line) && isDigit(line[end]) && !hasPrefix(line[end:], "0x") {
		end++
	}
	return i, end, marked
}

// hasPrefix says whether s begins with a prefix, in either case, and a digit
// follows it.
func hasPrefix(s, prefix string) bool {
	return len(s) > len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) && isDigit(s[len(prefix)])
}

// isDigit says whether c is a hexadecimal digit.
func isDigit(c byte) bool { return c-'0' < 10 || (c|0x20)-'a' < 6 }

// isWord says whether s is hexadecimal digits alone.
func isWord(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}
