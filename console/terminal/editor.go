package terminal

import (
	"strings"
	"unicode"
)

// outcome is what a key means beyond the line.
type outcome int

const (
	stay outcome = iota
	submit
	abandon // Ctrl-C
	leave
	suspend
	dump // Ctrl-\
	wipe // Ctrl-L
)

// editor is the line being typed with all that helps typing it. It knows keys
// and text, nothing of terminals.
type editor struct {
	line     line
	menu     menu
	history  history
	search   *search
	cut      string // what Ctrl-Y brings back
	complete func(line string, cursor int) []Suggestion
}

// press handles one key.
func (e *editor) press(k key) outcome {
	if e.search != nil {
		if done := e.pressSearch(k); done {
			return stay
		}
	}
	if e.pressMenu(k) {
		return stay
	}
	e.accept()
	switch k.action {
	case actEnter:
		e.menu.close()
		return submit
	case actInterrupt:
		e.menu.close()
		return abandon
	case actSuspend:
		return suspend
	case actQuit:
		return dump
	case actClear:
		return wipe
	case actEnd:
		if e.line.text() == "" {
			return leave
		}
		e.line.delete()
		e.suggest()
		return stay
	}
	e.edit(k)
	return stay
}

// take empties the line and returns what it was.
func (e *editor) take() string {
	text := e.line.text()
	e.line = newLine()
	e.menu.close()
	e.search = nil
	e.history.reset()
	return text
}

// view is what is to be seen: the line with the chosen suggestion in it, the
// cursor as a byte offset.
func (e *editor) view() (text string, cursor int) {
	before, after := e.line.before(), e.line.after()
	if e.menu.choosing() {
		before = e.chosen()
	}
	return before + after, len(before)
}

// chosen is the text before the cursor with the chosen suggestion in place.
func (e *editor) chosen() string {
	item := e.menu.items[e.menu.chosen]
	return e.keeps(item) + item.Text
}

// keeps is the text before the word that a suggestion replaces.
func (e *editor) keeps(s Suggestion) string {
	before := e.line.before()
	return before[:min(max(s.Start, 0), len(before))]
}

// wordStart is where the word that the menu is about begins.
func (e *editor) wordStart() int {
	if len(e.menu.items) == 0 {
		return 0
	}
	return len(e.keeps(e.menu.items[max(e.menu.chosen, 0)]))
}

// pressMenu handles the keys that work on the menu; false: it is another key.
func (e *editor) pressMenu(k key) bool {
	switch {
	case k.action == actTab, k.action == actBackTab:
		e.tab(k.action)
	case k.action == actDown && e.menu.choosing():
		e.menu.step(1)
	case k.action == actUp && e.menu.choosing():
		e.menu.step(-1)
	case k.action == actEscape, k.action == actAbort:
		e.menu.close()
	case k.text == " " && e.menu.choosing() && strings.HasSuffix(e.chosen(), " "):
		e.accept()
		e.suggest()
	default:
		return false
	}
	return true
}

func (e *editor) tab(a action) {
	if e.menu.items == nil {
		e.offer()
	}
	switch {
	case len(e.menu.items) == 0:
	case len(e.menu.items) == 1:
		e.menu.chosen = 0
		e.accept()
		e.suggest()
	case a == actTab:
		e.menu.step(1)
	default:
		e.menu.step(-1)
	}
}

// accept makes the chosen suggestion part of the line.
func (e *editor) accept() {
	if !e.menu.choosing() {
		return
	}
	before := e.chosen()
	after := e.line.after()
	e.menu.close()
	if len(before)+len(after) > maxLine {
		return
	}
	e.line.cutLeft(len(e.line.before()))
	e.line.insert(before)
}

// suggest opens the menu for what is being typed, or closes it where there is
// nothing to say.
func (e *editor) suggest() {
	e.menu.close()
	if strings.TrimSpace(e.line.before()) == "" {
		return
	}
	e.offer()
	if len(e.menu.items) == 1 {
		item := e.menu.items[0]
		if e.line.before() == e.keeps(item)+strings.TrimRight(item.Text, " ") {
			e.menu.close() // it is there already
		}
	}
}

func (e *editor) offer() {
	e.menu.open(e.complete(e.line.text(), len(e.line.before())))
}

// edit handles the keys that change the line or move in it.
func (e *editor) edit(k key) {
	switch k.action {
	case actUp, actOlder:
		e.browse(e.history.older)
		return
	case actDown, actNewer:
		e.browse(e.history.newer)
		return
	case actSearch:
		e.beginSearch()
		return
	case actLeft, actRight, actWordLeft, actWordRight, actLineStart, actLineEnd:
		e.move(k.action)
		e.menu.close()
		return
	}
	before := e.line.text()
	e.change(k)
	if e.line.text() != before {
		e.history.reset()
		e.suggest()
	}
}

func (e *editor) move(a action) {
	switch a {
	case actLeft:
		e.line.left()
	case actRight:
		e.line.right()
	case actWordLeft:
		e.line.moveLeft(e.line.wordLeft(partsNames))
	case actWordRight:
		e.line.moveRight(e.line.wordRight(partsNames))
	case actLineStart:
		e.line.start()
	case actLineEnd:
		e.line.end()
	}
}

func (e *editor) change(k key) {
	switch k.action {
	case actText:
		e.line.insert(k.text)
	case actBackspace:
		e.line.backspace()
	case actDelete:
		e.line.delete()
	case actCutWordLeft:
		e.cut = e.line.cutLeft(e.line.wordLeft(unicode.IsSpace))
	case actCutWordRight:
		e.cut = e.line.cutRight(e.line.wordRight(partsNames))
	case actCutLeft:
		e.cut = e.line.cutLeft(len(e.line.before()))
	case actCutRight:
		e.cut = e.line.cutRight(len(e.line.after()))
	case actYank:
		e.line.insert(e.cut)
	}
}

func (e *editor) browse(step func(current string) (string, bool)) {
	e.menu.close()
	if text, ok := step(e.line.text()); ok {
		e.line.set(text)
	}
}
