package hexinput_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"lwcon/formats/hexinput"
)

func TestDumpsReadAsTheOctetsTheyShow(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"xxd, links", "00000000: 3c2f 312f 303e 2c3c 2f33 2f30 3e2c 3c2f  </1/0>,</3/0>,</\n00000010: 342f 303e                                4/0>\n", hex.EncodeToString([]byte("</1/0>,</3/0>,</4/0>"))},
		{"xxd, JSON", "00000000: 5b7b 226e 223a 2022 3922 7d5d            [{\"n\": \"9\"}]", hex.EncodeToString([]byte(`[{"n": "9"}]`))},
		{"bars in the column", "00000000: 6162 7c63 647c 6566 207c 3132 7c20 3334  ab|cd|ef |12| 34", hex.EncodeToString([]byte("ab|cd|ef |12| 34"))},
		{"a column of hex", "00000000: 6161 2062 6220 6363 2064 6420 6565 2066  aa bb cc dd ee f\n00000010: 6620 3030                                f 00", hex.EncodeToString([]byte("aa bb cc dd ee ff 00"))},
		{"blanks first", "00000000: 2020 6161 2020 6262 2020                   aa  bb  ", hex.EncodeToString([]byte("  aa  bb  "))},
		{"blanks first, cut", "00000000: 2020 6161 2020 6262 2020                   aa  bb", hex.EncodeToString([]byte("  aa  bb  "))},
		{"blanks alone, cut", "00000000: 2020 2020", "20202020"},
		{"-c8 -g1", "00000000: 30 20 61 62 20 63 64 20  0 ab cd \n00000008: 31 20                    1 ", hex.EncodeToString([]byte("0 ab cd 1 "))},
		{"tcpdump -x", "12:00:00.000000 IP 127.0.0.1.5683 > 127.0.0.1.4000: UDP, length 3\n\t0x0000:  c109 64\n", "c10964"},
		{"tcpdump -X", "\t0x0000:  4500 001f 2041 4243 4411 3c61 7f00 0001  E....ABCD.<a....\n\t0x0010:  c109 64                                  ..d\n", "4500001f204142434411" + "3c617f000001c10964"},
		{"eight digits", "0x00000000: c1 09 64", "c10964"},
		{"two digits", "00: c1 09 64\n03: ff", "c10964ff"},
		{"gdb", "0x7ffe10:\t0xc1\t0x09\n0x7ffe12:\t0x64", "c10964"},
		{"hexdump", "0000000 09c1 c164 0f0a\n0000006\n", "c10964c10a0f"},
		{"hexdump, odd", "0000000 09c1 0064\n0000003\n", "c10964"},
		{"hexdump -x", "0000000    09c1    c164    0f0a\n0000006\n", "c10964c10a0f"},
		{"od -x", "0000000 3130 3332 3534 3736 3938 6261 6463 6665\n0000020 0067\n0000021\n", hex.EncodeToString([]byte("0123456789abcdefg"))},
		{"od -A x -x", "000000 09c1 c164\n000004\n", "c10964c1"},
		{"od -tx4", "0000000 c16409c1 00000f0a\n0000006\n", "c10964c10a0f"},
		{"od -A x -tx4", "000000 2c006e31 01322020 00003165\n00000a\n", "316e002c202032016531"},
		{"od -tx2z, big-endian", "0000000 c109 6400                                >..d<\n0000003\n", "c10964"},
		{"od -tx1z", "0000000 c1 09 64 3e 7c                                   >..d>|<\n0000005\n", "c109643e7c"},
		{"od -tx2z", "0000000 09c1 0064                                >..d<\n0000003\n", "c10964"},
		{"od -A n -tx1z", " c1 09 64 3e                                      >..d><\n", "c109643e"},
		{"od -A d", "0000000 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f\n0000016 10\n0000017\n", "000102030405060708090a0b0c0d0e0f10"},
		{"xxd -e", "00000000: 6409c161 7a                          a..dz", "61c109647a"},
		{"hexdump -C, repeats", "00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n*\n00000040  c1                                                |.|\n00000041\n", strings.Repeat("00", 64) + "c1"},
		{"od, repeats", "0000000 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n*\n0000060 c1\n0000061\n", strings.Repeat("00", 48) + "c1"},
		{"a piece of a dump", "0020   c1 09 64 41 42 43 44 45 46 47 48 49 4a 4b 4c 4d   ..dABCDEFGHIJKLM\n0030   ff                                                .", "c109644142434445464748494a4b4c4dff"},
		{"column of a log", "[1] <dbg> x: c1 09 7c 3e |..|>|\n[1] <dbg> x: c1 |.|", "c1097c3ec1"},
		{"column alone", "c109 643e  ..d>\nc10a       ..\n", "c109643ec10a"},
		{"fromhex", `bytes.fromhex("c109 64")`, "c10964"},
		{"fromhex, assigned", "p = bytes.fromhex('c109'\n  '64')", "c10964"},
		{"DecodeString", `b, err := hex.DecodeString("c10964")`, "c10964"},
		{"assigned", `payload = "c10964";`, "c10964"},
		{"Go", "[]byte{0xc1, 9, 'd'}", "c10964"},
		{"Go, assigned", "p := [3]byte{0xc1,\n\t0x09, 0x64,\n}\n", "c10964"},
		{"Java", "byte[] p = new byte[] {-63, 9, 100};", "c10964"},
		{"C++", "std::vector<uint8_t> p{0xc1, 0x09, 0x64};", "c10964"},
		{"Rust", "let p = &[0xc1, 0x09, 0x64];", "c10964"},
		{"vec", "vec![0xc1, 0x09, 0x64]", "c10964"},
	}
	for _, test := range tests {
		octets, err := hexinput.Parse(test.text, hexinput.Hex)
		if err != nil || hex.EncodeToString(octets) != test.want {
			t.Errorf("%s: expected %s, found %x (%v)", test.name, test.want, octets, err)
		}
	}
}

