package coap

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"
)

func TestBuildAgreesWithTheCodecOnLegalMessages(t *testing.T) {
	for _, v := range vectors(t) {
		b := unhex(t, v.Hex)
		stream := v.Kind == "coap-tcp"
		m, err := Decode(b, stream)
		if err != nil {
			continue
		}
		if got, err := Build(m, stream); err != nil || !bytes.Equal(got, b) {
			t.Errorf("%s: built %x, %v", v.Name, got, err)
		}
	}
	for _, length := range []int{0, 12, 13, 268, 269, 300, 65804, 65805, 70000} {
		for _, stream := range []bool{false, true} {
			m := &Message{Code: PUT, Payload: text(length)}
			if length == 0 {
				m.Payload = nil
			}
			m.Options.Add(2000, text(min(length, 1000)))
			want, err := Encode(m, stream)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := Build(m, stream); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d bytes, stream %v: %v, or other bytes", length, stream, err)
			}
		}
	}
}

func TestBuildWritesWhatIsIllegal(t *testing.T) {
	m := &Message{Type: NonConfirmable, Code: GET, ID: 1, Token: text(9), Payload: []byte{}}
	m.Options.Add(Observe, text(5))
	b, err := Build(m, false)
	if err != nil {
		t.Fatal(err)
	}
	if got := rules(Scan(b, false).Deviations); got != ruleTokenLength+" "+ruleOptionLength+" "+ruleMarker {
		t.Errorf("built %x with %s", b, got)
	}
	if _, err := Encode(m, false); err == nil {
		t.Error("Encode wrote a token of 9 bytes")
	}
	if b, err := Build(&Message{Token: text(16)}, false); err == nil {
		t.Errorf("a token of 16 bytes gave %x", b)
	}
	if b, err := Build(&Message{Options: Options{{5, nil}, {4, nil}}}, false); err == nil {
		t.Errorf("options out of order gave %x", b)
	}
}

func TestRawBytesGoOutAsTheyAreAndAreLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		peer := n.script(serverAt)
		client := n.endpoint(clientAt, Config{})
		raw := unhex(t, "c9ffff")
		number, err := client.SendRaw(address(t, serverAt), raw)
		if err != nil {
			t.Fatal(err)
		}
		if got := peer.next(); !bytes.Equal(got.bytes, raw) {
			t.Errorf("sent %x", got.bytes)
		}
		if records := client.Log().Records(number); len(records) != 1 || !bytes.Equal(records[0].Bytes, raw) || records[0].Note != "raw" {
			t.Errorf("logged %+v", records)
		}
		peer.silent(time.Minute)
	})
}
