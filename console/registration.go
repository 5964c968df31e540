package console

import (
	"fmt"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"

	"lwcon/commands"
	"lwcon/console/terminal"
	"lwcon/lwm2m"
	"lwcon/session"
	"lwcon/session/transport"
)

// clients writes who is registered: a line each; all that one said, if it was
// asked for by name.
func (t *Text) clients(p *page, c *commands.Clients) {
	if c.Detail && len(c.Registrations) == 1 {
		t.client(p, c)
		return
	}
	if len(c.Registrations) == 0 {
		p.head("nobody is registered", nil)
		p.hint("status shows what to enter in a device")
		return
	}
	p.head(plural(len(c.Registrations), "client"), nil)
	rows := make([][]cell, 0, len(c.Registrations))
	for i, g := range c.Registrations {
		rows = append(rows, []cell{
			{name(g.Endpoint), nil},
			{"LwM2M " + g.Version.String(), nil},
			{lifetimeText(g), nil},
			{bindingText(g), nil},
			{terminal.Escape(g.Address.String()), t.Style.Dim},
			{"since " + timeOfDay(g.Registered), t.Style.Dim},
			{t.clientState(c, i), t.Style.Refusal},
			{t.objectsInShort(g) + profilesInShort(g), nil},
		})
	}
	p.table("client", rows)
}

// client writes all that a device said of itself.
func (t *Text) client(p *page, c *commands.Clients) {
	g := c.Registrations[0]
	p.head("client", nil, terminal.Escape(g.Endpoint))
	rows := [][]cell{
		{{"LwM2M", nil}, {g.Version.String(), nil}},
		{{"lifetime", nil}, {lifetimeText(g) + expiryText(g), nil}},
		{{"binding", nil}, {bindingText(g), nil}},
		{{"address", nil}, {terminal.Escape(g.Address.String()) + ", security " + g.Security.String(), nil}},
		{{"location", nil}, {terminal.Escape(g.Location), nil}},
		{{"registered", nil}, {instant(g.Registered) + fmt.Sprintf(", exchange %d", g.Exchange), nil}},
		{{"updated", nil}, {instant(g.Updated), nil}},
		{{"formats", nil}, {formatsText(g), nil}},
	}
	for _, extra := range [][2]string{{"SMS number", g.SMS}, {"root", g.Root}, {"profiles", g.Profiles}, {"also", strings.Join(g.Extra, " ")}} {
		if extra[1] != "" {
			rows = append(rows, []cell{{extra[0], nil}, {terminal.Escape(extra[1]), nil}})
		}
	}
	if text := sessionText(c); text != "" {
		rows = append(rows, []cell{{"session", nil}, {text, nil}})
	}
	if state := t.clientState(c, 0); state != "" {
		rows = append(rows, []cell{{"state", nil}, {state, t.Style.Refusal}})
	}
	p.table("client", rows)
	t.instances(p, g)
	p.line("sent", "the list as sent: "+t.longText(g.Raw, maxText))
	t.deviations(p, g.Deviations, "")
}

// sessionText is how the one client speaks securely, "" if it does not.
func sessionText(c *commands.Clients) string {
	switch {
	case len(c.States) == 0, c.States[0].Session == nil && c.Registrations[0].Security == transport.NoSecurity:
		return ""
	case c.States[0].Session == nil:
		return "none now: the device is out of reach until it connects anew"
	}
	s := c.States[0].Session
	parts := []string{s.Protocol}
	if s.Suite != 0 {
		parts = append(parts, s.Suite.String())
	}
	parts = append(parts, "identity "+terminal.Escape(c.States[0].Identity))
	if s.Resumed {
		parts = append(parts, "resumed")
	}
	switch {
	case s.CID:
		parts = append(parts, "with a Connection ID")
	case strings.HasPrefix(s.Protocol, "DTLS"):
		parts = append(parts, "without a Connection ID: another address needs another handshake")
	}
	return strings.Join(parts, ", ")
}

// instances writes what a device registered, an object on a line with its
// version and its instances.
func (t *Text) instances(p *page, g *session.Registration) {
	var rows [][]cell
	for _, path := range g.Instances() {
		object := path.Cut(lwm2m.LevelObject)
		if n := len(rows); n > 0 && rows[n-1][0].text == object.String() {
			rows[n-1][3].text += " " + path.String()
			continue
		}
		instances := path.String()
		if path == object {
			instances = "no instance"
		}
		rows = append(rows, []cell{
			{object.String(), t.Style.Dim}, {t.objectName(path), nil}, {g.ObjectVersion(object.Object()).String(), t.Style.Dim}, {instances, nil},
		})
	}
	p.table("object", rows)
}

// objectsInShort is what a device registered in a few words: paths with names.
func (t *Text) objectsInShort(g *session.Registration) string {
	const most = 8
	var parts []string
	all := g.Instances()
	for _, path := range all[:min(len(all), most)] {
		parts = append(parts, strings.TrimSpace(path.String()+" "+t.objectName(path)))
	}
	text := strings.Join(parts, ", ")
	if more := len(all) - most; more > 0 {
		text += fmt.Sprintf(", … %d more", more)
	}
	return text
}

// profilesInShort is what follows the objects of a device that registered profiles.
func profilesInShort(g *session.Registration) string {
	if g.Profiles == "" {
		return ""
	}
	return " profiles " + terminal.Escape(g.Profiles)
}

// lifetimeText is the lifetime in seconds.
func lifetimeText(g *session.Registration) string {
	if g.Lifetime == 0 {
		return "infinite"
	}
	return fmt.Sprintf("%d s", int64(g.Lifetime/time.Second))
}

// expiryText is when a registration ends.
func expiryText(g *session.Registration) string {
	at, ends := g.Expires()
	if !ends {
		return ""
	}
	return ", ends " + instant(at) + " unless updated"
}

// bindingText is the binding, with queue mode in words.
func bindingText(g *session.Registration) string {
	text := terminal.Escape(string(g.Binding))
	if g.Queue {
		text += " queue mode"
	}
	return text
}

// formatsText is the announced content formats.
func formatsText(g *session.Registration) string {
	if len(g.Formats) == 0 {
		return "none announced"
	}
	names := make([]string, len(g.Formats))
	for i, f := range g.Formats {
		names[i] = f.String()
	}
	return strings.Join(names, ", ")
}

// timeOfDay is when something happened, to the millisecond, in UTC.
func timeOfDay(at time.Time) string { return at.UTC().Format("15:04:05.000Z") }

// instant is a date with time, in UTC.
func instant(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05Z") }

// maxName is how many columns of a peer's name text shows; clients NAME shows
// all of it.
const maxName = 64

// name is the name of an endpoint, fit to be shown.
func name(endpoint string) string {
	return runewidth.Truncate(terminal.Escape(endpoint), maxName, "…")
}
