// Package jsonwrite writes JSON strings for payloads: UTF-8 as it is, the
// fewest escapes. Spec: RFC 8259 §7.
package jsonwrite

// String appends s as a JSON string. Octets that are no UTF-8 are kept, so that
// what a device sent can be sent again.
func String(b []byte, s string) []byte { return append(inside(append(b, '"'), s), '"') }

// Inside appends what a function appends, with the escapes that it needs inside a
// JSON string.
func Inside(b []byte, write func([]byte) []byte) []byte {
	start := len(b)
	b = write(b)
	for i := start; i < len(b); i++ {
		if c := b[i]; c < ' ' || c == '"' || c == '\\' {
			text := string(b[start:])
			return inside(b[:start], text)
		}
	}
	return b
}

func inside(b []byte, s string) []byte {
	plain := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[plain:i]...)
		plain = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			const digits = "0123456789abcdef"
			b = append(b, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		}
	}
	return append(b, s[plain:]...)
}
