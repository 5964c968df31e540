package session

import (
	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// suspicious is after how many failures that were all 5.00 a client is said to
// know no other code.
const suspicious = 3

// diagnoseRefusal looks at an answer with an error code.
func (op *operation) diagnoseRefusal(r *Result) {
	op.checkVariety(r)
	if r.Code == badOption && len(op.options.Options) == 0 && op.attributes.Empty() && op.depth == nil {
		r.note(ruleBadOption, op.path, "4.02 to a request with %s only, which every client knows", optionNames(op.request))
	}
	switch op.name {
	case "write-attributes":
		op.checkAttributesRefused(r)
	case "execute":
		op.checkExecuteRefused(r)
	}
	op.checkErrorClass(r)
}

// checkVariety notes a client that has but one code for every failure.
func (op *operation) checkVariety(r *Result) {
	s := op.endpoint.server
	s.mu.Lock()
	defer s.mu.Unlock()
	k := op.endpoint.knowing()
	if r.Code != InternalServerError {
		k.varied = true
		return
	}
	k.failures++
	if !k.varied && k.failures == suspicious {
		r.note(ruleAlwaysInternal, op.path, "all %d failures so far were 5.00: a code of its own for each cause would tell why", suspicious)
	}
}

// checkAttributesRefused notes a Write-Attributes that was taken for a Write.
func (op *operation) checkAttributesRefused(r *Result) {
	d := op.definition()
	legal := op.gate == nil && op.misplaced() == ""
	switch {
	case r.Code == unsupportedFormat:
		r.note(ruleAttributesAsWrite, op.path, "4.15 to a PUT without payload: the client takes a Write-Attributes for a Write")
	case legal && d != nil && (r.Code == MethodNotAllowed || r.Code == BadRequest) && op.path.Level() >= lwm2m.LevelResource:
		r.note(ruleAttributesRefused, op.path, "%s to %s, which version %s has", r.Code, op.attributes, op.registration.Version)
	}
}

// checkExecuteRefused notes an Execute that failed over its arguments.
func (op *operation) checkExecuteRefused(r *Result) {
	d := op.definition()
	if d == nil || !d.Operations.Has(lwm2m.Executable) || len(op.request.Payload) == 0 {
		return
	}
	if r.Code == MethodNotAllowed || r.Code == unsupportedFormat || r.Code == BadRequest {
		r.note(ruleExecuteArguments, op.path, "%s to an Execute with arguments; without them it may work", r.Code)
	}
}

// checkErrorClass notes where another code would have told the cause: 4.04 is
// for what is not there, 4.05 for what is there and does not allow it.
func (op *operation) checkErrorClass(r *Result) {
	if r.Code != NotFound && r.Code != MethodNotAllowed && r.Code != Unauthorized {
		return
	}
	var asked lwm2m.Operations
	switch op.request.Code {
	case coap.GET:
		asked = lwm2m.Readable
	case coap.PUT:
		asked = lwm2m.Writable
	case coap.POST:
		asked = lwm2m.Executable
	}
	if op.name == "read" && r.Code == NotFound && op.path.Level() == lwm2m.LevelObject && op.registration.lists(op.path) {
		r.note(ruleEmptyObject, op.path, "4.04 for an object that is registered without an instance; an empty 2.05 is as good")
		return
	}
	if op.path.Level() < lwm2m.LevelResource || op.path.Object() == 0 || op.path.Object() == 21 ||
		op.name != "read" && op.name != "write" && op.name != "execute" && op.name != "observe" {
		return
	}
	d, object := op.definition(), op.registration.Object(op.path.Object())
	switch {
	case object == nil:
	case d == nil && r.Code == MethodNotAllowed:
		r.note(ruleErrorClass, op.path, "4.05 for a resource that object %d does not have; expected 4.04", op.path.Object())
	case d != nil && !d.Operations.Has(asked) && r.Code != MethodNotAllowed && op.registration.lists(op.path.Cut(lwm2m.LevelObjectInstance)):
		r.note(ruleErrorClass, op.path, "%s for a resource with the operations %s; expected 4.05", r.Code, d.Operations)
	}
}

// lists says whether the registration has exactly this path.
func (r *Registration) lists(p lwm2m.Path) bool {
	id := uint32(p.Object())<<16 | lwm2m.AnyID
	if p.Level() >= lwm2m.LevelObjectInstance {
		id = uint32(p.Object())<<16 | uint32(p.ObjectInstance())
	}
	for _, other := range r.objects[r.versions:] {
		if other == id && p.Prefix() == "" {
			return true
		}
	}
	return false
}

// optionNames lists the options of a request by name.
func optionNames(m *coap.Message) string {
	text := ""
	var before coap.OptionNumber
	for i := range m.Options {
		n := m.Options[i].Number
		if i > 0 && n == before {
			continue
		}
		if text != "" {
			text += ", "
		}
		text += n.String()
		before = n
	}
	return text
}
