package transport

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"lwcon/session/clock"
)

// block is one of a pcapng file.
type block struct {
	kind uint32
	body []byte
}

// blocksOf reads all blocks of a file and holds their lengths against each other.
func blocksOf(t *testing.T, name string) []block {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var all []block
	for len(b) > 0 {
		n := binary.LittleEndian.Uint32(b[4:])
		if n%4 != 0 || int(n) > len(b) || binary.LittleEndian.Uint32(b[n-4:]) != n {
			t.Fatalf("a block of %d octets, %d are left", n, len(b))
		}
		all = append(all, block{binary.LittleEndian.Uint32(b), b[8 : n-4]})
		b = b[n:]
	}
	return all
}

const blockPacket = 6 // enhanced

// packetOf is the interface that a packet was on, and what it begins with after the
// headers that are made up.
func (b *block) packetOf() (on uint32, frame []byte) {
	n := binary.LittleEndian.Uint32(b.body[12:])
	return binary.LittleEndian.Uint32(b.body), b.body[20 : 20+n]
}

func TestABlockOfSecretsIsAsTheDraftWritesIt(t *testing.T) {
	for lines, want := range map[string]string{
		"abcd":  "0a000000" + "18000000" + "4b534c54" + "04000000" + "61626364" + "18000000",
		"abcde": "0a000000" + "1c000000" + "4b534c54" + "05000000" + "6162636465000000" + "1c000000",
	} {
		if got := hex.EncodeToString(appendSecrets(nil, []byte(lines))); got != want {
			t.Errorf("%s: %s, want %s", lines, got, want)
		}
	}
}

// insideOf takes a packet apart that has tags instead of headers: "192.0.2.7:40001 >
// 192.0.2.1:5684 udp.port message".
func insideOf(t *testing.T, b []byte) string {
	t.Helper()
	tags := map[uint16][]byte{}
	for {
		tag, n := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		if n%4 != 0 || len(b) < 4+n {
			t.Fatalf("tag %d of %d octets, %d are left", tag, n, len(b))
		}
		tags[tag], b = b[4:4+n], b[4+n:]
		if tag == tagEnd {
			break
		}
	}
	end := func(address, port uint16) string {
		from := tags[address]
		if from == nil {
			from = tags[address+tagIPv6Source-tagIPv4Source]
		}
		ip, _ := netip.AddrFromSlice(from)
		return netip.AddrPortFrom(ip, uint16(binary.BigEndian.Uint32(tags[port]))).String()
	}
	return end(tagIPv4Source, tagSourcePort) + " > " + end(tagIPv4Source+1, tagTargetPort) + " " + string(tags[tagTable]) + " " + string(b)
}

