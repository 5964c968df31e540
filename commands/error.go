package commands

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"lwcon/formats"
	"lwcon/lwm2m"
	"lwcon/session"
	"lwcon/session/coap"
	"lwcon/session/transport"
)

// ErrorKind says what kind of failure an Error is; scripts branch on it.
type ErrorKind string

// The kinds of failure.
const (
	UsageError     ErrorKind = "usage"     // the command line is wrong
	ConfigError    ErrorKind = "config"    // a file or setting is wrong
	NoPeerError    ErrorKind = "no-peer"   // nobody to talk to
	TimeoutError   ErrorKind = "timeout"   // no answer in time
	HandshakeError ErrorKind = "handshake" // no security association
	ResetError     ErrorKind = "reset"     // the peer answered with RST
	TransportError ErrorKind = "transport" // the network failed
	PayloadError   ErrorKind = "payload"   // a payload that does not decode
)

// Error is why a command failed. All errors of Table.Do are of this type, but
// those of its context.
type Error struct {
	Kind     ErrorKind
	Message  string // lower case, operand first
	Hint     string // the next thing to try, "" if there is none to name
	Endpoint string // the device concerned, "" if none
	Exchange uint64 // number of the exchange, 0 if none
	// Deviations are those of what came and was no answer that could be used.
	Deviations []lwm2m.Deviation

	// Of a PayloadError: what does not decode and where.
	Format string // as results name it
	Path   lwm2m.Path
	Offset int          // octet of the payload
	Rule   lwm2m.RuleID // the rule that --strict held it to, "" if none
	Tree   *lwm2m.Tree  // what was decoded before, may be nil
	// Whole is what could be read of a CoAP message, in whose octets Offset counts;
	// nil for other payloads.
	Whole *Message
	// Text is what was read of a query or of arguments, nil for other payloads.
	Text *Decoded

	Err error // the cause, may be nil
}

func (e *Error) Error() string { return e.Message }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// AppendJSON appends {"error":{"kind":…,"message":…}}; of a PayloadError with
// "format", "offset" and "path" in it, and beside it "values", "deviations" and
// "payload" with what was decoded before, or "message" and the same with what was
// read of a CoAP message.
func (e *Error) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	in := o.object("error")
	in.text("kind", string(e.Kind))
	in.optional("format", e.Format)
	if e.Kind == PayloadError {
		in.integer("offset", int64(e.Offset))
		in.text("path", e.Path.String())
	}
	in.optional("rule", string(e.Rule))
	in.text("message", e.Message)
	in.optional("hint", e.Hint)
	in.optional("endpoint", e.Endpoint)
	if e.Exchange != 0 {
		in.unsigned("exchange", e.Exchange)
	}
	o.close(in)
	o.deviations(e.Deviations) // none of those of a payload
	switch {
	case e.Whole != nil:
		e.Whole.content(o, false)
	case e.Text != nil:
		e.Text.content(o)
	case e.Tree != nil:
		o.tree(e.Tree)
		o.deviations(e.Tree.Deviations)
		o.hex("payload", e.Tree.Payload)
	}
	return o.end()
}

// usage makes a UsageError.
func usage(format string, args ...any) *Error {
	return &Error{Kind: UsageError, Message: fmt.Sprintf(format, args...)}
}

// failure makes an Error of a kind.
func failure(kind ErrorKind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// hinting adds the next thing to try.
func (e *Error) hinting(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// Classify turns any error of the packages below into an Error; one that is an
// Error is returned as it is, nil for nil.
func Classify(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	if e = handshakeError(err); e != nil {
		return e
	}
	e = &Error{Kind: kindOf(err), Message: err.Error(), Err: err}
	if errors.Is(err, context.Canceled) { // a limit of the command's own: see Env.within
		e.Message = strings.ReplaceAll(e.Message, context.Canceled.Error(), "no answer in time")
	}
	var op *session.OperationError
	if errors.As(err, &op) {
		e.Endpoint, e.Exchange, e.Deviations = op.Endpoint, op.Exchange, op.Deviations
	}
	tooNew(e)
	var syntax *formats.SyntaxError
	if errors.As(err, &syntax) {
		e.Format, e.Path, e.Offset, e.Rule = syntax.Format.String(), syntax.Path, syntax.Offset, syntax.Rule
	}
	return e
}

// kindOf chooses the kind of an error of the packages below.
func kindOf(err error) ErrorKind {
	var (
		found   *session.FindError
		syntax  *formats.SyntaxError
		unknown *formats.UnknownFormatError
		parse   *lwm2m.ParseError
	)
	switch {
	case errors.As(err, &found), errors.Is(err, session.ErrNotRegistered), errors.Is(err, session.ErrDropped),
		errors.Is(err, session.ErrOffline), errors.Is(err, session.ErrNoServer), errors.Is(err, session.ErrNotBootstrapped):
		return NoPeerError
	case errors.Is(err, coap.ErrTimeout), errors.Is(err, session.ErrSilenced), errors.Is(err, session.ErrNoFinish), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return TimeoutError
	case errors.Is(err, coap.ErrReset):
		return ResetError
	case errors.As(err, &syntax), errors.As(err, &unknown), errors.As(err, &parse):
		return PayloadError
	case errors.Is(err, coap.ErrUnreachable), errors.Is(err, coap.ErrBlock), errors.Is(err, coap.ErrRejected), errors.Is(err, coap.ErrClosed),
		errors.Is(err, session.ErrClosed), errors.Is(err, transport.ErrClosed), errors.Is(err, transport.ErrTooLong),
		errors.Is(err, transport.ErrNoPeer), errors.Is(err, coap.ErrTooMany), errors.Is(err, session.ErrTooMany):
		return TransportError
	case errors.Is(err, transport.ErrPortInUse):
		return ConfigError
	}
	return UsageError
}
