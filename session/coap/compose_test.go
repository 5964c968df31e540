package coap

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
)

func TestAWellFormedCompositionIsWhatTheCodecWrites(t *testing.T) {
	for _, stream := range []bool{false, true} {
		for _, payload := range []int{0, 1, 12, 13, 268, 269, 65804, 65805, 70000} {
			m := NewRequest(PUT, "/3/0/"+strings.Repeat("x", 13)+"/"+strings.Repeat("y", 255))
			m.Token, m.ID = []byte{1, 2}, 0x1234
			m.SetContentFormat(11542)
			m.Options.Add(2049, []byte{42})
			m.Payload = bytes.Repeat([]byte{7}, payload)
			want, err := Encode(m, stream)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := Compose(Composition{Message: *m}, stream); err != nil || !bytes.Equal(got, want) {
				t.Errorf("stream %t, payload of %d: %v, %.60x, want %.60x", stream, payload, err, got, want)
			}
		}
	}
}

func TestWhatIsNotAllowedCanBeComposed(t *testing.T) {
	number := func(n uint8) *uint8 { return &n }
	for name, c := range map[string]struct {
		composition Composition
		stream      bool
		want        string
	}{
		"a token of 9":           {Composition{Message: Message{Code: GET, ID: 1, Token: []byte("123456789")}}, false, "49010001 313233343536373839"},
		"version 2":              {Composition{Message: Message{Code: GET, ID: 1}, Version: number(2)}, false, "80010001"},
		"a claimed token length": {Composition{Message: Message{Code: GET, ID: 1, Token: []byte{1}}, TokenLength: number(15)}, false, "4f010001 01"},
		"a lone marker":          {Composition{Message: Message{Code: GET, ID: 1}, Marker: true}, false, "40010001 ff"},
		"a tail":                 {Composition{Message: Message{Type: Reset, Code: 0, ID: 1}, Tail: []byte{9}}, false, "70000001 09"},
		"ACK with a request":     {Composition{Message: Message{Type: Acknowledgement, Code: POST, ID: 65535}}, false, "6002ffff"},
		"options out of order":   {Composition{Message: Message{Code: GET, Options: Options{{URIPath, []byte("a")}, {IfMatch, nil}}}}, false, "40010000 10 a161"},
		"a stream's marker":      {Composition{Message: Message{Code: GET}, Marker: true}, true, "1001ff"},
	} {
		want, err := hex.DecodeString(strings.ReplaceAll(c.want, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Compose(c.composition, c.stream); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %x, %v, want %x", name, got, err, want)
		}
	}
	long := Composition{Message: Message{Options: Options{{URIPath, make([]byte, maxOptionLength+1)}}}}
	if _, err := Compose(long, false); err == nil {
		t.Error("an option that has no room is composed")
	}
}

func FuzzScanReadsWhatIsComposed(f *testing.F) {
	f.Add(uint8(0), uint8(1), uint16(7), []byte("tk"), uint16(11), []byte("rd"), []byte("x"), false)
	f.Fuzz(func(t *testing.T, kind, code uint8, id uint16, token []byte, number uint16, value, payload []byte, stream bool) {
		m := Message{Type: Type(kind & 3), Code: Code(code), ID: id, Token: token[:min(len(token), 8)], Payload: payload}
		m.Options.Add(OptionNumber(number), value)
		b, err := Compose(Composition{Message: m}, stream)
		if err != nil {
			return
		}
		s := Scan(b, stream)
		if s.Message.Code != m.Code || !bytes.Equal(s.Message.Token, m.Token) || !bytes.Equal(s.Message.Payload, payload) || len(s.Options) != 1 {
			t.Fatalf("%x: %+v, want %+v", b, s.Message, m)
		}
		if o := s.Options[0]; o.Number != OptionNumber(number) || !bytes.Equal(o.Value, value) {
			t.Errorf("%x: option %+v", b, o)
		}
	})
}
