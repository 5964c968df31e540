package console

import (
	"math"
	"strings"
	"sync/atomic"
	"testing"
	"unicode/utf8"

	"lwcon/console/terminal"
	"lwcon/formats"
	"lwcon/lwm2m"
)

func TestLiteralIsNotTakenForSomethingElse(t *testing.T) {
	for _, c := range []struct {
		value lwm2m.Value
		want  string
	}{
		{lwm2m.StringValue("ACME"), "ACME"},
		{lwm2m.StringValue(""), `""`},
		{lwm2m.StringValue(" padded "), `" padded "`},
		{lwm2m.StringValue("a\x1b[2J\u202eb\n"), `a\x1b[2J\u202eb\n`},
		{lwm2m.StringValue("温度"), "温度"},
		{lwm2m.OpaqueValue(""), "(0 bytes)"},
		{lwm2m.OpaqueValue("\x01\xff"), "01ff (2 bytes)"},
		{lwm2m.OpaqueValue(strings.Repeat("a", 200)), strings.Repeat("61", maxOpaque) + "… (200 bytes; --full shows all)"},
		{lwm2m.IntegerValue(math.MinInt64), "-9223372036854775808"},
		{lwm2m.UnsignedValue(math.MaxUint64), "18446744073709551615"},
		{lwm2m.FloatValue(math.Inf(-1)), "-Infinity"},
		{lwm2m.ObjectLinkValue(65535, 65535), "65535:65535 (no object)"},
		{lwm2m.Value{}, "null"},
	} {
		if got := new(Text).literal(c.value); got != c.want {
			t.Errorf("%v %q: expected %q, found %q", c.value.Type(), c.value, c.want, got)
		}
	}
}

func TestTimeStampsOfSmallNumbersAreRelative(t *testing.T) {
	for seconds, want := range map[float64]string{
		-5: "at -5 s from when it was sent", 268435455: "at 268435455 s from when it was sent",
		1763892000.5: "at 1763892000.5 = 2025-11-23T10:00:00Z",
	} {
		n := lwm2m.NewNode(lwm2m.KindValue, lwm2m.NewPath(3, 0, 9), lwm2m.IntegerValue(1), lwm2m.Span{}, 0).
			WithMore(&lwm2m.More{Time: seconds, HasTime: true})
		if got := moment(seconds, n.Instant()); got != want {
			t.Errorf("%v: expected %q, found %q", seconds, want, got)
		}
	}
}

func TestValueShowsUnitMeaningAndEmptiness(t *testing.T) {
	text := NewText(terminal.Style{}, false, nil)
	battery := lwm2m.NewNode(lwm2m.KindValue, lwm2m.NewPath(3, 0, 9), lwm2m.IntegerValue(97), lwm2m.Span{}, 0).
		WithDefinition(&lwm2m.Resource{ID: 9, Name: "Battery Level", Type: lwm2m.Integer, Units: "/100"})
	source := lwm2m.NewNode(lwm2m.KindValue, lwm2m.NewPath(3, 0, 6, 0), lwm2m.IntegerValue(5), lwm2m.Span{}, 0)
	empty := lwm2m.NewNode(lwm2m.KindEmpty, lwm2m.NewPath(3, 0, 6), lwm2m.Value{}, lwm2m.Span{}, 0)
	for want, node := range map[string]*lwm2m.Node{"97 %": &battery, "5 = USB": &source, "(empty)": &empty} {
		if got := text.valueText(node); got != want {
			t.Errorf("%v: expected %q, found %q", node.Path(), want, got)
		}
	}
}

func TestAFloatOfFourOctetsHasNoMoreDigitsThanItCame(t *testing.T) {
	text := NewText(terminal.Style{}, false, nil)
	for payload, want := range map[string]string{
		"\xe4\x16\x44\x41\xac\xcc\xcd":                     "21.6",
		"\xe8\x16\x44\x08\x40\x35\x99\x99\xa0\x00\x00\x00": "21.600000381469727",
		"\xe8\x16\x44\x08\x40\x35\x99\x99\x99\x99\x99\x9a": "21.6",
		"\xe4\x16\x44\x7f\x80\x00\x00":                     "Infinity",
		"\xe4\x16\x44\x00\x00\x00\x01":                     "1e-45",
		"\xe4\x16\x44\x80\x00\x00\x00":                     "-0",
	} {
		tree, err := formats.Decode(lwm2m.FormatTLV, []byte(payload), formats.Options{
			At:     lwm2m.NewPath(3303, 0),
			TypeOf: func(lwm2m.Path) (lwm2m.Type, bool) { return lwm2m.Float, true },
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := text.valueText(&tree.Nodes[0]); got != want {
			t.Errorf("%x: expected %s, found %s", payload, want, got)
		}
	}
}

func TestAGuessWithoutOctetsHasNoOtherReadings(t *testing.T) {
	text := NewText(terminal.Style{}, false, nil)
	for _, c := range []struct {
		format  lwm2m.ContentFormat
		payload string
	}{{lwm2m.FormatText, "21.5"}, {lwm2m.FormatSenMLJSON, `[{"n":"/31000/0/1","v":21.5}]`}} {
		tree, err := formats.Decode(c.format, []byte(c.payload), formats.Options{})
		if err != nil || len(tree.Nodes) != 1 {
			t.Fatal(tree, err)
		}
		if got := text.valueText(&tree.Nodes[0]); got != "21.5 (type guessed)" {
			t.Errorf("%s: found %q", c.format, got)
		}
	}
}

func TestALongValueIsCutUnlessAllIsAskedFor(t *testing.T) {
	text := NewText(terminal.Style{}, false, nil)
	text.Full = new(atomic.Bool)
	long := strings.Repeat("x", maxText-1) + "ü" + strings.Repeat("y", 1<<20)
	for _, v := range []lwm2m.Value{lwm2m.StringValue(long), lwm2m.OpaqueValue(long)} {
		n := lwm2m.NewNode(lwm2m.KindValue, lwm2m.NewPath(3, 0, 0), v, lwm2m.Span{}, 0)
		if got := text.valueText(&n); len(got) > 2*maxText || !utf8.ValidString(got) || !strings.HasSuffix(got, "… (1049089 bytes; --full shows all)") {
			t.Errorf("%v: %d octets, ending %q", v.Type(), len(got), got[max(0, len(got)-60):])
		}
		text.Full.Store(true)
		if got := text.valueText(&n); len(got) < len(long) {
			t.Errorf("%v: %d octets, want all", v.Type(), len(got))
		}
		text.Full.Store(false)
	}
	text.Further = true
	if got := text.longText(long, maxShort); !strings.HasSuffix(got, "x… (1049089 bytes; set full on shows all)") {
		t.Errorf("got %q", got)
	}
}
