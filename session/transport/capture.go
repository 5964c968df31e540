package transport

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gopacket/gopacket"
)

const (
	// maxCaptureQueue bounds what waits to be written, in bytes; beyond it
	// records are dropped and counted.
	maxCaptureQueue = 16 << 20
	// maxCaptureFlows bounds the streams whose numbers are remembered; beyond it
	// the oldest begins anew if it goes on.
	maxCaptureFlows = 65536
	// captureSegment is the most bytes of a stream in one made-up packet.
	captureSegment = 1440
)

// CaptureConfig is what a Capture is made of. Only File is required.
type CaptureConfig struct {
	// File is created, or emptied.
	File string
	// Rotate is the size in bytes at which the next file begins: NAME-2, NAME-3
	// and so on, with the extension kept. 0 never rotates.
	Rotate int64
	// Files is how many are kept where the capture rotates, the newest ones; 0
	// means DefaultCaptureFiles.
	Files int
	// Mask returns the bytes to write in place of those that passed, with secrets
	// made unreadable, and whether there were any. The result may be shorter or
	// longer where a stream's frames have to be complete to be understood. It is
	// called from one goroutine, in order. Nil writes what passed.
	Mask func(WireRecord) (b []byte, masked bool)
	// Ports are those that carry CoAP in plain text, for the comment of each file, which says
	// how tshark reads them. It is asked when a file begins; may be nil.
	Ports func() []CapturePort
	// Application is the program's name and version.
	Application string
	// KeyLog makes the files hold the secrets of secure sessions, so that they can be
	// read with nothing else; nil: they stay as encrypted as the wire.
	KeyLog *KeyLog
}

// CapturePort is a port that carries CoAP in plain text.
type CapturePort struct {
	Stream bool
	Port   uint16
}

// CaptureStatus is how a capture stands.
type CaptureStatus struct {
	// Files are the names of those kept, the oldest first.
	Files []string
	// Packets were written; Dropped records were not, because too much waited or
	// the file could not be written.
	Packets, Dropped uint64
	// Err is why nothing more is written, nil while all is well.
	Err error
}

// Capture writes what passes on links to a pcapng file that Wireshark opens:
// with made-up Ethernet, IP, UDP and TCP headers around the bytes, but the real
// addresses, ports and times. What is harmed on purpose is in it as it was on
// the wire. It is safe for concurrent use.
type Capture struct {
	config CaptureConfig
	done   chan struct{} // closed once all is written

	unfollow func() // ends what KeyLog gives, nil without one

	mu      sync.Mutex
	woken   *sync.Cond
	queue   []captured
	queued  int      // bytes
	secrets [][]byte // lines that came since the last batch
	closed  bool
	status  CaptureStatus

	// Of the goroutine that writes:
	files captureFiles
	inner innerMessages
	flows map[flow]uint32 // number of the next byte from the first to the second
	order []flow          // in order of age
}

// captured is a record that waits to be written.
type captured struct {
	WireRecord
	at    time.Time // when it came, by the machine's clock
	inner bool      // what a secure session carried
}

// flow is one direction of a stream.
type flow struct{ from, to netip.AddrPort }

// NewCapture creates the file and writes until Close.
func NewCapture(c CaptureConfig) (*Capture, error) {
	if c.Files <= 0 {
		c.Files = DefaultCaptureFiles
	}
	if c.Rotate < 0 {
		return nil, fmt.Errorf("capture %s: rotate at %d bytes: want 0 or more", c.File, c.Rotate)
	}
	w := &Capture{config: c, done: make(chan struct{}), flows: make(map[flow]uint32)}
	w.woken = sync.NewCond(&w.mu)
	w.files = captureFiles{first: c.File, rotate: c.Rotate, keep: c.Files, application: c.Application, comment: w.comment}
	w.files.begun = func() { w.inner.begin(w.files.secrets) }
	w.files.secretly = c.KeyLog != nil
	if err := w.files.open(); err != nil {
		return nil, err
	}
	w.status.Files = slices.Clone(w.files.names)
	if c.KeyLog != nil {
		w.unfollow = c.KeyLog.follow(w.secret)
	}
	go w.run()
	return w, nil
}

// comment tells how the file is read.
func (c *Capture) comment() string {
	text := "CoAP; headers below it are made up, addresses, ports and times are real."
	if c.config.KeyLog != nil {
		text += " It holds the secrets of its secure sessions; what they carried and cannot be read with them alone stands on the interface inside."
	}
	var options []string
	if c.config.Ports != nil {
		for _, p := range c.config.Ports() {
			protocol := "udp"
			if p.Stream {
				protocol = "tcp"
			}
			option := fmt.Sprintf("-d %s.port==%d,coap", protocol, p.Port)
			if !slices.Contains(options, option) {
				options = append(options, option)
			}
		}
	}
	if len(options) > 0 {
		text += " tshark " + strings.Join(options, " ")
	}
	return text
}

// Tap takes a record in. It is a WireTap and never blocks for long: what comes
// faster than it can be written is dropped.
func (c *Capture) Tap(r WireRecord) { c.put(captured{WireRecord: r}) }

