package terminal

import (
	"strings"
	"sync"
)

// Limits of what waits to be printed.
const (
	// queueLines is how many lines wait at most. Beyond it whole blocks are
	// skipped until all that waits is printed. A block that is longer than
	// the limit is taken if nothing else waits.
	queueLines = 1000
	// queueBytes bounds the same queue for blocks of very long lines.
	queueBytes = 4 << 20
)

// queue holds blocks between those who print and the one goroutine that
// writes. It is closed (put and putSurely refuse) outside of Run.
type queue struct {
	mu      sync.Mutex
	open    bool
	blocks  []block
	lines   int // in blocks
	bytes   int
	full    bool // skipping until the queue is empty
	skipped int  // lines, since the last word about it
	word    func(lines int) string
	ready   chan struct{} // receives when there may be something to do
}

type block struct {
	text    string
	lines   int
	written chan struct{} // closed when the block is written; may be nil
	live    bool          // it takes the place of the live block before it
}

func (q *queue) configure(word func(lines int) string) {
	q.word = word
	q.ready = make(chan struct{}, 1)
}

// put adds a block or counts it as skipped; false: the queue is closed.
func (q *queue) put(text string) bool {
	lines := countLines(text)
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.open {
		return false
	}
	tooMany := q.lines+lines > queueLines || q.bytes+len(text) > queueBytes
	if q.full || tooMany && q.lines > 0 {
		q.full = true
		q.skipped += lines
		return true
	}
	q.add(block{text: text, lines: lines})
	return true
}

// putSurely adds a block whatever the limits; its channel is closed when it
// has been written. Nil: the queue is closed.
func (q *queue) putSurely(text string) <-chan struct{} { return q.putBlock(text, false) }

// putBlock is putSurely, also for live blocks.
func (q *queue) putBlock(text string, live bool) <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.open {
		return nil
	}
	q.tell()
	written := make(chan struct{})
	q.add(block{text: text, lines: countLines(text), written: written, live: live})
	return written
}

// add appends; the caller holds mu.
func (q *queue) add(b block) {
	q.blocks = append(q.blocks, b)
	q.lines += b.lines
	q.bytes += len(b.text)
	q.nudge()
}

// tell puts the word about skipped lines where they are missing; the caller
// holds mu.
func (q *queue) tell() {
	if q.skipped == 0 {
		return
	}
	text := q.word(q.skipped)
	q.skipped = 0
	q.add(block{text: text, lines: countLines(text)})
}

// take removes blocks from the front until they make up the given number of
// lines, at least one block if there is one; negative: all.
func (q *queue) take(lines int) []block {
	q.mu.Lock()
	defer q.mu.Unlock()
	n, taken := 0, 0
	for n < len(q.blocks) && (lines < 0 || taken < lines) {
		taken += q.blocks[n].lines
		q.bytes -= len(q.blocks[n].text)
		n++
	}
	batch := q.blocks[:n:n]
	q.blocks = q.blocks[n:]
	q.lines -= taken
	if len(q.blocks) == 0 {
		q.blocks, q.full = nil, false
		if q.skipped > 0 {
			q.tell()
		}
	}
	return batch
}

// waiting says whether there is something to take.
func (q *queue) waiting() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.blocks) > 0
}

// nudge wakes the goroutine that writes.
func (q *queue) nudge() {
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

// begin opens the queue.
func (q *queue) begin() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.open = true
}

// end closes the queue and returns what is left in it.
func (q *queue) end() []block {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.tell()
	rest := q.blocks
	q.open, q.full = false, false
	q.blocks, q.lines, q.bytes = nil, 0, 0
	return rest
}

// countLines is how many lines a block has, the last one with or without its
// newline.
func countLines(text string) int {
	return strings.Count(strings.TrimSuffix(text, "\n"), "\n") + 1
}
