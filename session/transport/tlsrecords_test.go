package transport

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
)

// tlsSaid is what records are, in short.
func tlsSaid(records []DTLSRecord) string {
	var said []string
	for i := range records {
		r := &records[i]
		word := r.TypeName()
		for _, m := range r.Messages {
			word += " " + m.Name()
		}
		if r.Alert != nil {
			word += " " + r.Alert.Name()
		}
		if r.Encrypted() {
			word += " encrypted"
		}
		said = append(said, fmt.Sprintf("%s %d", word, len(r.Content)))
	}
	return strings.Join(said, ", ")
}

func octetsOf(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRecordsOfTLSAreReadHoweverTheyArrive(t *testing.T) {
	remote, _ := ParseAddress("192.0.2.7:40001")
	stream := octetsOf(t, "160303 000a 02000002aaaa 0b000006"+ // ServerHello, and a Certificate that the next record
		"160303 000a 111111111111 0e000000"+ // goes on with, ServerHelloDone
		"140303 0001 01 160303 0010"+strings.Repeat("22", 16)+
		"170303 0003 333333 150303 0002 0228")
	const want = "handshake ServerHello Certificate 10, handshake ServerHelloDone 10, change_cipher_spec 1, handshake encrypted 16, application_data encrypted 3, alert encrypted 2"
	for size := 1; size <= len(stream); size++ {
		var f TLSFlows
		var all []DTLSRecord
		var octets []byte
		for rest := stream; len(rest) > 0; {
			n := min(size, len(rest))
			records, whole, other := f.Read(&WireRecord{Remote: remote, Stream: true, Encrypted: true, Bytes: bytes.Clone(rest[:n])})
			if other != nil {
				t.Fatalf("in parts of %d: rest % x", size, other)
			}
			all, octets, rest = append(all, records...), append(octets, whole...), rest[n:]
		}
		if got := tlsSaid(all); got != want || !bytes.Equal(octets, stream) {
			t.Fatalf("in parts of %d: %s, % x", size, got, octets)
		}
	}
}

func TestAnAlertOfTLSIsReadUntilItsEndHasKeys(t *testing.T) {
	remote, _ := ParseAddress("192.0.2.7:40001")
	var f TLSFlows
	r := &WireRecord{Remote: remote, Stream: true, Encrypted: true, Bytes: octetsOf(t, "150301 0002 0246")}
	if records, _, _ := f.Read(r); tlsSaid(records) != "alert protocol_version 2" {
		t.Errorf("got %s", tlsSaid(records))
	}
	r.Bytes = []byte("GET / HTTP/1.1")
	if records, _, rest := f.Read(r); len(records) > 0 || string(rest) != "GET / HTTP/1.1" {
		t.Errorf("got %s, %q", tlsSaid(records), rest)
	}
	if records, _, rest := f.Read(r); len(records) > 0 || rest != nil {
		t.Errorf("what is no TLS is told twice: %s, %q", tlsSaid(records), rest)
	}
	f.Read(&WireRecord{Remote: remote, Stream: true, Encrypted: true, Note: NoteClosed})
	if len(f.all) > 0 || len(f.order) > 0 {
		t.Errorf("%d are left", len(f.all))
	}
}

func FuzzTLSFlows(f *testing.F) {
	f.Add(octetsOf(f, "160303 000a 02000002aaaa 0b000006 140303 0001 01"), uint8(3))
	f.Fuzz(func(t *testing.T, b []byte, size uint8) {
		remote, _ := ParseAddress("192.0.2.7:40001")
		var flows TLSFlows
		seen := 0
		for rest := b; len(rest) > 0; {
			n := min(int(size)+1, len(rest))
			records, octets, other := flows.Read(&WireRecord{Remote: remote, Stream: true, Encrypted: true, Bytes: rest[:n]})
			length := 0
			for i := range records {
				length += tlsRecordHead + len(records[i].Content)
			}
			if length != len(octets) {
				t.Fatalf("records of %d octets in %d", length, len(octets))
			}
			seen, rest = seen+len(octets)+len(other), rest[n:]
		}
		if seen > len(b) {
			t.Errorf("%d octets of %d", seen, len(b))
		}
		for _, flow := range flows.all {
			if len(flow.waiting) > maxTLSRecord {
				t.Errorf("%d octets wait", len(flow.waiting))
			}
		}
	})
}
