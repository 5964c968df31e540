package terminal

import (
	"unicode"
	"unicode/utf8"

	"github.com/c-bata/go-prompt"
)

// maxLine is the longest line that can be typed, in bytes; what does not fit
// is not inserted.
const maxLine = 64 << 10

// line is the text being typed and the cursor in it: go-prompt's buffer. That
// and its table of keys is what is used of go-prompt (v0.2.6). Its run loop
// and its renderer are not: the loop deadlocks when the window changes, or a
// redraw is asked for by SIGWINCH, while Enter is handled; it ends the process
// on signals; its constructor panics without /dev/tty whatever parser it is
// given; and the renderer neither knows where a word begins, nor fits narrow
// windows, nor breaks rows at wide characters.
type line struct{ buffer *prompt.Buffer }

func newLine() line { return line{buffer: prompt.NewBuffer()} }

// text is all of the line.
func (l line) text() string { return l.buffer.Text() }

// before and after are the parts on both sides of the cursor.
func (l line) before() string { return l.buffer.Document().TextBeforeCursor() }
func (l line) after() string  { return l.buffer.Document().TextAfterCursor() }

// insert adds text at the cursor; false: the line would be too long.
func (l line) insert(text string) bool {
	if len(l.text())+len(text) > maxLine {
		return false
	}
	l.buffer.InsertText(text, false, true)
	return true
}

// set replaces all, the cursor behind it.
func (l line) set(text string) {
	l.end()
	l.cutLeft(len(l.text()))
	l.buffer.InsertText(text, false, true)
}

func (l line) left()  { l.buffer.CursorLeft(1) }
func (l line) right() { l.buffer.CursorRight(1) }
func (l line) start() { l.buffer.CursorLeft(utf8.RuneCountInString(l.before())) }
func (l line) end()   { l.buffer.CursorRight(utf8.RuneCountInString(l.after())) }

// moveLeft and moveRight move by a number of bytes of whole characters.
func (l line) moveLeft(bytes int) {
	before := l.before()
	l.buffer.CursorLeft(utf8.RuneCountInString(before[len(before)-bytes:]))
}

func (l line) moveRight(bytes int) {
	l.buffer.CursorRight(utf8.RuneCountInString(l.after()[:bytes]))
}

func (l line) backspace() { l.buffer.DeleteBeforeCursor(1) }

// delete removes the character at the cursor.
func (l line) delete() {
	if _, size := utf8.DecodeRuneInString(l.after()); size > 0 {
		l.cutRight(size)
	}
}

// cutLeft and cutRight remove and return a number of bytes of whole
// characters.
func (l line) cutLeft(bytes int) string {
	before := l.before()
	removed := before[len(before)-bytes:]
	l.buffer.DeleteBeforeCursor(utf8.RuneCountInString(removed))
	return removed
}

func (l line) cutRight(bytes int) string {
	// Not Buffer.Delete: it counts bytes here and characters there.
	l.moveRight(bytes)
	return l.cutLeft(bytes)
}

// wordLeft is how many bytes lie between the start of the word before the
// cursor and the cursor; sep says what parts words.
func (l line) wordLeft(sep func(rune) bool) int {
	runes := []rune(l.before())
	i := len(runes)
	for i > 0 && sep(runes[i-1]) {
		i--
	}
	for i > 0 && !sep(runes[i-1]) {
		i--
	}
	return len(string(runes[i:]))
}

// wordRight is how many bytes lie between the cursor and the end of the word
// after it.
func (l line) wordRight(sep func(rune) bool) int {
	runes := []rune(l.after())
	i := 0
	for i < len(runes) && sep(runes[i]) {
		i++
	}
	for i < len(runes) && !sep(runes[i]) {
		i++
	}
	return len(string(runes[:i]))
}

// partsNames parts the names within a path.
func partsNames(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
