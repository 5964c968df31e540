package tlv_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"strings"
	"testing"

	"lwcon/formats/codec"
	"lwcon/formats/tlv"
	"lwcon/lwm2m"
)

func value(path string, v lwm2m.Value) lwm2m.Node {
	return lwm2m.NewNode(lwm2m.KindValue, lwm2m.MustParsePath(path), v, lwm2m.Span{}, 0)
}

func empty(path string) lwm2m.Node {
	return lwm2m.NewNode(lwm2m.KindEmpty, lwm2m.MustParsePath(path), lwm2m.Value{}, lwm2m.Span{}, 0)
}

func encode(t *testing.T, at string, nodes ...lwm2m.Node) string {
	t.Helper()
	octets, err := tlv.Encode(lwm2m.FormatTLV, nodes, codec.Options{At: lwm2m.MustParsePath(at)})
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(octets)
}

func TestLengthsTakeTheShortestForm(t *testing.T) {
	heads := map[int]string{
		0: "c005", 1: "c105", 7: "c705", 8: "c80508", 255: "c805ff", 256: "d0050100",
		65535: "d005ffff", 65536: "d805010000", 1<<24 - 1: "d805ffffff",
	}
	for length, head := range heads {
		octets := strings.Repeat("a", length)
		node := value("/3/0/5", lwm2m.OpaqueValue(octets))
		payload, err := tlv.Encode(lwm2m.FormatTLV, []lwm2m.Node{node}, codec.Options{At: lwm2m.NewPath(3, 0)})
		if err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(payload[:len(payload)-length]); got != head {
			t.Errorf("length %d: expected head %s, found %s", length, head, got)
		}
		tree, err := tlv.Decode(lwm2m.FormatTLV, payload, codec.Options{
			At: lwm2m.NewPath(3, 0), Strict: true,
			TypeOf: func(lwm2m.Path) (lwm2m.Type, bool) { return lwm2m.Opaque, true },
		})
		if err != nil || len(tree.Nodes) != 1 || tree.Nodes[0].Value() != node.Value() {
			t.Errorf("length %d: does not decode to itself: %v", length, err)
		}
	}
}

func TestIdsTakeOneOctetUpTo255(t *testing.T) {
	for id, want := range map[uint16]string{0: "c100", 255: "c1ff", 256: "e10100", 65534: "e1fffe"} {
		n := lwm2m.NewNode(lwm2m.KindValue, lwm2m.NewPath(3, 0, id), lwm2m.IntegerValue(7), lwm2m.Span{}, 0)
		if got := encode(t, "/3/0", n); got != want+"07" {
			t.Errorf("id %d: expected %s07, found %s", id, want, got)
		}
	}
}

func TestNumbersTakeTheFewestOctets(t *testing.T) {
	tests := []struct {
		v    lwm2m.Value
		want string
	}{
		{lwm2m.IntegerValue(0), "c10500"},
		{lwm2m.IntegerValue(127), "c1057f"},
		{lwm2m.IntegerValue(128), "c2050080"},
		{lwm2m.IntegerValue(-128), "c10580"},
		{lwm2m.IntegerValue(-129), "c205ff7f"},
		{lwm2m.IntegerValue(32768), "c40500008000"},
		{lwm2m.IntegerValue(math.MaxInt32), "c4057fffffff"},
		{lwm2m.IntegerValue(math.MaxInt32 + 1), "c805080000000080000000"},
		{lwm2m.IntegerValue(math.MinInt64), "c805088000000000000000"},
		{lwm2m.TimeValue(1367491215), "c4055182428f"},
		{lwm2m.UnsignedValue(255), "c105ff"},
		{lwm2m.UnsignedValue(256), "c2050100"},
		{lwm2m.UnsignedValue(math.MaxUint64), "c80508ffffffffffffffff"},
		{lwm2m.FloatValue(21.5), "c40541ac0000"},
		{lwm2m.FloatValue(0.1), "c805083fb999999999999a"},
		{lwm2m.FloatValue(math.Copysign(0, -1)), "c40580000000"},
		{lwm2m.FloatValue(math.Inf(1)), "c4057f800000"},
		{lwm2m.BooleanValue(true), "c10501"},
		{lwm2m.ObjectLinkValue(66, 1), "c40500420001"},
		{lwm2m.StringValue(""), "c005"},
	}
	for _, test := range tests {
		if got := encode(t, "/3/0", value("/3/0/5", test.v)); got != test.want {
			t.Errorf("%s %s: expected %s, found %s", test.v.Type(), test.v, test.want, got)
		}
	}
}

