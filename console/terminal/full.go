package terminal

import "strings"

// full is the face of a terminal that can move its cursor.
type full struct {
	t       *Terminal
	decoder decoder
	editor  editor
	screen  screen
	file    historyFile
	visible bool
}

func newFull(t *Terminal) *full {
	limit := t.config.HistoryLines
	if limit <= 0 {
		limit = defaultHistoryLines
	}
	f := &full{
		t:      t,
		file:   historyFile{path: t.config.HistoryFile, limit: limit},
		screen: screen{out: t.config.Out, reflows: reflows(t.config.Getenv)},
	}
	f.editor = editor{line: newLine(), complete: t.config.Complete, history: history{limit: limit}}
	f.editor.menu.close()
	return f
}

// reflows guesses whether a terminal breaks old lines anew when its window
// gets narrower: all but some old ones do.
func reflows(getenv func(string) string) bool {
	return getenv("XTERM_VERSION") == "" && getenv("STY") == "" && getenv("TERM") != "linux"
}

func (f *full) begin() error {
	lines, err := f.file.load()
	if err != nil {
		f.unkept(err)
	}
	f.editor.history.lines = lines
	return f.t.device.raw()
}

func (f *full) end() { f.hide() }

func (f *full) feed(chunk []byte)  { f.decoder.feed(chunk) }
func (f *full) drop()              { f.decoder.drop() }
func (f *full) unfinished() bool   { return f.decoder.waiting() }
func (f *full) failed() error      { return f.screen.err }
func (f *full) frame() frame       { return f.layout(true) }
func (f *full) width() (width int) { width, _ = f.t.device.size(); return width }

// feedAhead picks out Ctrl-C, Ctrl-Z and Ctrl-\. Ctrl-C drops what was typed
// before it, as a terminal does.
func (f *full) feedAhead(chunk []byte) (at []outcome) {
	waiting := append(f.decoder.pending, chunk...)
	f.decoder.pending = nil
	for _, b := range waiting {
		switch actionOf([]byte{b}) {
		case actInterrupt:
			f.decoder.drop()
			at = append(at, abandon)
		case actSuspend:
			at = append(at, suspend)
		case actQuit:
			at = append(at, dump)
		default:
			f.decoder.feed([]byte{b})
		}
	}
	return at
}

func (f *full) next() (outcome, string, bool) {
	k, ok := f.decoder.next()
	if !ok {
		return stay, "", false
	}
	return f.press(k)
}

func (f *full) expire() (outcome, string, bool) {
	k, ok := f.decoder.expire()
	if !ok {
		return stay, "", false
	}
	return f.press(k)
}

func (f *full) press(k key) (outcome, string, bool) {
	did := f.editor.press(k)
	switch did {
	case submit, leave:
		f.settle("")
		return did, f.editor.take(), true
	case abandon:
		f.settle("^C")
		f.editor.take()
	case wipe:
		f.screen.clear(f.frame())
	}
	return did, "", true
}

// settle leaves the line as it is on the screen and goes to the next.
func (f *full) settle(mark string) {
	f.editor.line.end()
	f.editor.line.insert(mark)
	f.screen.settle(f.layout(false), f.width())
	f.visible = false
}

func (f *full) show() {
	f.screen.draw(f.frame(), f.width())
	f.visible = true
}

func (f *full) hide() {
	if f.visible {
		f.screen.remove(f.width())
		f.visible = false
	}
}

func (f *full) print(text string) {
	var below frame
	if f.visible {
		below = f.frame()
	}
	f.screen.print(text, below, f.width())
}

func (f *full) interrupted() { f.screen.print("^C\n", frame{}, f.width()) }

// layout lays the prompt out for the window as it is now.
func (f *full) layout(menu bool) frame {
	width, height := f.t.device.size()
	text, cursor := f.editor.view()
	prefix := f.t.prefix()
	if f.editor.search != nil {
		prefix = f.editor.search.label()
	}
	laid := lay(prefix, text, cursor, width)
	if menu && f.editor.menu.items != nil {
		left := lay(prefix, text, f.editor.wordStart(), width).x
		items := f.editor.menu.rows(left, max(width, minColumns), height-laid.bottom, f.t.style)
		laid.rows = append(laid.rows, items...)
	}
	return laid.clip(height)
}

func (f *full) remember(line string) {
	if strings.HasPrefix(line, " ") || !keepable(line) || !f.t.config.Keep(line) {
		return
	}
	if !f.editor.history.add(line) {
		return
	}
	if err := f.file.add(line); err != nil {
		f.unkept(err)
	}
}

// unkept tells once that the history file cannot be used, and goes on without.
func (f *full) unkept(err error) {
	f.file.path = ""
	f.t.Print("history is not kept: " + Escape(err.Error()))
}

// prefix is the configured text as one safe line.
func (t *Terminal) prefix() string {
	text := printable(t.config.Prefix(), t.style.on)
	return strings.NewReplacer("\n", "", "\t", " ").Replace(text)
}
