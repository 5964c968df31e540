package commands

import (
	"strconv"
	"unicode/utf8"

	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// OptionText says what the value of an option means: text as it is, a number in
// decimal, a content format by its name too, a block as NUM/M/SIZE. It is "" for
// octets that mean nothing by themselves.
func OptionText(o *coap.ScannedOption) string {
	switch { // the name and format are those of the message's code: signalling has its own options
	case o.Name != "" && o.Format == coap.FormatString && utf8.Valid(o.Value):
		return string(o.Value)
	case o.Name == "" || o.Format != coap.FormatUint || len(o.Value) > 8:
	case o.Number == coap.Block1 || o.Number == coap.Block2:
		var m coap.Message
		m.Options.Add(o.Number, o.Value)
		b, ok := m.Block1()
		if !ok {
			b, ok = m.Block2()
		}
		if ok {
			return b.String()
		}
	case o.Number == coap.ContentFormat || o.Number == coap.Accept:
		n := coap.Option{Number: o.Number, Value: o.Value}.Uint()
		text := strconv.FormatUint(n, 10)
		if f := lwm2m.ContentFormat(n); n <= 65535 && f.String() != text {
			text += " " + f.String()
		}
		return text
	default:
		return strconv.FormatUint(coap.Option{Number: o.Number, Value: o.Value}.Uint(), 10)
	}
	return ""
}
