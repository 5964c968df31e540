package terminal

import (
	"os"
	"strings"
)

// plain is the face of a terminal that is written from top to bottom. The
// kernel edits the line.
type plain struct {
	t        *Terminal
	out      *os.File
	quiet    bool // no prompt: out is a file or pipe
	pending  []byte
	prompted bool // the cursor stands behind a prompt
	err      error
}

func newPlain(t *Terminal) *plain {
	return &plain{t: t, out: t.config.Out, quiet: !IsTerminal(t.config.Out)}
}

func (p *plain) begin() error      { return nil }
func (p *plain) end()              { p.hide() }
func (p *plain) drop()             { p.pending = nil }
func (p *plain) unfinished() bool  { return false }
func (p *plain) remember(string)   {}
func (p *plain) failed() error     { return p.err }
func (p *plain) feed(chunk []byte) { p.pending = append(p.pending, chunk...) }

func (p *plain) feedAhead(chunk []byte) []outcome {
	p.feed(chunk)
	return nil
}

func (p *plain) expire() (outcome, string, bool) { return stay, "", false }

func (p *plain) next() (outcome, string, bool) {
	text, rest, ok := strings.Cut(string(p.pending), "\n")
	if !ok {
		return stay, "", false
	}
	p.pending = []byte(rest)
	p.prompted = false // the kernel echoed the newline
	return submit, strings.TrimSuffix(text, "\r"), true
}

func (p *plain) show() {
	if p.quiet || p.prompted {
		return
	}
	p.write(p.t.prefix())
	p.prompted = true
}

func (p *plain) hide() {
	if p.prompted {
		p.write("\n")
		p.prompted = false
	}
}

func (p *plain) print(text string) {
	again := p.prompted
	p.hide()
	p.write(text)
	if again {
		p.show()
	}
}

func (p *plain) interrupted() { p.write("\n") } // behind the terminal's own ^C

func (p *plain) write(text string) {
	if _, err := p.out.WriteString(text); err != nil && p.err == nil {
		p.err = err
	}
}
