package session

import (
	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// diagnose holds an answer against what is known of the client, and takes note
// of what the answer tells. What is cheap to see comes first: this runs for
// every answer.
func (op *operation) diagnose(r *Result) {
	if !r.Code.IsSuccess() {
		op.diagnoseRefusal(r)
		return
	}
	op.checkSuccess(r)
	switch op.name {
	case "read", "read-composite":
		op.diagnoseRead(r)
	case "discover":
		if r.Tree != nil {
			op.diagnoseDiscover(r)
			op.learnLinks(r.Tree.Links)
		}
	case "observe", "observe-composite":
		op.diagnoseRead(r)
		op.diagnoseObserve(r)
	case "write-attributes":
		if why := op.misplaced(); why != "" {
			r.note(ruleAttributesTaken, op.path, "%s to %s: %s; expected 4.00", r.Code, op.attributes, why)
		}
		op.learnAttributes()
	case "delete":
		op.learnDeleted()
	case "execute":
		op.learnExecuted()
	}
}

// diagnoseRead looks at values that a client gave.
func (op *operation) diagnoseRead(r *Result) {
	if r.Tree == nil {
		return
	}
	if o := op.path.Object(); o == 1 || op.path.Level() == lwm2m.LevelRoot {
		op.checkServerObject(r)
	}
	if op.endpoint.known.Load() != nil {
		op.checkWritten(r)
	}
}

// definition is that of the resource that the operation is for, nil if there is
// none or it is unknown.
func (op *operation) definition() *lwm2m.Resource {
	return lwm2m.FindResource(op.registration, op.path)
}

// learnExecuted takes note of what makes a client register anew: Reboot, Factory
// Reset, Disable, Registration Update Trigger, Bootstrap-Request Trigger.
func (op *operation) learnExecuted() {
	s, p := op.endpoint.server, op.path
	switch o, r := p.Object(), p.Resource(); {
	case o == 3 && (r == 4 || r == 5):
	case o == 1 && (r == 4 || r == 8 || r == 9):
	case o == 5 && r == 2:
	default:
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	op.endpoint.knowing().restarting = true
}

// learnDeleted takes note of an instance that we deleted: it may vanish from the
// client's list.
func (op *operation) learnDeleted() {
	s := op.endpoint.server
	s.mu.Lock()
	defer s.mu.Unlock()
	if k := op.endpoint.knowing(); len(k.deleted) < maxKnown {
		k.deleted[op.path] = true
	}
}

// Response codes that only diagnosis speaks of.
const (
	badOption         = coap.BadOption
	unsupportedFormat = coap.UnsupportedContentFormat
)
