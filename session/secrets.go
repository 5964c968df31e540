package session

import (
	"strconv"

	"lwcon/formats"
	"lwcon/lwm2m"
)

// maskOctet stands in the place of each octet of a secret.
const maskOctet = '*'

// Objects and resources that hold secrets. Spec: Core 1.2 §E.1 (Security),
// OSCORE object 21.
const (
	securityObject  = 0
	oscoreObject    = 21
	secretKey       = 5
	smsSecretKey    = 8
	oscoreMasterKey = 0
)

// Secret says whether the resource at a path, or the resource instance, is a
// secret: /0/x/5, /0/x/8 and /21/x/0.
func Secret(p lwm2m.Path) bool {
	if p.Level() < lwm2m.LevelResource {
		return false
	}
	switch p.Object() {
	case securityObject:
		return p.Resource() == secretKey || p.Resource() == smsSecretKey
	case oscoreObject:
		return p.Resource() == oscoreMasterKey
	}
	return false
}

// mayHoldSecrets says whether what is at a path can be or contain a secret.
func mayHoldSecrets(p lwm2m.Path) bool {
	switch {
	case p.Level() == lwm2m.LevelRoot:
		return true
	case p.Object() != securityObject && p.Object() != oscoreObject:
		return false
	}
	return p.Level() < lwm2m.LevelResource || Secret(p)
}

// MaskPayload returns a payload, read as the values at a path, with the octets of
// every secret replaced by '*', and whether there were any. The payload itself
// is not changed. What is below the Security or OSCORE object and cannot be read
// is replaced as a whole.
func MaskPayload(f lwm2m.ContentFormat, at lwm2m.Path, payload []byte) (masked []byte, found bool) {
	if len(payload) == 0 || !mayHoldSecrets(at) || f == lwm2m.FormatLink {
		return payload, false
	}
	tree, err := formats.Decode(f, payload, formats.Options{At: at})
	if err != nil {
		if at.Level() == lwm2m.LevelRoot {
			return maskSpans(tree, payload)
		}
		return maskAll(payload), true
	}
	return maskSpans(tree, payload)
}

// maskSpans replaces the values of the secrets in a tree.
func maskSpans(t *lwm2m.Tree, payload []byte) (masked []byte, found bool) {
	masked = payload
	for i := range t.Nodes {
		n := &t.Nodes[i]
		if !n.HasValue() || !Secret(n.Path()) {
			continue
		}
		if !found {
			masked, found = append([]byte(nil), payload...), true
		}
		span := secretSpan(t.Format, n, payload)
		for at := span.Start; at < span.End; at++ {
			masked[at] = maskOctet
		}
	}
	return masked, found
}

// secretSpan is where the octets of a secret stand. The quotes of a JSON string
// and the head of a CBOR string stay, so that the rest can still be read.
func secretSpan(f lwm2m.ContentFormat, n *lwm2m.Node, payload []byte) lwm2m.Span {
	s := n.ValueSpan()
	s.End = min(s.End, uint32(len(payload)))
	s.Start = min(s.Start, s.End)
	switch f.Canonical() {
	case lwm2m.FormatSenMLJSON, lwm2m.FormatETCHJSON, lwm2m.FormatJSON:
		if s.End-s.Start >= 2 && payload[s.Start] == '"' && payload[s.End-1] == '"' {
			s.Start, s.End = s.Start+1, s.End-1
		}
	case lwm2m.FormatCBOR, lwm2m.FormatSenMLCBOR, lwm2m.FormatETCHCBOR, lwm2m.FormatLwM2MCBOR:
		if s.Start < s.End {
			s.Start = min(s.Start+cborHead(payload[s.Start]), s.End)
		}
	}
	return s
}

// cborHead is how many octets the head of a byte or text string takes; 0 where
// it is another item. RFC 8949 §3.
func cborHead(first byte) uint32 {
	const byteString, textString, oneOctet, eightOctets = 2, 3, 24, 27
	if major := first >> 5; major != byteString && major != textString {
		return 0
	}
	switch length := first & 0x1f; {
	case length < oneOctet || length > eightOctets:
		return 1
	default:
		return 1 + 1<<(length-oneOctet)
	}
}

