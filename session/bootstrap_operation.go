package session

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"lwcon/formats"
	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// registration is the device as operations see it: its version and those of its
// objects. The server's lock need not be held.
func (c *BootstrapClient) registration() *Registration {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	version := c.device.version
	if version == 0 {
		version = lwm2m.V1_0
		if c.wished != nil {
			version = lwm2m.V1_1
		}
	}
	return &Registration{
		Endpoint: c.name, Version: version, Address: c.peer,
		registry: c.server.server.registry, objects: slices.Clone(c.device.versions), versions: len(c.device.versions),
	}
}

// definitions are those of the objects of the device.
func (c *BootstrapClient) definitions() lwm2m.Definitions { return c.registration() }

// Definitions are those of the objects, in the versions that the device has as far
// as it is known.
func (c *BootstrapClient) Definitions() lwm2m.Definitions { return c.registration() }

// begin starts an operation of the bootstrap interface. Paths have no alternate
// root there. Spec: Transport 1.2 §6.4.2.
func (c *BootstrapClient) begin(name string, method coap.Code, p lwm2m.Path, o RequestOptions) *operation {
	g := c.registration()
	o.Force = true // what the device cannot do, it says itself
	e := &Endpoint{server: c.server.server, name: c.name, registration: g, listener: c.listener}
	op := &operation{name: name, endpoint: e, path: p, options: o, registration: g, listener: c.listener, peer: c.peer}
	op.message = coap.Message{Code: method, Token: o.Token, Options: op.usual[:0]}
	op.request = &op.message
	if o.NonConfirmable {
		op.request.Type = coap.NonConfirmable
	}
	op.addressing()
	return op
}

// ask sends an operation and waits for the answer. One request of the device under
// way ends with the next Bootstrap-Request of it.
func (c *BootstrapClient) ask(ctx context.Context, op *operation) (*Result, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(c.context, cancel)()
	x, err := c.listener.coap.Do(ctx, c.peer, op.request, op.requestOptions())
	if err != nil {
		if c.context.Err() != nil {
			err = ErrReplaced
		}
		return nil, op.failed(err, x)
	}
	return op.answer(x), nil
}

// BootstrapDiscover asks which objects and instances a device has. What it says of
// its version and of the account of the bootstrap server is remembered.
//
//	GET /, Accept 40
//	2.05 with links
//
// Spec: Core 1.2 §6.1.7.2.
func BootstrapDiscover(ctx context.Context, c *BootstrapClient, p lwm2m.Path, o RequestOptions) (*Result, error) {
	op := c.begin("bs-discover", coap.GET, p, o)
	format := lwm2m.FormatLink
	op.accepting(&format)
	r, err := c.ask(ctx, op)
	if err != nil {
		return nil, err
	}
	if r.Code == Content && r.Tree != nil {
		c.learn(p, r.Tree.Links)
	}
	return r, nil
}

// learn takes note of what a Bootstrap-Discover told.
func (c *BootstrapClient) learn(at lwm2m.Path, links []lwm2m.Link) {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	d := &c.device
	whole := at.Level() == lwm2m.LevelRoot
	if whole {
		d.instances, d.versions, d.known = nil, nil, true
	}
	if whole || at.Object() == securityObject || at.Object() == oscoreObject {
		d.kept = slices.DeleteFunc(slices.Clone(d.kept), func(p lwm2m.Path) bool { return whole || p.Object() == at.Object() })
	}
	for i := range links {
		d.learnLink(&links[i])
	}
	slices.Sort(d.versions)
}

// learnLink takes note of one link.
func (d *bootstrapDevice) learnLink(l *lwm2m.Link) {
	if v, ok := l.Attribute("lwm2m"); ok {
		if version, err := lwm2m.ParseVersion(v); err == nil {
			d.version = version
		}
	}
	p, ok := l.Path()
	if !ok || p.Level() < lwm2m.LevelObject || p.Level() > lwm2m.LevelObjectInstance {
		return
	}
	if v, ok := l.Attribute("ver"); ok && p.Level() == lwm2m.LevelObject {
		if version, err := lwm2m.ParseVersion(strings.Trim(v, `"`)); err == nil {
			d.versions = append(d.versions, uint32(p.Object())<<16|uint32(version))
		}
	}
	d.instances = append(d.instances, p)
	_, named := l.Attribute("ssid")
	if p.Level() == lwm2m.LevelObjectInstance && !named && (p.Object() == securityObject || p.Object() == oscoreObject) {
		d.kept = append(d.kept, p)
	}
}

// BootstrapRead reads what a device holds of object 1 or 2.
//
//	GET /1, Accept
//	2.05 with the values
//
// Spec: Core 1.2 §6.1.7.3.
func BootstrapRead(ctx context.Context, c *BootstrapClient, p lwm2m.Path, o ReadOptions) (*Result, error) {
	op := c.begin("bs-read", coap.GET, p, o.RequestOptions)
	op.accepting(o.Accept)
	return c.ask(ctx, op)
}