func TestRequestPathDecidesTheTopLevel(t *testing.T) {
	nodes := []lwm2m.Node{
		value("/3/0/6/0", lwm2m.IntegerValue(1)), value("/3/0/6/1", lwm2m.IntegerValue(5)), value("/3/0/9", lwm2m.IntegerValue(100)),
	}
	tests := []struct {
		at    string
		nodes []lwm2m.Node
		want  string
	}{
		{"/", nodes, "08000b8606410001410105c10964"},
		{"/3", nodes, "08000b8606410001410105c10964"},
		{"/3/0", nodes, "8606410001410105c10964"},
		{"/3/0/6", nodes[:2], "8606410001410105"},
		{"/3/0/6/1", nodes[1:2], "410105"},
		{"/3/0/9", nodes[2:], "c10964"},
		{"/3", nil, ""},
		{"/2", []lwm2m.Node{empty("/2/0"), value("/2/1/0", lwm2m.IntegerValue(3))}, "00000301c10003"},
		{"/2", []lwm2m.Node{value("/2/*/0", lwm2m.IntegerValue(3))}, "c10003"},
		{"/3/0", []lwm2m.Node{empty("/3/0/6")}, "8006"},
		{"/2", []lwm2m.Node{empty("/2/0"), empty("/2/1")}, "00000001"},
	}
	for _, test := range tests {
		if got := encode(t, test.at, test.nodes...); got != test.want {
			t.Errorf("%s: expected %s, found %s", test.at, test.want, got)
		}
	}
}

func TestScatteredGroupsAreDrawnTogether(t *testing.T) {
	got := encode(t, "/3",
		value("/3/1/0", lwm2m.IntegerValue(1)), value("/3/0/6/0", lwm2m.IntegerValue(2)),
		value("/3/0/9", lwm2m.IntegerValue(3)), value("/3/1/2", lwm2m.IntegerValue(4)), value("/3/0/6/1", lwm2m.IntegerValue(5)))
	if want := "0601c10001c10204" + "08000b" + "8606410002410105" + "c10903"; got != want {
		t.Errorf("expected %s, found %s", want, got)
	}
}

func TestWhatTLVCannotCarryIsRefused(t *testing.T) {
	timed := value("/3/0/9", lwm2m.IntegerValue(1)).WithMore(&lwm2m.More{Time: 1, HasTime: true})
	tests := map[string]lwm2m.Node{
		"a time":            timed,
		"another object":    value("/4/0/2", lwm2m.IntegerValue(1)),
		"a null":            value("/3/0/9", lwm2m.Value{}),
		"a path":            lwm2m.NewNode(lwm2m.KindPath, lwm2m.NewPath(3, 0, 9), lwm2m.Value{}, lwm2m.Span{}, 0),
		"no resource":       value("/3/0", lwm2m.IntegerValue(1)),
		"2^24 octets":       value("/3/0/9", lwm2m.OpaqueValue(strings.Repeat("a", 1<<24))),
		"a too long group":  value("/3/0/9/0", lwm2m.OpaqueValue(strings.Repeat("a", 1<<24-1))),
		"an empty instance": empty("/3/0/9/0"),
	}
	for name, n := range tests {
		_, err := tlv.Encode(lwm2m.FormatTLV, []lwm2m.Node{n}, codec.Options{At: lwm2m.NewPath(3)})
		var refused *codec.EncodeError
		if !errors.As(err, &refused) || refused.Path != n.Path() {
			t.Errorf("%s: expected an *EncodeError at %s, found %v", name, n.Path(), err)
		}
	}
}

func TestNestedPayloadOfAnyDepthIsRefused(t *testing.T) {
	bomb := bytes.Repeat([]byte{0x38, 0, 0, 0xff, 0xff, 0xff}, 1<<17)
	tree, err := tlv.Decode(lwm2m.FormatTLV, bomb, codec.Options{At: lwm2m.NewPath(3)})
	var wrong *codec.SyntaxError
	if !errors.As(err, &wrong) || len(tree.Nodes) != 0 {
		t.Errorf("expected a *SyntaxError, found %v", err)
	}
}
