package coap

import (
	"bytes"
	"encoding/binary"
	"iter"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"lwcon/session/transport"
)

const (
	// DefaultLogSize is how many bytes a Log keeps.
	DefaultLogSize = 64 << 20
	// logChunk is the unit in which the log grows and forgets.
	logChunk = 64 << 10
	// maxLogNote bounds the text of deviations kept with one record.
	maxLogNote = 1 << 12
)

// Log numbers exchanges and keeps the bytes that passed, the newest ones up to
// its size. A record costs its bytes and 32 more, and no object of its own. It
// is safe for concurrent use.
type Log struct {
	newest atomic.Uint64
	limit  int // in bytes

	mu     sync.Mutex
	chunks []*logPage
	serial uint32 // of the last chunk
	size   int
	lost   bool
}

// logPage is a stretch of records with the addresses that they name.
type logPage struct {
	serial    uint32
	low, high uint64 // numbers in it
	bytes     []byte
	addresses []transport.Address
	locals    []transport.Local
}

// logPlace is where a peer's address stands in the newest page, so that it
// need not be sought.
type logPlace struct {
	serial uint32
	index  uint16
}

// NewLog returns a log of size bytes; 0 means DefaultLogSize.
func NewLog(size int) *Log {
	if size <= 0 {
		size = DefaultLogSize
	}
	return &Log{limit: size}
}

// Record is one message that passed.
type Record struct {
	Number    uint64
	Time      time.Time
	Direction transport.Direction
	Peer      transport.Address
	Local     transport.Local
	Stream    bool
	Secure    bool
	Inner     bool
	Bytes     []byte
	Note      string
	Chosen    Chosen
	// Deviations of the message layer that Scan cannot know: those that take
	// more than the bytes of this message.
	Deviations []Deviation
}

// entry is a record on its way into the log.
type entry struct {
	number     uint64
	time       time.Time
	direction  transport.Direction
	stream     bool
	secure     bool
	inner      bool
	note       note
	chosen     Chosen
	arg        uint32
	bytes      []byte
	deviations []Deviation
}

// The head of a record: number 8, time 8, bytes 4, argument 4, peer 2, extra 2,
// local 1, flags 1, note 1, chosen 1. The bytes follow, then the extra text.
const logHead = 32

const (
	logReceived = 1 << iota
	logStream
	logInner
	logSecure
)

// next takes the next number.
func (l *Log) next() uint64 { return l.newest.Add(1) }

func (l *Log) append(r *entry, peer transport.Address, local transport.Local, place *logPlace) {
	extra := packDeviations(r.deviations)
	need := logHead + len(r.bytes) + len(extra)
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.page(need)
	if len(p.bytes) == 0 || r.number < p.low {
		p.low = r.number
	}
	p.high = max(p.high, r.number)
	if place.serial != p.serial {
		*place = logPlace{p.serial, uint16(len(p.addresses))}
		p.addresses = append(p.addresses, peer)
	}
	var head [logHead]byte
	binary.LittleEndian.PutUint64(head[0:], r.number)
	binary.LittleEndian.PutUint64(head[8:], uint64(r.time.UnixNano()))
	binary.LittleEndian.PutUint32(head[16:], uint32(len(r.bytes)))
	binary.LittleEndian.PutUint32(head[20:], r.arg)
	binary.LittleEndian.PutUint16(head[24:], place.index)
	binary.LittleEndian.PutUint16(head[26:], uint16(len(extra)))
	head[28] = p.local(local)
	head[29] = r.flags()
	head[30], head[31] = byte(r.note), byte(r.chosen)
	p.bytes = append(p.bytes, head[:]...)
	p.bytes = append(p.bytes, r.bytes...)
	p.bytes = append(p.bytes, extra...)
}

func (r *entry) flags() byte {
	var f byte
	if r.direction == transport.Received {
		f |= logReceived
	}
	if r.stream {
		f |= logStream
	}
	if r.secure {
		f |= logSecure
	}
	if r.inner {
		f |= logInner
	}
	return f
}

// page returns the page that takes need more bytes, a new one where the newest
// is full, and forgets the oldest beyond the limit.
func (l *Log) page(need int) *logPage {
	if n := len(l.chunks); n > 0 {
		p := l.chunks[n-1]
		if len(p.bytes)+need <= cap(p.bytes) {
			return p
		}
	}
	size := max(need, min(logChunk, l.limit))
	l.serial++
	l.chunks = append(l.chunks, &logPage{serial: l.serial, bytes: make([]byte, 0, size)})
	l.size += size
	for l.size > l.limit && len(l.chunks) > 1 {
		l.size -= cap(l.chunks[0].bytes)
		l.chunks[0] = nil
		l.chunks = l.chunks[1:]
		l.lost = true
	}
	return l.chunks[len(l.chunks)-1]
}

