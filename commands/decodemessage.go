package commands

import (
	"context"
	"fmt"

	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// Message is a whole CoAP message read offline.
//
//	{"command":"decode-message","message":{"type":"CON","code":"0.02","id":4660,"token":"a1b2",
//	 "options":[{"number":11,"name":"Uri-Path","value":"7264","text":"rd"}],"payload":"3c2f…"},
//	 "format":"link-format","links":[…],"deviations":[…]}
//
// Values are in hex; over TCP there is no type and id. Offsets count octets of
// the message. The arguments of an Execute are in "arguments", the query of a
// Write-Attributes or of an Observe in "attributes".
type Message struct {
	Scanned    coap.Scanned
	Tree       *lwm2m.Tree       // of the payload; nil if there is none or its format is unknown
	PathList   bool              // the tree is that of a path list
	Attributes *lwm2m.Attributes // of the query, nil if there are none
	Arguments  []lwm2m.Argument  // of an Execute, nil if there are none
	Rest       string            // what follows the arguments and is none
	Deviations []lwm2m.Deviation
	Raw        []byte
	Bytes      bool   // show which octets made what
	Input      string // how the octets were read, "" if they are bare hex or raw

	problem *Error // why payload or query cannot be read, nil if they can
	first   string // the format that the first deviation is from
}

// AppendJSON appends the message as one JSON object.
func (m *Message) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("command", "decode-message")
	o.optional("input", m.Input)
	m.content(o, true)
	return o.end()
}

// content writes what was read of the message, its format if wanted.
func (m *Message) content(o *object, format bool) {
	in := o.object("message")
	in.message(&m.Scanned)
	o.close(in)
	if m.Tree != nil {
		if format {
			o.text("format", m.Tree.Format.String())
		}
		if m.PathList && len(m.Tree.Nodes) == 0 {
			o.paths("paths", nil)
		} else {
			o.tree(m.Tree)
		}
	}
	if m.Attributes != nil {
		o.attributes(*m.Attributes)
	}
	if m.Arguments != nil {
		o.arguments(m.Arguments, m.Rest)
	}
	o.deviations(m.Deviations)
	if m.Bytes {
		o.parts(m.Parts())
	}
}

// message writes what was scanned.
func (o *object) message(s *coap.Scanned) {
	m := &s.Message
	if !s.Stream {
		o.text("type", m.Type.String())
	}
	o.text("code", m.Code.String())
	if !s.Stream {
		o.unsigned("id", uint64(m.ID))
	}
	o.hex("token", string(m.Token))
	options := s.Options
	o.list("options", len(options), func(i int, in *object) {
		option := &options[i]
		in.unsigned("number", uint64(option.Number))
		in.optional("name", option.Name)
		in.hex("value", string(option.Value))
		in.optional("text", OptionText(option))
	})
	o.hex("payload", string(m.Payload))
}

// decodeMessageCommand reads a whole CoAP message offline.
func decodeMessageCommand() *Command {
	return &Command{
		Name: "decode-message", Group: GroupCommon, Passive: true,
		Summary: "read a whole CoAP message, its payload too, without a device",
		Help: `The payload is read by the Content-Format of the message. Method and path tell what a request is for: FETCH carries a
list of paths, POST /dp is a Send, POST /3303 a Create. Its paths are those of its own Uri-Path; for a response that path is
given with --at.`,
		Spec: "RFC 7252 §3, RFC 8323 §3.2",
		Parameters: append([]Parameter{
			{Name: "tcp", Kind: KindSwitch, Summary: "it is a message of CoAP over TCP"},
			{Name: "at", Kind: KindPath, Default: "/", Summary: "the request path that the message answers", Complete: completeKnownPaths},
			typeParameter(),
			{Name: "strict", Kind: KindSwitch, Summary: "the first deviation is an error"},
			{Name: "bytes", Kind: KindSwitch, Summary: "show which octets made what"},
			enablerParameter(),
		}, inputParameters("the message")...),
		Examples: []string{
			"decode-message 44 01 00 01 a1 b2 c3 d4 b1 33 01 30",
			"decode-message --tcp 01 e2 42",
			"decode-message --at /3/0 6145000303c22d16ffc10964",
		},
		Run: runDecodeMessage,
	}
}

func runDecodeMessage(_ context.Context, env *Env, args Args, _ Emit) (Result, error) {
	raw, form, err := env.payload(args.Texts("payload"), args.Text("input"), false)
	if err != nil {
		return nil, err
	}
	options, err := env.formatOptions(args)
	if err != nil {
		return nil, err
	}
	m := &Message{Raw: raw, Input: form, Bytes: args.Switch("bytes"), Scanned: coap.Scan(raw, args.Switch("tcp"))}
	for _, d := range m.Scanned.Deviations {
		m.add(formatCoAP, lwm2m.Deviation{Rule: lwm2m.RuleID(d.Rule), Offset: d.Offset, Message: d.Message})
	}
	if rest := len(raw) - m.Scanned.Length; m.Scanned.Complete && m.Scanned.Stream && rest > 0 {
		m.add(formatCoAP, lwm2m.Deviation{
			Rule: ruleMessageTrailing, Offset: m.Scanned.Length,
			Message: "expected the end of the message, found more octets; they are not read",
		})
	}
	if m.Scanned.Complete {
		m.read(options)
	}
	return m, m.fault(options.Strict)
}

// Rules of messages that are read by themselves.
const (
	ruleMessageTrailing   lwm2m.RuleID = "message-trailing-octets"
	ruleRequestNoFormat   lwm2m.RuleID = "request-no-content-format"
	ruleResponseNoFormat  lwm2m.RuleID = "response-no-content-format" // of the session too
	ruleAttributesPayload lwm2m.RuleID = "write-attributes-payload"
)

// formatCoAP is what errors of a message as such are of.
const formatCoAP = "coap"

// fault is the error that the message is: one that cannot be read to its end or
// whose payload does not decode or, held strictly, one with a deviation.
func (m *Message) fault(strict bool) error {
	e := m.problem
	switch {
	case !m.Scanned.Complete:
		e = m.departure("the message breaks off")
	case e == nil && strict && len(m.Deviations) > 0:
		e = m.departure("")
	case e == nil:
		return nil
	}
	e.Message = fmt.Sprintf("message at octet %d: %s", e.Offset, e.Message)
	e.Whole = m
	return e
}

// departure is the error that the first deviation makes, or that message says
// where there is none.
func (m *Message) departure(message string) *Error {
	e := failure(PayloadError, "%s", message)
	e.Format, e.Offset = formatCoAP, len(m.Raw)
	if len(m.Deviations) > 0 {
		d := &m.Deviations[0]
		e.Format, e.Path, e.Message, e.Offset, e.Rule = m.first, d.Path, d.Message, max(d.Offset, 0), d.Rule
	}
	return e
}
