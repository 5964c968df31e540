package session

import "lwcon/session/coap"

// successes are the codes that answer an operation that was done. Spec: Transport
// 1.2 §6.4.4, §6.4.5.
var successes = [...]struct {
	operation string
	code      Code
}{
	{"read", Content},
	{"write", Changed},
	{"execute", Changed},
	{"observe", Content},
	{"discover", Content},
	{"write-attributes", Changed},
	{"create", Created},
	{"delete", Deleted},
	{"read-composite", Content},
	{"write-composite", Changed},
	{"observe-composite", Content},
	{"cancel", Content},
}

// checkSuccess notes a success that is none of the operation's.
func (op *operation) checkSuccess(r *Result) {
	for i := range successes {
		if s := &successes[i]; s.operation == op.name {
			if r.Code != s.code && !(r.Code == coap.Valid && op.request.Options.Has(coap.ETag)) {
				r.note(ruleSuccessCode, op.path, "%s to a %s; expected %s", r.Code, op.name, s.code)
			}
			return
		}
	}
}
