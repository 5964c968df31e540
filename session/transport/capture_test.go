package transport

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket/pcapgo"

	"lwcon/session/clock"
)

// frame is a packet of a capture, taken apart.
type frame struct {
	from, to               netip.AddrPort
	stream                 bool
	sequence, acknowledged uint32
	payload                string
	comment                string
	at                     time.Time
}

// parseFrame takes a packet apart and holds its lengths and checksums against
// the RFCs.
func parseFrame(t *testing.T, b []byte) frame {
	t.Helper()
	var f frame
	var from, to netip.Addr
	var protocol byte
	kind, ip := binary.BigEndian.Uint16(b[12:]), b[ethernetHeader:]
	var rest []byte
	switch kind {
	case 0x0800:
		if ones(ip[:ipv4Header]) != 0xffff {
			t.Errorf("IPv4 header checksum is wrong: %x", ip[:ipv4Header])
		}
		if int(binary.BigEndian.Uint16(ip[2:])) != len(ip) {
			t.Errorf("IPv4 length %d, want %d", binary.BigEndian.Uint16(ip[2:]), len(ip))
		}
		from, to = netip.AddrFrom4([4]byte(ip[12:16])), netip.AddrFrom4([4]byte(ip[16:20]))
		protocol, rest = ip[9], ip[ipv4Header:]
	case 0x86dd:
		from, to = netip.AddrFrom16([16]byte(ip[8:24])), netip.AddrFrom16([16]byte(ip[24:40]))
		protocol, rest = ip[6], ip[ipv6Header:]
		if int(binary.BigEndian.Uint16(ip[4:])) != len(rest) {
			t.Errorf("IPv6 length %d, want %d", binary.BigEndian.Uint16(ip[4:]), len(rest))
		}
	default:
		t.Fatalf("EtherType %04x", kind)
	}
	pseudo := append(append(from.AsSlice(), to.AsSlice()...), 0, protocol)
	pseudo = binary.BigEndian.AppendUint16(pseudo, uint16(len(rest)))
	if got := ones(append(pseudo, rest...)); got != 0xffff {
		t.Errorf("checksum of protocol %d does not add up: %04x", protocol, got)
	}
	f.from = netip.AddrPortFrom(from, binary.BigEndian.Uint16(rest))
	f.to = netip.AddrPortFrom(to, binary.BigEndian.Uint16(rest[2:]))
	switch protocol {
	case protocolUDP:
		if int(binary.BigEndian.Uint16(rest[4:])) != len(rest) {
			t.Errorf("UDP length %d, want %d", binary.BigEndian.Uint16(rest[4:]), len(rest))
		}
		f.payload = string(rest[udpHeader:])
	case protocolTCP:
		f.stream = true
		f.sequence, f.acknowledged = binary.BigEndian.Uint32(rest[4:]), binary.BigEndian.Uint32(rest[8:])
		f.payload = string(rest[int(rest[12]>>4)*4:])
	default:
		t.Fatalf("protocol %d", protocol)
	}
	return f
}

// ones adds b up in ones' complement: 0xffff where a checksum in it is right.
func ones(b []byte) uint16 {
	var sum uint32
	for i, c := range b {
		sum += uint32(c) << (8 * (1 - i%2))
	}
	for sum > 0xffff {
		sum = sum&0xffff + sum>>16
	}
	return uint16(sum)
}

// readCapture reads all packets of a file, and the comment of its section.
func readCapture(t *testing.T, name string) (frames []frame, comment string) {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	r, err := pcapgo.NewNgReader(bytes.NewReader(content), pcapgo.DefaultNgReaderOptions)
	if err != nil {
		t.Fatal(err)
	}
	for {
		data, info, options, err := r.ReadPacketDataWithOptions()
		if errors.Is(err, io.EOF) {
			return frames, r.SectionInfo().Comment
		}
		if err != nil {
			t.Fatal(err)
		}
		f := parseFrame(t, data)
		f.at, f.comment = info.Timestamp, strings.Join(options.Comments, "|")
		frames = append(frames, f)
	}
}

