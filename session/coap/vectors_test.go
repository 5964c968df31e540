package coap

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"
)

// vector is a message of testdata/vectors.json with what it holds.
type vector struct {
	Name, Kind, Hex string
	Expected        json.RawMessage
}

type vectorMessage struct {
	Type, Code, Token string
	MID               uint16
	Options           []struct {
		Num OptionNumber
		Hex string
	}
	PayloadHex string
}

func vectors(t testing.TB) []vector {
	t.Helper()
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestVectorsDecodeAndEncodeAgain(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			b := unhex(t, v.Hex)
			stream := v.Kind == "coap-tcp"
			m, err := Decode(b, stream)
			scanned := Scan(b, stream)
			if string(v.Expected) == `"error"` {
				if err == nil || len(scanned.Deviations) == 0 {
					t.Fatalf("decoded to %v, scanned without deviation", m)
				}
				return
			}
			if err != nil || !scanned.Complete || len(scanned.Deviations) != 0 {
				t.Fatalf("%v, deviations %v", err, scanned.Deviations)
			}
			var want vectorMessage
			if err := json.Unmarshal(v.Expected, &want); err != nil {
				t.Fatal(err)
			}
			want.hold(t, m, stream)
			want.hold(t, &scanned.Message, stream)
			if again, err := Encode(m, stream); err != nil || !bytes.Equal(again, b) {
				t.Errorf("encoded to %x, %v", again, err)
			}
		})
	}
}

func (want *vectorMessage) hold(t *testing.T, m *Message, stream bool) {
	t.Helper()
	if m.Code.String() != want.Code || hex.EncodeToString(m.Token) != want.Token || hex.EncodeToString(m.Payload) != want.PayloadHex {
		t.Errorf("got %v, want %+v", m, want)
	}
	if !stream && (m.Type.String() != want.Type || m.ID != want.MID) {
		t.Errorf("got %v id %d, want %s id %d", m.Type, m.ID, want.Type, want.MID)
	}
	if len(m.Options) != len(want.Options) {
		t.Fatalf("%d options, want %d", len(m.Options), len(want.Options))
	}
	for i, o := range m.Options {
		if o.Number != want.Options[i].Num || hex.EncodeToString(o.Value) != want.Options[i].Hex {
			t.Errorf("option %d: %d %x, want %+v", i, o.Number, o.Value, want.Options[i])
		}
	}
}
