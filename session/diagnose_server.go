package session

import (
	"time"

	"lwcon/lwm2m"
)

// Resources of the Server object that a registration depends on.
const (
	resourceLifetime = 1
	resourceMuteSend = 23
)

// checkServerObject holds the Server object as it was read against the
// registration. Which of several instances is ours cannot be seen: one that
// fits is enough.
func (op *operation) checkServerObject(r *Result) {
	var lifetimes, instances, muted, unmuted int
	fits := false
	var last lwm2m.Path
	for i := range r.Tree.Nodes {
		n := &r.Tree.Nodes[i]
		p := n.Path()
		if p.Object() != 1 || p.Prefix() != "" || !n.HasValue() {
			continue
		}
		if p.Cut(lwm2m.LevelObjectInstance) != last {
			last = p.Cut(lwm2m.LevelObjectInstance)
			instances++
		}
		switch p.Resource() {
		case resourceLifetime:
			lifetimes++
			fits = fits || time.Duration(n.Value().Int())*time.Second == op.registration.Lifetime
		case resourceMuteSend:
			if n.Value().Bool() {
				muted++
			} else {
				unmuted++
			}
		}
	}
	all := op.serverInstances()
	if lifetimes > 0 && lifetimes == all && !fits {
		r.note(ruleLifetimeDiffers, last.Child(resourceLifetime),
			"the device registered lt=%d, its Server object says otherwise", int64(op.registration.Lifetime/time.Second))
	}
	if op.path.Level() > lwm2m.LevelObjectInstance && op.path.Resource() != resourceMuteSend || instances < all {
		return
	}
	op.learnMute(unmuted > 0)
}

// serverInstances counts the registered instances of the Server object.
func (op *operation) serverInstances() int {
	count := 0
	for _, p := range op.registration.Instances() {
		if p.Object() == 1 && p.Level() == lwm2m.LevelObjectInstance {
			count++
		}
	}
	return count
}

// learnMute takes note of whether the client may send.
func (op *operation) learnMute(allowed bool) {
	s := op.endpoint.server
	s.mu.Lock()
	defer s.mu.Unlock()
	k := op.endpoint.knowing()
	k.muted = muteOn
	if allowed {
		k.muted = muteOff
	}
}

// checkMute notes a Send of a client whose Send is muted.
func (op *operation) checkMute(r *Response) {
	s := op.endpoint.server
	s.mu.Lock()
	k := op.endpoint.known.Load()
	muted := k != nil && k.muted == muteOn
	s.mu.Unlock()
	if muted {
		r.note(ruleSendMuted, lwm2m.NewPath(1, 0, resourceMuteSend), "Mute Send is true or absent, which means true")
	}
}
