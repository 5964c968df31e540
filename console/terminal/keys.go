package terminal

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"github.com/c-bata/go-prompt"
)

// action is what a key asks for.
type action int

const (
	actNothing action = iota
	actText
	actEnter
	actInterrupt
	actEnd // Ctrl-D: end of input, or delete
	actSuspend
	actQuit
	actClear
	actLeft
	actRight
	actWordLeft
	actWordRight
	actLineStart
	actLineEnd
	actDelete
	actBackspace
	actCutWordLeft
	actCutWordRight
	actCutLeft
	actCutRight
	actYank
	actUp
	actDown
	actOlder
	actNewer
	actTab
	actBackTab
	actEscape
	actSearch
	actAbort // Ctrl-G
)

// key is one thing typed: an action, or a run of printable characters.
type key struct {
	action action
	text   string // of actText
}

// Limits of what is typed.
const (
	// maxSequence is the longest escape sequence that is waited for; what
	// does not end by then is dropped.
	maxSequence = 32
	// maxTypeAhead is how many bytes may wait while a command runs; what is
	// typed beyond is dropped.
	maxTypeAhead = 64 << 10
)

const (
	pasteOn    = "\x1b[?2004h" // ask the terminal to bracket what is pasted
	pasteOff   = "\x1b[?2004l"
	pasteBegin = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
)

// decoder cuts what a terminal sends into keys, however the bytes were
// gathered into reads: go-prompt takes one read for one key, so that a pasted
// "hello\r" would be text with an Enter in it.
//
// Text that the terminal brackets as pasted is typed too, lines and all, but
// its tabs are blanks and its other control characters are dropped.
type decoder struct {
	pending []byte
	pasting bool
}

// feed adds what was read.
func (d *decoder) feed(chunk []byte) {
	room := maxTypeAhead - len(d.pending)
	d.pending = append(d.pending, chunk[:min(len(chunk), max(room, 0))]...)
}

// drop forgets all that was typed and not yet taken.
func (d *decoder) drop() { d.pending, d.pasting = nil, false }

// waiting says whether an escape sequence has begun and not ended: after a
// moment without more, it was the Escape key.
func (d *decoder) waiting() bool { return len(d.pending) > 0 && d.pending[0] == '\x1b' }

// expire takes an unfinished sequence for the Escape key.
func (d *decoder) expire() (key, bool) {
	if !d.waiting() {
		return key{}, false
	}
	alone := len(d.pending) == 1 && !d.pasting
	d.pending = nil
	if alone {
		return key{action: actEscape}, true
	}
	return key{}, false
}

// next takes one key; false: there is none, or not all of it.
func (d *decoder) next() (key, bool) {
	for len(d.pending) > 0 {
		k, n := d.decode()
		if n == 0 {
			return key{}, false
		}
		d.pending = d.pending[n:]
		if k.action != actNothing {
			return k, true
		}
	}
	return key{}, false
}

// decode reads a key at the front and says how many bytes it has; 0: more are
// needed.
func (d *decoder) decode() (key, int) {
	b := d.pending
	switch {
	case b[0] == '\r' || b[0] == '\n':
		if bytes.HasPrefix(b, []byte("\r\n")) {
			return key{action: actEnter}, 2
		}
		return key{action: actEnter}, 1
	case b[0] >= 0x20 && b[0] != 0x7f:
		return printableRun(b)
	case d.pasting:
		return d.pasted()
	case b[0] == '\x1b':
		return d.sequence()
	}
	return key{action: actionOf(b[:1])}, 1
}

// printableRun takes the longest run of printable characters.
func printableRun(b []byte) (key, int) {
	n := 0
	for n < len(b) && b[n] >= 0x20 && b[n] != 0x7f {
		r, size := utf8.DecodeRune(b[n:])
		if r == utf8.RuneError && size == 1 || unicode.IsControl(r) {
			break
		}
		n += size
	}
	if n > 0 {
		return key{action: actText, text: string(b[:n])}, n
	}
	if !utf8.FullRune(b) {
		return key{}, 0
	}
	_, size := utf8.DecodeRune(b) // no UTF-8, or a C1 control
	return key{}, size
}

