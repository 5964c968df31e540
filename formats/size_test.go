package formats_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"lwcon/formats"
	"lwcon/lwm2m"
)

// manyMembers is how many resources each object instance of manySmall has.
const manyMembers = 100

// manySmall makes a payload of about a size with object instances of 100 integers
// each, and the request path that it answers.
func manySmall(f lwm2m.ContentFormat, size int) ([]byte, lwm2m.Path) {
	var b []byte
	switch f {
	case lwm2m.FormatSenMLJSON:
		b = append(b, '[')
	case lwm2m.FormatSenMLCBOR:
		b = append(b, 0x9f)
	case lwm2m.FormatLwM2MCBOR:
		b = append(b, 0xa1, 0x19, 33001>>8, 33001&0xff, 0xbf)
	}
	for i := 0; len(b) < size; i++ {
		switch f {
		case lwm2m.FormatTLV:
			b = append(binary.BigEndian.AppendUint16(append(b, 0x30), uint16(i)), 3*manyMembers>>8, 3*manyMembers&0xff)
		case lwm2m.FormatLwM2MCBOR:
			b = append(binary.BigEndian.AppendUint16(append(b, 0x19), uint16(i)), 0xbf)
		}
		for id := range byte(manyMembers) {
			name := fmt.Sprintf("/33001/%d/%d", i, id)
			switch f {
			case lwm2m.FormatTLV:
				b = append(b, 0xc1, id, 7)
			case lwm2m.FormatSenMLJSON:
				b = fmt.Appendf(b, `{"n":%q,"v":7},`, name)
			case lwm2m.FormatSenMLCBOR:
				b = append(append(append(b, 0xa2, 0x00, 0x60|byte(len(name))), name...), 0x02, 0x07)
			case lwm2m.FormatLwM2MCBOR:
				b = append(b, 0x18, id, 7)
			}
		}
		if f == lwm2m.FormatLwM2MCBOR {
			b = append(b, 0xff)
		}
	}
	switch f {
	case lwm2m.FormatSenMLJSON:
		b[len(b)-1] = ']'
	case lwm2m.FormatSenMLCBOR, lwm2m.FormatLwM2MCBOR:
		b = append(b, 0xff)
	}
	return b, lwm2m.NewPath(33001)
}

// manyFormats are the formats of manySmall.
var manyFormats = []lwm2m.ContentFormat{lwm2m.FormatTLV, lwm2m.FormatSenMLJSON, lwm2m.FormatSenMLCBOR, lwm2m.FormatLwM2MCBOR}