// Inner takes in a message that a secure session carried. It is written beside the
// record that carried it where the file does not tell how to read that. Without
// KeyLog it is not written.
func (c *Capture) Inner(r WireRecord) {
	if c.config.KeyLog != nil {
		c.put(captured{WireRecord: r, inner: true})
	}
}

func (c *Capture) put(r captured) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.status.Err != nil || c.queued+len(r.Bytes) > maxCaptureQueue {
		c.status.Dropped++
		return
	}
	r.Bytes = slices.Clone(r.Bytes)
	if c.config.KeyLog != nil {
		r.at = time.Now()
	}
	c.queue = append(c.queue, r)
	c.queued += len(r.Bytes) + captureBlock
	c.woken.Signal()
}

// Status tells how the capture stands.
func (c *Capture) Status() CaptureStatus {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.status
	s.Files = slices.Clone(s.Files)
	return s
}

// HoldsSecrets says whether the files tell how to read secure sessions.
func (c *Capture) HoldsSecrets() bool { return c.config.KeyLog != nil }

// ErrCaptureClosed is returned by the second Close.
var ErrCaptureClosed = errors.New("capture closed")

// Close writes what waits and ends the file. The error is the first one that
// writing met.
func (c *Capture) Close() error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return ErrCaptureClosed
	}
	c.closed = true
	c.woken.Signal()
	c.mu.Unlock()
	<-c.done
	if c.unfollow != nil {
		c.unfollow()
	}
	return c.Status().Err
}

// run writes what waits, in batches.
func (c *Capture) run() {
	defer close(c.done)
	for {
		c.mu.Lock()
		batch, secrets, last := c.ripe()
		failed := c.status.Err != nil
		if failed { // while the batch before it was written
			c.status.Dropped += uint64(len(batch))
		}
		c.mu.Unlock()
		if !failed {
			c.report(c.writeAll(batch, secrets))
		}
		if last {
			err := c.files.close()
			c.mu.Lock()
			if c.status.Err == nil {
				c.status.Err = err
			}
			c.mu.Unlock()
			return
		}
	}
}

// writeAll writes a batch, and flushes it so that the file can be read while it
// grows.
func (c *Capture) writeAll(batch []captured, secrets [][]byte) (packets, dropped uint64, err error) {
	for _, lines := range secrets {
		if err := c.files.addSecrets(lines); err != nil {
			return 0, uint64(len(batch)), err
		}
		c.inner.told(lines)
	}
	for i, r := range batch {
		n, err := c.write(r)
		packets += n
		if err != nil {
			return packets, uint64(len(batch) - i), err
		}
	}
	return packets, 0, c.files.writer.Flush()
}

func (c *Capture) report(packets, dropped uint64, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.status.Packets += packets
	c.status.Dropped += dropped
	c.status.Err = err
	c.status.Files = slices.Clone(c.files.names)
}

// write adds one record: a packet, of a stream as many as it takes.
func (c *Capture) write(one captured) (packets uint64, err error) {
	if one.inner {
		return c.writeInner(&one.WireRecord)
	}
	r := one.WireRecord
	if c.config.KeyLog != nil {
		c.inner.look(&r)
	}
	comment := r.Note
	if c.config.Mask != nil {
		b, masked := c.config.Mask(r)
		r.Bytes = b
		if masked {
			comment = strings.TrimPrefix(comment+", secrets masked", ", ")
		}
	}
	if r.Connection() {
		return 0, nil
	}
	p := packet{from: r.Local.hostport, to: r.Remote.hostport, stream: r.Stream}
	if r.Direction == Received {
		p.from, p.to = p.to, p.from
	}
	for rest := r.Bytes; ; {
		p.payload = rest
		if r.Stream && len(rest) > captureSegment {
			p.payload = rest[:captureSegment]
		}
		rest = rest[len(p.payload):]
		if r.Stream {
			if len(p.payload) == 0 {
				return packets, nil
			}
			p.sequence, p.acknowledged = c.count(p.from, p.to, len(p.payload))
		}
		if err := c.frame(r.Time, &p, comment); err != nil {
			return packets, err
		}
		packets++
		if len(rest) == 0 {
			return packets, nil
		}
	}
}

// count numbers the bytes of a stream, from 1.
func (c *Capture) count(from, to netip.AddrPort, n int) (sequence, acknowledged uint32) {
	there, back := flow{from, to}, flow{to, from}
	for _, f := range [...]flow{there, back} {
		if _, known := c.flows[f]; known {
			continue
		}
		if len(c.order) >= maxCaptureFlows {
			delete(c.flows, c.order[0])
			c.order = c.order[1:]
		}
		c.flows[f] = 1
		c.order = append(c.order, f)
	}
	sequence = c.flows[there]
	c.flows[there] = sequence + uint32(n)
	return sequence, c.flows[back]
}

func (c *Capture) frame(at time.Time, p *packet, comment string) error {
	frame := p.append(make([]byte, 0, ethernetHeader+ipv6Header+tcpHeader+len(p.payload)))
	info := gopacket.CaptureInfo{Timestamp: at, CaptureLength: len(frame), Length: len(frame)}
	return c.files.write(info, frame, comment)
}
