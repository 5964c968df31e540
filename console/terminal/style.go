package terminal

import "os"

// Color says when colours are used.
type Color int

// When colours are used.
const (
	ColorAuto   Color = iota // on a terminal, unless NO_COLOR is set
	ColorAlways              // also in a file or pipe, whatever NO_COLOR says
	ColorNever
)

// The only escape sequences that pass through Print.
const (
	sgrReset   = "\x1b[0m"
	sgrDim     = "\x1b[2m"
	sgrReverse = "\x1b[7m"
	sgrRed     = "\x1b[31m"
	sgrGreen   = "\x1b[32m"
	sgrYellow  = "\x1b[33m"
)

// Style marks text by colour. The zero Style marks nothing. Marks do not
// nest: the end of the inner one ends the outer one. Colour is never the only
// sign of anything: the words say it too.
type Style struct{ on bool }

// NewStyle decides whether out gets colours. Plain, or TERM=dumb, has none in
// any mode; getenv is asked for NO_COLOR (https://no-color.org) and TERM.
func NewStyle(mode Color, out *os.File, plain bool, getenv func(string) string) Style {
	if plain || getenv("TERM") == "dumb" {
		return Style{}
	}
	switch mode {
	case ColorAlways:
		return Style{on: true}
	case ColorNever:
		return Style{}
	}
	return Style{on: getenv("NO_COLOR") == "" && IsTerminal(out) && understandsEscapes(out)}
}

// Colored says whether the style marks at all.
func (s Style) Colored() bool { return s.on }

// Success marks what went well: green.
func (s Style) Success(text string) string { return s.mark(sgrGreen, text) }

// Refusal marks what the peer declined: yellow.
func (s Style) Refusal(text string) string { return s.mark(sgrYellow, text) }

// Failure marks what went wrong: red.
func (s Style) Failure(text string) string { return s.mark(sgrRed, text) }

// Dim marks what matters less, such as ids and units.
func (s Style) Dim(text string) string { return s.mark(sgrDim, text) }

func (s Style) mark(sgr, text string) string {
	if !s.on || text == "" {
		return text
	}
	return sgr + text + sgrReset
}
