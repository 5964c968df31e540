package console

import (
	"context"
	"math"
	"sync"
)

// progress tells how far somebody has come in a log of events. The zero progress
// has not begun.
type progress struct {
	mu      sync.Mutex
	at      uint64
	changed chan struct{} // closed when at grows; nil while nobody waits
}

// reach notes that the event of a number is done.
func (p *progress) reach(number uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at = number
	if p.changed != nil {
		close(p.changed)
		p.changed = nil
	}
}

// end lets all go who wait.
func (p *progress) end() { p.reach(math.MaxUint64) }

// wait returns when the event of a number is done, or with the end of ctx.
func (p *progress) wait(ctx context.Context, number uint64) {
	for {
		p.mu.Lock()
		if p.at >= number {
			p.mu.Unlock()
			return
		}
		if p.changed == nil {
			p.changed = make(chan struct{})
		}
		changed := p.changed
		p.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}