func maskAll(payload []byte) []byte {
	masked := make([]byte, len(payload))
	for i := range masked {
		masked[i] = maskOctet
	}
	return masked
}

// MaskTree returns a tree with the secrets in it made unreadable, in its values
// as in its payload, each of the length it had, and whether there were any. The
// tree itself is not changed; it is returned where there are none.
func MaskTree(t *lwm2m.Tree) (masked *lwm2m.Tree, found bool) {
	if t == nil || !mayHoldSecrets(t.At) {
		return t, false
	}
	payload, found := maskSpans(t, []byte(t.Payload))
	if !found {
		return t, false
	}
	c := *t
	c.Payload = string(payload)
	c.Nodes = append([]lwm2m.Node(nil), t.Nodes...)
	for i := range c.Nodes {
		if n := &c.Nodes[i]; n.HasValue() && Secret(n.Path()) {
			c.Nodes[i] = maskNode(n)
		}
	}
	return &c, true
}

// MaskNodes returns nodes with the values of secrets masked, and whether there
// were any. The nodes themselves are not changed.
func MaskNodes(nodes []lwm2m.Node) (masked []lwm2m.Node, found bool) {
	masked = nodes
	for i := range nodes {
		n := &nodes[i]
		if !n.HasValue() || !Secret(n.Path()) {
			continue
		}
		if !found {
			masked, found = append([]lwm2m.Node(nil), nodes...), true
		}
		masked[i] = maskNode(n)
	}
	return masked, found
}

// maskNode returns a node whose value has as many octets as before, all '*'.
func maskNode(n *lwm2m.Node) lwm2m.Node {
	length := len(n.Value().Text())
	if t := n.Value().Type(); t != lwm2m.Opaque && !t.Textual() {
		length = int(n.ValueSpan().End - n.ValueSpan().Start)
	}
	value := lwm2m.OpaqueValue(string(maskAll(make([]byte, length))))
	span := n.Span()
	return lwm2m.NewNode(lwm2m.KindValue, n.Path(), value, span, 0).
		WithValueSpan(n.ValueSpan()).WithDefinition(n.Definition()).WithMore(n.More())
}

// MaskResponse returns a response with its secrets masked, in tree and payload.
func MaskResponse(r Response) Response {
	tree, found := MaskTree(r.Tree)
	if !found {
		return r
	}
	r.Tree, r.Payload = tree, []byte(tree.Payload)
	return r
}

// pathOf reads the path of a request: the ids that its segments end in, below
// whatever root or gateway prefix. Root is everything that names no object; ok
// is false for the interfaces that carry none of the device's values.
func pathOf(segments []string) (p lwm2m.Path, ok bool) {
	if len(segments) > 0 && (segments[0] == "rd" || segments[0] == "bs" || segments[0] == "dp") {
		return p, segments[0] == "dp"
	}
	first := len(segments)
	for first > 0 && isID(segments[first-1]) && len(segments)-first < 4 {
		first--
	}
	text := ""
	for _, s := range segments[first:] {
		text += "/" + s
	}
	if text == "" {
		return lwm2m.Path{}, true
	}
	p, err := lwm2m.ParsePath(text)
	return p, err == nil
}

func isID(s string) bool {
	_, err := strconv.ParseUint(s, 10, 16)
	return err == nil
}

// MaskEvent returns an event with the secrets masked that came with it.
func MaskEvent(e Event) Event {
	if e.Notification != nil {
		if r := MaskResponse(e.Notification.Response); r.Tree != e.Notification.Response.Tree {
			n := *e.Notification
			n.Response, e.Notification = r, &n
		}
	}
	if e.Step != nil {
		if tree, found := MaskTree(e.Step.Tree); found {
			step := *e.Step
			step.Tree, e.Step = tree, &step
		}
	}
	if e.Request != nil {
		if tree, found := MaskTree(e.Request.Payload); found {
			r := *e.Request
			r.Payload, e.Request = tree, &r
		}
	}
	return e
}