func TestDumpThatDisagreesWithItselfIsRefusedWithItsLine(t *testing.T) {
	tests := []struct {
		text         string
		line, column int
		says         string
	}{
		{"0000   c1 09 64\n0010   c1 0a 0f", 2, 1, "expected offset 0003, as 3 octets stand before it, found 0010"},
		{"00000000: c109 64  ..d\n00000004: c1  .", 2, 1, "expected offset 00000003"},
		{"00000000: c109 64  ..e\n", 1, 20, `expected the characters of the octets before, "..d", found "..e"`},
		{"00000000  c1 09 64  |..d|\n00000004\n", 2, 1, "expected offset 00000003"},
		{"0x0000:  c109 64\n0x0000:  c109 64", 2, 3, "expected offset 0003"},
		{"00000000: c109 64  ..d\n00000003: zz  .", 2, 1, "expected an offset"},
		{"00000000: c109 64  ..d\nc109", 2, 1, "expected offset 0003"},
		{"c1 09 64\n0003: ff", 1, 1, "expected an offset"},
		{"0000000 004701 000144\n0000003", 1, 1, "octal"},
		{"00000000  c1  |.|\n*\n", 3, 1, "how often the line repeats"},
		{"00000000  c1 09  |..|\n*\n00000005  c1  |.|\n", 3, 1, "some lines of 2 octets behind"},
		{"00000000  c1 09  |..|\n*\nfffffff0  c1  |.|\n", 3, 1, "expected at most"},
		{"0000000 0000 0000 0000 0000 0000 0000 0000 0000\n*\n0000100\n", 1, 1, "64 octets of od -x or 256 of hexdump"},
		{"00000000: 6162  cd", 1, 17, "expected"},
		{"INFO payload: c1 09 64 (3 bytes)", 1, 28, "expected hexadecimal digits"},
	}
	for _, test := range tests {
		octets, err := hexinput.Parse(test.text, hexinput.Hex)
		var where *hexinput.Error
		if !errors.As(err, &where) || where.Line != test.line || where.Column != test.column || !strings.Contains(where.Reason, test.says) {
			t.Errorf("%q: expected an error at %d:%d that says %q, found %x (%v)", test.text, test.line, test.column, test.says, octets, err)
		}
	}
}

func TestFormOfTheOctetsIsNamed(t *testing.T) {
	for text, want := range map[string]string{
		"c10964":                      "hex",
		"wQlk":                        "base64",
		"0000000 09c1 0064\n0000003":  "a dump of words, the lowest octet last",
		"0x0000: c109 64":             "a dump",
		`bytes.fromhex("c10964")`:     "hex of a program",
		"INFO payload: c1 09 64":      "hex of a log",
		"00000000: 6409c1  ..d":       "a dump of words, the lowest octet last",
		"00000000  c1 09 64   |..d|":  "a dump",
		"c1 09 64 |..d|\nc1 09 |..|":  "a dump",
		"static char p[] = {1, 2, 3}": "hex of a program",
	} {
		if _, form, err := hexinput.Read(text, hexinput.Auto); err != nil || form != want {
			t.Errorf("%q: expected %q, found %q (%v)", text, want, form, err)
		}
	}
}

func TestEveryDumpOfAnyOctetsReadsBack(t *testing.T) {
	for seed := range uint64(600) {
		octets := payload(seed)
		for _, d := range dumps(octets, seed) {
			out, err := hexinput.Parse(d.text, hexinput.Hex)
			if err != nil || !bytes.Equal(out, octets) {
				t.Fatalf("%s of %q:\n%s\nfound %q (%v)", d.name, octets, d.text, out, err)
			}
		}
	}
}

func FuzzDumpsReadBack(f *testing.F) {
	f.Add([]byte("  aa  bb  "), uint64(0))
	f.Add([]byte("aa bb cc dd ee ff 00 11 22 33"), uint64(1))
	f.Add([]byte("</1/0>,</3/0>,</4/0>"), uint64(2))
	f.Add(make([]byte, 100), uint64(3))
	f.Fuzz(func(t *testing.T, octets []byte, seed uint64) {
		if len(octets) == 0 || len(octets) > 300 {
			return
		}
		for _, d := range dumps(octets, seed) {
			out, err := hexinput.Parse(d.text, hexinput.Hex)
			if err != nil || !bytes.Equal(out, octets) {
				t.Fatalf("%s of %q:\n%s\nfound %q (%v)", d.name, octets, d.text, out, err)
			}
		}
	})
}
