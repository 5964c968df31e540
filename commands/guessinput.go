package commands

import (
	"bytes"
	"strings"

	"lwcon/formats"
	"lwcon/formats/hexinput"
	"lwcon/lwm2m"
)

// guessInput reads what is typed for --format auto: hex, Base64 or the text
// itself. Text is what begins like JSON or links, and what is no octets: an odd
// number of digits, a number with its sign. Base64 has to be sure: any word of
// four letters is Base64 too. form says how it was read, "" if as it is or hex.
func guessInput(raw []byte, at lwm2m.Path) (payload []byte, form string) {
	text := strings.TrimSpace(string(raw))
	if text == "" || beginsLikeText(text) {
		return raw, ""
	}
	if b, form, err := hexinput.Read(text, hexinput.Hex); err == nil && len(b) > 0 {
		switch {
		case form != hexinput.BareHex:
			return b, form
		case wholeOctets(text):
			return b, ""
		}
		return raw, ""
	}
	if b, err := hexinput.Parse(text, hexinput.Base64); err == nil && surelyBase64(text) {
		if best := formats.Recognize(b, at)[0]; best.Format.CarriesMany() {
			return b, "base64"
		}
	}
	return raw, ""
}

// beginsLikeText says whether a text is JSON or links, whatever else it could
// be: [1,2] is JSON, [0x01] is octets of a program.
func beginsLikeText(text string) bool {
	switch text[0] {
	case '<':
		return true
	case '[', '{':
		inside := strings.TrimLeft(text[1:], " \t\r\n")
		return inside == "" || strings.IndexByte("[{\"]}", inside[0]) >= 0 ||
			text[0] == '[' && strings.Trim(inside, "0123456789-., \t\r\n]") == ""
	}
	return false
}

// wholeOctets says whether bare hex has two digits for each octet and no sign.
func wholeOctets(text string) bool {
	if text[0] == '-' {
		return false
	}
	if strings.Contains(text, ",") || strings.Contains(text, "0x") {
		return true
	}
	digits := 0
	for i := range len(text) + 1 {
		if i < len(text) && (text[i]-'0' < 10 || (text[i]|0x20)-'a' < 6) {
			digits++
			continue
		}
		if digits%2 == 1 {
			return false
		}
		digits = 0
	}
	return true
}

// surelyBase64 says whether a text is Base64 in whole groups of four, with
// nothing between them but line ends.
func surelyBase64(text string) bool {
	joined := bytes.ReplaceAll(bytes.ReplaceAll([]byte(text), []byte("\r"), nil), []byte("\n"), nil)
	for _, c := range bytes.TrimRight(joined, "=") {
		if letter := (c | 0x20) - 'a'; letter >= 26 && c-'0' >= 10 && strings.IndexByte("+/-_", c) < 0 {
			return false
		}
	}
	return len(joined)%4 == 0
}
