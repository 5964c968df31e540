package hexinput_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"lwcon/formats/hexinput"
)

// device begins the answer of a Device object; its 19 octets fill more than one
// line of most dumps.
const device = "c800144f70656e204d6f62696c6520416c6cff"

func TestEveryWayToPasteGivesTheSameOctets(t *testing.T) {
	tests := map[string]string{
		"bare":           "c800144f70656e204d6f62696c6520416c6cff",
		"upper case":     "C800144F70656E204D6F62696C6520416C6CFF",
		"blanks":         "c8 00 14 4f 70 65 6e 20 4d 6f 62 69 6c 65 20 41 6c 6c ff",
		"line ends":      "c800144f70656e20\r\n4d6f62696c65\r\n20416c6cff\r\n",
		"one 0x":         "0xc800144f70656e204d6f62696c6520416c6cff",
		"many 0x":        "0xC8, 0x00, 0x14, 0x4F, 0x70,0x65,0x6E,0x20,0x4D,0x6F,0x62,0x69,0x6C,0x65,0x20,0x41,0x6C,0x6C,0xFF,",
		"colons":         "c8:00:14:4f:70:65:6e:20:4d:6f:62:69:6c:65:20:41:6c:6c:ff",
		"commas":         "c8,0,14,4f,70,65,6e,20,4d,6f,62,69,6c,65,20,41,6c,6c,ff",
		"escapes":        `"\xc8\x00\x14\x4f\x70\x65\x6e\x20\x4d\x6f\x62\x69\x6c\x65\x20\x41\x6c\x6c\xff"`,
		"C array":        "static const uint8_t payload[19] = {\n\t0xc8, 0x00, 0x14, /* name, 0x14 octets */\n\t0x4f, 0x70, 0x65, 0x6e, 0x20, 0x4d, // Open M\n\t0x6f, 0x62, 0x69, 0x6c, 0x65, 0x20, 0x41, 0x6c, 0x6c, 0xff };\n",
		"C, decimal":     "{200, 0, 20, 79, 112, 101, 110, 32, 77, 111, 98, 105, 108, 101, 32, 65, 108, 108, 255}",
		"C, mixed":       "uint8_t p[] = { 0xc8u, 0, 20, 'O', 'p', 'e', 'n', ' ', 77, 111, 98, 105, 0x6c, 101, 32, 65, 'l', '\\x6c', 255, };",
		"braces, hex":    "{c8, 00, 14, 4f, 70, 65, 6e, 20, 4d, 6f, 62, 69, 6c, 65, 20, 41, 6c, 6c, ff}",
		"Java bytes":     "new_payload = {-56, 0, 20, 79, 112, 101, 110, 32, 77, 111, 98, 105, 108, 101, 32, 65, 108, 108, -1};",
		"Python list":    "[200, 0, 20, 79, 112, 101, 110, 32, 77, 111, 98, 105, 108, 101, 32, 65, 108, 108, 255]",
		"list, hex":      "[c8, 00, 14, 4f, 70, 65, 6e, 20, 4d, 6f, 62, 69, 6c, 65, 20, 41, 6c, 6c, ff]",
		"Python bytes":   `b'\xc8\x00\x14Open Mobile All\xff'`,
		"bytearray":      `payload = bytearray(b"\xc8\x00\x14Open Mobile All\xff")`,
		"shell's bytes":  `b\xc8\x00\x14Open Mobile All\xff`,
		"C string":       `const char p[] = "\310\0\x14Open " "Mobile\x20"` + "\n" + `  "All\377";`,
		"bare escapes":   `\xc8\x00\x14Open Mobile All\xff`,
		"hexlify":        "b'c800144f70656e204d6f62696c6520416c6cff'",
		"xxd":            "00000000: c800 144f 7065 6e20 4d6f 6269 6c65 2041  ...Open Mobile A\n00000010: 6c6c ff                                  ll.\n",
		"xxd, one line":  "00000000: c800 144f 7065 6e20 4d6f 6269 6c65 2041 6c6c ff  ...Open Mobile All.",
		"xxd -p":         "c800144f70656e204d6f62696c6520416c\n6cff\n",
		"hexdump -C":     "00000000  c8 00 14 4f 70 65 6e 20  4d 6f 62 69 6c 65 20 41  |...Open Mobile A|\n00000010  6c 6c ff                                          |ll.|\n00000013\n",
		"od -A x -t x1":  "000000 c8 00 14 4f 70 65 6e 20 4d 6f 62 69 6c 65 20 41\n000010 6c 6c ff\n000013\n",
		"od -t x1":       "0000000 c8 00 14 4f 70 65 6e 20 4d 6f 62 69 6c 65 20 41\n0000020 6c 6c ff\n0000023\n",
		"Wireshark":      "0000   c8 00 14 4f 70 65 6e 20 4d 6f 62 69 6c 65 20 41   ...Open Mobile A\n0010   6c 6c ff                                          ll.\n",
		"Wireshark, gap": "0000   c8 00 14 4f 70 65 6e 20  4d 6f 62 69 6c 65 20 41   ...Open  Mobile A\n0010   6c 6c ff                                           ll.\n",
		"Zephyr":         "[00:00:04.230,000] <dbg> net_lwm2m_engine: lwm2m_udp_receive: payload\n                                    c8 00 14 4f 70 65 6e 20  4d 6f 62 69 6c 65 20 41 |...Open  Mobile A\n                                    6c 6c ff                                         |ll.              \n",
		"Anjay":          "DEBUG [coap] [/src/udp/ctx.c:310]: 00000000: c8 00 14 4f 70 65 6e 20 4d 6f 62 69 6c 65 20 41\nDEBUG [coap] [/src/udp/ctx.c:310]: 00000010: 6c 6c ff\n",
		"log line":       "2026-11-23T10:00:00Z INFO [lwm2m] payload: c8 00 14 4f 70 65 6e 20 4d 6f 62 69 6c 65 20 41 6c 6c ff",
		"base64":         "yAAUT3BlbiBNb2JpbGUgQWxs/w==",
		"base64url":      "yAAUT3BlbiBNb2JpbGUgQWxs_w",
		"base64, lines":  "yAAUT3BlbiBN\nb2JpbGUgQWxs/w==\n",
	}
	want, err := hex.DecodeString(device)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range tests {
		octets, err := hexinput.Parse(text, hexinput.Auto)
		if err != nil || !bytes.Equal(octets, want) {
			t.Errorf("%s: expected %x, found %x (%v)", name, want, octets, err)
		}
	}
}

