package commands

import (
	"bytes"
	"strings"

	"lwcon/formats"
	"lwcon/formats/hexinput"
	"lwcon/lwm2m"
)

// The ways to read what is typed.
const (
	readAsText   = "text"
	readAsHex    = "hex"
	readAsBase64 = "base64"
)

// guessInput reads what is typed for --format auto: hex, Base64 or the text itself.
// form says how it was read: "" if there is one way only, else which it was, with
// the other where that is as likely, "text, though it can be hex".
//
// Text is what begins like JSON or links, and what is no octets: an odd number of
// digits, a number with its sign. Of what can be both, that is taken which is a
// payload of many values, then that which the data type at the request path asks
// for, then text where there are no letters: "21,50", "12:30". Base64 has to be
// sure: any word of four letters is Base64 too.
func guessInput(raw []byte, o formats.Options) (payload []byte, form string) {
	text := strings.TrimSpace(string(raw))
	if text == "" || beginsLikeText(text) {
		return raw, ""
	}
	if b, form, err := hexinput.Read(text, hexinput.Hex); err == nil && len(b) > 0 {
		switch {
		case form != hexinput.BareHex:
			return b, form
		case !wholeOctets(text):
			return raw, ""
		}
		return guessHex(raw, b, o)
	}
	if b, err := hexinput.Parse(text, hexinput.Base64); err == nil && surelyBase64(text) {
		if best := formats.Recognize(b, o.At)[0]; best.Format.CarriesMany() {
			return b, readAsBase64
		}
	}
	return raw, ""
}

// guessHex chooses between a text and the octets that it can be in hex.
func guessHex(text, octets []byte, o formats.Options) (payload []byte, form string) {
	best := formats.Recognize(octets, o.At)[0]
	level := o.At.Level()
	if best.Format.CarriesMany() && !best.Faulty || level == lwm2m.LevelObject || level == lwm2m.LevelObjectInstance {
		return octets, readAsHex
	}
	if hexIsMeant(string(text), best.Format, o) {
		return octets, readAsHex + ", though it can be text"
	}
	return text, readAsText + ", though it can be hex"
}

// hexIsMeant says whether what is text as well as octets in hex is more likely the
// latter: f is the format that the octets look like.
func hexIsMeant(text string, f lwm2m.ContentFormat, o formats.Options) bool {
	plain := strings.Trim(text, "0123456789.,:;-") == "" // one word without letters
	switch typeAt(o) {
	case lwm2m.None:
		return !plain || f.CarriesMany()
	case lwm2m.Opaque:
		return true
	}
	return !plain && !formats.Suits(lwm2m.FormatText, []byte(text), o)
}

// typeAt is the data type of the resource at a request path, None if it is not
// known.
func typeAt(o formats.Options) lwm2m.Type {
	if o.TypeOf != nil {
		if t, ok := o.TypeOf(o.At); ok {
			return t
		}
	}
	if o.Definitions == nil || o.At.Level() < lwm2m.LevelResource {
		return lwm2m.None
	}
	if r := o.Definitions.Object(o.At.Object()).Resource(o.At.Resource()); r != nil {
		return r.Type
	}
	return lwm2m.None
}

// beginsLikeText says whether a text is JSON or links, whatever else it could
// be: [1,2] is JSON, [0x01] is octets of a program.
func beginsLikeText(text string) bool {
	switch text[0] {
	case '<':
		return true
	case '[', '{':
		inside := strings.TrimLeft(text[1:], " \t\r\n")
		return inside == "" || strings.IndexByte("[{\"]}", inside[0]) >= 0 || text[0] == '[' && isNumbers(inside)
	}
	return false
}

// isNumbers says whether what stands behind a bracket is numbers of JSON: with a
// comma between each two, as Go prints none.
func isNumbers(inside string) bool {
	list := strings.TrimRight(inside, "] \t\r\n")
	return strings.Trim(list, "0123456789-., \t\r\n") == "" && len(strings.Fields(list)) <= strings.Count(list, ",")+1
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
