package hexinput

import (
	"strconv"
	"strings"

	"lwcon/formats/codec"
)

// listed returns the octets between the brackets of an array as programs write
// it, whose elements have the values that the language gives them; false if it
// is none, but octets in hex with something around them.
//
// Elements with 0x are hex, characters stand for themselves, all others are
// decimal: {200, 0, 20}, {0xc8, 0, 'A'}, and the signed bytes of Java. An
// element with a needless zero, 00 or 08, or with a letter tells that all are
// hex without 0x. Go prints a list with blanks alone, [200 0 20].
func listed(inside string) ([]byte, bool) {
	elements := strings.Split(strings.TrimRight(strings.TrimSpace(inside), ", \t\r\n"), ",")
	if len(elements) == 1 && strings.IndexByte(elements[0], '\'') < 0 {
		elements = strings.Fields(elements[0])
	}
	out := make([]byte, 0, len(elements))
	for _, e := range elements {
		octet, ok := element(strings.TrimSpace(e))
		if !ok {
			return nil, false
		}
		out = append(out, octet)
	}
	return out, true
}

// element reads an element of an array: one octet.
func element(text string) (byte, bool) {
	text = strings.TrimRight(text, "uU")
	switch {
	case hasPrefix(text, "0x"):
		n, err := strconv.ParseUint(text[2:], 16, 8)
		return byte(n), err == nil
	case len(text) >= 3 && text[0] == '\'' && text[len(text)-1] == '\'':
		inside := text[1 : len(text)-1]
		if inside[0] != '\\' {
			return inside[0], len(inside) == 1
		}
		octet, width, ok := unescape(inside)
		return append(octet, 0)[0], ok && width == len(inside)
	}
	if len(text) > 1 && strings.HasPrefix(strings.TrimLeft(text, "-"), "0") {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 16)
	return byte(n), err == nil && n >= -128 && n <= 255
}

// listStart returns where the elements of a list in square brackets begin, and
// where they end: the whole text but for what surrounds it in a program. It
// returns 0 if there is none.
func listStart(text string) (start, end int) {
	open := strings.IndexByte(text, '[')
	if open < 0 {
		return 0, 0
	}
	before := strings.TrimRight(text[:open], " \t\r\n")
	if before != "" && strings.IndexByte("=(&!", before[len(before)-1]) < 0 {
		return 0, 0
	}
	shut := strings.TrimRight(text, ") ;\t\r\n")
	if !strings.HasSuffix(shut, "]") {
		return 0, 0
	}
	return open + 1, len(shut) - 1
}

// arrayStart returns where the elements of an array begin: behind a brace that
// begins the text, follows an equals sign, or the type of the elements, as in
// []byte{0xc8} and new byte[] {-56}. It returns 0 if there is none.
func arrayStart(text string) int {
	open := strings.IndexByte(text, '{')
	if open < 0 {
		return 0
	}
	before := strings.TrimRight(text[:open], " \t\r\n")
	if before == "" || strings.HasSuffix(before, "=") && !strings.Contains(before, "|") {
		return open + 1
	}
	words := strings.FieldsFunc(before, func(r rune) bool { return strings.ContainsRune(" \t\r\n=:([]<>*&,.)", r) })
	for _, w := range words {
		if !isName(w) {
			return 0
		}
	}
	return open + 1
}

// parseArrays reads the array whose elements begin at start, and those behind it:
// several ones are joined, as several strings are.
func parseArrays(text string, start int) ([]byte, error) {
	var out []byte
	for {
		end := strings.IndexByte(text[start:], '}')
		if end < 0 {
			end = len(text) - start
		}
		inside := text[start : start+end]
		octets, ok := listed(inside)
		if !ok {
			var err error
			if octets, err = parseLines(blank(text[:start]) + inside); err != nil {
				return nil, err
			}
		}
		out = append(out, octets...)
		end = min(start+end+1, len(text))
		next := strings.IndexByte(text[end:], '{')
		if next < 0 {
			return out, nil
		}
		if arrayStart(strings.TrimLeft(text[end:], "};, \t\r\n")) == 0 {
			return nil, errorAt(text, end+next, "expected another array or the end, found "+codec.Quote(text[end+next:]))
		}
		start = end + next + 1
	}
}

// isName says whether a word is a name or a number of a program.
func isName(w string) bool {
	for i := range len(w) {
		if c := w[i]; c != '_' && c-'0' >= 10 && (c|0x20)-'a' >= 26 {
			return false
		}
	}
	return w != ""
}
