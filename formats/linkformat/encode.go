package linkformat

import (
	"strconv"
	"strings"

	"lwcon/formats/codec"
	"lwcon/lwm2m"
)

// Encode encodes paths as links without parameters; a node with a value is
// refused. EncodeLinks writes whole links.
func Encode(f lwm2m.ContentFormat, nodes []lwm2m.Node, o codec.Options) ([]byte, error) {
	links := make([]lwm2m.Link, len(nodes))
	for i := range nodes {
		if nodes[i].HasValue() {
			return nil, codec.Refuse(f, &nodes[i], "link-format carries no value")
		}
		links[i].Target = nodes[i].Path().String()
	}
	return EncodeLinks(links)
}

// EncodeLinks encodes links without any blank. A value is quoted where it was
// or where its signs need it. The error is a *codec.EncodeError: a target with
// ">" or a control character, a parameter without a proper name.
func EncodeLinks(links []lwm2m.Link) ([]byte, error) {
	var b []byte
	for i := range links {
		l := &links[i]
		if strings.ContainsFunc(l.Target, func(r rune) bool { return r < ' ' || r == '>' || r == 0x7f }) {
			return nil, refuse(l, "expected a target without \">\" and control characters, found "+strconv.Quote(l.Target))
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, '<'), l.Target...), '>')
		for _, a := range l.Attributes {
			if a.Name == "" || nameEnd(a.Name) != len(a.Name) {
				return nil, refuse(l, "expected the name of a parameter, found "+strconv.Quote(a.Name))
			}
			b = append(append(b, ';'), a.Name...)
			if a.HasValue {
				b = appendValue(append(b, '='), &a)
			}
		}
	}
	return b, nil
}

// refuse is the error of a link that cannot be written.
func refuse(l *lwm2m.Link, reason string) error {
	p, _ := l.Path()
	return &codec.EncodeError{Format: lwm2m.FormatLink, Path: p, Reason: reason}
}

// appendValue appends the value of a parameter.
func appendValue(b []byte, a *lwm2m.LinkAttribute) []byte {
	if !a.Quoted && a.Value != "" && !strings.ContainsFunc(a.Value, needsQuotes) {
		return append(b, a.Value...)
	}
	b = append(b, '"')
	for i := range len(a.Value) {
		if c := a.Value[i]; c == '"' || c == '\\' {
			b = append(b, '\\')
		}
		b = append(b, a.Value[i])
	}
	return append(b, '"')
}

// needsQuotes says whether a value with the sign r must be quoted.
func needsQuotes(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`",;\`, r) }