// pasted reads a control character within bracketed text.
func (d *decoder) pasted() (key, int) {
	b := d.pending
	switch {
	case bytes.HasPrefix(b, []byte(pasteEnd)):
		d.pasting = false
		return key{}, len(pasteEnd)
	case len(b) < len(pasteEnd) && bytes.HasPrefix([]byte(pasteEnd), b):
		return key{}, 0
	case b[0] == '\t':
		return key{action: actText, text: " "}, 1
	case b[0] == 0x03: // the end got lost, or the user has seen enough
		d.pasting = false
		return key{action: actInterrupt}, 1
	}
	return key{}, 1
}

// sequence reads what begins with an escape character.
func (d *decoder) sequence() (key, int) {
	b := d.pending
	n := sequenceLength(b)
	if n == 0 {
		return key{}, 0
	}
	if string(b[:n]) == pasteBegin {
		d.pasting = true
		return key{}, n
	}
	return key{action: actionOf(b[:n])}, n
}

// sequenceLength finds the end of an escape sequence: ESC and a character,
// ESC O and a character, or ESC [ with parameters and a final character
// (ECMA-48 §5.4). 0: it has not ended yet.
func sequenceLength(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '\x1b':
		return 1
	case 'O':
		if len(b) < 3 {
			return 0
		}
		return 3
	case '[':
	default:
		return 2
	}
	for i := 2; i < len(b); i++ {
		if b[i] >= 0x40 && b[i] <= 0x7e && (i > 2 || b[i] != '[') { // ESC [ [ A: F1 on Linux
			return i + 1
		}
		if b[i] < 0x20 || b[i] > 0x7e || i >= maxSequence {
			return i // not a sequence: forget it, keep what follows
		}
	}
	return 0
}

// actionOf looks up a control character or an escape sequence.
func actionOf(b []byte) action {
	switch string(b) { // Escape and a letter: go-prompt has no name for it
	case "\x1bb":
		return actWordLeft
	case "\x1bf":
		return actWordRight
	case "\x1bd":
		return actCutWordRight
	case "\x1b\x7f", "\x1b\b":
		return actCutWordLeft
	}
	switch prompt.GetKey(b) {
	case prompt.ControlC:
		return actInterrupt
	case prompt.ControlD:
		return actEnd
	case prompt.ControlZ:
		return actSuspend
	case prompt.ControlBackslash:
		return actQuit
	case prompt.ControlL:
		return actClear
	case prompt.ControlR:
		return actSearch
	case prompt.ControlG:
		return actAbort
	case prompt.Escape:
		return actEscape
	case prompt.Tab:
		return actTab
	case prompt.BackTab:
		return actBackTab
	}
	return editingAction(prompt.GetKey(b))
}

func editingAction(k prompt.Key) action {
	switch k {
	case prompt.Left, prompt.ControlB:
		return actLeft
	case prompt.Right, prompt.ControlF:
		return actRight
	case prompt.ControlLeft, prompt.ShiftLeft:
		return actWordLeft
	case prompt.ControlRight, prompt.ShiftRight:
		return actWordRight
	case prompt.Home, prompt.ControlA:
		return actLineStart
	case prompt.End, prompt.ControlE:
		return actLineEnd
	case prompt.Delete:
		return actDelete
	case prompt.Backspace, prompt.ControlH:
		return actBackspace
	case prompt.ControlW:
		return actCutWordLeft
	case prompt.ControlU:
		return actCutLeft
	case prompt.ControlK:
		return actCutRight
	case prompt.ControlY:
		return actYank
	case prompt.Up:
		return actUp
	case prompt.Down:
		return actDown
	case prompt.ControlP:
		return actOlder
	case prompt.ControlN:
		return actNewer
	}
	return actNothing
}
