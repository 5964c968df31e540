package session

import (
	"lwcon/formats"
	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// servePack answers a Bootstrap-Pack-Request with all values of the account at once.
// Nothing else follows.
//
//	GET /bspack?ep=NAME&acc=INSTANCES, Accept 110, 112 or 11544
//	2.05 with the pack
//
// Spec: Core 1.2 §6.1.5, Transport 1.2 §6.4.2.
func (q *bootstrapRequest) servePack() {
	b := q.server
	c := q.client()
	if refusal := b.packRefusal(c); refusal != 0 {
		q.refuse(refusal, "a Bootstrap-Request, POST /bs, is answered")
		q.answer(nil)
		return
	}
	f := lwm2m.FormatSenMLCBOR
	if number, ok := q.request.Message.Accept(); ok {
		f = lwm2m.ContentFormat(number)
		q.asked.Format = &f
	} else {
		q.note(ruleBootstrapAccept, "no Accept, expected 110, 112 or 11544; answered as %s", f)
	}
	if !bootstrapFormat(f) || f.Canonical() == lwm2m.FormatTLV {
		q.refuse(coap.NotAcceptable, "Accept %s: expected 110, 112 or 11544", f)
		q.answer(nil)
		return
	}
	b.mu.Lock()
	if old := b.clients[c.name]; old != nil {
		c.device = old.device.remembered()
	}
	c.device.version = max(c.device.version, lwm2m.V1_2)
	if len(q.bsAccounts) > 0 {
		c.device.kept = q.bsAccounts
	}
	device := c.device
	b.mu.Unlock()
	nodes := c.packed(&device)
	payload, err := formats.Encode(f, nodes, formats.Options{Definitions: c.definitions()})
	if err != nil {
		q.refuse(coap.InternalServerError, "%v", err)
		q.answer(nil)
		return
	}
	tree, _ := formats.Decode(f, payload, formats.Options{Definitions: c.definitions()}) // what we wrote is only shown
	step := &BootstrapStep{Operation: StepPack, Code: Content, Tree: tree, Exchange: q.request.Number, Last: true}
	c.phase, c.report = BootstrapFinished, &BootstrapReport{Endpoint: c.name, Phase: BootstrapFinished, Steps: []*BootstrapStep{step}}
	q.asked.Code = Content
	answer := coap.NewResponse(Content)
	answer.SetContentFormat(uint16(f))
	answer.Payload = payload
	q.asked.Again = b.unfinished(c.name)
	q.answer(answer)
	c.log(step)
	b.admit(c) // behind the answer: who waits for it finds all in the log
}

// packed are all values of the account where they go on the device.
func (c *BootstrapClient) packed(d *bootstrapDevice) []lwm2m.Node {
	places := c.account.place(d.keptOrGuessed(), nil)
	fill := c.placeholders()
	var nodes []lwm2m.Node
	for _, group := range c.account.writes() {
		for _, n := range group {
			nodes = append(nodes, c.typed(places.node(n, fill)))
		}
	}
	return nodes
}

// keptOrGuessed are the instances of the bootstrap server's account; where the
// device did not say, those where devices mostly have it.
func (d *bootstrapDevice) keptOrGuessed() []lwm2m.Path {
	if len(d.kept) == 0 && !d.known {
		return []lwm2m.Path{lwm2m.NewPath(securityObject, 0), lwm2m.NewPath(securityObject, 1)}
	}
	return d.kept
}
