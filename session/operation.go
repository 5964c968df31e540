package session

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"lwcon/formats"
	"lwcon/lwm2m"
	"lwcon/session/coap"
	"lwcon/session/transport"
)

// RequestOptions change how the request of an operation is sent. The zero value
// is right for most.
type RequestOptions struct {
	// Timeout is how long to wait for the answer, from the moment of sending; 0
	// is MAX_TRANSMIT_WAIT of the link, 93 s by default.
	Timeout time.Duration
	// NonConfirmable sends a NON instead of a CON.
	NonConfirmable bool
	// Parameters override those of the server.
	Parameters coap.Parameters
	// Options are added to the request as they are.
	Options []coap.Option
	// Token and MessageID are used if not nil.
	Token     []byte
	MessageID *uint16
	// Progress is told how many octets of a block-wise body went or came.
	Progress func(done, total int)
	// Queued is told when the client is asleep and the request waits for it.
	Queued func(Queued)
	// TypeOf overrides the types of values in the answer; nil: none.
	TypeOf func(lwm2m.Path) (lwm2m.Type, bool)
	// Force sends what the client's version does not know; without it such a
	// request fails with a VersionError.
	Force bool
}

// operation is one request to a client, on its way to a Result.
type operation struct {
	name     string
	endpoint *Endpoint
	path     lwm2m.Path
	request  *coap.Message
	options  RequestOptions
	accept   *lwm2m.ContentFormat

	// room for a usual request, so that the whole operation is one allocation
	message coap.Message
	usual   [4]coap.Option
	space   [24]byte

	attributes   lwm2m.Attributes // that the request carries as its query
	depth        *int             // of a Discover
	gate         error            // why it is not sent at all, nil if nothing speaks against it
	registration *Registration
	taken        bool              // it has a turn that it is to give back
	waits        *Queued           // as it waited last, nil if it never did
	listener     *Listener         // once it has its turn
	peer         transport.Address // likewise
}

// begin starts the request: method and path, below the client's alternate path.
func begin(name string, e *Endpoint, method coap.Code, p lwm2m.Path, o RequestOptions) (*operation, error) {
	g := e.Registration()
	op := &operation{name: name, endpoint: e, path: p, options: o, registration: g}
	if g == nil {
		return nil, op.failed(ErrNotRegistered, nil)
	}
	op.message = coap.Message{Code: method, Token: o.Token, Options: op.usual[:0]}
	op.request = &op.message
	if o.NonConfirmable {
		op.request.Type = coap.NonConfirmable
	}
	if p.Level() == lwm2m.LevelResourceInstance {
		op.needs(lwm2m.V1_1, "paths of resource instances")
	}
	if g.Root == "" {
		op.addressing()
	} else {
		op.request.SetPath(g.Root + p.String())
	}
	return op, nil
}

// addressing appends the segments of the path to the request's options.
func (op *operation) addressing() {
	text := op.path.Append(op.space[:0])
	for rest := text[1:]; len(rest) > 0; {
		segment, after, _ := bytes.Cut(rest, []byte{'/'})
		op.request.Options = append(op.request.Options, coap.Option{Number: coap.URIPath, Value: segment[:len(segment):len(segment)]})
		rest = after
	}
}

// accepting asks for an answer in a format.
func (op *operation) accepting(f *lwm2m.ContentFormat) {
	if f != nil {
		op.needsFormat(*f)
		op.accept = f
		op.request.SetAccept(uint16(*f))
	}
}

// carrying gives the request a body.
func (op *operation) carrying(f lwm2m.ContentFormat, body []byte) {
	op.needsFormat(f)
	op.request.SetContentFormat(uint16(f))
	op.request.Payload = body
}

// requestOptions are those for the message layer.
func (op *operation) requestOptions() coap.RequestOptions {
	for _, o := range op.options.Options {
		op.request.Options.Add(o.Number, o.Value)
	}
	if size := op.options.Parameters.BlockSize; size > 0 && op.request.Code == coap.GET && !op.request.Options.Has(coap.Block2) {
		op.request.SetBlock2(coap.BlockFor(size)) // early negotiation, RFC 7959 §2.4
	}
	return coap.RequestOptions{
		Parameters: op.options.Parameters, Timeout: op.options.Timeout,
		MessageID: op.options.MessageID, Progress: op.options.Progress,
	}
}

// do sends the request and waits for the answer.
func (op *operation) do(ctx context.Context) (*Result, error) {
	x, err := op.exchange(ctx, func(ctx context.Context, o coap.RequestOptions) (*coap.Exchange, error) {
		return op.listener.coap.Do(ctx, op.peer, op.request, o)
	})
	if err != nil {
		return nil, err
	}
	return op.result(x), nil
}

