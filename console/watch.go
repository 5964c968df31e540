package console

import (
	"fmt"
	"math"
	"strings"

	"github.com/guptarohit/asciigraph"

	"lwcon/commands"
	"lwcon/console/terminal"
)

// The plot of a watch.
const (
	plotRows    = 10
	plotMargin  = 14 // columns of the axis and its numbers
	plotLeast   = 10 // columns of a plot at least
	plotDecimal = 2
)

// live is a screen that can show a block in the place of the one before.
type live interface {
	Live(block string)
	Width() int
	Plain() bool
}

// watched writes a number that is watched as one line.
func (t *Text) watched(p *page, w *commands.Watched) {
	p.head("watch", nil, name(w.Endpoint), t.Style.Dim(timeOfDay(w.Time)),
		terminal.Escape(w.Path.String()), t.Style.Success(figure(w.Value))+unitOf(w), t.figures(w))
}

// figures are what a watch counts beside the values.
func (t *Text) figures(w *commands.Watched) string {
	return t.Style.Dim(fmt.Sprintf("min %s  mean %s  max %s  %s/s  %s",
		figure(w.Min), figure(w.Mean), figure(w.Max), figure(w.Rate), plural(w.Count, "value")))
}

// figure is a number with as many digits as matter, a whole one with all.
func figure(x float64) string {
	const exact = 1 << 53
	if x == math.Trunc(x) && math.Abs(x) < exact {
		return fmt.Sprintf("%.0f", x)
	}
	return fmt.Sprintf("%.6g", x)
}

// unitOf is the unit of what is watched, behind a blank.
func unitOf(w *commands.Watched) string {
	if w.Units == "" {
		return ""
	}
	return " " + unitText(w.Units)
}

// plot draws a watch as a block that fits a width.
func (t *Text) plot(w *commands.Watched, width int) string {
	p := t.page()
	p.head("watch", nil, name(w.Endpoint),
		strings.TrimSpace(terminal.Escape(w.Path.String())+" "+terminal.Escape(w.Name)), t.Style.Success(figure(w.Value))+unitOf(w))
	room := max(width-plotMargin, plotLeast)
	values := make([]float64, 0, room)
	for _, x := range w.History[max(0, len(w.History)-room):] {
		if !math.IsNaN(x) && !math.IsInf(x, 0) {
			values = append(values, x)
		}
	}
	if len(values) > 0 {
		p.lines(asciigraph.Plot(values, asciigraph.Height(plotRows), asciigraph.Precision(plotDecimal)))
	}
	p.line("figures", t.figures(w))
	return p.String()
}

// aside takes the events of a command that are not simply printed: that it
// waits frees the prompt, and a plot stays in its place. It says whether the
// event was one.
func (p *prompter) aside(e commands.Event, free func()) bool {
	switch e := e.(type) {
	case commands.Waits:
		p.screen.Result(p.renderer.Event(e))
		free()
		return true
	case *commands.Watched:
		p.plotting.Store(e.Observation)
		screen, ok := any(p.screen).(live)
		text, draws := p.renderer.(*Text)
		if !ok || !draws || screen.Plain() {
			return false
		}
		screen.Live(text.plot(e, screen.Width()))
		return true
	}
	return false
}

// plotted says whether an event is shown by a watch already.
func (p *prompter) plotted(observation uint64) bool {
	return observation != 0 && p.plotting.Load() == observation
}
