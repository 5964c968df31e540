package device

import (
	"encoding/hex"
	"math"
	"slices"

	"gopkg.in/yaml.v3"

	"lwcon/lwm2m"
	"lwcon/session/internal/yamlread"
)

// MaxRules is the most rules of misbehaviour of a device.
const MaxRules = 1000

// Ignorable lists what a rule can make a device ignore: an attribute of the
// observation that it meets; "cancel", an Observe=1; "reset", a Reset to a
// notification; "accept", the format that was asked for; "effect", what an
// operation that was answered would do.
func Ignorable() []string {
	return append(lwm2m.AttributeNames(), "cancel", "reset", "accept", "effect")
}

// rules reads the list of misbehaviour.
func (l *loader) rules(n *yaml.Node) {
	if n.Kind != yaml.SequenceNode || len(n.Content) > MaxRules {
		l.Fail(n, "misbehave: expected a list of at most %d rules, found %s", MaxRules, l.Describe(n))
		return
	}
	for _, item := range n.Content {
		if item = l.Resolve(item); item == nil {
			return
		}
		r := Rule{Line: item.Line}
		does := false
		l.fields(item, "misbehave", []field{
			{"when", func(v *yaml.Node) { l.when(v, &r) }},
			{"do", func(v *yaml.Node) { l.action(v, &r.Action); does = true }},
		})
		if !does {
			l.Fail(item, "misbehave: expected do, found nothing to do")
		}
		l.profile.Rules = append(l.profile.Rules, r)
	}
}

func (l *loader) when(n *yaml.Node, r *Rule) {
	l.fields(n, "when", []field{
		{"operation", func(v *yaml.Node) { l.word(v, "operation", Operations(), &r.Operation) }},
		{"path", func(v *yaml.Node) { r.HasPath = l.path(v, "path", &r.Path) }},
		{"nth", func(v *yaml.Node) {
			var nth uint64
			l.Count(v, "nth", 1, math.MaxUint32, &nth)
			r.Nth = uint32(nth)
		}},
	})
}

func (l *loader) action(n *yaml.Node, a *Action) {
	l.fields(n, "do", []field{
		{"code", func(v *yaml.Node) { l.status(v, "code", &a.Code) }},
		{"payload", func(v *yaml.Node) { a.HasPayload = l.payload(v, &a.Payload) }},
		{"format", func(v *yaml.Node) { a.HasFormat = l.contentFormat(v, &a.Format) }},
		{"drop", func(v *yaml.Node) { l.Boolean(v, "drop", &a.Drop) }},
		{"delay", func(v *yaml.Node) { l.Duration(v, "delay", 0, &a.Delay) }},
		{"token", func(v *yaml.Node) { a.HasToken = l.token(v, &a.Token) }},
		{"rst", func(v *yaml.Node) { l.Boolean(v, "rst", &a.Reset) }},
		{"omit-link", func(v *yaml.Node) {
			l.Texts(v, "omit-link", func(at *yaml.Node, _ string) {
				var p lwm2m.Path
				if l.path(at, "omit-link", &p) {
					a.OmitLinks = append(a.OmitLinks, p)
				}
			})
		}},
		{"ignore", func(v *yaml.Node) {
			l.Texts(v, "ignore", func(at *yaml.Node, _ string) {
				var s string
				l.word(at, "ignore", Ignorable(), &s)
				a.Ignore = append(a.Ignore, s)
			})
		}},
	})
}

// word reads one of a list of words.
func (l *loader) word(n *yaml.Node, what string, words []string, into *string) {
	var s string
	if !l.Text(n, what, &s) {
		return
	}
	if !slices.Contains(words, s) {
		l.Fail(n, "%s: unknown %q; the nearest is %q", what, s, yamlread.Nearest(s, words))
		return
	}
	*into = s
}

func (l *loader) path(n *yaml.Node, what string, into *lwm2m.Path) bool {
	var s string
	if !l.Text(n, what, &s) {
		return false
	}
	p, err := lwm2m.ParsePath(s)
	if err != nil {
		l.Fail(n, "%s: %v", what, err)
		return false
	}
	*into = p
	return true
}

// payload reads text, or octets by "hex:" or "base64:".
func (l *loader) payload(n *yaml.Node, into *string) bool {
	if !l.Text(n, "payload", into) {
		return false
	}
	if octets, forced := forcedOctets(*into); forced {
		*into = octets
	}
	return true
}

func (l *loader) contentFormat(n *yaml.Node, into *lwm2m.ContentFormat) bool {
	var s string
	if !l.Text(n, "format", &s) {
		return false
	}
	f, ok := lwm2m.ParseContentFormat(s)
	if !ok {
		var names []string
		for _, f := range lwm2m.ContentFormats() {
			names = append(names, f.String())
		}
		l.Fail(n, "format: unknown %q; the nearest is %q", s, yamlread.Nearest(s, names))
		return false
	}
	*into = f
	return true
}

// maxToken is the most octets of a token. Spec: RFC 7252 §3.
const maxToken = 8

func (l *loader) token(n *yaml.Node, into *string) bool {
	var s string
	if !l.Text(n, "token", &s) {
		return false
	}
	octets, err := hex.DecodeString(s)
	if err != nil || len(octets) > maxToken {
		l.Fail(n, "token: expected up to %d octets in hexadecimal, found %q", maxToken, s)
		return false
	}
	*into = string(octets)
	return true
}
