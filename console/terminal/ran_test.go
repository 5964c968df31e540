package terminal

import (
	"context"
	"sync"
)

// ran collects the lines that were executed.
type ran struct {
	mu    sync.Mutex
	lines []string
}

func (r *ran) execute(_ context.Context, line string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, line)
	if line == "quit" {
		return ErrQuit
	}
	return nil
}

func (r *ran) got() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.lines...)
}
