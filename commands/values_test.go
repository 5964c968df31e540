package commands

import (
	"os"
	"path/filepath"
	"testing"

	"lwcon/lwm2m"
)

func TestValuesAreReadByTheTypeOfTheResource(t *testing.T) {
	env := &Env{Directory: t.TempDir()}
	if err := os.WriteFile(filepath.Join(env.Directory, "f.bin"), []byte("file"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		typ  lwm2m.Type
		word string
		want lwm2m.Value
	}{
		{lwm2m.String, "", lwm2m.StringValue("")},
		{lwm2m.String, "+02:00", lwm2m.StringValue("+02:00")},
		{lwm2m.String, "08", lwm2m.StringValue("08")},
		{lwm2m.String, "coap://h:5683", lwm2m.StringValue("coap://h:5683")},
		{lwm2m.String, "hex:4142", lwm2m.StringValue("AB")},
		{lwm2m.String, "text:@x", lwm2m.StringValue("@x")},
		{lwm2m.String, "@f.bin", lwm2m.StringValue("file")},
		{lwm2m.String, "file:f.bin", lwm2m.StringValue("file")},
		{lwm2m.Integer, "-9223372036854775808", lwm2m.IntegerValue(-9223372036854775808)},
		{lwm2m.Unsigned, "18446744073709551615", lwm2m.UnsignedValue(18446744073709551615)},
		{lwm2m.Integer, "text:soon", lwm2m.StringValue("soon")},
		{lwm2m.Integer, "hex:00ff", lwm2m.OpaqueValue("\x00\xff")},
		{lwm2m.Float, "21.5", lwm2m.FloatValue(21.5)},
		{lwm2m.Boolean, "true", lwm2m.BooleanValue(true)},
		{lwm2m.Opaque, "", lwm2m.OpaqueValue("")},
		{lwm2m.Opaque, "00ff", lwm2m.OpaqueValue("\x00\xff")},
		{lwm2m.Opaque, "00 ff", lwm2m.OpaqueValue("\x00\xff")},
		{lwm2m.Opaque, "hex:00FF", lwm2m.OpaqueValue("\x00\xff")},
		{lwm2m.Opaque, "text:AB", lwm2m.OpaqueValue("AB")},
		{lwm2m.Opaque, "base64:AP8", lwm2m.OpaqueValue("\x00\xff")},
		{lwm2m.Opaque, "base64:AP8=", lwm2m.OpaqueValue("\x00\xff")},
		{lwm2m.Opaque, "@f.bin", lwm2m.OpaqueValue("file")},
		{lwm2m.ObjectLink, "66:0", lwm2m.ObjectLinkValue(66, 0)},
		{lwm2m.Time, "2026-11-23T10:00:00Z", lwm2m.TimeValue(1795428000)},
		{lwm2m.CoreLink, "</3/0>", lwm2m.CoreLinkValue("</3/0>")},
	} {
		got, err := env.value(c.typ, true, c.word)
		if err != nil || got != c.want {
			t.Errorf("%s %q: got %v %v, %v; want %v %v", c.typ, c.word, got.Type(), got, err, c.want.Type(), c.want)
		}
	}
}

func TestAValueThatIsNoneIsWrongUsage(t *testing.T) {
	env := &Env{Directory: t.TempDir()}
	for _, c := range []struct {
		typ  lwm2m.Type
		word string
	}{
		{lwm2m.Integer, "9223372036854775808"},
		{lwm2m.Integer, ""},
		{lwm2m.Unsigned, "-1"},
		{lwm2m.Float, "warm"},
		{lwm2m.Boolean, "2"},
		{lwm2m.Opaque, "xyz"},
		{lwm2m.Opaque, "hex:xyz"},
		{lwm2m.Opaque, "base64:!"},
		{lwm2m.String, "@none"},
		{lwm2m.ObjectLink, "66"},
		{lwm2m.Time, "tomorrow"},
	} {
		_, err := env.value(c.typ, true, c.word)
		if e, ok := err.(*Error); !ok || e.Kind != UsageError {
			t.Errorf("%s %q: %v, want a usage error", c.typ, c.word, err)
		}
	}
}

func TestWithoutATypeTheLikeliestIsTaken(t *testing.T) {
	for word, want := range map[string]lwm2m.Value{
		"5": lwm2m.IntegerValue(5), "-5": lwm2m.IntegerValue(-5), "08": lwm2m.StringValue("08"), "4.00": lwm2m.FloatValue(4),
		"18446744073709551615": lwm2m.UnsignedValue(18446744073709551615), "true": lwm2m.BooleanValue(true),
		"66:0": lwm2m.ObjectLinkValue(66, 0), "x": lwm2m.StringValue("x"), "": lwm2m.StringValue(""), "yes": lwm2m.StringValue("yes"),
	} {
		if got, err := (&Env{}).value(0, false, word); err != nil || got != want {
			t.Errorf("%q: got %v %v, %v; want %v %v", word, got.Type(), got, err, want.Type(), want)
		}
	}
}