// BenchmarkDecodeSize shows that time grows linearly: the octets per second stay.
func BenchmarkDecodeSize(b *testing.B) {
	for _, f := range manyFormats {
		for _, size := range []int{1 << 10, 32 << 10, 1 << 20} {
			b.Run(fmt.Sprintf("%s/%dKB", f, size>>10), func(b *testing.B) {
				payload, at := manySmall(f, size)
				o := formats.Options{At: at, Definitions: testDefinitions}
				b.SetBytes(int64(len(payload)))
				b.ReportAllocs()
				for b.Loop() {
					if _, err := formats.Decode(f, payload, o); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// allocated returns how many octets a function takes from the heap.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestMemoryIs64OctetsANodeAndTwiceThePayload(t *testing.T) {
	for _, f := range manyFormats {
		payload, at := manySmall(f, 1<<20)
		for name, definitions := range map[string]lwm2m.Definitions{"known": testDefinitions, "unknown": definitions{}} {
			var tree *lwm2m.Tree
			var err error
			taken := allocated(func() {
				tree, err = formats.Decode(f, payload, formats.Options{At: at, Definitions: definitions})
			})
			if err != nil || len(tree.Nodes) < 1000 {
				t.Fatalf("%s: %d nodes (%v)", f, len(tree.Nodes), err)
			}
			if most := uint64(64*len(tree.Nodes) + 2*len(payload)); taken > most {
				t.Errorf("%s, %s types: expected at most %d octets for %d nodes, found %d", f, name, most, len(tree.Nodes), taken)
			}
		}
	}
}

func TestBombsAreRefusedInBoundedMemory(t *testing.T) {
	const size = 1 << 20
	repeat := func(s string) []byte { return []byte(strings.Repeat(s, size/len(s))) }
	tests := []struct {
		name    string
		format  lwm2m.ContentFormat
		payload []byte
	}{
		{"brackets", lwm2m.FormatSenMLJSON, repeat("[")},
		{"braces", lwm2m.FormatSenMLJSON, repeat("{")},
		{"braces in a string", lwm2m.FormatSenMLJSON, append([]byte(`[{"n":"`), repeat("{")...)},
		{"an unknown field of brackets", lwm2m.FormatSenMLJSON, append([]byte(`[{"x":`), repeat("[")...)},
		{"objects in objects", lwm2m.FormatJSON, repeat(`{"e":`)},
		{"an unknown field of objects", lwm2m.FormatJSON, repeat(`{"x":`)},
		{"a long name", lwm2m.FormatSenMLJSON, append(append([]byte(`[{"bn":"x`), repeat("y")...), `"},{},{"n":"/3/0/9","v":1}]`...)},
		{"digits", lwm2m.FormatSenMLJSON, append(append([]byte(`[{"n":"/3/0/9","v":`), repeat("9")...), "]"...)},
		{"2^32 records", lwm2m.FormatSenMLCBOR, append([]byte{0x9b, 0, 0, 0, 1, 0, 0, 0, 0}, repeat("\xa0")...)},
		{"2^32 records in none", lwm2m.FormatSenMLCBOR, []byte{0x9b, 0, 0, 0, 1, 0, 0, 0, 0}},
		{"arrays", lwm2m.FormatSenMLCBOR, repeat("\x81")},
		{"an unknown field of arrays", lwm2m.FormatSenMLCBOR, append([]byte("\x81\xa1\x61x"), repeat("\x9f")...)},
		{"tags", lwm2m.FormatCBOR, repeat("\xc1")},
		{"decimal fractions", lwm2m.FormatCBOR, repeat("\xc4\x82")},
		{"chunks in chunks", lwm2m.FormatCBOR, repeat("\x7f")},
		{"a long bignum", lwm2m.FormatCBOR, append([]byte{0xc2, 0x5a, 0, 0x0f, 0xff, 0xff}, repeat("\xff")...)},
		{"maps", lwm2m.FormatLwM2MCBOR, repeat("\xa1\x00")},
		{"2^64 pairs", lwm2m.FormatLwM2MCBOR, append([]byte{0xbb, 255, 255, 255, 255, 255, 255, 255, 255}, repeat("\x00")...)},
		{"keys of arrays", lwm2m.FormatLwM2MCBOR, repeat("\xa1\x9f")},
		{"entries in entries", lwm2m.FormatTLV, bytes.Repeat([]byte{0x18, 0, 0x0f, 0xff, 0xff}, size/5)},
		{"parameters", lwm2m.FormatLink, append([]byte("</1>"), repeat(";a")...)},
		{"opening brackets", lwm2m.FormatLink, repeat("<")},
	}
	for _, test := range tests {
		for _, definitions := range []lwm2m.Definitions{nil, testDefinitions} {
			var err error
			taken := allocated(func() {
				_, err = formats.Decode(test.format, test.payload, formats.Options{At: lwm2m.NewPath(3, 0, 9), Definitions: definitions})
			})
			var wrong *formats.SyntaxError
			if !errors.As(err, &wrong) {
				t.Errorf("%s: expected a *SyntaxError, found %v", test.name, err)
				continue
			}
			if most := uint64(20*len(test.payload) + 1<<16); taken > most {
				t.Errorf("%s: expected at most %d octets of memory, found %d", test.name, most, taken)
			}
		}
	}
}

func TestMoreThanTheLimitsIsRefused(t *testing.T) {
	tests := map[string]struct {
		format  lwm2m.ContentFormat
		payload []byte
	}{
		"octets": {lwm2m.FormatOpaque, make([]byte, 64<<20+1)},
		"values": {lwm2m.FormatTLV, bytes.Repeat([]byte{0xc0, 1}, 1<<20+1)},
	}
	for name, test := range tests {
		_, err := formats.Decode(test.format, test.payload, formats.Options{At: lwm2m.NewPath(3, 0)})
		var wrong *formats.SyntaxError
		if !errors.As(err, &wrong) || !strings.Contains(wrong.Reason, "at most") {
			t.Errorf("%s: expected a *SyntaxError with the limit, found %v", name, err)
		}
	}
}

func TestDeviationsOfOneRuleAreListedUpToALimitAndCounted(t *testing.T) {
	payload := []byte("[" + strings.TrimSuffix(strings.Repeat(`{"n":"/3/0/9","v":1.0},`, 100), ",") + "]")
	tree, err := formats.Decode(lwm2m.FormatSenMLJSON, payload, deviceOptions)
	if err != nil {
		t.Fatal(err)
	}
	listed, more := map[lwm2m.RuleID]int{}, map[lwm2m.RuleID]int{}
	for _, d := range tree.Deviations {
		listed[d.Rule]++
		more[d.Rule] += d.More
	}
	if listed["value-integer-as-float"] != 16 || more["value-integer-as-float"] != 84 || listed["duplicate-path"]+more["duplicate-path"] != 99 {
		t.Errorf("expected 100 and 99, found %v and %v more", listed, more)
	}
}