func address(t *testing.T, s string) Address {
	t.Helper()
	a, err := ParseAddress(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// passing is a record of bytes between two addresses.
func passing(t *testing.T, d Direction, local, remote, b string, stream bool) WireRecord {
	t.Helper()
	return WireRecord{
		Time: time.Unix(1_700_000_000, 123_456_789), Direction: d, Stream: stream, Bytes: []byte(b),
		Local: Local{hostport: address(t, local).hostport}, Remote: address(t, remote),
	}
}

// capture writes records to a file and returns its frames and comment.
func capture(t *testing.T, c CaptureConfig, records ...WireRecord) (*Capture, []frame, string) {
	t.Helper()
	if c.File == "" {
		c.File = filepath.Join(t.TempDir(), "x.pcapng")
	}
	w, err := NewCapture(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		w.Tap(r)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	s := w.Status()
	frames, comment := readCapture(t, s.Files[len(s.Files)-1])
	return w, frames, comment
}

func TestACaptureKeepsAddressesPortsTimesAndBytes(t *testing.T) {
	for _, c := range []struct{ local, remote string }{
		{"192.0.2.1:5683", "192.0.2.7:40001"},
		{"[2001:db8::1]:5683", "[2001:db8::7]:40001"},
		{"[::ffff:192.0.2.1]:5683", "192.0.2.7:40001"},
	} {
		local, remote := address(t, c.local).hostport, address(t, c.remote).hostport
		_, frames, _ := capture(t, CaptureConfig{},
			passing(t, Sent, c.local, c.remote, "abc", false),
			passing(t, Received, c.local, c.remote, "", false),
			passing(t, Received, c.local, c.remote, strings.Repeat("\xff", 65000), false),
		)
		want := []frame{
			{from: local, to: remote, payload: "abc"},
			{from: remote, to: local},
			{from: remote, to: local, payload: strings.Repeat("\xff", 65000)},
		}
		for i := range frames {
			if !frames[i].at.Equal(time.Unix(1_700_000_000, 123_456_789)) {
				t.Errorf("time %v, want that of the record to the nanosecond", frames[i].at)
			}
			frames[i].at = time.Time{}
		}
		if !slices.Equal(frames, want) {
			t.Errorf("%s: got %v, want %v", c.local, frames, want)
		}
	}
}

func TestAStreamIsNumberedByteByByteInBothDirections(t *testing.T) {
	const server, client = "192.0.2.1:5683", "192.0.2.7:40001"
	_, frames, _ := capture(t, CaptureConfig{},
		passing(t, Received, server, client, strings.Repeat("x", captureSegment+10), true),
		passing(t, Sent, server, client, "abc", true),
		passing(t, Received, server, client, "de", true),
		passing(t, Sent, server, client, "f", true),
	)
	want := [][2]uint32{{1, 1}, {captureSegment + 1, 1}, {1, captureSegment + 11}, {captureSegment + 11, 4}, {4, captureSegment + 13}}
	if len(frames) != len(want) {
		t.Fatalf("got %d packets, want %d", len(frames), len(want))
	}
	for i, f := range frames {
		if got := [2]uint32{f.sequence, f.acknowledged}; got != want[i] || !f.stream {
			t.Errorf("packet %d: sequence and acknowledgement %v, want %v", i, got, want[i])
		}
	}
}

func TestTheCommentSaysHowTsharkReadsThePorts(t *testing.T) {
	_, _, comment := capture(t, CaptureConfig{Ports: func() []CapturePort {
		return []CapturePort{{false, 15683}, {true, 15683}, {false, 15683}}
	}})
	if want := "tshark -d udp.port==15683,coap -d tcp.port==15683,coap"; !strings.HasSuffix(comment, want) {
		t.Errorf("comment %q, want %q at its end", comment, want)
	}
}

func TestACaptureRotatesBySizeAndKeepsTheNewestFiles(t *testing.T) {
	dir := t.TempDir()
	w, err := NewCapture(CaptureConfig{File: filepath.Join(dir, "x.pcapng"), Rotate: 1000, Files: 3})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		w.Tap(passing(t, Sent, "192.0.2.1:5683", "192.0.2.7:40001", fmt.Sprintf("%02d%s", i, strings.Repeat("x", 150)), false))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	status := w.Status()
	if len(status.Files) != 3 || status.Packets != 50 || status.Dropped != 0 {
		t.Fatalf("got %+v, want 3 files of 50 packets", status)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 3 {
		t.Errorf("%d files in the directory, %v, want 3", len(entries), err)
	}
	var last string
	for _, name := range status.Files {
		file, err := os.Stat(name)
		if err != nil || file.Size() > 1000 {
			t.Errorf("%s: %v, %v, want at most 1000 bytes", name, file, err)
		}
		frames, _ := readCapture(t, name)
		if len(frames) == 0 {
			t.Fatalf("%s: empty", name)
		}
		last = frames[len(frames)-1].payload[:2]
	}
	if last != "49" {
		t.Errorf("the last packet is %s, want 49", last)
	}
	if filepath.Base(status.Files[2]) == "x.pcapng" || !strings.HasPrefix(filepath.Base(status.Files[2]), "x-") {
		t.Errorf("the newest file is %s, want x-N.pcapng", status.Files[2])
	}
}

func TestWhatAMaskReturnsIsWritten(t *testing.T) {
	mask := func(r WireRecord) ([]byte, bool) {
		return bytes.ReplaceAll(r.Bytes, []byte("key"), []byte("***")), bytes.Contains(r.Bytes, []byte("key"))
	}
	_, frames, _ := capture(t, CaptureConfig{Mask: mask},
		passing(t, Sent, "192.0.2.1:5683", "192.0.2.7:40001", "a key", false),
		passing(t, Sent, "192.0.2.1:5683", "192.0.2.7:40001", "none", false),
	)
	if frames[0].payload != "a ***" || frames[0].comment != "secrets masked" || frames[1].payload != "none" || frames[1].comment != "" {
		t.Errorf("got %+v", frames)
	}
}

// stuck is a mask that does not return before it is let go.
func stuck() (mask func(WireRecord) ([]byte, bool), entered, letGo chan struct{}) {
	entered, letGo = make(chan struct{}, 1), make(chan struct{})
	return func(r WireRecord) ([]byte, bool) {
		select {
		case entered <- struct{}{}:
		default:
		}
		<-letGo
		return r.Bytes, false
	}, entered, letGo
}

func TestAFullQueueDropsAndCountsAndDoesNotBlockTheLink(t *testing.T) {
	mask, entered, letGo := stuck()
	w, err := NewCapture(CaptureConfig{File: filepath.Join(t.TempDir(), "x.pcapng"), Mask: mask})
	if err != nil {
		t.Fatal(err)
	}
	large := passing(t, Sent, "192.0.2.1:5683", "192.0.2.7:40001", strings.Repeat("x", 60000), false)
	w.Tap(large)
	<-entered
	const sent = maxCaptureQueue/60000 + 50
	for range sent {
		w.Tap(large) // returns although nothing is written
	}
	close(letGo)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	s := w.Status()
	if s.Dropped < 50 || s.Packets+s.Dropped != sent+1 {
		t.Errorf("got %+v, want at least 50 dropped of %d", s, sent+1)
	}
}

func TestACaptureThatCannotBeWrittenSaysWhyAndTakesNoMore(t *testing.T) {
	if _, err := NewCapture(CaptureConfig{File: filepath.Join(t.TempDir(), "none", "x.pcapng")}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want that the directory does not exist", err)
	}
	dir := t.TempDir()
	w, err := NewCapture(CaptureConfig{File: filepath.Join(dir, "x.pcapng"), Rotate: 300})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "x-2.pcapng"), 0o755); err != nil { // in the way of the second file
		t.Fatal(err)
	}
	for range 3 {
		w.Tap(passing(t, Sent, "192.0.2.1:5683", "192.0.2.7:40001", strings.Repeat("x", 200), false))
	}
	if err := w.Close(); err == nil || !strings.Contains(err.Error(), "x-2.pcapng") {
		t.Errorf("got %v, want an error that names the file", err)
	}
	if s := w.Status(); s.Dropped == 0 || s.Packets+s.Dropped != 3 {
		t.Errorf("got %+v, want the rest dropped", s)
	}
	if err := w.Close(); err != ErrCaptureClosed {
		t.Errorf("a second Close: %v", err)
	}
}

func TestATapTellsOfConnectionsAndWhereTheLinkIsBound(t *testing.T) {
	network := NewMemoryNetwork()
	var records []string
	seen := make(chan struct{}, 8)
	a, _ := network.Stream("192.0.2.1:5683")
	b, _ := network.Stream("192.0.2.7:40001")
	tapped := Tapped(a, clock.Real(), func(r WireRecord) {
		records = append(records, fmt.Sprintf("%v %v %v %q %s", r.Direction, r.Local, r.Stream, r.Bytes, r.Note))
		seen <- struct{}{}
	})
	if tapped.Start(newInbox()) != nil || b.Start(newInbox()) != nil {
		t.Fatal("start")
	}
	if err := b.Connect(t.Context(), a.Address()); err != nil {
		t.Fatal(err)
	}
	<-seen
	if err := tapped.Send(b.Address(), Local{}, []byte("hi")); err != nil {
		t.Fatal(err)
	}
	<-seen
	b.Disconnect(a.Address(), nil)
	<-seen
	want := []string{
		`received 192.0.2.1:5683 true "" connected`,
		`sent 192.0.2.1:5683 true "hi" `,
		`received 192.0.2.1:5683 true "" closed`,
	}
	if !slices.Equal(records, want) {
		t.Errorf("got %q, want %q", records, want)
	}
}
