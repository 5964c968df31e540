package terminal

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Escape makes text of a peer safe to show: control characters (C0, C1, DEL,
// newlines and tabs too), characters that turn the direction of text or break
// lines, and bytes that are not UTF-8 become \n, \t, \r, \xNN (a byte) or
// \uNNNN (a character). All other UTF-8 is kept, a backslash too.
func Escape(text string) string {
	if !strings.ContainsFunc(text, mustEscape) && utf8.ValidString(text) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		writeEscaped(&b, r, text[i:i+size])
		i += size
	}
	return b.String()
}

// writeEscaped appends one character, raw being its bytes.
func writeEscaped(b *strings.Builder, r rune, raw string) {
	switch {
	case r == utf8.RuneError && len(raw) == 1:
		fmt.Fprintf(b, `\x%02x`, raw[0])
	case !mustEscape(r):
		b.WriteString(raw)
	case r == '\n':
		b.WriteString(`\n`)
	case r == '\r':
		b.WriteString(`\r`)
	case r == '\t':
		b.WriteString(`\t`)
	case r < 0x80:
		fmt.Fprintf(b, `\x%02x`, r)
	default:
		fmt.Fprintf(b, `\u%04x`, r)
	}
}

// mustEscape picks the characters that act on a terminal, or on the order in
// which a reader sees the others.
func mustEscape(r rune) bool {
	switch {
	case unicode.IsControl(r):
		return true
	case r == 0x061C, r == 0x200E, r == 0x200F: // marks of direction
		return true
	case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069: // embeddings, overrides, isolates
		return true
	case r == 0x2028, r == 0x2029: // line and paragraph separators
		return true
	case r == 0xFEFF, r >= 0xFFF9 && r <= 0xFFFB: // byte order mark, annotations
		return true
	}
	return false
}

// printable makes a block fit to be written: whole lines, nothing in them that
// moves the cursor but newline and tab, colours closed (or left out, if they
// are not wanted).
func printable(block string, color bool) string {
	var b strings.Builder
	b.Grow(len(block) + 8)
	open := false
	for i := 0; i < len(block); {
		if sgr := ownSGR(block[i:]); sgr != "" {
			if color {
				b.WriteString(sgr)
				open = sgr != sgrReset
			}
			i += len(sgr)
			continue
		}
		r, size := utf8.DecodeRuneInString(block[i:])
		switch {
		case r == '\n' || r == '\t':
			b.WriteRune(r)
		case r == '\r' && strings.HasPrefix(block[i+1:], "\n"): // a line end of another system
		default:
			writeEscaped(&b, r, block[i:i+size])
		}
		i += size
	}
	if open {
		b.WriteString(sgrReset)
	}
	if !strings.HasSuffix(block, "\n") {
		b.WriteByte('\n')
	}
	return b.String()
}

// ownSGR returns the sequence of Style that text begins with, or "".
func ownSGR(text string) string {
	if text == "" || text[0] != '\x1b' {
		return ""
	}
	for _, sgr := range [...]string{sgrReset, sgrDim, sgrReverse, sgrRed, sgrGreen, sgrYellow} {
		if strings.HasPrefix(text, sgr) {
			return sgr
		}
	}
	return ""
}
