package session

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"lwcon/lwm2m"
	"lwcon/session/coap"
	"lwcon/session/transport"
)

// BootstrapAsked is what a device said in its Bootstrap-Request, and the answer.
type BootstrapAsked struct {
	Address  transport.Address
	Security transport.SecurityMode
	Pack     bool                 // it asked for a Bootstrap-Pack
	Format   *lwm2m.ContentFormat // pct, or Accept of a Bootstrap-Pack-Request; nil if it said none
	Account  string               // what it is given: "endpoint" for an account of its own, "default", "" for none
	Again    bool                 // while its bootstrap was still under way
	Code     Code
	Reason   string // of a refusal
}

// bootstrapRequest is a request of a device on its way to an answer.
type bootstrapRequest struct {
	server     *BootstrapServer
	listener   *Listener
	request    *coap.Request
	name       string
	bsAccounts []lwm2m.Path // acc: the instances of the bootstrap server's account
	asked      BootstrapAsked
	account    *BootstrapAccount
	deviations []lwm2m.Deviation
}

// serve answers a Bootstrap-Request.
//
//	POST /bs?ep=NAME&pct=FORMAT
//	2.04, then what the server does
//
// Spec: Core 1.2 §6.1.4, Transport 1.2 §6.4.2.
func (b *BootstrapServer) serve(l *Listener, r *coap.Request) {
	q := &bootstrapRequest{server: b, listener: l, request: r, asked: BootstrapAsked{Address: r.Peer, Security: transport.NoSecurity, Code: Changed}}
	q.asked.Pack = r.Message.Path()[0] == "bspack"
	q.deviations = fromMessage(r.Deviations)
	q.read()
	if q.asked.Code == Changed && q.asked.Pack {
		q.servePack()
		return
	}
	if q.asked.Code != Changed {
		q.answer(nil)
		return
	}
	c := q.client()
	again, claimed := b.admit(c)
	q.asked.Again = again
	q.answer(nil)
	if claimed {
		return
	}
	stop := b.StopBefore()
	b.server.clock.AfterFunc(0, func() {
		_, _ = b.Run(c.context, c, BootstrapOptions{StopBefore: stop}) // how it went is in the log
	})
}

// client makes the device of an accepted request.
func (q *bootstrapRequest) client() *BootstrapClient {
	r := q.request
	c := &BootstrapClient{
		server: q.server, name: q.name, listener: q.listener, peer: r.Peer, local: r.Local, request: r.Number,
		asked: q.server.server.clock.Now(), pack: q.asked.Pack, account: q.account, wished: q.asked.Format,
		next: StageDiscover,
	}
	return c
}

// refuse makes the answer an error, unless it is one already.
func (q *bootstrapRequest) refuse(code Code, format string, args ...any) {
	if q.asked.Code == Changed {
		q.asked.Code, q.asked.Reason = code, fmt.Sprintf(format, args...)
	}
}

// note records a deviation.
func (q *bootstrapRequest) note(rule lwm2m.RuleID, format string, args ...any) {
	q.deviations = append(q.deviations, lwm2m.Deviation{Rule: rule, Offset: -1, Message: fmt.Sprintf(format, args...)})
}

// read reads the request and finds the account.
func (q *bootstrapRequest) read() {
	m := q.request.Message
	method := coap.POST
	if q.asked.Pack {
		method = coap.GET
	}
	if m.Code != method {
		q.refuse(MethodNotAllowed, "%s /%s: expected %s", m.Code.Name(), m.Path()[0], method.Name())
		return
	}
	if !q.request.Confirmable {
		q.note(ruleBootstrapMessage, "the request is Non-confirmable")
	}
	if len(m.Payload) > 0 {
		q.note(ruleBootstrapMessage, "the request has a payload of %d octets, expected none", len(m.Payload))
	}
	identity := q.identity()
	for _, item := range m.Queries() {
		name, value, _ := strings.Cut(item, "=")
		q.query(name, value)
	}
	switch {
	case q.name == "" && identity != "":
		q.name = identity
	case q.name == "":
		q.note(ruleBootstrapNoEndpoint, "no endpoint name (ep)")
		q.refuse(BadRequest, "no endpoint name (ep)")
		return
	}
	if wrong := q.listener.mismatch(q.request.Peer, q.name); wrong != "" {
		q.note(ruleIdentityMismatch, "%s", wrong)
		q.refuse(BadRequest, "%s", wrong)
		return
	}
	q.findAccount()
}

