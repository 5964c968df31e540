package commands

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"lwcon/session/coap"
	"lwcon/session/transport"
)

// wires are the links of the sessions, each wrapped so that it can be harmed on
// purpose and captured.
type wires struct {
	capture atomic.Pointer[transport.Capture] // nil while nothing is captured
	secured securedTaps

	mu     sync.Mutex
	all    []*wire
	faults [2]transport.Fault // of links to come, by direction
	seed   uint64
}

// wire is one link: faults above, the tap below, so that a capture shows what
// was really on the wire.
type wire struct {
	*transport.Faulty
	wires  *wires
	bound  transport.Address // zero where the link does not know
	secure bool              // it carries DTLS or TLS
}

// wrap makes a link one of the sessions'.
func (s *Sessions) wrap(link transport.Link) transport.Link { return s.wrapWire(link, false) }

// wrapSecure makes a link below DTLS or TLS one of the sessions'.
func (s *Sessions) wrapSecure(link transport.Link) transport.Link { return s.wrapWire(link, true) }

func (s *Sessions) wrapWire(link transport.Link, secure bool) transport.Link {
	w := &wire{wires: &s.wires, secure: secure}
	if b, ok := link.(interface{ Address() transport.Address }); ok {
		w.bound = b.Address()
	}
	s.wires.mu.Lock()
	defer s.wires.mu.Unlock()
	w.Faulty = transport.NewFaulty(transport.Tapped(link, s.clock, w.tap), s.clock, s.wires.seed, nil)
	for d, fault := range s.wires.faults {
		_ = w.Set(transport.Direction(d), fault) // it was checked when it was set
	}
	s.wires.all = append(s.wires.all, w)
	return w
}

// tap hands what passes on the link to all who want to see it.
func (w *wire) tap(r transport.WireRecord) {
	r.Encrypted = w.secure
	w.wires.tap(r)
}

// tap hands what passes to the capture and to who sees DTLS. What two links of ours say to each other
// passes two taps, and is taken as it is sent.
func (w *wires) tap(r transport.WireRecord) {
	c, secured := w.capture.Load(), w.secured.any.Load()
	if c == nil && !secured || r.Direction == transport.Received && len(r.Bytes) > 0 && w.own(&r) {
		return
	}
	if c != nil {
		c.Tap(r)
	}
	switch {
	case !secured || !r.Secured():
	case r.Stream:
		w.secured.showStream(r)
	default:
		w.secured.show(r)
	}
}

// inner hands what a secure session carries to the capture.
func (w *wires) inner(p *coap.Passage) {
	if c := w.capture.Load(); c != nil && !p.Inner {
		c.Inner(transport.WireRecord{
			Time: p.Time, Direction: p.Direction, Local: p.Local, Remote: p.Peer, Stream: p.Stream, Bytes: p.Bytes, Note: p.Note,
		})
	}
}

// own says whether a record came from a link of ours.
func (w *wires) own(r *transport.WireRecord) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, one := range w.all {
		if bound := one.bound; !bound.IsZero() && bound.Port() == r.Remote.Port() && one.Reliable() == r.Stream &&
			(bound.SameHost(r.Remote) || bound.Unspecified() && r.Remote.Host() == r.Local.Host()) {
			return true
		}
	}
	return false
}

// Close ends the link.
func (w *wire) Close() error {
	w.wires.mu.Lock()
	w.wires.all = slices.DeleteFunc(w.wires.all, func(other *wire) bool { return other == w })
	w.wires.mu.Unlock()
	return w.Faulty.Close()
}

// chosen are the links of a URI, all of them for "".
func (w *wires) chosen(uri string) []*wire {
	w.mu.Lock()
	defer w.mu.Unlock()
	var found []*wire
	for _, one := range w.all {
		if uri == "" || slices.Contains(one.shownURIs(), uri) {
			found = append(found, one)
		}
	}
	return found
}

// uris are the addresses of all links.
func (w *wires) uris() []string {
	var all []string
	for _, one := range w.chosen("") {
		all = append(all, one.shownURIs()...)
	}
	return all
}

// shownURIs are the addresses of the link as status lists them: with the scheme of what it
// carries.
func (w *wire) shownURIs() []string {
	uris := slices.Clone(w.LocalURIs())
	for i := range uris {
		if w.secure {
			uris[i] = strings.Replace(uris[i], "coap", "coaps", 1)
		}
	}
	return uris
}

// fault is what goes wrong in a direction: on the links of a URI, else on those to
// come.
func (w *wires) fault(uri string, d transport.Direction) transport.Fault {
	if found := w.chosen(uri); len(found) > 0 {
		return found[0].Get(d)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.faults[d]
}

// harm changes what goes wrong in a direction, on the links of a URI; for "" on
// all, those to come included.
func (w *wires) harm(uri string, d transport.Direction, change func(*transport.Fault)) error {
	for _, one := range w.chosen(uri) {
		fault := one.Get(d)
		change(&fault)
		if err := one.Set(d, fault); err != nil {
			return err
		}
	}
	if uri != "" {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	change(&w.faults[d])
	return nil
}

// reseed begins the decisions of all links anew.
func (w *wires) reseed(seed uint64) {
	for _, one := range w.chosen("") {
		one.Seed(seed)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seed = seed
}

// currentSeed is the seed that decides.
func (w *wires) currentSeed() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seed
}
