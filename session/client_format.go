package session

import (
	"lwcon/formats"
	"lwcon/lwm2m"
	"lwcon/session/coap"
	"lwcon/session/device"
)

// takes says whether a format can carry what is written at a path: formats of one
// value no object or instance, those of composite operations nothing.
// Spec: Core 1.2 §7.4.
func (c *Client) takes(f lwm2m.ContentFormat, p lwm2m.Path) bool {
	switch f.Canonical() {
	case lwm2m.FormatLink, lwm2m.FormatETCHJSON, lwm2m.FormatETCHCBOR:
		return false
	}
	return f.Known() && f.Since() <= c.device.Version() && (f.CarriesMany() || p.Level() >= lwm2m.LevelResource)
}

// content makes the answer to a Read from the result's nodes, in the format
// that was asked for.
func (q *served) content() {
	if q.result.Status != device.Content {
		return
	}
	f, ok := q.client.answerFormat(q.request.Message, q.path, q.result.Nodes, q.wrong.Ignores("accept"))
	if !ok {
		q.refuse(device.NotAcceptable, "cannot answer in the format of Accept")
		return
	}
	answer, err := q.client.encoded(f, q.path, q.result.Nodes)
	if err != nil {
		q.refuse(device.NotAcceptable, err.Error())
		return
	}
	q.answer = answer
}

// encoded makes a 2.05 of nodes.
func (c *Client) encoded(f lwm2m.ContentFormat, at lwm2m.Path, nodes []lwm2m.Node) (*coap.Message, error) {
	body, err := formats.Encode(f, nodes, formats.Options{At: at, Definitions: c.device})
	if err != nil {
		return nil, err
	}
	m := coap.NewResponse(Content)
	m.SetContentFormat(uint16(f))
	m.Payload = body
	return m, nil
}

// answerFormat chooses the format of an answer: that of Accept, or the one that
// the version of the client prefers; false if Accept asks for what can't be.
// Spec: Core 1.2 §7.4.
func (c *Client) answerFormat(m *coap.Message, p lwm2m.Path, nodes []lwm2m.Node, anyway bool) (lwm2m.ContentFormat, bool) {
	single := len(nodes) == 1 && nodes[0].HasValue() && nodes[0].Path() == p
	if number, ok := m.Accept(); ok && !anyway {
		f := lwm2m.ContentFormat(number)
		opaque := single && nodes[0].Value().Type() == lwm2m.Opaque
		fits := f.CarriesMany() || single && (f.Canonical() != lwm2m.FormatOpaque || opaque)
		if p.Level() == lwm2m.LevelRoot && (f.Canonical() == lwm2m.FormatTLV || f.Canonical() == lwm2m.FormatJSON) {
			fits = false // they hold what is below one object
		}
		switch f.Canonical() {
		case lwm2m.FormatETCHJSON, lwm2m.FormatETCHCBOR:
			fits = false // they are for requests
		case lwm2m.FormatJSON:
			fits = fits && c.device.Version() < lwm2m.V1_1
		}
		return f, f.Known() && fits && f.Since() <= c.device.Version()
	}
	switch {
	case single && nodes[0].Value().Type() == lwm2m.Opaque:
		return lwm2m.FormatOpaque, true
	case single:
		return lwm2m.FormatText, true
	case c.device.Version() >= lwm2m.V1_1:
		return lwm2m.FormatSenMLCBOR, true
	}
	return lwm2m.FormatTLV, true
}