// exchange has a request sent when it is the client's turn. A client in queue
// mode that does not answer while it is taken to be awake has gone to sleep: the
// request waits for it again, before all others. Spec: Core 1.1 §6.5.
func (op *operation) exchange(ctx context.Context, ask sending) (*coap.Exchange, error) {
	if op.gate != nil {
		return nil, op.failed(op.gate, nil)
	}
	o := op.requestOptions()
	if err := op.turn(ctx); err != nil {
		return nil, err
	}
	for {
		x, err := op.attempt(ctx, o, ask)
		if err == nil {
			op.heard(x)
		}
		again := op.done(err)
		switch {
		case err == nil:
			return x, nil
		case again == nil:
			return x, op.failed(err, x)
		}
		if op.options.Queued != nil {
			op.options.Queued(again.Queued)
		}
		if err := op.wait(ctx, again); err != nil {
			return nil, err
		}
	}
}

// heard notes that the client has answered, and in which format.
func (op *operation) heard(x *coap.Exchange) {
	s := op.endpoint.server
	s.mu.Lock()
	defer s.mu.Unlock()
	op.endpoint.answered.add(x.Response)
	s.heard(op.endpoint)
}

// failed is the error of an operation without an answer.
func (op *operation) failed(err error, x *coap.Exchange) error {
	e := &OperationError{Operation: op.name, Endpoint: op.endpoint.name, Path: op.path, Err: err}
	if x != nil && !x.Start.IsZero() {
		e.Exchange, e.Deviations = x.Number, fromMessage(x.Deviations)
	}
	return e
}

// result decodes the answer and diagnoses it.
func (op *operation) result(x *coap.Exchange) *Result {
	r := op.answer(x)
	op.diagnose(r)
	return r
}

// answer decodes the answer.
func (op *operation) answer(x *coap.Exchange) *Result {
	r := &Result{
		Operation: op.name, Endpoint: op.endpoint.name, Path: op.path,
		Duration: x.Duration, Exchange: x.Number,
	}
	r.Response = op.decode(x.Response)
	if r.Code == coap.RequestEntityTooLarge {
		r.Size1, _ = x.Response.Size1()
	}
	r.Deviations = append(fromMessage(x.Deviations), r.Deviations...)
	return r
}

// fromMessage turns deviations of the message layer into those of results.
func fromMessage(found []coap.Deviation) []lwm2m.Deviation {
	if len(found) == 0 {
		return nil
	}
	list := make([]lwm2m.Deviation, len(found))
	for i, d := range found {
		list[i] = lwm2m.Deviation{Rule: lwm2m.RuleID(d.Rule), Offset: d.Offset, Message: d.Message}
	}
	return list
}

// decode reads an answer or a notification.
func (op *operation) decode(m *coap.Message) Response {
	r := Response{Code: m.Code, Payload: m.Payload}
	number, ok := m.ContentFormat()
	r.Format, r.HasFormat = lwm2m.ContentFormat(number), ok
	if !m.Code.IsSuccess() || len(m.Payload) == 0 && !ok {
		return r // an error's payload is a diagnostic text
	}
	f := op.format(&r)
	if !f.Known() {
		return r
	}
	r.Tree, r.Err = formats.Decode(f, m.Payload, formats.Options{
		At: op.named(op.path), Definitions: op.registration, TypeOf: op.options.TypeOf,
	})
	op.plain(r.Tree)
	if r.Tree != nil {
		r.Deviations = append(r.Deviations, r.Tree.Deviations...)
	}
	return r
}

// format returns the format to decode by, and notes where the answer departs
// from what was asked.
func (op *operation) format(r *Response) lwm2m.ContentFormat {
	switch {
	case !r.HasFormat && op.accept != nil:
		r.note(ruleResponseNoFormat, op.path, "no Content-Format; read as %s, which was asked for", *op.accept)
		return *op.accept
	case !r.HasFormat:
		r.note(ruleResponseNoFormat, op.path, "no Content-Format; read as text")
		return lwm2m.FormatText
	case op.accept != nil && r.Format.Canonical() != op.accept.Canonical():
		r.note(ruleResponseFormat, op.path, "the answer is %s, Accept asked for %s; expected that or 4.06", r.Format, *op.accept)
	}
	if op.path.Level() < lwm2m.LevelResource && op.path.Level() > lwm2m.LevelRoot &&
		(r.Format == lwm2m.FormatText || r.Format == lwm2m.FormatOpaque || r.Format == lwm2m.FormatCBOR) {
		r.note(ruleFormatForMany, op.path, "%s carries one value, the request was for many", r.Format)
	}
	return r.Format
}

// note records a deviation of an answer.
func (r *Response) note(rule lwm2m.RuleID, p lwm2m.Path, format string, args ...any) {
	r.Deviations = append(r.Deviations,
		lwm2m.Deviation{Rule: rule, Path: p, Offset: -1, Message: fmt.Sprintf(format, args...)})
}
