package console

import (
	"fmt"
	"strings"
	"time"

	"lwcon/commands"
	"lwcon/console/terminal"
	"lwcon/lwm2m"
	"lwcon/session"
)

// asked is what an operation was for: its path, or the paths of a composite one.
func (t *Text) asked(path lwm2m.Path, paths []lwm2m.Path) string {
	if len(paths) == 0 {
		return t.named(path)
	}
	return pathList(paths)
}

// pathList writes paths one behind the other.
func pathList(paths []lwm2m.Path) string {
	const most = 6
	parts := make([]string, 0, len(paths))
	for _, p := range paths[:min(len(paths), most)] {
		parts = append(parts, terminal.Escape(p.String()))
	}
	text := strings.Join(parts, " ")
	if more := len(paths) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// queue writes what waits for devices that sleep.
func (t *Text) queue(p *page, q *commands.Queue) {
	if len(q.List) == 0 {
		p.head("nothing waits", nil)
		return
	}
	p.head(plural(len(q.List), "request")+" to devices that are out of reach", nil)
	rows := make([][]cell, 0, len(q.List))
	for i := range q.List {
		x := &q.List[i]
		rows = append(rows, []cell{
			{fmt.Sprintf("%d", x.Number), nil},
			{name(x.Endpoint), nil},
			{fmt.Sprintf("%d.", x.Place), t.Style.Dim},
			{x.Operation + " " + t.named(x.Path), nil},
			{"since " + timeOfDay(x.Since) + missed(x.Missed), t.Style.Dim},
		})
	}
	p.table("request", rows)
}

// missed tells how often a request that waits was sent before.
func missed(n int) string {
	if n == 0 {
		return ""
	}
	return ", sent" + times(n) + " and not answered"
}

// times is how often; "" for once.
func times(n int) string {
	if n == 1 {
		return ""
	}
	return " " + plural(n, "time")
}

// waits writes that a request waits, and where it stands.
func (t *Text) waits(p *page, w *commands.Waits) {
	why := "is asleep; "
	switch {
	case w.Away:
		why = "has no connection, and alone can make one; "
	case w.Missed > 0:
		why = "did not answer while it was awake" + times(w.Missed) + "; "
	}
	p.head("queued", t.Style.Refusal, name(w.Endpoint), why+w.Operation+" "+terminal.Escape(w.Path.String())+
		fmt.Sprintf(" is number %d of what waits for it; queue drop %d takes it out", w.Place, w.Number))
}

// reobserved writes which observation was begun again.
func (t *Text) reobserved(p *page, e *session.Event) {
	r := e.Reobserved
	how := t.Style.Success("goes on after the new Register")
	switch {
	case r.Err != nil:
		how = t.Style.Failure("did not begin again: ") + terminal.Escape(r.Err.Error())
	case !r.Code.IsSuccess():
		how = t.Style.Refusal("did not begin again: " + r.Code.String() + " " + r.Code.Name())
	}
	p.head("reobserve", nil, name(e.Endpoint), t.asked(r.Path, r.Paths), fmt.Sprintf("observation %d", r.Observation),
		how, t.Style.Dim(timeOfDay(e.Time)), t.oneLine(e))
}

// clientState is what is out of the ordinary of a client.
func (t *Text) clientState(c *commands.Clients, i int) string {
	var parts []string
	if c.Registrations[i].Restored {
		parts = append(parts, "restored")
	}
	if i < len(c.States) {
		s := c.States[i]
		if s.Asleep {
			parts = append(parts, "asleep")
		}
		if s.Away {
			parts = append(parts, "no connection")
		}
		if s.Waiting > 0 {
			parts = append(parts, plural(s.Waiting, "request")+" waiting")
		}
		if s.ExpiresSoon {
			parts = append(parts, "expires at "+timeOfDay(s.Expires))
		}
	}
	return strings.Join(parts, ", ")
}

// observationNotes is what is known of an observation beside its values: how old
// the newest is, the attributes in force, how often they were not kept.
func (t *Text) observationNotes(o *commands.Observed) string {
	var parts []string
	if o.Last != nil {
		parts = append(parts, t.Style.Dim(ageText(o.Age)+" ago"))
	}
	if !o.Attributes.Empty() {
		parts = append(parts, o.Attributes.String())
	}
	if o.Deviations > 0 {
		parts = append(parts, t.Style.Refusal(fmt.Sprintf("departed from its attributes %d times", o.Deviations)))
	}
	return strings.Join(parts, ", ")
}

// ageText is a time that has passed, in few digits.
func ageText(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}
