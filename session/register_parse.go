package session

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"lwcon/formats"
	"lwcon/lwm2m"
)

// Limits of a registration.
const (
	maxEndpointName = 1024 // octets of an endpoint name; a longer one is cut
	maxLinks        = 4096 // links of an object list; what comes after is not used
	maxExtra        = 16   // query items that are none of LwM2M's
	maxDeviations   = 64   // named one by one; of more, one sums up the rest
)

// defaultLifetime holds where a Register has no lt. Spec: Core 1.0 §5.3.1.
const defaultLifetime = 86400 * time.Second

// registerReader reads a Register or an Update into a Registration, notes what
// departs from the specification, and what a strict server answers.
type registerReader struct {
	registration *Registration
	update       bool
	has          map[string]bool // parameters seen
	strict       Code            // the answer of a strict server, 0 while there is nothing to refuse
	skipped      int             // deviations beyond maxDeviations
	profiles     *profiles       // that are known; nil: none
	unresolved   bool            // a profile of the client's is not known
	versions     []uint32        // as in Registration.objects
	instances    []uint32        // as in Registration.objects
	places       *places         // where in a message what is read stands; nil: not kept
}

// note records a deviation; refuse is the answer that a strict server gives, 0
// if it lives with it.
func (r *registerReader) note(rule lwm2m.RuleID, refuse Code, format string, args ...any) {
	if refuse != 0 && r.strict == 0 {
		r.strict = refuse
	}
	g := r.registration
	if len(g.Deviations) >= maxDeviations {
		r.skipped++
		last := &g.Deviations[maxDeviations-1]
		*last = lwm2m.Deviation{Rule: last.Rule, Offset: -1, Message: fmt.Sprintf("%d more deviations", r.skipped+1)}
		return
	}
	message := fmt.Sprintf(format, args...)
	if refuse != 0 {
		message += fmt.Sprintf("; a strict server answers %s", refuse)
	}
	d := lwm2m.Deviation{Rule: rule, Offset: -1, Message: message}
	if r.places != nil {
		d.Offset, d.Path = r.places.offset, r.places.path
	}
	g.Deviations = append(g.Deviations, d)
}

// queries reads the query items of a Register or an Update.
func (r *registerReader) queries(items []string) {
	r.has = make(map[string]bool, len(items))
	for i, item := range items {
		r.places.query(i)
		name, value, hasValue := strings.Cut(item, "=")
		if r.has[name] {
			r.note(ruleQueryTwice, BadRequest, "parameter %q twice, the last one counts", name)
		}
		r.has[name] = true
		r.query(item, name, value, hasValue)
	}
	r.places.none()
	if !r.update {
		r.missing()
	}
	r.queueSyntax()
	g := r.registration
	if g.Version == 0 {
		return // of an Update by itself
	}
	switch unknown := g.Binding.Unknown(g.Version); {
	case strings.Trim(unknown, "Q") != "":
		r.note(ruleBinding, 0, "binding %q: version %s does not know %q", g.Binding, g.Version, unknown)
	case g.Version < lwm2m.V1_1 && r.has["b"] && !slices.Contains(bindings[:], g.Binding):
		r.note(ruleBinding, BadRequest, "binding %q: version %s has U, UQ, S, SQ, US and UQS", g.Binding, g.Version)
	}
}

// bindings are those of 1.0. Spec: Core 1.0 §5.3.1.1.
var bindings = [...]lwm2m.Binding{"U", "UQ", "S", "SQ", "US", "UQS"}

// query reads one item.
func (r *registerReader) query(item, name, value string, hasValue bool) {
	g := r.registration
	switch name {
	case "ep":
		r.endpoint(value)
	case "lt":
		r.lifetime(value)
	case "lwm2m":
		r.version(value)
	case "b":
		g.Binding = binding(value)
	case "Q":
		g.Queue = true
		if hasValue {
			r.note(ruleQueueSyntax, BadRequest, "Q has no value, found %q", item)
		}
	case "sms":
		g.SMS = value
		if value == "" || strings.Trim(value, "0123456789") != "" {
			r.note(ruleSMSNumber, 0, "sms %q: expected digits only", value)
		}
	case "pid":
		if !r.update {
			g.Profiles = value
		}
	default:
		if len(g.Extra) < maxExtra && !slices.Contains(g.Extra, item) {
			g.Extra = append(slices.Clip(g.Extra), item)
		}
		if r.update {
			r.note(ruleUpdateParameter, 0, "parameter %q is none of an Update", name)
		}
		return
	}
	if r.update && (name == "ep" || name == "lwm2m" || name == "pid") {
		r.note(ruleUpdateParameter, 0, "parameter %q belongs to a Register", name)
	}
}

