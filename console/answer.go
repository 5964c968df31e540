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

// answer writes what a device answered: the code with its name, what was asked,
// how it came, then what it says.
func (t *Text) answer(p *page, a *commands.Answer) {
	what := a.Command
	switch {
	case len(a.Paths) > 0:
		what += " " + pathList(a.Paths)
	case a.Path != (lwm2m.Path{}):
		what += " " + t.named(a.Path)
	default:
		what += " /"
	}
	p.head(t.code(p, &a.Response), nil, what+" of "+name(a.Endpoint), t.Style.Dim(transfer(a)))
	t.response(p, &a.Response)
	if a.Created != (lwm2m.Path{}) {
		p.line("created", "created "+t.named(a.Created))
	}
	if a.Observation != 0 && strings.HasPrefix(a.Command, "observe") {
		ending := "cancel " + terminal.Escape(a.Path.String())
		if len(a.Paths) > 0 {
			ending = "cancel " + pathList(a.Paths)
		}
		p.line("observe", fmt.Sprintf("observation %d; %s ends it", a.Observation, ending))
	}
	if a.Command == "attributes" && a.Sent != (lwm2m.Attributes{}) {
		p.line("attributes", "sent "+a.Sent.String())
	}
	if a.Misplaced != "" {
		p.line("warning", t.Style.Refusal("warning: ")+"a device has to refuse this: "+terminal.Escape(a.Misplaced))
	}
	p.hint(t.Style.Dim(t.refusalHint(a)))
}

// code is the answer's code with its name, in the colour of what it means. The
// first word of a plain line is "answer".
func (t *Text) code(p *page, r *session.Response) string {
	text := strings.TrimSpace(r.Code.String() + " " + r.Code.Name())
	if r.Code == 0 {
		text = "done"
	}
	if p.plain {
		text = "answer " + text
	}
	switch r.Code.Class() {
	case 4:
		return t.Style.Refusal(text)
	case 5:
		return t.Style.Failure(text)
	}
	return t.Style.Success(text)
}

// transfer is how an answer came: format, size, time, number of the exchange.
func transfer(a *commands.Answer) string {
	var parts []string
	if a.HasFormat {
		parts = append(parts, a.Format.String())
	}
	if len(a.Payload) > 0 {
		parts = append(parts, plural(len(a.Payload), "byte"))
	}
	if a.Duration > 0 {
		parts = append(parts, durationText(a.Duration))
	}
	if a.Exchange != 0 {
		parts = append(parts, fmt.Sprintf("exchange %d", a.Exchange))
	}
	return strings.Join(parts, ", ")
}

// response writes the body of an answer or notification and its deviations.
func (t *Text) response(p *page, r *session.Response) {
	octets := string(r.Payload)
	switch {
	case r.Tree != nil:
		t.tree(p, r.Tree)
	case r.Code.Class() >= 4 && octets != "":
		p.line("diagnostic", "the device says: "+t.longText(octets, maxText))
	case octets != "" && r.Format.Known() && r.HasFormat:
		p.line("payload", fmt.Sprintf("the bytes as they came, %s:", r.Format))
		t.dump(p, octets)
	case octets != "" && !r.HasFormat:
		p.line("payload", "the bytes as they came, of no content format:")
		t.dump(p, octets)
	case octets != "":
		p.line("payload", fmt.Sprintf("content format %s is not known; the bytes as they came:", r.Format))
		t.dump(p, octets)
	}
	if r.Tree != nil && len(r.Tree.Nodes) == 0 && len(r.Tree.Links) == 0 && r.Err == nil {
		p.line("empty", "(nothing in the payload)")
	}
	if r.Code.Class() >= 4 {
		octets = ""
	}
	t.deviations(p, r.Deviations, octets)
}

// durationText is a duration with as many digits as matter.
func durationText(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%.2f ms", float64(d)/1e6)
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d)/1e6)
	case d < time.Second:
		return fmt.Sprintf("%.0f ms", float64(d)/1e6)
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}
