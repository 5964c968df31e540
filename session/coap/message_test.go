package coap

import (
	"reflect"
	"testing"
)

func TestPathsAreSegments(t *testing.T) {
	for in, want := range map[string][]string{
		"":        nil,
		"/":       nil,
		"/3/0":    {"3", "0"},
		"3/0":     {"3", "0"},
		"/3/0/":   {"3", "0", ""},
		"//3":     {"", "3"},
		"/a b/%2": {"a b", "%2"},
	} {
		m := NewRequest(GET, in)
		if got := m.Path(); !reflect.DeepEqual(got, want) {
			t.Errorf("%q has the segments %q, want %q", in, got, want)
		}
	}
	m := NewRequest(GET, "/1/2/3")
	m.SetPath("/4")
	if got := m.Path(); len(got) != 1 || got[0] != "4" {
		t.Errorf("the path was not replaced: %q", got)
	}
}

func TestUintOptionsTakeAsFewBytesAsTheyNeed(t *testing.T) {
	for n, want := range map[uint64]int{0: 0, 1: 1, 255: 1, 256: 2, 65535: 2, 65536: 3, 1<<24 - 1: 3, 1 << 24: 4, 1<<64 - 1: 8} {
		v := UintValue(n)
		if len(v) != want || (Option{Value: v}).Uint() != n {
			t.Errorf("%d is % x, want %d bytes", n, v, want)
		}
	}
	m := new(Message)
	m.SetContentFormat(0)
	m.SetAccept(0)
	m.SetObserve(0)
	for _, n := range []OptionNumber{ContentFormat, Accept, Observe} {
		if v, found := m.Options.Get(n); !found || len(v) != 0 {
			t.Errorf("%v 0 is % x, present %v", n, v, found)
		}
	}
}

func TestOptionsStaySortedAndKeepTheOrderOfEqualOnes(t *testing.T) {
	var o Options
	for _, n := range []OptionNumber{URIQuery, URIPath, ContentFormat, URIPath, IfMatch} {
		o.Add(n, []byte{byte(len(o))})
	}
	want := Options{{IfMatch, []byte{4}}, {URIPath, []byte{1}}, {URIPath, []byte{3}}, {ContentFormat, []byte{2}}, {URIQuery, []byte{0}}}
	if !o.Equal(want) {
		t.Errorf("got %v, want %v", o, want)
	}
	shared := o
	shared.Remove(URIPath)
	if !o.Equal(want) || len(shared) != 3 {
		t.Errorf("removing changed another copy: %v", o)
	}
}

func TestBlocksEncodeAsRFC7959Says(t *testing.T) {
	for _, c := range []struct {
		block Block
		want  string
		size  int
		text  string
	}{
		{Block{0, true, 5}, "\x0d", 512, "0/1/512"},
		{Block{0, false, 0}, "", 16, "0/0/16"},
		{Block{3, true, 2}, "\x3a", 64, "3/1/64"},
		{Block{16, false, 6}, "\x01\x06", 1024, "16/0/1024"},
		{Block{maxBlockNumber, true, 6}, "\xff\xff\xfe", 1024, "1048575/1/1024"},
	} {
		if got := string(c.block.Value()); got != c.want {
			t.Errorf("%v is % x, want % x", c.block, got, c.want)
		}
		if got, ok := parseBlock([]byte(c.want)); !ok || got != c.block || got.Size() != c.size || got.String() != c.text {
			t.Errorf("% x is %v of %d bytes, %v", c.want, got, got.Size(), ok)
		}
	}
	if _, ok := parseBlock([]byte{1, 2, 3, 4}); ok {
		t.Error("a Block option of 4 bytes was read")
	}
	for size, want := range map[int]uint8{0: 0, 16: 0, 31: 0, 32: 1, 1000: 5, 1024: 6, 5000: 6} {
		if got := szxFor(size); got != want {
			t.Errorf("szxFor(%d) = %d, want %d", size, got, want)
		}
	}
}

func TestCodesHaveTextAndName(t *testing.T) {
	for i := range 256 {
		c := Code(i)
		if got, ok := ParseCode(c.String()); !ok || got != c {
			t.Errorf("%v reads as %v", c, got)
		}
	}
	for c, want := range map[Code]string{
		Content: "2.05 Content", IPATCH: "0.07 iPATCH", CSM: "7.01 CSM", UnprocessableEntity: "4.22 Unprocessable Entity",
		MakeCode(5, 31): "5.31 ", Continue: "2.31 Continue",
	} {
		if got := c.String() + " " + c.Name(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	for _, bad := range []string{"", "2.5", "8.00", "2.32", "2,05", "2.0x", "02.05"} {
		if c, ok := ParseCode(bad); ok {
			t.Errorf("%q reads as %v", bad, c)
		}
	}
}

func TestCloneSharesNothing(t *testing.T) {
	m := NewRequest(PUT, "/3/0")
	m.Token, m.Payload = []byte{1}, []byte{2}
	c := m.Clone()
	c.Token[0], c.Payload[0], c.Options[0].Value[0] = 9, 9, 9
	if m.Token[0] != 1 || m.Payload[0] != 2 || m.Options[0].Value[0] != '3' {
		t.Error("the clone shares bytes")
	}
}

func TestMaxAgeDefaultsTo60(t *testing.T) {
	m := new(Message)
	if m.MaxAge() != 60 {
		t.Errorf("got %d", m.MaxAge())
	}
	m.Options.SetUint(MaxAge, 0)
	if m.MaxAge() != 0 {
		t.Errorf("got %d", m.MaxAge())
	}
}
