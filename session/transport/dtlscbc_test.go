package transport

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"testing"
	"testing/synctest"
)

// A record with a Connection ID is authenticated as RFC 9146 §5.1 writes it down.
func TestTheMACOfCBCWithAConnectionIDIsThatOfTheRFC(t *testing.T) {
	key := bytes.Repeat([]byte{7}, 32)
	p, err := recordSuites[0x00ae].protection(key, make([]byte, 16), nil)
	if err != nil {
		t.Fatal(err)
	}
	h := &recordHeader{kind: recordCID, sequence: sealedEpoch<<48 | 5, cid: "abc"}
	inner := []byte("message\x17")
	m := hmac.New(sha256.New, key)
	m.Write([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 25, 3, 25, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 5})
	m.Write([]byte("abc"))
	m.Write(binary.BigEndian.AppendUint16(nil, uint16(len(inner))))
	m.Write(inner)
	if got := p.(*cbcProtection).mac(h, inner, nil); !bytes.Equal(got, m.Sum(nil)) {
		t.Errorf("got %x", got)
	}
}

func TestCBCOpensWhatItSealedAndNothingElse(t *testing.T) {
	for _, suite := range []CipherSuite{0x00ae, 0xc00a} {
		p, err := recordSuites[suite].protection(make([]byte, recordSuites[suite].mac().Size()), make([]byte, recordSuites[suite].key), nil)
		if err != nil {
			t.Fatal(err)
		}
		h := &recordHeader{kind: recordData, sequence: sealedEpoch<<48 | 5}
		for length := range 70 {
			message := bytes.Repeat([]byte{9}, length)
			body := p.seal(nil, h, message)
			if len(body) != p.size(length) {
				t.Fatalf("%v: %d octets make %d, not %d", suite, length, len(body), p.size(length))
			}
			if got, ok := p.open(nil, h, body); !ok || !bytes.Equal(got, message) {
				t.Fatalf("%v: %d octets open as % x, %v", suite, length, got, ok)
			}
			for i := range body {
				changed := bytes.Clone(body)
				changed[i] ^= 1
				if _, ok := p.open(nil, h, changed); ok {
					t.Fatalf("%v: %d octets open although octet %d is another", suite, length, i)
				}
				if _, ok := p.open(nil, h, body[:i]); ok {
					t.Fatalf("%v: %d octets open although only %d are there", suite, length, i)
				}
			}
			if _, ok := p.open(nil, &recordHeader{kind: recordAlert, sequence: h.sequence}, body); ok {
				t.Fatal("it opens as a record of another type")
			}
		}
	}
}

func TestPaddingIsRightOnlyAsAWhole(t *testing.T) {
	for _, c := range []struct {
		b             []byte
		padding, good int
	}{
		{[]byte{0}, 1, 1},
		{[]byte{9, 1, 1}, 2, 1},
		{[]byte{3, 3, 3, 3}, 4, 1},
		{[]byte{4, 4, 4, 4}, 1, 0},
		{[]byte{9, 2, 1, 2}, 1, 0},
		{bytes.Repeat([]byte{255}, 256), 256, 1},
		{bytes.Repeat([]byte{255}, 255), 1, 0},
		{append([]byte{1}, bytes.Repeat([]byte{255}, 256)...), 256, 1},
	} {
		if padding, good := paddingOf(c.b); padding != c.padding || good != c.good {
			t.Errorf("% x: %d, %d", c.b, padding, good)
		}
	}
}

func TestAFatalAlertEndsASessionOfCBCByItsName(t *testing.T) {
	securely(t, knowing("dev1", "0123456789abcdef"), SecureOptions{}, func(t *testing.T, b *securedBench) {
		client, back, err := b.dial("192.0.2.7:40001", pskOf("dev1", "0123456789abcdef"), SecureOptions{Suites: []CipherSuite{0x00ae}})
		if err != nil {
			t.Fatal(err)
		}
		peer := b.exchange(client, back)
		if state, _ := b.server.Session(peer); !state.CID || state.Suite != 0x00ae {
			t.Errorf("%+v", state)
		}
		synctest.Wait()
		if err := client.peers[client.onlyPeer()].seal(recordAlert, []byte{alertFatal, 49}); err != nil {
			t.Fatal(err)
		}
		down := b.heard.want(t, "down")
		var alert *AlertError
		if !errors.As(down.cause, &alert) || alert.Name() != "access_denied" {
			t.Errorf("down: %v", down.cause)
		}
		client.Close()
	})
}