// BootstrapWrite writes values to an object, an instance or a resource, whatever is
// there. Where the device refuses the format, the next one is tried, unless one was
// given.
//
//	PUT /0/1, Content-Format, values
//	2.04
//
// Spec: Core 1.2 §6.1.7.4.
func BootstrapWrite(ctx context.Context, c *BootstrapClient, p lwm2m.Path, nodes []lwm2m.Node, o WriteOptions) (*Result, error) {
	for {
		f, again := c.writeFormat(p, nodes, o.Format)
		op := c.begin("bs-write", coap.PUT, p, o.RequestOptions)
		body, err := op.encoded(f, nodes, formats.Options{At: p, Definitions: op.registration})
		if err != nil {
			return nil, fmt.Errorf("bs-write %s: %w", p, err)
		}
		op.carrying(f, body)
		r, err := c.ask(ctx, op)
		if err != nil {
			return nil, err
		}
		if r.Code == coap.UnsupportedContentFormat && again {
			c.refuse(f)
			continue
		}
		if r.Code == Changed {
			c.accept(f)
		}
		return r, nil
	}
}

// writeFormat chooses the format of a Bootstrap-Write: the one given, else the one
// that the device took before, else that of pct, else what its version must
// understand. again says that there is another to try.
func (c *BootstrapClient) writeFormat(p lwm2m.Path, nodes []lwm2m.Node, given *lwm2m.ContentFormat) (f lwm2m.ContentFormat, again bool) {
	if given != nil {
		return *given, false
	}
	if len(nodes) == 1 && p.Level() >= lwm2m.LevelResource && nodes[0].Path() == p {
		if nodes[0].Value().Type() == lwm2m.Opaque {
			return lwm2m.FormatOpaque, false
		}
		return lwm2m.FormatText, false
	}
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	if c.accepted != nil {
		return *c.accepted, false
	}
	order := []lwm2m.ContentFormat{lwm2m.FormatTLV, lwm2m.FormatSenMLCBOR, lwm2m.FormatSenMLJSON}
	if c.device.version >= lwm2m.V1_2 {
		order = []lwm2m.ContentFormat{lwm2m.FormatSenMLCBOR, lwm2m.FormatLwM2MCBOR, lwm2m.FormatSenMLJSON, lwm2m.FormatTLV}
	}
	if c.wished != nil {
		order = slices.Insert(order, 0, c.wished.Canonical())
	}
	left := slices.DeleteFunc(order, func(f lwm2m.ContentFormat) bool { return slices.Contains(c.refused, f) })
	if len(left) == 0 {
		return order[0], false
	}
	return left[0], slices.ContainsFunc(left, func(f lwm2m.ContentFormat) bool { return f != left[0] })
}

// refuse remembers a format that the device does not take.
func (c *BootstrapClient) refuse(f lwm2m.ContentFormat) {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.refused = append(c.refused, f)
}

// accept remembers the format that the device takes.
func (c *BootstrapClient) accept(f lwm2m.ContentFormat) {
	if !f.CarriesMany() {
		return
	}
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.accepted = &f
}

// BootstrapDelete deletes an instance, all instances of an object, or of all
// objects.
//
//	DELETE /
//	2.02
//
// Spec: Core 1.2 §6.1.7.5.
func BootstrapDelete(ctx context.Context, c *BootstrapClient, p lwm2m.Path, o RequestOptions) (*Result, error) {
	return c.ask(ctx, c.begin("bs-delete", coap.DELETE, p, o))
}

// BootstrapFinish tells the device that it has all it needs.
//
//	POST /bs
//	2.04, or 4.06 where the device finds what it has inconsistent
//
// Spec: Core 1.2 §6.1.7.1.
func BootstrapFinish(ctx context.Context, c *BootstrapClient, o RequestOptions) (*Result, error) {
	op := c.begin("bs-finish", coap.POST, lwm2m.Path{}, o)
	op.request.SetPath("/bs")
	c.finish(true, BootstrapOpen)
	r, err := c.ask(ctx, op)
	if err == nil && r.Code.IsSuccess() {
		c.finish(false, BootstrapFinished)
		return r, nil
	}
	c.finish(false, BootstrapOpen)
	return r, err
}

// finish takes note of a Finish on its way, and of its success.
func (c *BootstrapClient) finish(underWay bool, phase BootstrapPhase) {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.finishing = underWay
	if phase != BootstrapOpen {
		c.phase = phase
	}
}

// typed is a value in the type that the device's version of the object has: the
// keys of object 21 were texts at first.
func (c *BootstrapClient) typed(n lwm2m.Node) lwm2m.Node {
	d := lwm2m.FindResource(c.definitions(), n.Path())
	if d == nil {
		return n
	}
	v := n.Value()
	switch {
	case d.Type == lwm2m.String && v.Type() == lwm2m.Opaque:
		v = lwm2m.StringValue(v.Text())
	case d.Type == lwm2m.Unsigned && v.Type() == lwm2m.Integer && v.Int() >= 0:
		v = lwm2m.UnsignedValue(uint64(v.Int()))
	case d.Type == lwm2m.Integer && v.Type() == lwm2m.Unsigned:
		v = lwm2m.IntegerValue(int64(v.Uint()))
	}
	return lwm2m.NewNode(n.Kind(), n.Path(), v, lwm2m.Span{}, 0).WithDefinition(d)
}
