package console

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"lwcon/commands"
	"lwcon/session"
	"lwcon/session/coap"
	"lwcon/session/transport"
)

// silence is how long nothing arrives before the console says what to look at.
const silence = 30 * time.Second

// greet says, once, what can be entered in a device, and after 30 s without a
// message what to look at.
func (f *face) greet(say func(string)) {
	s := f.env.Sessions
	if f.greeted != nil || f.program.Demo || s.Roles()&(commands.ServerRole|commands.BootstrapRole) == 0 {
		return
	}
	if s.Roles()&commands.ServerRole != 0 {
		say(f.stderr.listeningAt("LwM2M server", s.URIs(), f.usual))
	}
	if s.Roles()&commands.BootstrapRole != 0 {
		say(f.stderr.listeningAt("bootstrap server", s.BootstrapURIs(), false))
	}
	var heard atomic.Bool
	untap := sync.OnceFunc(s.Tap(func(p coap.Passage) {
		if p.Direction == transport.Received {
			heard.Store(true)
		}
	}))
	timer := f.program.Clock.AfterFunc(silence, func() {
		untap()
		if !heard.Load() {
			say(f.stderr.silent(append(s.URIs(), s.BootstrapURIs()...)))
		}
	})
	f.greeted = func() {
		timer.Stop()
		untap()
	}
}

// listeningAt says what can be entered in a device as what, and that it is the usual place
// if nobody said where.
func (t *Text) listeningAt(role string, uris []string, usual bool) string {
	p := t.page()
	where := "enter one of these in the device as its " + role + ":"
	if usual {
		where = "as usual (--listen says otherwise); " + where
	}
	p.head("listening", t.Style.Success, where)
	for _, uri := range uris {
		p.line("uri", uri)
	}
	return p.String()
}

// silent says what to look at where nothing arrives.
func (t *Text) silent(uris []string) string {
	p := t.page()
	p.head("silence", t.Style.Refusal, "no message has arrived in 30 s")
	for _, line := range []string{
		"is the server URI in the device one of " + strings.Join(uris, " ") + ", with " + securityOf(uris) + "?",
		"can the device reach that address: same network, no NAT in between, and no firewall here that drops UDP?",
		"does the device try at all: many wait minutes between two attempts; a restart begins anew",
	} {
		p.line("look", line)
	}
	return p.String()
}

// anyMode are the modes that a port with security serves, as what there is of keys allows.
const anyMode = "security mode 0 (pre-shared key), 1 (raw public key) or 2 (certificate)"

// securityOf says which security mode goes with the URIs. Core 1.2 §E.1.
func securityOf(uris []string) string {
	kinds := []struct{ name, scheme, mode string }{
		{"coap://", "coap", "security mode 3 (no security)"},
		{"coaps://", "coaps:", anyMode},
		{"coaps+tcp://", "coaps+", anyMode},
	}
	counts := make([]int, len(kinds))
	for _, uri := range uris {
		kind := 0
		for i := range kinds {
			if strings.HasPrefix(uri, kinds[i].scheme) {
				kind = i
			}
		}
		counts[kind]++
	}
	var all []string
	for i, k := range kinds {
		switch counts[i] {
		case 0:
		case len(uris):
			return k.name + " and " + k.mode
		default:
			all = append(all, k.mode+" for "+k.name)
		}
	}
	return strings.Join(all, ", ")
}

// registerDevices registers the simulated devices that the program connects, and
// says how it went. A refusal is an answer like others; no answer is an error.
func (f *face) registerDevices(ctx context.Context, say func(string)) error {
	for _, c := range f.env.Sessions.Clients() {
		r, err := c.Register(ctx)
		if err != nil {
			return commands.Classify(err)
		}
		say(f.renderer.Result(registered(r)))
	}
	return nil
}

// registered makes the answer to a Register a result.
func registered(r *session.Result) commands.Result {
	return &commands.Answer{Command: "register", Result: *r}
}
