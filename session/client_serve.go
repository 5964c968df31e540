package session

import (
	"strconv"
	"strings"

	"lwcon/formats"
	"lwcon/lwm2m"
	"lwcon/session/coap"
	"lwcon/session/device"
)

// served is one request of the server on its way to an answer.
type served struct {
	from      *Connection // of the server
	client    *Client
	request   *coap.Request
	operation string
	path      lwm2m.Path
	detail    string
	payload   *lwm2m.Tree
	result    device.Result
	answer    *coap.Message
	observer  *observer // of an Observe that was accepted
	wrong     *device.Action
}

// serve answers a request of the server. Spec: Core 1.2 §6.3, §6.4.
func (n *Connection) serve(r *coap.Request) {
	if n.account.Bootstrap {
		n.serveBootstrap(r)
		return
	}
	q := &served{from: n, client: n.client, request: r}
	if q.known() {
		q.operation = q.meant()
		q.misbehave(q.path)
		q.carryOut()
	}
	q.finish()
}

// meant tells which operation a request is. Spec: Transport 1.2 §6.4.4.
func (q *served) meant() string {
	m := q.request.Message
	observe, observing := m.Observe()
	accept, accepting := m.Accept()
	_, carrying := m.ContentFormat()
	switch {
	case m.Code == coap.GET && accepting && lwm2m.ContentFormat(accept) == lwm2m.FormatLink:
		return "discover"
	case (m.Code == coap.GET || m.Code == coap.FETCH) && observing && observe != 0:
		return "cancel"
	case m.Code == coap.GET && observing:
		return "observe"
	case m.Code == coap.GET:
		return "read"
	case m.Code == coap.FETCH && observing:
		return "observe-composite"
	case m.Code == coap.FETCH:
		return "read-composite"
	case m.Code == coap.IPATCH:
		return "write-composite"
	case m.Code == coap.DELETE:
		return "delete"
	case m.Code == coap.PUT && !carrying && len(m.Payload) == 0 && len(m.Queries()) > 0:
		return "write-attributes"
	case m.Code == coap.POST && q.path.Level() == lwm2m.LevelObject:
		return "create"
	case m.Code == coap.POST && q.path.Level() == lwm2m.LevelResource && q.executable():
		return "execute"
	case m.Code == coap.PUT, m.Code == coap.POST:
		return "write"
	}
	return ""
}

// carryOut does what is asked, unless the device only says that it has.
func (q *served) carryOut() {
	if q.pretend() {
		return
	}
	m := q.request.Message
	switch q.operation {
	case "discover":
		q.discover()
	case "observe":
		q.observe()
	case "observe-composite", "read-composite":
		q.fetch()
	case "cancel":
		q.cancel()
	case "read":
		q.read()
	case "write-attributes":
		q.writeAttributes()
	case "write":
		mode := device.Replace
		if m.Code == coap.POST {
			mode = device.Update
		}
		q.write(mode)
	case "write-composite":
		q.writeComposite()
	case "create":
		q.create()
	case "execute":
		q.execute()
	case "delete":
		q.result = q.client.device.Delete(q.server(), q.path)
	default:
		q.refuse(device.MethodNotAllowed, "method not allowed")
	}
}

// server returns the short server id of who asks.
func (q *served) server() uint16 { return q.from.account.ShortServerID }

// refuse makes the answer an error.
func (q *served) refuse(s device.Status, reason string) {
	q.result = device.Result{Status: s, Reason: reason}
}

// known says whether the request is from the server, while the client is
// registered, and for a path of LwM2M; else it holds the answer.
func (q *served) known() bool {
	p, err := addressed(q.request.Message)
	switch {
	case q.request.Peer != q.from.Server() || q.from.account.Bootstrap:
		q.refuse(device.Unauthorized, "not the server of this client")
	case q.from.silent():
		q.result.Status = 0
	case tooDeep(q.request.Message):
		q.refuse(device.MethodNotAllowed, "expected at most four ids")
	case err != nil || p.Prefix() != "":
		q.refuse(device.NotFound, "expected /object/instance/resource/instance")
	default:
		q.path = p
		return true
	}
	return false
}

