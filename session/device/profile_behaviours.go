package device

import (
	"math"
	"slices"
	"time"

	"gopkg.in/yaml.v3"

	"lwcon/lwm2m"
	"lwcon/session/internal/yamlread"
)

// Limits of the numbers in a behaviour.
const (
	// minEvery is the least time between two changes of a value.
	minEvery = 10 * time.Millisecond
	// maxDigits is the most digits after the point.
	maxDigits = 9
	// defaultDigits is how many a behaviour has that does not say it.
	defaultDigits = 2
	// maxSequence is the most values of a sequence.
	maxSequence = 10_000
)

// behaviour reads a mapping of one key, the name of a behaviour; nil if it is
// not right.
func (l *loader) behaviour(n *yaml.Node, definition *lwm2m.Resource, p lwm2m.Path) behaviour {
	before := l.Failures()
	var b behaviour
	l.fields(n, p.String(), []field{
		{"ramp", func(v *yaml.Node) { b = l.ramp(v) }},
		{"sine", func(v *yaml.Node) { b = l.sine(v) }},
		{"random-walk", func(v *yaml.Node) { b = l.walk(v) }},
		{"sequence", func(v *yaml.Node) { b = l.sequence(v, definition, p) }},
		{"counter", func(v *yaml.Node) { b = l.counter(v) }},
		{"now", func(v *yaml.Node) { b = l.now(v) }},
	})
	if l.Failures() > before {
		return nil
	}
	if b == nil || len(n.Content) != 2 {
		l.Fail(n, "%s: expected one behaviour, found %d", p, len(n.Content)/2)
		return nil
	}
	if reason := b.fits(definition.Type); reason != "" {
		l.Fail(n, "%s (%s): %s", p, definition.Name, reason)
		return nil
	}
	return b
}

// The readers of parameters, so that each behaviour is a table.

func (l *loader) numberField(key string, into *float64) field {
	return field{key, func(v *yaml.Node) { l.Number(v, key, into) }}
}

func (l *loader) durationField(key string, into *time.Duration) field {
	return field{key, func(v *yaml.Node) { l.Duration(v, key, minEvery, into) }}
}

func (l *loader) booleanField(key string, into *bool) field {
	return field{key, func(v *yaml.Node) { l.Boolean(v, key, into) }}
}

func (l *loader) digitsField(into *int) field {
	return field{"digits", func(v *yaml.Node) {
		n := uint64(*into)
		l.Count(v, "digits", 0, maxDigits, &n)
		*into = int(n)
	}}
}

// positive fails for a parameter that is not above zero.
func (l *loader) positive(n *yaml.Node, key string, x float64) {
	if !(x > 0) {
		l.Fail(n, "%s: expected a number above 0, found %v", key, x)
	}
}

func (l *loader) ramp(n *yaml.Node) behaviour {
	b := &ramp{by: 1, every: defaultEvery}
	l.fields(n, "ramp", []field{
		l.numberField("from", &b.from), l.numberField("to", &b.to), l.numberField("step", &b.by),
		l.durationField("every", &b.every), l.booleanField("repeat", &b.repeat),
	})
	l.positive(n, "step", b.by)
	return b
}

func (l *loader) sine(n *yaml.Node) behaviour {
	b := &sine{amplitude: 1, period: time.Minute, every: defaultEvery, digits: defaultDigits}
	l.fields(n, "sine", []field{
		l.numberField("mean", &b.mean), l.numberField("amplitude", &b.amplitude),
		l.durationField("period", &b.period), l.durationField("every", &b.every), l.digitsField(&b.digits),
	})
	return b
}

func (l *loader) walk(n *yaml.Node) behaviour {
	b := &walk{by: 1, min: -math.MaxFloat64 / 4, max: math.MaxFloat64 / 4, every: defaultEvery, digits: defaultDigits}
	l.fields(n, "random-walk", []field{
		l.numberField("start", &b.start), l.numberField("step", &b.by),
		l.numberField("min", &b.min), l.numberField("max", &b.max),
		l.durationField("every", &b.every), l.digitsField(&b.digits),
	})
	l.positive(n, "step", b.by)
	if b.min >= b.max || b.start < b.min || b.start > b.max {
		l.Fail(n, "random-walk: expected min <= start <= max and min < max")
	}
	return b
}

func (l *loader) counter(n *yaml.Node) behaviour {
	b := &counter{by: 1, every: defaultEvery}
	if yamlread.IsNull(n) {
		return b
	}
	l.fields(n, "counter", []field{
		l.numberField("start", &b.start), l.numberField("step", &b.by), l.durationField("every", &b.every),
	})
	return b
}

func (l *loader) now(n *yaml.Node) behaviour {
	b := &present{}
	if yamlread.IsNull(n) {
		return b
	}
	l.fields(n, "now", []field{{"offset", func(v *yaml.Node) { l.Duration(v, "offset", math.MinInt64, &b.offset) }}})
	return b
}

func (l *loader) sequence(n *yaml.Node, definition *lwm2m.Resource, p lwm2m.Path) behaviour {
	b := &sequence{every: defaultEvery, repeat: true}
	if n.Kind == yaml.SequenceNode {
		l.sequenceValues(n, b, definition, p)
	} else {
		l.fields(n, "sequence", []field{
			{"values", func(v *yaml.Node) { l.sequenceValues(v, b, definition, p) }},
			l.durationField("every", &b.every), l.booleanField("repeat", &b.repeat),
		})
	}
	if len(b.values) == 0 {
		l.Fail(n, "sequence: expected values, found none")
	}
	b.values = slices.Clip(b.values)
	return b
}

func (l *loader) sequenceValues(n *yaml.Node, b *sequence, definition *lwm2m.Resource, p lwm2m.Path) {
	if n.Kind != yaml.SequenceNode || len(n.Content) > maxSequence {
		l.Fail(n, "sequence: expected a list of at most %d values, found %s", maxSequence, l.Describe(n))
		return
	}
	for _, item := range n.Content {
		if item = l.Resolve(item); item == nil {
			return
		}
		if v, ok := l.typed(item, definition, p); ok {
			b.values = append(b.values, v)
		}
	}
}
