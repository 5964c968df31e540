package formats_test

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"lwcon/formats"
	"lwcon/lwm2m"
)

func TestPayloadsAreRecognizedAsWhatTheyAre(t *testing.T) {
	at := lwm2m.NewPath(3, 0)
	for _, f := range benchmarked {
		payload := encodeDevice(t, f.format)
		for _, at := range []lwm2m.Path{{}, at} {
			if best := formats.Recognize(payload, at)[0]; best.Format != f.format {
				t.Errorf("%s at %s: recognized as %s", f.name, at, best)
			}
		}
	}
	tests := []struct {
		text, at string
		want     lwm2m.ContentFormat
	}{
		{"ACME", "/3/0/0", lwm2m.FormatText},
		{"+02:00", "/", lwm2m.FormatText},
		{"", "/3/0/0", lwm2m.FormatText},
		{"</1/0>,</3/0>", "/", lwm2m.FormatLink},
		{`[{"n":"/3/0/0"},{"n":"/3/0/9"}]`, "/", lwm2m.FormatETCHJSON},
		{"\x19\x03\xe8", "/3/0/9", lwm2m.FormatCBOR},
		{"\xc1\x09\x64", "/3/0/9", lwm2m.FormatTLV},
		{"\xc1\x09\x64", "/3/0", lwm2m.FormatTLV},
		{"\xc8\x09\x01\x64", "/3/0", lwm2m.FormatTLV},
		{"\xe1\x00\x09\x64", "/3/0", lwm2m.FormatTLV},
		{"\xff\xff\xff", "/3/0/9", lwm2m.FormatOpaque},
	}
	for _, test := range tests {
		if best := formats.Recognize([]byte(test.text), lwm2m.MustParsePath(test.at))[0]; best.Format != test.want {
			t.Errorf("%q at %s: expected %s, found %s", test.text, test.at, test.want, best)
		}
	}
}

func TestPayloadInAnotherFormatSaysWhichItLooksLike(t *testing.T) {
	tlv := string(encodeDevice(t, lwm2m.FormatTLV))
	json := string(encodeDevice(t, lwm2m.FormatSenMLJSON))
	cbor := string(encodeDevice(t, lwm2m.FormatSenMLCBOR))
	tests := []struct {
		format        lwm2m.ContentFormat
		payload, want string
	}{
		{lwm2m.FormatSenMLJSON, tlv, "tlv"},
		{lwm2m.FormatTLV, json, "senml-json"},
		{lwm2m.FormatTLV, cbor, "senml-cbor"},
		{lwm2m.FormatSenMLCBOR, json, "senml-json"},
		{lwm2m.FormatLwM2MCBOR, cbor, "senml-cbor"},
		{lwm2m.FormatJSON, json, "senml-json"},
		{lwm2m.FormatText, json, "senml-json"},
		{lwm2m.FormatLink, json, "senml-json"},
		{lwm2m.FormatCBOR, tlv, "tlv"},
	}
	for _, test := range tests {
		tree, err := formats.Decode(test.format, []byte(test.payload), deviceOptions)
		said := ""
		var wrong *formats.SyntaxError
		if errors.As(err, &wrong) {
			said = wrong.LooksLike
		} else if len(tree.Deviations) > 0 && tree.Deviations[0].Rule == "format-mismatch" {
			_, said, _ = strings.Cut(tree.Deviations[0].Message, "what looks like ")
		}
		if !strings.HasPrefix(said, test.want+" ") {
			t.Errorf("%s as %s: found %q, %v, %v", test.want, test.format, said, tree.Deviations, err)
		}
	}
	octets, _ := hex.DecodeString("c0ff")
	_, err := formats.Decode(50, octets, formats.Options{})
	var unknown *formats.UnknownFormatError
	if !errors.As(err, &unknown) || unknown.Format != 50 {
		t.Errorf("format 50: found %v", err)
	}
}

func TestTextThatIsAnotherFormatIsNotedAsSuch(t *testing.T) {
	o := formats.Options{At: lwm2m.MustParsePath("/3/0/9"), Definitions: testDefinitions}
	tree, err := formats.Decode(lwm2m.FormatText, []byte("\xc1\x09\x64"), o)
	if err != nil {
		t.Fatal(err)
	}
	first := tree.Deviations[0]
	if first.Rule != "format-mismatch" || !strings.Contains(first.Message, "tlv") {
		t.Errorf("expected format-mismatch, found %v", tree.Deviations)
	}
}

