package transport

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"
)

// inFragments are the datagrams of a ClientHello in fragments of so many octets; any
// other datagram stays as it is.
func inFragments(b []byte, size int) [][]byte {
	if !isClientHello(b) {
		return [][]byte{b}
	}
	var all [][]byte
	body := b[recordHead+handshakeHead:]
	for at := 0; at < len(body); at += size {
		part := body[at:min(at+size, len(body))]
		record := bytes.Clone(b[:recordHead+handshakeHead])
		record[recordHead-3] += byte(len(all)) // sequence number
		binary.BigEndian.PutUint16(record[recordHead-2:], uint16(handshakeHead+len(part)))
		copy(record[recordHead+6:], []byte{0, byte(at >> 8), byte(at), 0, byte(len(part) >> 8), byte(len(part))})
		all = append(all, append(record, part...))
	}
	return all
}

// fragmenting is a link that sends ClientHellos in fragments, the last part first.
type fragmenting struct{ Link }

func (f fragmenting) Send(to Address, via Local, b []byte) error {
	all := inFragments(b, 50)
	for _, part := range slices.Backward(all) {
		if err := f.Link.Send(to, via, part); err != nil {
			return err
		}
	}
	return nil
}

func TestAClientHelloInFragmentsDecidesAsAWholeOneDoes(t *testing.T) {
	needsGnuTLS(t)
	server, device := rawPair(t), rawPair(t)
	for name, keys := range map[string]ClientKeys{"rpk": rawOf(device, server.PublicKey), "psk": pskOf("dev1", "0123456789abcdef")} {
		t.Run(name, func(t *testing.T) {
			known := &testKeys{psk: map[string]string{"dev1": "0123456789abcdef"}, own: &server, trustedKey: string(device.PublicKey)}
			b := &securedBench{t: t, network: NewMemoryNetwork(), heard: newInbox()}
			inner, err := b.network.Datagram("192.0.2.1:5684")
			if err != nil {
				t.Fatal(err)
			}
			b.server = NewDTLSServer(inner, known, SecureOptions{})
			if err := b.server.Start(b.heard); err != nil {
				t.Fatal(err)
			}
			defer b.server.Close()
			link, err := b.network.Datagram("192.0.2.7:40001")
			if err != nil {
				t.Fatal(err)
			}
			to, _ := ParseAddress("192.0.2.1:5684")
			client, err := NewDTLSClient(t.Context(), fragmenting{link}, to, "x", keys, SecureOptions{})
			if err != nil {
				t.Fatal(err)
			}
			back := newInbox()
			if err := client.Start(back); err != nil {
				t.Fatal(err)
			}
			if id, _ := b.server.Identity(b.exchange(client, back)); id.Mode != keys.Mode {
				t.Errorf("identity %+v", id)
			}
			client.Close()
		})
	}
}

func TestWhatIsPutTogetherOfClientHellosIsBounded(t *testing.T) {
	var f helloFragments
	whole := helloOf(t)
	parts := inFragments(whole, 50)
	for i := range 3 * maxFragmented {
		from, err := ParseAddress(fmt.Sprintf("192.0.2.7:%d", 40001+i))
		if err != nil {
			t.Fatal(err)
		}
		if got := f.whole(from, parts[0]); got != nil {
			t.Fatalf("a part makes % x", got)
		}
	}
	if len(f.all) != maxFragmented || len(f.order) != maxFragmented {
		t.Errorf("%d, %d are kept", len(f.all), len(f.order))
	}
	from, _ := ParseAddress("192.0.2.9:40001")
	for i, part := range parts {
		for range 2 {
			got := f.whole(from, part)
			if i < len(parts)-1 && got != nil {
				t.Fatalf("part %d makes % x", i, got)
			}
			if got != nil && !bytes.Equal(got[recordHead:], whole[recordHead:]) {
				t.Errorf("got % x, want % x", got, whole)
			}
			if got != nil {
				break
			}
		}
	}
	long := bytes.Clone(parts[0])
	long[recordHead+1] = 1 // 65,536 octets and more
	if got := f.whole(from, long); !bytes.Equal(got, long) {
		t.Errorf("one that is too long became % x", got)
	}
}

func FuzzHelloFragments(f *testing.F) {
	whole := helloOf(f)
	f.Add(whole, uint8(50))
	f.Add(bytes.Repeat(whole, 2), uint8(1))
	f.Fuzz(func(t *testing.T, b []byte, size uint8) {
		var fragments helloFragments
		from, _ := ParseAddress("192.0.2.9:40001")
		for _, part := range inFragments(b, int(size)+1) {
			fragments.whole(from, part)
		}
		if len(fragments.all) > maxFragmented {
			t.Errorf("%d are kept", len(fragments.all))
		}
	})
}
