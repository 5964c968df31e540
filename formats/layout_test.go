package formats_test

import (
	"testing"

	"lwcon/formats"
	"lwcon/lwm2m"
)

func TestLayoutCoversEveryOctetOfEveryGoldenPayload(t *testing.T) {
	for _, g := range goldens(t) {
		format, _, o := g.request(t)
		f, ok := lwm2m.ParseContentFormat(format)
		if !ok {
			continue
		}
		tree, _ := formats.Decode(f, g.payload(t), o)
		at := uint32(0)
		for _, p := range formats.Layout(tree) {
			if p.Span.Start != at || p.Span.End <= p.Span.Start {
				t.Errorf("%s: expected a piece from octet %d on, found %v", g.file, at, p)
			}
			at = p.Span.End
			if (p.Index < 0) != (p.Role == formats.RoleFrame) {
				t.Errorf("%s: found %s with index %d", g.file, p.Role, p.Index)
			}
		}
		if int(at) != len(tree.Payload) {
			t.Errorf("%s: expected %d octets, found %d", g.file, len(tree.Payload), at)
		}
	}
}

func TestLayoutSaysWhichOctetsMadeWhichValue(t *testing.T) {
	payload := []byte("\x86\x06\x41\x00\x01\x41\x01\x05\xc1\x09\x64")
	tree, err := formats.Decode(lwm2m.FormatTLV, payload, deviceOptions)
	if err != nil {
		t.Fatal(err)
	}
	want := []formats.Piece{
		{Span: lwm2m.Span{Start: 0, End: 2}, Role: formats.RoleFrame, Index: -1},
		{Span: lwm2m.Span{Start: 2, End: 4}, Role: formats.RoleHead, Index: 0},
		{Span: lwm2m.Span{Start: 4, End: 5}, Role: formats.RoleValue, Index: 0},
		{Span: lwm2m.Span{Start: 5, End: 7}, Role: formats.RoleHead, Index: 1},
		{Span: lwm2m.Span{Start: 7, End: 8}, Role: formats.RoleValue, Index: 1},
		{Span: lwm2m.Span{Start: 8, End: 10}, Role: formats.RoleHead, Index: 2},
		{Span: lwm2m.Span{Start: 10, End: 11}, Role: formats.RoleValue, Index: 2},
	}
	found := formats.Layout(tree)
	if len(found) != len(want) {
		t.Fatalf("expected %v, found %v", want, found)
	}
	for i := range want {
		if found[i] != want[i] {
			t.Errorf("piece %d: expected %v, found %v", i, want[i], found[i])
		}
	}
}

func TestReadingsOfOctetsWithoutAType(t *testing.T) {
	tests := map[string][]lwm2m.Value{
		"\x2a":             {lwm2m.IntegerValue(42), lwm2m.StringValue("*"), lwm2m.OpaqueValue("\x2a")},
		"\xff":             {lwm2m.IntegerValue(-1), lwm2m.UnsignedValue(255), lwm2m.OpaqueValue("\xff")},
		"\x41\xcc\x00\x00": {lwm2m.IntegerValue(1103888384), lwm2m.FloatValue(25.5), lwm2m.OpaqueValue("\x41\xcc\x00\x00")},
		"abc":              {lwm2m.StringValue("abc"), lwm2m.OpaqueValue("abc")},
		"":                 {lwm2m.OpaqueValue("")},
		"\xbf\xf0\x00\x00\x00\x00\x00\x00": {
			lwm2m.IntegerValue(-0x4010000000000000), lwm2m.UnsignedValue(0xbff0000000000000),
			lwm2m.FloatValue(-1), lwm2m.OpaqueValue("\xbf\xf0\x00\x00\x00\x00\x00\x00"),
		},
	}
	for raw, want := range tests {
		found := formats.Readings(raw)
		if len(found) != len(want) {
			t.Errorf("%x: expected %v, found %v", raw, want, found)
			continue
		}
		for i := range want {
			if found[i].Value != want[i] {
				t.Errorf("%x: expected %s %s, found %s %s", raw, want[i].Type(), want[i], found[i].Value.Type(), found[i].Value)
			}
		}
	}
}