func TestCharacterColumnThatLooksLikeHexIsLeftOut(t *testing.T) {
	for _, text := range []string{
		"00000000: 6162 6364 6162 6364  abcdabcd",
		"00000000  61 62 63 64 61 62 63 64                           |abcdabcd|",
		"0000   61 62 63 64 61 62 63 64   abcdabcd",
	} {
		octets, err := hexinput.Parse(text, hexinput.Hex)
		if err != nil || string(octets) != "abcdabcd" {
			t.Errorf("%q: found %q (%v)", text, octets, err)
		}
	}
}

func TestGroupsOfUnevenLengthAreNoOffset(t *testing.T) {
	for text, want := range map[string]string{
		"c109 64":                           "c10964",
		"c800 14 4f70":                      "c800144f70",
		"c809 09 0100":                      "c809090100",
		"c109 64\nc10b 01":                  "c10964c10b01",
		"0010 6c 6c":                        "00106c6c",
		"c109  64":                          "c10964",
		"c8: 00 14":                         "c80014",
		"c8: 00: 14":                        "c80014",
		"00: 6c 6c":                         "6c6c",
		"10: 6c 6c\n12: ff":                 "6c6cff",
		"0010: 6c 6c":                       "6c6c",
		"0010  6c 6c":                       "6c6c",
		"0000 6c 6c":                        "6c6c",
		"0010 6c 6c\n0012 ff":               "6c6cff",
		"0010  6c 6c                    ll": "6c6c",
	} {
		octets, err := hexinput.Parse(text, hexinput.Hex)
		if err != nil || hex.EncodeToString(octets) != want {
			t.Errorf("%q: expected %s, found %x (%v)", text, want, octets, err)
		}
	}
}