// identity returns the name that the device proved to have, "" without security,
// and notes how.
func (q *bootstrapRequest) identity() string {
	secured, ok := q.listener.link.(transport.Secured)
	if !ok {
		return ""
	}
	found, ok := secured.Identity(q.request.Peer)
	if !ok {
		return ""
	}
	q.asked.Security = found.Mode
	if found.Mode == transport.RawPublicKey || !utf8.ValidString(found.Name) {
		return ""
	}
	return found.Name
}

// query reads one item of the query.
func (q *bootstrapRequest) query(name, value string) {
	switch name {
	case "ep":
		if len(value) > maxEndpointName {
			q.note(ruleEndpointLength, "endpoint name of %d octets, cut to %d", len(value), maxEndpointName)
			value = strings.ToValidUTF8(value[:maxEndpointName], "")
		}
		q.name = strings.Clone(value)
	case "pct":
		number, err := strconv.ParseUint(value, 10, 16)
		f := lwm2m.ContentFormat(number)
		if err != nil || !bootstrapFormat(f) {
			q.refuse(coap.UnsupportedContentFormat, "pct=%s: expected 11542, 110, 112 or 11544", printable(value))
			return
		}
		q.asked.Format = &f
	case "acc":
		q.accounts(value)
	}
}

// bootstrapFormat says whether a Bootstrap-Write of an instance can have a format.
// Spec: Core 1.2 §7.4.
func bootstrapFormat(f lwm2m.ContentFormat) bool {
	switch f.Canonical() {
	case lwm2m.FormatTLV, lwm2m.FormatSenMLJSON, lwm2m.FormatSenMLCBOR, lwm2m.FormatLwM2MCBOR:
		return true
	}
	return false
}

// accounts reads acc, the instances of the bootstrap server's account on the
// device: /0/1, or the id alone.
func (q *bootstrapRequest) accounts(value string) {
	for _, item := range strings.Split(strings.Trim(value, `"`), ",") {
		if id, err := strconv.ParseUint(item, 10, 16); err == nil && id <= lwm2m.MaxID {
			q.bsAccounts = append(q.bsAccounts, lwm2m.NewPath(securityObject, uint16(id)))
			continue
		}
		if p, err := lwm2m.ParsePath(strings.Trim(item, "<>")); err == nil && p.Level() == lwm2m.LevelObjectInstance {
			q.bsAccounts = append(q.bsAccounts, p)
		}
	}
}

// findAccount finds what the device is given.
func (q *bootstrapRequest) findAccount() {
	b := q.server
	b.mu.Lock()
	defer b.mu.Unlock()
	q.account = b.accounts.Of(q.name)
	switch {
	case q.account == nil:
		q.refuse(BadRequest, "endpoint %q: no account, and no default", printable(q.name))
	case q.account == b.accounts.ByEndpoint[q.name]:
		q.asked.Account = "endpoint"
	default:
		q.asked.Account = "default"
	}
	if q.account != nil {
		q.account = q.account.over(b.registrationSchemes())
	}
}

// answer sends the answer and logs the request. m is nil for an answer that is its
// code alone.
func (q *bootstrapRequest) answer(m *coap.Message) {
	if m == nil {
		m = coap.NewResponse(q.asked.Code)
		m.Payload = []byte(diagnostic(q.asked.Reason))
	}
	asked := q.asked
	q.server.server.log.Append(Event{
		Kind: EventBootstrapRequest, Time: q.server.server.clock.Now(), Endpoint: q.name, Exchange: q.request.Number,
		Bootstrap: &asked, Deviations: q.deviations,
	})
	q.listener.respond(q.request, m)
}
