package commands

import (
	"context"
	"strings"

	"lwcon/formats"
	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// Message is a whole CoAP message read offline.
//
//	{"command":"decode-message","message":{"type":"CON","code":"0.02","id":4660,"token":"a1b2",
//	 "options":[{"number":11,"name":"Uri-Path","value":"7264","text":"rd"}],"payload":"3c2f…"},
//	 "format":"link-format","links":[…],"deviations":[…]}
//
// Values are in hex; over TCP there is no type and id. Offsets of deviations
// count octets of the message. A payload that does not decode is named in
// "problem", which has what an error has.
type Message struct {
	Scanned    coap.Scanned
	Tree       *lwm2m.Tree // of the payload; nil if there is none or its format is unknown
	Problem    *Error      // why the payload does not decode, nil if it does
	Deviations []lwm2m.Deviation
	Raw        []byte
	Bytes      bool // show which octets made what
}

// AppendJSON appends the message as one JSON object.
func (m *Message) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("command", "decode-message")
	in := o.object("message")
	in.message(&m.Scanned)
	o.close(in)
	if m.Tree != nil {
		o.text("format", m.Tree.Format.String())
		o.tree(m.Tree)
	}
	if m.Problem != nil {
		in := o.object("problem")
		in.text("kind", string(m.Problem.Kind))
		in.integer("offset", int64(m.Problem.Offset))
		in.text("message", m.Problem.Message)
		o.close(in)
	}
	o.deviations(m.Deviations)
	return o.end()
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
		Help: `The payload is read by the Content-Format of the message. Its request path is that of the message's own Uri-Path; for
a response it is given with --at.`,
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
	raw, err := env.payload(args.Texts("payload"), args.Text("input"), false)
	if err != nil {
		return nil, err
	}
	options, err := env.formatOptions(args)
	if err != nil {
		return nil, err
	}
	m := &Message{Raw: raw, Bytes: args.Switch("bytes"), Scanned: coap.Scan(raw, args.Switch("tcp"))}
	for _, d := range m.Scanned.Deviations {
		m.Deviations = append(m.Deviations, lwm2m.Deviation{Rule: lwm2m.RuleID(d.Rule), Offset: d.Offset, Message: d.Message})
	}
	if rest := len(raw) - m.Scanned.Length; m.Scanned.Complete && m.Scanned.Stream && rest > 0 {
		m.Deviations = append(m.Deviations, lwm2m.Deviation{
			Rule: ruleMessageTrailing, Offset: m.Scanned.Length,
			Message: "expected the end of the message, found more octets; they are not read",
		})
	}
	if m.Scanned.Complete {
		m.payload(options)
	}
	return m, m.fault(options.Strict)
}

// ruleMessageTrailing is the rule for octets behind a message.
const ruleMessageTrailing lwm2m.RuleID = "message-trailing-octets"

// fault is the error that the message is: one that cannot be read to its end,
// or, held strictly, one with a deviation or with a payload that does not
// decode.
func (m *Message) fault(strict bool) error {
	first := "the message breaks off"
	offset := len(m.Raw)
	var rule lwm2m.RuleID
	if len(m.Deviations) > 0 {
		first, offset, rule = m.Deviations[0].Message, max(m.Deviations[0].Offset, 0), m.Deviations[0].Rule
	}
	switch {
	case !m.Scanned.Complete, strict && len(m.Deviations) > 0:
		e := failure(PayloadError, "message at octet %d: %s", offset, first)
		e.Format, e.Offset, e.Rule, e.Scanned = "coap", offset, rule, &m.Scanned
		return e
	case strict && m.Problem != nil:
		return m.Problem
	}
	return nil
}

// payload reads the payload by the Content-Format. A part of a body, as
// block-wise transfer has it, is not read.
func (m *Message) payload(o formats.Options) {
	message := &m.Scanned.Message
	number, ok := message.ContentFormat()
	f := lwm2m.ContentFormat(number)
	if !ok || !f.Known() || m.isBlock() || message.Code.Class() >= 4 {
		return
	}
	if path := message.Path(); message.Code.Class() == 0 && len(path) > 0 {
		if p, err := lwm2m.ParsePath("/" + strings.Join(path, "/")); err == nil {
			o.At = p
		}
	}
	if len(message.Payload) == 0 && !f.CarriesMany() && f != lwm2m.FormatText {
		return
	}
	o.Strict = false // deviations are held against the whole message
	tree, err := formats.Decode(f, message.Payload, o)
	m.Tree = tree
	start := m.Scanned.Payload.Offset
	for _, d := range tree.Deviations {
		if d.Offset >= 0 {
			d.Offset += start
		}
		m.Deviations = append(m.Deviations, d)
	}
	if err != nil {
		m.Problem = Classify(err)
		m.Problem.Offset += start
		m.Problem.Tree = tree
	}
}

// isBlock says whether the payload is a part of a body only.
func (m *Message) isBlock() bool {
	for _, block := range [...]func() (coap.Block, bool){m.Scanned.Message.Block1, m.Scanned.Message.Block2} {
		if b, ok := block(); ok && (b.More || b.Number > 0) {
			return true
		}
	}
	return false
}