func TestPastesGiveNoOctetsThatAreNotInThem(t *testing.T) {
	for text, want := range map[string]string{
		"c1 9 64":              "c10964",
		"1 2 3":                "010203",
		"0xc1, 0x9, 0x64, 0x6": "c1096406",
		"uint8_t a[]={0xc1,0x09,0x64}; uint8_t b[]={0xc1,0x0a,0x0f};":       "c10964c10a0f",
		"uint8_t a[] = {0xc1, 0x09, 0x64};\nuint8_t b[] = {193, 10, 15};\n": "c10964c10a0f",
		"unsigned char a[]={0xc1,0x09}; /* more {} */ {0x64}":               "c10964",
		"[]byte{0xc1, 0x09}, []byte{0x64}":                                  "c10964",
		"a[] = {0xc1, 0x09, 0x64}; size_t n = 3;":                           "c10964",
		"[10 9 64]":                  "0a0940",
		"[193 9 100]":                "c10964",
		"[c1 09 64]":                 "c10964",
		"01:02:03 c1 09 64":          "c10964",
		"[3] c1 09 64":               "c10964",
		"[3] c1 09 64\n[4] c1 0a 0f": "c10964c10a0f",
		"01:02:03":                   "010203",
		"01:02:03 04:05:06":          "010203040506",
		"00000000: 01100001 01100010 01100011 01100100 01100101 01100110  abcdef\n00000006: 01100111 01101000                                      gh\n": "6162636465666768",
		"00000000: 01100001 01100010 01100011 01100100 01100101 01100110\n00000006: 01100111 01101000":                                                   "6162636465666768",
		"00000000: 01000000 00000001": "0100000000000001",
	} {
		octets, err := hexinput.Parse(text, hexinput.Hex)
		if err != nil || hex.EncodeToString(octets) != want {
			t.Errorf("%q: expected %s, found %x (%v)", text, want, octets, err)
		}
	}
}

func TestTextThatIsNoOctetsIsRefusedWithItsPlace(t *testing.T) {
	tests := []struct {
		text         string
		kind         hexinput.Kind
		line, column int
	}{
		{"c8 00 zz", hexinput.Hex, 1, 7},
		{"c8 00\n1 234", hexinput.Hex, 2, 3},
		{"abc", hexinput.Hex, 1, 1},
		{`{"a": 1}`, hexinput.Hex, 1, 1},
		{"\n [{\"a\": 1}]", hexinput.Hex, 2, 2},
		{"c8001 14", hexinput.Hex, 1, 1},
		{"c800144 14", hexinput.Hex, 1, 1},
		{"not octets!", hexinput.Auto, 1, 1},
		{"00000000: c800 1\n", hexinput.Hex, 1, 16},
		{"c1 09 6", hexinput.Hex, 1, 7},
		{"c1 64 6", hexinput.Hex, 1, 7},
		{"c109 6 4", hexinput.Hex, 1, 6},
		{"c1 09\n64 6", hexinput.Hex, 2, 4},
		{"INFO: c1 09 6", hexinput.Hex, 1, 13},
		{"unsigned char a[]={0xc1,0x09}; struct s b = {zz}", hexinput.Hex, 1, 46},
		{"a[]={0xc1,0x09}; if (x | y) {0x64}", hexinput.Hex, 1, 29},
		{"a===b", hexinput.Base64, 1, 1},
		{`b'\xc8\x00`, hexinput.Auto, 1, 11},
		{"b'\\x00'\nb'\\u0041'", hexinput.Auto, 2, 3},
		{`b'\x00' x`, hexinput.Auto, 1, 9},
		{"{300, 1}", hexinput.Hex, 1, 2},
	}
	for _, test := range tests {
		octets, err := hexinput.Parse(test.text, test.kind)
		var where *hexinput.Error
		if !errors.As(err, &where) || where.Line != test.line || where.Column != test.column {
			t.Errorf("%q: expected an error at %d:%d, found %x (%v)", test.text, test.line, test.column, octets, err)
		}
	}
}

func FuzzHexWithSeparatorsReadsBack(f *testing.F) {
	f.Add([]byte{0xc8, 0, 0x14}, "00000000: c800 144f  ..O")
	f.Add([]byte{}, "{ 0x1, 0x2 } // x")
	f.Add([]byte{2}, "{-56, '\\n', 200u}[1, 2]")
	f.Add([]byte{3}, "b'\\xc8\\310' \"\\\n\"")
	f.Add([]byte{1}, "/* /* | ] > : 0000")
	f.Add([]byte{0}, "{--")
	f.Fuzz(func(t *testing.T, octets []byte, text string) {
		for _, kind := range []hexinput.Kind{hexinput.Auto, hexinput.Hex, hexinput.Base64} {
			if out, err := hexinput.Parse(text, kind); err == nil && len(out) > len(text) && !strings.Contains(text, "*") {
				t.Fatalf("%d octets out of %d characters", len(out), len(text))
			}
		}
		for _, written := range []string{hex.EncodeToString(octets), hex.Dump(octets)} {
			out, err := hexinput.Parse(written, hexinput.Hex)
			if err != nil && len(octets) > 0 || !bytes.Equal(out, octets) && len(octets) > 0 {
				t.Fatalf("%q: expected %x, found %x (%v)", written, octets, out, err)
			}
		}
	})
}
