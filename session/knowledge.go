package session

import (
	"time"

	"lwcon/lwm2m"
)

// maxKnown is how many paths of one endpoint each part of a knowledge holds;
// what comes after is not remembered, and not checked.
const maxKnown = 1000

// knowledge is what the traffic has shown of one client beyond its
// registration: what its later messages are held against. Few clients have one.
// It is under Server.mu, and begins anew with a Register.
type knowledge struct {
	attributes map[lwm2m.Path]attached
	written    map[lwm2m.Path]lwm2m.Value // by a Write that was answered 2.04, and not read back yet
	deleted    map[lwm2m.Path]bool        // object instances that we deleted
	wrote      lwm2m.Path                 // of the last Write that was answered 2.04
	wroteAt    time.Time
	muted      mute
	restarting bool // we did what makes it register anew
	failures   int  // answers of 4.xx and 5.xx in a row that were all 5.00
	varied     bool // there was another error code
}

// attached are the attributes of one level as known, and since when.
type attached struct {
	lwm2m.Attributes
	since time.Time
}

// mute says whether the client may send, by /1/x/23.
type mute uint8

const (
	muteUnknown mute = iota
	muteOn
	muteOff
)

// knowing returns what is known of the endpoint, a new knowledge if nothing is;
// server.mu is held.
func (e *Endpoint) knowing() *knowledge {
	k := e.known.Load()
	if k == nil {
		k = &knowledge{
			attributes: map[lwm2m.Path]attached{}, written: map[lwm2m.Path]lwm2m.Value{}, deleted: map[lwm2m.Path]bool{},
		}
		e.known.Store(k)
	}
	return k
}

// attach notes attributes of a path.
func (k *knowledge) attach(p lwm2m.Path, a lwm2m.Attributes, now time.Time) {
	if _, there := k.attributes[p]; !there && len(k.attributes) >= maxKnown {
		return
	}
	if a.Empty() {
		delete(k.attributes, p)
		return
	}
	k.attributes[p] = attached{a, now}
}

// inForce returns the attributes that hold for a path, the nearest level first,
// and since when all of them are as they are. Spec: Core 1.2 §7.3.
func (k *knowledge) inForce(p lwm2m.Path) attached {
	var found attached
	if k == nil {
		return found
	}
	for level := p.Level(); level >= lwm2m.LevelObject; level-- {
		a, ok := k.attributes[p.Cut(level)]
		if !ok {
			continue
		}
		found.Attributes = found.Under(a.Attributes)
		if a.since.After(found.since) {
			found.since = a.since
		}
	}
	return found
}

// learnAttributes takes note of what a Write-Attributes set.
func (op *operation) learnAttributes() {
	s := op.endpoint.server
	s.mu.Lock()
	defer s.mu.Unlock()
	k, now := op.endpoint.knowing(), s.clock.Now()
	k.attach(op.path, k.attributes[op.path].Apply(op.attributes), now)
	s.expectAnew(op.endpoint, now)
}

// learnLinks takes note of the attributes that a Discover shows: of each path
// that it lists, those of the level itself, and on a resource those inherited.
func (op *operation) learnLinks(links []lwm2m.Link) {
	s := op.endpoint.server
	s.mu.Lock()
	defer s.mu.Unlock()
	k, now := op.endpoint.known.Load(), s.clock.Now()
	for i := range links {
		p, ok := links[i].Path()
		if !ok || p.Level() == lwm2m.LevelRoot {
			continue
		}
		a := links[i].Notification()
		switch {
		case k == nil && a.Empty():
			continue
		case k == nil:
			k = op.endpoint.knowing()
		}
		if k.attributes[p].Attributes != a {
			k.attach(p, a, now)
		}
	}
	s.expectAnew(op.endpoint, now)
}
