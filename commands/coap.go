package commands

import (
	"context"
	"strings"

	"lwcon/session/coap"
)

// coapCommand sends any message.
func coapCommand() *Command {
	return &Command{
		Name: "coap", Group: GroupCommon, Roles: AnyRole,
		Summary: "send any CoAP message, also an illegal one, and show what comes back",
		Help: `A request goes the usual way: it is repeated until it is answered. Anything else, and what breaks the rules, goes out
once, and what the peer sends within --for is shown. Sleeping devices and what they announced are not heeded. The
path is taken as it stands, a query follows a question mark.`,
		Spec: "RFC 7252 §3, RFC 8323 §3.2",
		Parameters: append([]Parameter{
			{Name: "code", Word: "METHOD | CODE", Positional: true, Required: true, Summary: "GET, POST, PUT, DELETE, FETCH, PATCH, iPATCH, or any code such as 0.00 or 2.05", Complete: completeMethods},
			{Name: "uri", Word: "PATH[?QUERY]", Positional: true, Summary: "Uri-Path and Uri-Query options"},
			{Name: "payload", Word: "VALUE", Summary: "the payload: hex, text:… or @FILE"},
			{Name: "content-format", Kind: KindFormat, Summary: "the format that the payload is said to have"},
			acceptParameter(),
			{Name: "type", Kind: KindEnum, Values: []string{"CON", "NON", "ACK", "RST"}, Summary: "the type of a datagram, instead of CON"},
			{Name: "version", Kind: KindEnum, Values: []string{"0", "1", "2", "3"}, Summary: "the version that the header states"},
			{Name: "stated-token-length", Kind: KindCount, Summary: "the token length that the header states, 0 to 15, whatever the token is"},
			{Name: "marker", Kind: KindSwitch, Summary: "a payload marker even without a payload"},
			{Name: "append", Word: "HEX", Summary: "octets behind the message"},
			toParameter(), patienceParameter(),
		}, requestParameters()...),
		Examples: []string{
			"coap GET /3/0 --option 2049=2a", "coap GET /.well-known/core --to coap://127.0.0.1:5700", "coap 0.00 --type CON",
			"coap PUT /3/0/14 --payload text:+02:00 --content-format text --non", "coap 2.05 --type ACK --message-id 7 --token 01020304",
			"coap POST /rd?ep=x&lt=60 --version 2 --stated-token-length 9 --for 5s",
		},
		Run: runCoAP,
	}
}

// completeMethods offers the methods.
func completeMethods(*Env, Args, string) []Completion { return plain(methodNames()) }

// methodNames are the methods by code.
func methodNames() []string {
	var names []string
	for c := coap.GET; c <= coap.IPATCH; c++ {
		names = append(names, c.Name())
	}
	return names
}

func runCoAP(ctx context.Context, env *Env, args Args, _ Emit) (Result, error) {
	c, err := env.composition(args)
	if err != nil {
		return nil, err
	}
	o, err := env.sending(args)
	if err != nil {
		return nil, err
	}
	h, err := env.hand(ctx, "coap", args)
	if err != nil {
		return nil, err
	}
	defer h.close()
	stream := h.endpoint.Link().Reliable()
	if regular(c, args) {
		m := c.Message
		if !args.Has("token") {
			m.Token = nil
		}
		single := m.Options.Has(coap.Block1) || m.Options.Has(coap.Block2)
		if args.Has("block") && m.Code == coap.GET && !single {
			m.SetBlock2(coap.BlockFor(o.Parameters.BlockSize)) // early negotiation, as read does it
		}
		return handed(h.do(ctx, "coap", &m, coap.RequestOptions{
			Parameters: o.Parameters, Timeout: o.Timeout, MessageID: o.MessageID,
			SingleBlocks: single,
		}))
	}
	if !args.Has("message-id") {
		c.Message.ID = uint16(env.Sessions.Exchanges().Newest()) // another one each time
	}
	b, err := coap.Compose(*c, stream)
	if err != nil {
		return nil, usage("coap: %v", err)
	}
	return handed(h.raw(ctx, "coap", b, args.Duration("for")))
}

// handed makes a command's result of what was exchanged: none where nothing was.
func handed(x *Exchanged, err error) (Result, error) {
	if x == nil {
		return nil, err
	}
	return x, err
}