// binding is a binding as sent; the usual ones keep nothing of the message.
func binding(value string) lwm2m.Binding {
	for _, usual := range [...]lwm2m.Binding{"U", "UQ", "T", "UT", "N"} {
		if usual == lwm2m.Binding(value) {
			return usual
		}
	}
	return lwm2m.Binding(value)
}

// endpoint takes the endpoint name.
func (r *registerReader) endpoint(name string) {
	if r.update {
		return
	}
	if len(name) > maxEndpointName {
		r.note(ruleEndpointLength, 0, "endpoint name of %d octets, cut to %d", len(name), maxEndpointName)
		name = name[:maxEndpointName]
	}
	if !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		r.note(ruleEndpointControl, 0, "endpoint name %q: expected UTF-8 without control characters", name)
	}
	r.registration.Endpoint = strings.Clone(name) // it is kept, and the rest of the item is not
}

// lifetime takes lt: seconds, unsigned, 32 bit.
func (r *registerReader) lifetime(text string) {
	seconds, err := strconv.ParseUint(text, 10, 32)
	if err == nil {
		r.registration.Lifetime = time.Duration(seconds) * time.Second
		return
	}
	r.note(ruleLifetime, BadRequest, "lt=%q: expected seconds from 0 to 4294967295; %d s are assumed",
		text, int(r.registration.Lifetime/time.Second))
}

// version takes the version of the enabler.
func (r *registerReader) version(text string) {
	if r.update {
		return
	}
	v, err := lwm2m.ParseVersion(text)
	switch {
	case err != nil:
		r.note(ruleVersion, BadRequest, "lwm2m=%q: expected 1.0, 1.1 or 1.2; 1.0 is assumed", text)
		return
	case v > lwm2m.V1_2 || v < lwm2m.V1_0:
		r.note(ruleVersion, PreconditionFailed, "lwm2m=%s: this server knows 1.0, 1.1 and 1.2", v)
	}
	r.registration.Version = v
}

// missing notes the parameters that a Register lacks.
func (r *registerReader) missing() {
	if r.registration.Endpoint == "" {
		r.note(ruleNoEndpoint, BadRequest, "no endpoint name (ep)")
	}
	if !r.has["lwm2m"] {
		r.note(ruleNoVersion, BadRequest, "no version (lwm2m), 1.0 is assumed")
	}
	if !r.has["lt"] {
		refuse := Code(0)
		if r.registration.Version >= lwm2m.V1_1 {
			refuse = BadRequest
		}
		r.note(ruleNoLifetime, refuse, "no lifetime (lt), %d s are assumed", int(defaultLifetime/time.Second))
	}
}

// queueSyntax reads queue mode and notes where the two ways of saying it are
// mixed up.
func (r *registerReader) queueSyntax() {
	g := r.registration
	switch letter := g.Binding.Queue(); {
	case letter && g.Version >= lwm2m.V1_1:
		r.note(ruleQueueSyntax, BadRequest, "binding %q: from 1.1 on queue mode is the parameter Q", g.Binding)
	case r.has["Q"] && g.Version < lwm2m.V1_1 && g.Version != 0:
		r.note(ruleQueueSyntax, BadRequest, "parameter Q: in 1.0 queue mode is a Q in the binding")
	}
	g.Queue = r.has["Q"] || g.Binding.Queue() || r.update && !r.has["b"] && g.Queue
}

// replacedRules are those of link-format that links names by rules of its own.
var replacedRules = [...]lwm2m.RuleID{ruleLinkVersion, ruleLinkBadVersion, ruleLinkAgain, formats.RuleReservedID}
