package coap

import (
	"encoding/binary"
	"unicode/utf8"
)

// option reads one option. RFC 7252 §3.1.
func (w *walker) option() {
	begin := w.at
	delta, length := int(w.b[begin]>>4), int(w.b[begin]&15)
	w.at++
	delta, ok := w.extended(begin, delta, "delta")
	if ok {
		length, ok = w.extended(begin, length, "length")
	}
	if !ok {
		return
	}
	number := delta + int(w.before)
	const highest = 0xffff
	if number > highest {
		w.stop(ruleOptionNumber, begin, "an option number of at most 65535 expected, %d found", number)
		return
	}
	end := w.at + length
	if end > len(w.b) {
		w.stop(ruleOptionTruncated, begin, "a value of %d bytes expected in option %d, %d found", length, number, len(w.b)-w.at)
		end = len(w.b)
	}
	value := w.b[w.at:end:end]
	definition, known := w.definition(OptionNumber(number))
	if w.out != nil {
		n := OptionNumber(number)
		w.out.Options = append(w.out.Options, ScannedOption{
			Number: n, Name: definition.Name, Format: definition.Format, Value: value,
			Span: Span{begin, end}, ValueSpan: Span{w.at, end},
		})
		w.out.Message.Options = append(w.out.Message.Options, Option{n, value})
	}
	if !w.broken {
		w.checkOption(OptionNumber(number), value, definition, known, begin)
	}
	w.before, w.any = OptionNumber(number), true
	w.at = end
}

// extended reads the further bytes of a delta or length.
func (w *walker) extended(begin, nibble int, what string) (int, bool) {
	const oneByte, twoBytes, reserved = 13, 14, 15
	rest := w.b[w.at:]
	switch {
	case nibble == reserved:
		w.stop(ruleOptionNibble, begin, "an option %s of 0 to 14 expected, 15 found", what)
		return 0, false
	case nibble == oneByte && len(rest) >= 1:
		w.at++
		return int(rest[0]) + 13, true
	case nibble == twoBytes && len(rest) >= 2:
		w.at += 2
		return int(binary.BigEndian.Uint16(rest)) + 269, true
	case nibble >= oneByte:
		w.stop(ruleOptionTruncated, begin, "the option %s breaks off", what)
		return 0, false
	}
	return nibble, true
}

func (w *walker) definition(n OptionNumber) (OptionDefinition, bool) {
	if w.code.IsSignal() {
		return signalDefinition(w.code, n)
	}
	return definitionOf(n)
}

// checkOption holds an option against its definition. RFC 7252 §5.4.
func (w *walker) checkOption(n OptionNumber, value []byte, d OptionDefinition, known bool, offset int) {
	if !known {
		if n.Critical() {
			w.report(ruleUnknownCritical, offset, "critical option %d is not known", n)
		}
		return
	}
	if w.any && w.before == n && !d.Repeatable {
		w.report(ruleOptionRepeated, offset, "%s occurs more than once", d.Name)
	}
	if len(value) < d.Min || len(value) > d.Max {
		w.report(ruleOptionLength, offset, "%s of %d to %d bytes expected, %d found", d.Name, d.Min, d.Max, len(value))
		return
	}
	switch {
	case d.Format == FormatUint && len(value) > 0 && value[0] == 0 && d.Min == 0:
		w.report(ruleUintLeadingZero, offset, "%s in as few bytes as needed expected, % x found", d.Name, value)
	case d.Format == FormatString && !utf8.Valid(value):
		w.report(ruleStringEncoding, offset, "UTF-8 expected in %s, % x found", d.Name, value)
	case (n == Block1 || n == Block2) && !w.stream && !w.code.IsSignal() && len(value) > 0 && value[len(value)-1]&7 == reservedSZX:
		w.report(ruleBlockReserved, offset, "%s with SZX 7, which is reserved", d.Name)
	}
}
