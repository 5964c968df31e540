package device

import (
	"slices"
	"time"

	"lwcon/lwm2m"
)

// Rule is one misbehaviour: when it comes about, and what is done then.
type Rule struct {
	Line      int        // of the profile, 0 if it was made otherwise
	Operation string     // "": any; else one of Operations
	Path      lwm2m.Path // the request is at or below; HasPath false: any
	HasPath   bool
	Nth       uint32 // 0: each time; else only the nth time that the rest matches
	Action    Action
}

// Action is what a device does wrong. Fields with their zero value are not
// changed by it.
type Action struct {
	Code       Status              // the code of the answer
	Payload    string              // the octets of the payload; with HasPayload
	HasPayload bool                // the payload is replaced, perhaps by nothing
	Format     lwm2m.ContentFormat // the Content-Format of the answer; with HasFormat
	HasFormat  bool                //
	Drop       bool                // no answer at all
	Delay      time.Duration       // before the answer
	Token      string              // the octets of the token of the answer; with HasToken
	HasToken   bool                //
	Reset      bool                // a Reset instead of an answer
	OmitLinks  []lwm2m.Path        // left out of the object list or Discover
	Ignore     []string            // what is not heeded: of Ignorable
}

// Operations are the names of what a rule can be about: what the device is
// asked, and what it does by itself.
func Operations() []string {
	return []string{
		"read", "discover", "write", "write-attributes", "execute", "create", "delete",
		"read-composite", "write-composite", "observe", "observe-composite", "cancel",
		"notify", "send", "register", "update", "deregister", "bootstrap-request",
		"bootstrap-write", "bootstrap-read", "bootstrap-discover", "bootstrap-delete", "bootstrap-finish",
	}
}

// Rules returns the rules of misbehaviour that hold.
func (d *Device) Rules() []Rule {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.rules)
}

// SetRules makes other rules of misbehaviour hold, in place of those of the
// profile; how often each was met counts from 0. At most MaxRules are taken.
func (d *Device) SetRules(rules []Rule) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.setRules(slices.Clone(rules[:min(len(rules), MaxRules)]))
}

func (d *Device) setRules(rules []Rule) {
	d.rules, d.matches = rules, nil
	if len(rules) > 0 {
		d.matches = make([]uint32, len(rules))
	}
}

// Misbehave counts an operation against the rules and returns
// what the first rule that it meets does, nil if it meets none. The path is the
// root for an operation without one; of a composite operation each path is
// asked for on its own.
func (d *Device) Misbehave(operation string, p lwm2m.Path) *Action {
	d.mu.Lock()
	defer d.mu.Unlock()
	var met *Action
	for i := range d.rules {
		r := &d.rules[i]
		if r.Operation != "" && r.Operation != operation || r.HasPath && !r.Path.Contains(p) {
			continue
		}
		d.matches[i]++
		if met == nil && (r.Nth == 0 || r.Nth == d.matches[i]) {
			met = &r.Action
		}
	}
	return met
}

// Ignored returns what the device does not heed in an observation of a path: the
// union of what the rules say that are about observations, whatever they count.
func (d *Device) Ignored(p lwm2m.Path) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var names []string
	for i := range d.rules {
		r := &d.rules[i]
		switch r.Operation {
		case "", "observe", "observe-composite", "notify", "cancel":
			if !r.HasPath || r.Path.Contains(p) {
				names = append(names, r.Action.Ignore...)
			}
		}
	}
	return names
}

// Ignores says whether the action has something not heeded.
func (a *Action) Ignores(name string) bool { return a != nil && slices.Contains(a.Ignore, name) }
