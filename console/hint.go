package console

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lwcon/commands"
	"lwcon/lwm2m"
	"lwcon/session"
	"lwcon/session/coap"
)

// refusalHint is the next thing to try after a refusal, "" where there is none
// to name.
func (t *Text) refusalHint(a *commands.Answer) string {
	if a.Command == "cancel" && a.Refused() {
		return "the observation is over here all the same: a notification that still comes is refused, over UDP by RST"
	}
	if a.Refused() && (a.Command == "read" || a.Command == "observe" || a.Command == "discover") && a.Path == (lwm2m.Path{}) {
		return "the root is for composite operations; clients shows the objects that the device registered"
	}
	switch a.Code {
	case coap.BadOption:
		if a.Sent != (lwm2m.Attributes{}) {
			return "the device takes no attributes with an Observe; attributes PATH NAME=VALUE attaches them beforehand"
		}
	case coap.BadRequest:
		if a.Misplaced != "" {
			return "the device is right: change the attributes; decode --format attributes checks them"
		}
	case coap.Unauthorized:
		return "the device does not let this server do that: the access control object 2 says who may, and objects 0, 21 and 23 are for the bootstrap interface only"
	case coap.NotFound:
		parent := a.Path.Parent()
		if parent.Level() == 0 {
			return "clients shows the objects that the device registered"
		}
		return fmt.Sprintf("discover %s shows what the device has there", parent)
	case coap.MethodNotAllowed:
		return t.allowedHint(a)
	case coap.NotAcceptable:
		return "the device does not have that format; try --accept with another, or without"
	case coap.UnsupportedContentFormat:
		return "the device does not take that format; try --format with another"
	case coap.RequestEntityIncomplete:
		return "the device lost the sequence of the blocks; --block with a smaller size, or details, may show where"
	case coap.RequestEntityTooLarge:
		if a.Size1 > 0 {
			return fmt.Sprintf("the device takes %d bytes at most, it says", a.Size1)
		}
		return "the device has no room for it; write less at once"
	}
	return ""
}

// allowedHint names the objects whose definitions say what their resources allow.
func (t *Text) allowedHint(a *commands.Answer) string {
	paths := a.Paths
	if len(paths) == 0 {
		paths = []lwm2m.Path{a.Path}
	}
	var known, unknown []string
	for _, p := range paths {
		if p.Level() == lwm2m.LevelRoot {
			continue
		}
		word := "objects " + strconv.Itoa(int(p.Object()))
		list := &known
		if t.Definitions == nil || t.Definitions.Object(p.Object(), 0) == nil {
			list, word = &unknown, strconv.Itoa(int(p.Object()))
		}
		if !slices.Contains(*list, word) {
			*list = append(*list, word)
		}
	}
	switch {
	case len(known) == 1:
		return known[0] + " shows what each resource allows: read, write or execute"
	case len(known) > 1:
		return strings.Join(known, " and ") + " show what each resource allows: read, write or execute"
	case len(unknown) > 0:
		return "what object " + unknown[0] + " allows is not known here; --objects DIR loads its definition"
	}
	return ""
}

// failureHint is the next thing to try after an error, "" where there is none to
// name. Where no further command follows, what passed can be seen by a trace
// only.
func failureHint(e *commands.Error, further bool) string {
	if e.Hint != "" {
		return e.Hint
	}
	passed := fmt.Sprintf("details %d shows each message", e.Exchange)
	if !further {
		passed = "--trace full shows each message"
	}
	var timeout *coap.TimeoutError
	var found *session.FindError
	switch {
	case errors.As(e.Err, &found) && len(found.Known) == 0:
		return "status shows what to enter in a device; wait registered waits for it"
	case e.Kind == commands.TimeoutError && len(e.Deviations) > 0:
		return passed
	case errors.As(e.Err, &timeout) && timeout.Acknowledged:
		return "the device acknowledged the request but sent no answer; --timeout waits longer"
	case e.Kind == commands.TimeoutError && e.Exchange != 0:
		return "is the device asleep or behind NAT? wait update waits for its next sign of life; " + passed
	case e.Kind == commands.ResetError:
		return "the device does not know this server any more, or cannot process the message: has it restarted? wait register waits for it"
	case errors.Is(e.Err, session.ErrNotRegistered):
		return "clients lists who is registered"
	case e.Kind == commands.TransportError && e.Exchange != 0:
		return passed
	}
	return ""
}
