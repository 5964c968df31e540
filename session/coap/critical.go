package coap

// unsupportedOption finds the first critical option that this package does not
// know, whose value has an illegal length, or which is repeated although it
// must not be; all three are treated alike. RFC 7252 §5.4.1, §5.4.3, §5.4.5.
// The reason names it.
func unsupportedOption(m *Message, protected bool) (reason string, bad bool) {
	var last OptionNumber
	for i := range m.Options {
		o := &m.Options[i]
		if !o.Number.Critical() {
			continue
		}
		d, known := definitionOf(o.Number)
		switch {
		case !known, o.Number == QBlock1, o.Number == QBlock2, o.Number == EDHOC,
			o.Number == OSCORE && !protected,
			len(o.Value) < d.Min, len(o.Value) > d.Max,
			i > 0 && last == o.Number && !d.Repeatable:
			return "critical option " + o.Number.String() + " is unknown or has an illegal value", true
		}
		last = o.Number
	}
	return "", false
}