// silent says whether the server gets no answer now: the device is away, cut off,
// asleep or being bootstrapped, or has no registration and seeks none.
func (n *Connection) silent() bool {
	c := n.client
	if n.asleep(c.clock.Now()) {
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	bootstrapped := c.booting != nil && c.booting.phase != nil // then only the bootstrap server is heard
	return n.state == ClientAway || n.state == ClientIdle || n.cut || bootstrapped
}

// tooDeep says whether a path goes on below resource instances.
func tooDeep(m *coap.Message) bool {
	ids := 0
	for i := range m.Options {
		if m.Options[i].Number != coap.URIPath {
			continue
		}
		if _, ok := decimal(m.Options[i].Value); !ok {
			return false
		}
		ids++
	}
	return ids > lwm2m.LevelResourceInstance
}

// executable says whether the path is that of an executable resource, by its
// definition; with nothing to write nothing else can be meant.
func (q *served) executable() bool {
	_, carrying := q.request.Message.ContentFormat()
	if !carrying && len(q.request.Message.Payload) == 0 {
		return true
	}
	if definition := lwm2m.FindResource(q.client.device, q.path); definition != nil {
		return definition.Operations.Has(lwm2m.Executable)
	}
	return !carrying
}

func (q *served) execute() {
	q.detail = string(q.request.Message.Payload)
	if number, ok := q.request.Message.ContentFormat(); ok && lwm2m.ContentFormat(number).Canonical() != lwm2m.FormatText {
		q.refuse(device.UnsupportedContentFormat, "expected arguments as text, found content format "+lwm2m.ContentFormat(number).String())
		return
	}
	if _, _, err := lwm2m.ParseArguments(q.detail); err != nil {
		q.refuse(device.BadRequest, err.Error())
		return
	}
	q.result = q.client.device.Execute(q.server(), q.path, q.detail)
}

func (q *served) read() {
	q.result = q.client.device.Read(q.server(), q.path)
	q.content()
}

func (q *served) discover() {
	depth := device.DefaultDepth
	for _, item := range q.request.Message.Queries() {
		if text, ok := strings.CutPrefix(item, "depth="); ok {
			n, err := strconv.Atoi(text)
			if err != nil || n < 0 {
				q.refuse(device.BadRequest, "depth: expected 0 to 3")
				return
			}
			depth, q.detail = n, item
		}
	}
	q.result = q.client.device.Discover(q.server(), q.path, depth)
	if q.result.Status != device.Content {
		return
	}
	q.result.Links = omitted(q.result.Links, q.wrong)
	q.answer = coap.NewResponse(Content)
	if err := listing(q.answer, q.result.Links); err != nil {
		q.refuse(device.InternalServerError, err.Error())
	}
}

func (q *served) writeAttributes() {
	q.detail = strings.Join(q.request.Message.Queries(), "&")
	if change, ok := q.attributes(); ok {
		q.result = q.client.device.WriteAttributes(q.server(), q.path, change)
	}
}

// attributes reads those of the query; else it holds the refusal.
// Spec: Core 1.2 §7.3.
func (q *served) attributes() (lwm2m.Attributes, bool) {
	set, deviations, err := lwm2m.ParseAttributes(q.detail)
	if err != nil {
		q.refuse(device.BadRequest, err.Error())
		return set, false
	}
	for _, d := range deviations {
		switch d.Rule {
		case lwm2m.RuleAttributesUnknown, lwm2m.RuleAttributesNumber, lwm2m.RuleAttributesEmptyValue, lwm2m.RuleAttributesRange, lwm2m.RuleAttributesDuplicate:
			q.refuse(device.BadRequest, d.Message)
			return set, false
		}
	}
	return set, true
}

func (q *served) write(mode device.WriteMode) {
	if q.path.Level() < lwm2m.LevelObjectInstance {
		q.refuse(device.MethodNotAllowed, "expected an object instance or what is below")
		return
	}
	if q.body(false) {
		q.result = q.client.device.Write(q.server(), q.path, mode, q.payload.Nodes)
	}
}

func (q *served) create() {
	if q.body(true) {
		q.result = q.client.device.Create(q.server(), q.path, q.payload.Nodes)
	}
}

// body decodes the payload of a request that must have one; else it holds the
// refusal.
func (q *served) body(create bool) bool {
	m := q.request.Message
	number, ok := m.ContentFormat()
	f := lwm2m.ContentFormat(number)
	switch {
	case !ok:
		q.refuse(device.BadRequest, "no Content-Format")
		return false
	case !q.client.takes(f, q.path):
		q.refuse(device.UnsupportedContentFormat, "content format "+f.String())
		return false
	}
	tree, err := decoded(f, m.Payload, formats.Options{
		At: q.path, Definitions: q.client.device, Write: !create, Create: create,
	})
	q.payload = tree
	if err != nil {
		q.refuse(device.BadRequest, err.Error())
		return false
	}
	return true
}

// decoded decodes what a device is to act on. What can be shown but not be meant
// is an error here: a reserved id, a name that is no path, a value at the path of
// no resource.
func decoded(f lwm2m.ContentFormat, payload []byte, o formats.Options) (*lwm2m.Tree, error) {
	tree, err := formats.Decode(f, payload, o)
	if err != nil {
		return tree, err
	}
	for i := range tree.Deviations {
		if d := &tree.Deviations[i]; formats.ShownOnly(d) {
			return tree, &formats.SyntaxError{Format: f, Offset: d.Offset, Path: d.Path, Reason: d.Message, Rule: d.Rule}
		}
	}
	return tree, nil
}

// finish sends the answer, logs the request, and sees to what follows from it.
func (q *served) finish() {
	if q.answer == nil || !q.result.Status.Success() {
		q.answer = coap.NewResponse(coap.Code(q.result.Status))
		q.answer.Payload = []byte(diagnostic(q.result.Reason))
	}
	if q.result.Status == 0 {
		q.request.Miss() // what repeats it is heard when the device is back
		return
	}
	if made := q.result.Made; made.Level() > 0 {
		q.answer.SetLocationPath(made.String())
	}
	q.send()
}

// send sends the answer as the rules of misbehaviour have it: altered, late, or
// not at all. What follows from the request follows the answer.
func (q *served) send() {
	delay := q.result.Delay
	answer := func() { _ = q.request.Respond(q.answer) } // that it can't be sent shows in the exchange
	if q.wrong != nil {
		delay += q.wrong.Delay
		if spoilt := q.spoil(q.wrong); spoilt != nil {
			answer = spoilt
		}
	}
	all := func() {
		answer()
		q.answered()
	}
	if delay <= 0 {
		all()
		return
	}
	q.client.clock.AfterFunc(delay, func() { q.client.start(all) })
}

// answered logs the request and sees to what follows from it.
func (q *served) answered() {
	c := q.client
	q.from.heard(c.clock.Now())
	code := q.answer.Code
	if q.wrong != nil && (q.wrong.Drop || q.wrong.Reset) {
		code = 0
	}
	q.from.append(Event{
		Kind: EventRequest, Time: q.request.Received, Exchange: q.request.Number,
		Deviations: fromMessage(q.request.Deviations),
		Request: &ServerRequest{
			Operation: q.operation, Path: q.path, Detail: q.detail, Payload: q.payload, Code: code,
		},
	})
	for _, e := range q.result.Effects {
		c.follow(e)
	}
	if q.observer != nil {
		q.observer.look()
	}
}