// local returns the index of the local end in the page; beyond 255 different
// ones it is kept no more and 255 stands for unknown.
func (p *logPage) local(l transport.Local) byte {
	for i := range p.locals {
		if p.locals[i] == l {
			return byte(i)
		}
	}
	const unknown = 255
	if len(p.locals) >= unknown {
		return unknown
	}
	p.locals = append(p.locals, l)
	return byte(len(p.locals) - 1)
}

// Records returns all that is kept of exchange number, in order of time; nil
// where it is not known or no longer kept.
func (l *Log) Records(number uint64) []Record {
	l.mu.Lock()
	defer l.mu.Unlock()
	var found []Record
	for _, p := range l.chunks {
		if number < p.low || number > p.high {
			continue
		}
		for b := range p.records() {
			if binary.LittleEndian.Uint64(b) == number {
				found = append(found, p.record(b))
			}
		}
	}
	slices.SortStableFunc(found, func(a, b Record) int { return a.Time.Compare(b.Time) })
	return found
}

// Asked returns the newest request before an exchange that was sent to a peer with a
// token: that which began an observation, for the exchange of a notification; false
// where it is not known or no longer kept.
func (l *Log) Asked(peer transport.Address, token []byte, before uint64) (r Record, found bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.chunks {
		if p.low >= before {
			continue
		}
		for b := range p.records() {
			length := int(binary.LittleEndian.Uint32(b[16:]))
			if number := binary.LittleEndian.Uint64(b); number < before && number >= r.Number && b[29]&logReceived == 0 &&
				p.addresses[binary.LittleEndian.Uint16(b[24:])] == peer && bytes.Contains(b[logHead:logHead+length], token) {
				m := Scan(b[logHead:logHead+length], b[29]&logStream != 0).Message
				if m.Code.IsRequest() && bytes.Equal(m.Token, token) {
					r, found = p.record(b), true
				}
			}
		}
	}
	return r, found
}

// Newest returns the number of the newest exchange, 0 before the first.
func (l *Log) Newest() uint64 { return l.newest.Load() }

// Oldest returns the number of the oldest exchange of which something is kept,
// 0 where nothing is.
func (l *Log) Oldest() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	oldest := uint64(0)
	for _, p := range l.chunks {
		if len(p.bytes) > 0 && (oldest == 0 || p.low < oldest) {
			oldest = p.low
		}
	}
	return oldest
}

// records walks the octets of each record.
func (p *logPage) records() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for b := p.bytes; len(b) >= logHead; {
			size := recordSize(b)
			if !yield(b[:size]) {
				return
			}
			b = b[size:]
		}
	}
}

func recordSize(b []byte) int {
	return logHead + int(binary.LittleEndian.Uint32(b[16:])) + int(binary.LittleEndian.Uint16(b[26:]))
}

func (p *logPage) record(b []byte) Record {
	length := int(binary.LittleEndian.Uint32(b[16:]))
	flags := b[29]
	r := Record{
		Number: binary.LittleEndian.Uint64(b),
		Time:   time.Unix(0, int64(binary.LittleEndian.Uint64(b[8:]))).UTC(),
		Peer:   p.addresses[binary.LittleEndian.Uint16(b[24:])],
		Stream: flags&logStream != 0,
		Secure: flags&logSecure != 0,
		Inner:  flags&logInner != 0,
		Bytes:  slices.Clone(b[logHead : logHead+length]),
		Note:   note(b[30]).text(binary.LittleEndian.Uint32(b[20:])),
		Chosen: Chosen(b[31]),
	}
	if flags&logReceived != 0 {
		r.Direction = transport.Received
	}
	if i := int(b[28]); i < len(p.locals) {
		r.Local = p.locals[i]
	}
	r.Deviations = unpackDeviations(string(b[logHead+length:]))
	return r
}

// packDeviations writes rule and message of each deviation; the rest is in the
// table of rules.
func packDeviations(all []Deviation) string {
	if len(all) == 0 {
		return ""
	}
	var s strings.Builder
	for _, d := range all {
		if s.Len()+len(d.Rule)+len(d.Message)+2 > maxLogNote {
			break
		}
		s.WriteString(d.Rule + "\x00" + d.Message + "\x00")
	}
	return s.String()
}

func unpackDeviations(s string) []Deviation {
	var all []Deviation
	for s != "" {
		rule, rest, _ := strings.Cut(s, "\x00")
		message, after, _ := strings.Cut(rest, "\x00")
		all = append(all, deviate(rule, -1, message))
		s = after
	}
	return all
}
