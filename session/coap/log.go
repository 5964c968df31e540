package coap

import (
	"time"

	"lwcon/session/transport"
)

// DefaultLogSize is how many bytes a Log keeps.
const DefaultLogSize = 64 << 20

// Log numbers exchanges and keeps the bytes that passed, the newest ones up to
// its size. It is safe for concurrent use.
type Log struct{}

// NewLog returns a log of size bytes; 0 means DefaultLogSize.
func NewLog(size int) *Log { return &Log{} }

// Record is one message that passed.
type Record struct {
	Number    uint64
	Time      time.Time
	Direction transport.Direction
	Peer      transport.Address
	Local     transport.Local
	Stream    bool
	Inner     bool
	Bytes     []byte
	Note      string
	// Deviations of the message layer that Scan cannot know: those that take
	// more than the bytes of this message.
	Deviations []Deviation
}

// Records returns all that is kept of exchange number, in order of time; nil
// where it is not known or no longer kept.
func (l *Log) Records(number uint64) []Record { return nil }

// Newest returns the number of the newest exchange, 0 before the first.
func (l *Log) Newest() uint64 { return 0 }

// Oldest returns the number of the oldest exchange of which something is kept.
func (l *Log) Oldest() uint64 { return 0 }
