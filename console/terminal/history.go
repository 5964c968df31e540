package terminal

import "strings"

// defaultHistoryLines is how many lines the history keeps if nothing else is
// said.
const defaultHistoryLines = 1000

// history holds the lines that were run, the oldest first, and where in them
// the user looks.
type history struct {
	lines    []string
	limit    int
	browsing bool
	at       int    // index of the line shown, while browsing
	typed    string // what stood there before browsing
}

// add appends a line; one that is the same as the last is not added again.
func (h *history) add(text string) bool {
	h.reset()
	if len(h.lines) > 0 && h.lines[len(h.lines)-1] == text {
		return false
	}
	h.lines = lastLines(append(h.lines, text), h.limit)
	return true
}

// reset ends browsing.
func (h *history) reset() { h.browsing, h.typed = false, "" }

// older returns the next older line that begins with what was typed before
// browsing.
func (h *history) older(current string) (string, bool) {
	if !h.browsing {
		h.browsing, h.at, h.typed = true, len(h.lines), current
	}
	for i := h.at - 1; i >= 0; i-- {
		if strings.HasPrefix(h.lines[i], h.typed) && h.lines[i] != current {
			h.at = i
			return h.lines[i], true
		}
	}
	return "", false
}

// newer goes the other way; after the newest comes what was typed.
func (h *history) newer(current string) (string, bool) {
	if !h.browsing {
		return "", false
	}
	for i := h.at + 1; i < len(h.lines); i++ {
		if strings.HasPrefix(h.lines[i], h.typed) && h.lines[i] != current {
			h.at = i
			return h.lines[i], true
		}
	}
	typed := h.typed
	h.reset()
	return typed, true
}

// lastLines cuts a list to its last lines.
func lastLines(lines []string, limit int) []string {
	return lines[max(len(lines)-limit, 0):]
}