// capturedSession runs what speaks with a listener whose wire is captured, and
// returns the blocks of the file.
func capturedSession(t *testing.T, c CaptureConfig, listener string, speak func(t *testing.T, w *Capture, b *securedBench)) []block {
	t.Helper()
	c.File = filepath.Join(t.TempDir(), "x.pcapng")
	synctest.Test(t, func(t *testing.T) {
		b := &securedBench{t: t, network: NewMemoryNetwork(), heard: newInbox(), failed: make(chan *HandshakeError, 1)}
		inner, err := b.network.Datagram(listener)
		if err != nil {
			t.Fatal(err)
		}
		w, err := NewCapture(c)
		if err != nil {
			t.Fatal(err)
		}
		o := SecureOptions{}
		if c.KeyLog != nil {
			o.KeyLog = c.KeyLog
		}
		b.server = NewDTLSServer(Tapped(inner, clock.Real(), w.Tap), knowing("dev1", "0123456789abcdef"), o)
		if err := b.server.Start(b.heard); err != nil {
			t.Fatal(err)
		}
		speak(t, w, b)
		if err := b.server.Close(); err != nil {
			t.Error(err)
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return blocksOf(t, c.File)
}

// conversation is a session in which a word goes each way.
func conversation(t *testing.T, w *Capture, b *securedBench) {
	client, back, err := b.dial("192.0.2.7:40001", pskOf("dev1", "0123456789abcdef"), SecureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	b.exchange(client, back)
	w.Inner(passing(t, Received, "192.0.2.1:5684", "192.0.2.7:40001", "question", false))
	if err := client.Close(); err != nil {
		t.Error(err)
	}
}

func TestSecretsStandBeforeTheRecordsThatAreReadWithThem(t *testing.T) {
	var secrets, hello string
	packets := 0
	for _, b := range capturedSession(t, CaptureConfig{KeyLog: &KeyLog{}}, "192.0.2.1:5684", conversation) {
		switch b.kind {
		case blockSecrets:
			secrets += string(b.body[8:])
		case blockPacket:
			packets++
			on, frame := b.packetOf()
			if on != 0 {
				t.Errorf("what the secrets tell stands beside too: %q", frame)
				continue
			}
			payload := []byte(parseFrame(t, frame).payload)
			if random := helloRandom(payload, false); random != nil {
				hello = hex.EncodeToString(random)
			}
			if bytes.Contains(payload, []byte{recordCCS, 0xfe, 0xfd}) && !strings.Contains(secrets, "CLIENT_RANDOM "+hello) {
				t.Errorf("ChangeCipherSpec stands before the secrets of %s: %q", hello, secrets)
			}
		}
	}
	if hello == "" || secrets == "" || packets < 8 {
		t.Errorf("ClientHello %q, secrets %q, %d packets", hello, secrets, packets)
	}
}

func TestACaptureHasNoSecretsUnlessTheyAreAskedFor(t *testing.T) {
	for _, b := range capturedSession(t, CaptureConfig{}, "192.0.2.1:5684", conversation) {
		if b.kind == blockSecrets || bytes.Contains(b.body, []byte("question")) || bytes.Contains(b.body, []byte("CLIENT_RANDOM")) {
			t.Errorf("block %d: %q", b.kind, b.body)
		}
	}
}

func TestWhatTheSecretsCannotTellStandsBeside(t *testing.T) {
	const before = "192.0.2.9:40009 > LISTENER udp.port before any handshake"
	for listener, want := range map[string][]string{
		"192.0.2.1:5684":     {before}, // the port of coaps
		"192.0.2.1:7000":     {before, "LISTENER > 192.0.2.7:40001 udp.port after it"},
		"[2001:db8::1]:7000": {"[2001:db8::9]:40009 > LISTENER udp.port before any handshake", "LISTENER > [2001:db8::7]:40001 udp.port after it"},
	} {
		t.Run(listener, func(t *testing.T) {
			var inside []string
			for _, b := range capturedSession(t, CaptureConfig{KeyLog: &KeyLog{}}, listener, func(t *testing.T, w *Capture, b *securedBench) {
				old, device := "192.0.2.9:40009", "192.0.2.7:40001"
				if listener[0] == '[' {
					old, device = "[2001:db8::9]:40009", "[2001:db8::7]:40001"
				}
				w.Tap(passing(t, Received, listener, old, "a record of a session that began earlier", false))
				r := passing(t, Received, listener, old, "before any handshake", false)
				r.Local = Local{} // as it is known where nobody asked
				w.Inner(r)
				inner, err := b.network.Datagram(device)
				if err != nil {
					t.Fatal(err)
				}
				client, err := NewDTLSClient(t.Context(), inner, address(t, listener), "x", pskOf("dev1", "0123456789abcdef"), SecureOptions{})
				if err != nil {
					t.Fatal(err)
				}
				w.Inner(passing(t, Sent, listener, device, "after it", false))
				if err := client.Close(); err != nil {
					t.Error(err)
				}
			}) {
				if b.kind != blockPacket {
					continue
				}
				if on, frame := b.packetOf(); on == insideInterface {
					inside = append(inside, insideOf(t, frame))
				}
			}
			got, expected := strings.Join(inside, "|"), strings.ReplaceAll(strings.Join(want, "|"), "LISTENER", listener)
			if got != expected {
				t.Errorf("got  %s\nwant %s", got, expected)
			}
		})
	}
}

func TestEachFileOfACaptureHasTheSecretsSoFar(t *testing.T) {
	k := &KeyLog{}
	name := filepath.Join(t.TempDir(), "x.pcapng")
	w, err := NewCapture(CaptureConfig{File: name, Rotate: 1000, KeyLog: k})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = k.Write([]byte(oneSecret))
	for range 3 {
		w.Tap(passing(t, Sent, "192.0.2.1:5684", "192.0.2.7:40001", strings.Repeat("x", 400), false))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range w.Status().Files {
		if b, err := os.ReadFile(name); err != nil || bytes.Count(b, []byte(oneSecret)) != 1 {
			t.Errorf("%s: %v, the secrets %d times", name, err, bytes.Count(b, []byte(oneSecret)))
		}
		if state, err := os.Stat(name); err != nil || state.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v", name, state.Mode(), err)
		}
	}
	if n := len(w.Status().Files); n < 2 {
		t.Errorf("%d files", n)
	}
}

func TestASessionThatMovesByItsConnectionIDIsStillReadByItsSecrets(t *testing.T) {
	const listener = "192.0.2.1:5684"
	blocks := capturedSession(t, CaptureConfig{KeyLog: &KeyLog{}}, listener, func(t *testing.T, w *Capture, b *securedBench) {
		client, back, err := b.dial("192.0.2.7:40001", pskOf("dev1", "0123456789abcdef"), SecureOptions{})
		if err != nil {
			t.Fatal(err)
		}
		b.exchange(client, back)
		var record string
		for _, p := range client.peers {
			r, err := p.sealed.append(nil, recordData, []byte("from afar"))
			if err != nil {
				t.Fatal(err)
			}
			record = string(r)
		}
		w.Tap(passing(t, Received, listener, "192.0.2.8:40008", record, false))
		w.Inner(passing(t, Received, listener, "192.0.2.8:40008", "from afar", false))
		w.Inner(passing(t, Received, listener, "192.0.2.9:40009", "from somebody else", false))
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	})
	var inside []string
	for i := range blocks {
		if blocks[i].kind == blockPacket {
			if on, frame := blocks[i].packetOf(); on == insideInterface {
				inside = append(inside, insideOf(t, frame))
			}
		}
	}
	if len(inside) != 1 || !strings.HasSuffix(inside[0], "from somebody else") {
		t.Errorf("beside stand %q", inside)
	}
}
