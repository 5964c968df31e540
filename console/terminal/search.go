package terminal

import (
	"strings"
	"unicode/utf8"
)

// search is a search back through the history (Ctrl-R): each character
// narrows it, Ctrl-R goes on to an older line, Escape, Ctrl-G and Ctrl-C give
// up, any other key takes the line that was found and acts on it.
type search struct {
	wanted string
	at     int    // index of the line found
	found  string // "": none
	typed  string // the line before the search
}

func (e *editor) beginSearch() {
	e.menu.close()
	e.search = &search{at: len(e.history.lines), typed: e.line.text()}
}

// pressSearch handles a key while searching; false: the search is over, and
// the key still to be handled.
func (e *editor) pressSearch(k key) bool {
	s := e.search
	switch k.action {
	case actText:
		s.wanted += k.text
		e.find(s.at)
	case actSearch:
		e.find(s.at - 1)
	case actBackspace:
		_, size := utf8.DecodeLastRuneInString(s.wanted)
		s.wanted = s.wanted[:len(s.wanted)-size]
		s.found = ""
		e.find(len(e.history.lines) - 1)
	case actEscape, actAbort, actInterrupt:
		e.search = nil
		e.line.set(s.typed)
	default:
		e.search = nil
		return false
	}
	return true
}

// find looks for the wanted text from a line of the history on backwards; if
// there is none, what was found before stays.
func (e *editor) find(from int) {
	if e.search.wanted == "" {
		return
	}
	for i := min(from, len(e.history.lines)-1); i >= 0; i-- {
		found := e.history.lines[i]
		if strings.Contains(found, e.search.wanted) && (found != e.search.found || i == e.search.at) {
			e.search.at, e.search.found = i, found
			e.line.set(found)
			return
		}
	}
}

// label is what stands before the line while searching.
func (s *search) label() string {
	if s.wanted != "" && !strings.Contains(s.found, s.wanted) {
		return "(not found: " + Escape(s.wanted) + ") "
	}
	return "(search: " + Escape(s.wanted) + ") "
}