func TestLenientlyDecodedPayloadSaysWhichFormatItLooksLike(t *testing.T) {
	for _, test := range []struct {
		format        lwm2m.ContentFormat
		payload, want string
	}{
		{lwm2m.FormatSenMLJSON, `{"bn":"/3/0/","e":[{"n":"9","v":1}]}`, "looks like json"},
		{lwm2m.FormatCBOR, "\xc1\x09\x64", "looks like tlv"},
		{lwm2m.FormatCBOR, "100", "looks like text"},
		{lwm2m.FormatCBOR, "\x18\x64\x00", ""},
		{lwm2m.FormatCBOR, "dACME\n", ""},
		{lwm2m.FormatSenMLJSON, `{"bn":"/3/0/9","v":1}`, ""},
	} {
		tree, err := formats.Decode(test.format, []byte(test.payload), formats.Options{At: lwm2m.NewPath(3, 0, 9), Definitions: testDefinitions})
		if err != nil || len(tree.Deviations) == 0 {
			t.Fatalf("%s %q: %v", test.format, test.payload, err)
		}
		first := tree.Deviations[0]
		if mismatch := first.Rule == "format-mismatch"; mismatch != (test.want != "") || !strings.Contains(first.Message, test.want) {
			t.Errorf("%s %q: expected %q, found %v", test.format, test.payload, test.want, tree.Deviations)
		}
	}
}

func TestLargePayloadsAreRecognized(t *testing.T) {
	record := `{"n":"/3/0/9","v":100}`
	json := "[" + strings.Repeat(record+",", 3<<20/len(record)) + record + "]"
	tlv := strings.Repeat("\xc1\x09\x64", 1<<19)
	for want, payload := range map[lwm2m.ContentFormat]string{lwm2m.FormatSenMLJSON: json, lwm2m.FormatTLV: tlv} {
		if best := formats.Recognize([]byte(payload), lwm2m.NewPath(3, 0))[0]; best.Format != want {
			t.Errorf("%d octets: expected %s, found %s", len(payload), want, best)
		}
	}
}

func TestBrokenPayloadSaysWhatItBeginsLike(t *testing.T) {
	for payload, want := range map[string]string{
		`{"e":`:       "begins like json: ",
		`[{"n":"9",]`: "begins like senml-json: ",
		"<open":       "begins like link-format: ",
		"ACME":        "printable text",
	} {
		if best := formats.Recognize([]byte(payload), lwm2m.Path{})[0]; best.Format != lwm2m.FormatText || !strings.Contains(best.Reason, want) {
			t.Errorf("%q: expected text that %q, found %s", payload, want, best)
		}
	}
}

func TestAPayloadWithAFaultIsStillWhatItIs(t *testing.T) {
	for _, c := range []struct {
		payload, at string // a payload in hex has no blank and no quote
		want        lwm2m.ContentFormat
		says        string
	}{
		{"c10964c10a", "/3/0", lwm2m.FormatTLV, "though expected"},         // cut off
		{"c10964", "/3", lwm2m.FormatTLV, "though expected an Object"},     // D01
		{"410001410105", "/3/0", lwm2m.FormatTLV, "TLV entries"},           // D02
		{"82a200662f332f302f390201", "/", lwm2m.FormatSenMLCBOR, "though"}, // cut off
		{"82a200662f332f302f390201", "/3/0/9", lwm2m.FormatSenMLCBOR, "though"},
		{"a2616e662f332f302f39617605", "/", lwm2m.FormatSenMLCBOR, "a SenML record in CBOR, by itself"}, // D12
		{"a200662f332f302f390205", "/", lwm2m.FormatSenMLCBOR, "a SenML record in CBOR, by itself"},
		{"a200662f332f302f390205", "/3/0", lwm2m.FormatSenMLCBOR, "a SenML record in CBOR, by itself"},
		{`{"n":"/3/0/9","v":1}`, "/", lwm2m.FormatSenMLJSON, "a SenML record in JSON, by itself"},
		{`{"e":[{"n":"9","v":1}]}`, "/", lwm2m.FormatJSON, "a JSON object with an array e"},
		{`{"e":[{"n":"9","v":1}`, "/3/0", lwm2m.FormatJSON, "though"},
		{`[{"n":"9","v":1}]`, "/", lwm2m.FormatSenMLJSON, ""},
		{`[{"n":"/3/0/9","v":1},{"n":`, "/3/0", lwm2m.FormatSenMLJSON, "though"},
		{`lwm2m="1.0",</0/0>`, "/", lwm2m.FormatLink, "behind parameters"}, // R11
		{`size=5, or 6`, "/", lwm2m.FormatText, "printable text"},
		{"ffffff", "/3/0", lwm2m.FormatTLV, "though"},
		{"ffffff", "/", lwm2m.FormatOpaque, "any octets are"},
		{"c10964c10a", "/", lwm2m.FormatOpaque, "though it begins like tlv"},
		{"a10105", "/", lwm2m.FormatOpaque, "any octets are"},
		{"a18303000905", "/", lwm2m.FormatLwM2MCBOR, "a CBOR map of paths"},
		{"1903e8", "/3/0/9", lwm2m.FormatCBOR, "one CBOR value"},
	} {
		payload, err := hex.DecodeString(c.payload)
		if err != nil {
			payload = []byte(c.payload)
		}
		best := formats.Recognize(payload, lwm2m.MustParsePath(c.at))[0]
		if best.Format != c.want || !strings.Contains(best.Reason, c.says) {
			t.Errorf("%s at %s: expected %s, %q, found %s", c.payload, c.at, c.want, c.says, best)
		}
	}
}