// regular says whether a composition is a request that the message layer can
// carry.
func regular(c *coap.Composition, args Args) bool {
	m := &c.Message
	return m.Code.IsRequest() && m.Type <= coap.NonConfirmable && len(m.Token) <= coap.MaxToken &&
		!args.Has("version") && !args.Has("stated-token-length") && !c.Marker && len(c.Tail) == 0
}

// composition builds the message that the arguments say.
func (env *Env) composition(args Args) (*coap.Composition, error) {
	c := &coap.Composition{Marker: args.Switch("marker")}
	m := &c.Message
	var ok bool
	if m.Code, ok = parseMethod(args.Text("code")); !ok {
		return nil, usage("coap %q: expected a method or a code such as 2.05%s", args.Text("code"), nearest(args.Text("code"), methodNames()))
	}
	m.Type = messageType(args, m.Code, env.root().Request.NonConfirmable)
	path, query, asked := strings.Cut(args.Text("uri"), "?")
	if scheme, rest, whole := strings.Cut(path, "://"); whole {
		host, path, _ := strings.Cut(rest, "/")
		return nil, usage("coap %s: expected a path, found a URI", args.Text("uri")).
			hinting("coap %s /%s --to %s://%s", args.Text("code"), path, scheme, host)
	}
	m.SetPath(path)
	if asked {
		for q := range strings.SplitSeq(query, "&") {
			m.AddQuery(q)
		}
	}
	if f := args.Format("content-format"); f != nil {
		m.SetContentFormat(uint16(*f))
	}
	if f := args.Format("accept"); f != nil {
		m.SetAccept(uint16(*f))
	}
	options, err := parseOptions(args.Texts("option"))
	if err != nil {
		return nil, err
	}
	for _, o := range options {
		m.Options.Add(o.Number, o.Value)
	}
	return c, env.composeRest(c, args)
}

// composeRest reads what is not an option.
func (env *Env) composeRest(c *coap.Composition, args Args) (err error) {
	m := &c.Message
	if args.Has("payload") {
		if m.Payload, err = env.payloadByHand(args.Text("payload")); err != nil {
			return err
		}
	}
	if c.Tail, err = parseOctets(args.Text("append")); err != nil {
		return usage("coap --append: %v", err)
	}
	if args.Has("token") {
		if m.Token, err = parseToken(args.Text("token"), maxTokenByHand); err != nil {
			return err
		}
	}
	if args.Has("message-id") {
		id, err := parseMessageID(args.Text("message-id"))
		if err != nil {
			return err
		}
		m.ID = *id
	}
	if args.Has("version") {
		version := uint8(args.Count("version"))
		c.Version = &version
	}
	if args.Has("stated-token-length") {
		length := args.Count("stated-token-length")
		if length > 15 {
			return usage("coap --stated-token-length %d: expected 0 to 15, which is what the header has room for", length)
		}
		nibble := uint8(length)
		c.TokenLength = &nibble
	}
	return nil
}

// maxTokenByHand bounds a token made by hand; the header can state 15 at most.
const maxTokenByHand = 1024

// payloadByHand reads a payload: hex, text:… or @FILE.
func (env *Env) payloadByHand(word string) ([]byte, error) {
	if name, ok := strings.CutPrefix(word, "@"); ok {
		return env.file(name)
	}
	b, err := parseOctets(word)
	if err != nil {
		return nil, usage("payload %q: %v", word, err).hinting("text:%s is text", word)
	}
	return b, nil
}

// parseMethod reads a method by name or any code.
func parseMethod(word string) (coap.Code, bool) {
	for c := coap.GET; c <= coap.IPATCH; c++ {
		if strings.EqualFold(word, c.Name()) {
			return c, true
		}
	}
	return coap.ParseCode(word)
}

// messageType is the type that the flags say, or the settings for requests.
func messageType(args Args, code coap.Code, non bool) coap.Type {
	for t := coap.Confirmable; t <= coap.Reset; t++ {
		if args.Text("type") == t.String() {
			return t
		}
	}
	if args.Switch("non") || non && !args.Has("non") && code.IsRequest() {
		return coap.NonConfirmable
	}
	return coap.Confirmable
}
