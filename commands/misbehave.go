package commands

import (
	"context"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"lwcon/session"
	"lwcon/session/device"
)

// Misbehaviour is the rules by which our simulated device misbehaves.
//
//	{"command":"misbehave","endpoint":"sim-thermo","rules":[{"operation":"read","path":"/3/0","nth":2,"do":{"code":"5.00"}}]}
type Misbehaviour struct {
	Endpoint string
	Rules    []device.Rule
}

// AppendJSON appends the rules as one JSON object.
func (m *Misbehaviour) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("command", "misbehave")
	o.text("endpoint", m.Endpoint)
	o.list("rules", len(m.Rules), func(i int, in *object) {
		r := &m.Rules[i]
		in.optional("operation", r.Operation)
		if r.HasPath {
			in.text("path", r.Path.String())
		}
		if r.Nth > 0 {
			in.unsigned("nth", uint64(r.Nth))
		}
		do := in.object("do")
		do.action(&r.Action)
		in.close(do)
	})
	return o.end()
}

// action writes what a rule does.
func (o *object) action(a *device.Action) {
	if a.Code != 0 {
		o.text("code", session.Code(a.Code).String())
	}
	if a.HasPayload {
		o.hex("payload", a.Payload)
	}
	if a.HasFormat {
		o.text("format", a.Format.String())
	}
	for _, flag := range [...]struct {
		name string
		on   bool
	}{{"drop", a.Drop}, {"rst", a.Reset}} {
		if flag.on {
			o.boolean(flag.name, true)
		}
	}
	if a.Delay > 0 {
		o.seconds("delay", a.Delay)
	}
	if a.HasToken {
		o.hex("token", a.Token)
	}
	if len(a.OmitLinks) > 0 {
		o.paths("omit-link", a.OmitLinks)
	}
	if len(a.Ignore) > 0 {
		o.texts("ignore", a.Ignore)
	}
}

// RuleText writes a rule in one line, as it would be typed.
func RuleText(r *device.Rule) string {
	words := []string{r.Operation}
	if r.Operation == "" {
		words[0] = anyOperation
	}
	if r.HasPath {
		words = append(words, r.Path.String())
	}
	add := func(flag, value string) { words = append(words, strings.TrimSpace("--"+flag+" "+value)) }
	if r.Nth > 0 {
		add("nth", strconv.Itoa(int(r.Nth)))
	}
	a := &r.Action
	if a.Code != 0 {
		add("code", session.Code(a.Code).String())
	}
	if a.HasPayload {
		add("payload", "hex:"+hex.EncodeToString([]byte(a.Payload)))
	}
	if a.HasFormat {
		add("format", a.Format.String())
	}
	if a.Drop {
		add("drop", "")
	}
	if a.Delay > 0 {
		add("delay", a.Delay.String())
	}
	if a.HasToken {
		add("token", hex.EncodeToString([]byte(a.Token)))
	}
	if a.Reset {
		add("rst", "")
	}
	for _, p := range a.OmitLinks {
		add("omit-link", p.String())
	}
	for _, name := range a.Ignore {
		add("ignore", name)
	}
	return strings.Join(words, " ")
}

// anyOperation stands for a rule that is about all operations.
const anyOperation = "any"

// misbehaveCommand makes our device misbehave.
func misbehaveCommand() *Command {
	return &Command{
		Name: "misbehave", Group: GroupClient, Roles: ClientRole,
		Summary: "make the simulated device misbehave by one more rule, or show the rules",
		Help: `The operation is what a server asks (read, write, …) or what the device does by itself (notify, register, update,
deregister, send). The first rule that fits acts. The same rules stand in a profile below misbehave.`,
		Parameters: []Parameter{
			{Name: "operation", Kind: KindEnum, Word: "OPERATION", Values: append(device.Operations(), anyOperation), Positional: true, Summary: "what it is about; none shows the rules"},
			{Name: "path", Kind: KindPath, Positional: true, Summary: "at and below this path only", Complete: completeOwnPaths},
			{Name: "nth", Kind: KindCount, Summary: "only the nth time"},
			{Name: "code", Word: "C.DD", Summary: "answer with this code; of a request of the device: its method"},
			{Name: "payload", Word: "HEX | text:…", Summary: "carry these octets instead"},
			{Name: "format", Kind: KindFormat, Summary: "state this content format"},
			{Name: "drop", Kind: KindSwitch, Summary: "send nothing"},
			{Name: "delay", Kind: KindDuration, Summary: "send it so much later"},
			{Name: "token", Word: "HEX", Summary: "with this token"},
			{Name: "rst", Kind: KindSwitch, Summary: "answer with a Reset"},
			{Name: "omit-link", Kind: KindPath, Repeated: true, Summary: "leave it out of the object list, or of Discover", Complete: completeOwnPaths},
			{Name: "ignore", Kind: KindEnum, Word: "WHAT", Values: device.Ignorable(), Repeated: true, Summary: "do not heed it: an attribute, accept, effect, cancel or reset"},
		},
		Examples: []string{
			"misbehave", "misbehave read /3/0 --nth 2 --code 5.00", "misbehave notify /3303 --ignore pmin",
			"misbehave update --drop", "misbehave register --omit-link /3303",
		},
		Run: func(_ context.Context, env *Env, args Args, _ Emit) (Result, error) {
			c, err := env.client()
			if err != nil {
				return nil, err
			}
			rules := c.Device().Rules()
			if args.Has("operation") {
				r, err := env.rule(c, args)
				if err != nil {
					return nil, err
				}
				if len(rules) >= device.MaxRules {
					return nil, usage("misbehave: expected at most %d rules; misbehave off ends them", device.MaxRules)
				}
				rules = append(rules, r)
				c.SetRules(rules)
			}
			return &Misbehaviour{c.Device().Endpoint(), rules}, nil
		},
	}
}

// rule reads a rule from arguments.
func (env *Env) rule(c *session.Client, args Args) (device.Rule, error) {
	r := device.Rule{Operation: args.Text("operation"), Nth: uint32(args.Count("nth"))}
	if r.Operation == anyOperation {
		r.Operation = ""
	}
	a := &r.Action
	a.Drop, a.Reset, a.Ignore = args.Switch("drop"), args.Switch("rst"), slices.Clone(args.Texts("ignore"))
	var err error
	if args.Has("path") {
		r.HasPath = true
		if r.Path, err = env.path(args.Text("path"), env.ownDefinitions(c)); err != nil {
			return r, err
		}
	}
	for _, word := range args.Texts("omit-link") {
		p, err := env.path(word, env.ownDefinitions(c))
		if err != nil {
			return r, err
		}
		a.OmitLinks = append(a.OmitLinks, p)
	}
	if f := args.Format("format"); f != nil {
		a.Format, a.HasFormat = *f, true
	}
	if args.Has("delay") {
		a.Delay = args.Duration("delay")
	}
	if err := env.bending(a, args); err != nil {
		return r, err
	}
	if does(a) {
		return r, nil
	}
	return r, usage("misbehave %s: expected what to do, such as --code 5.00 or --drop", args.Text("operation"))
}

// bending reads the code, the payload and the token of a rule.
func (env *Env) bending(a *device.Action, args Args) error {
	if args.Has("code") {
		code, err := device.ParseStatus(args.Text("code"))
		if err != nil {
			return usage("misbehave --code: %v", err)
		}
		a.Code = code
	}
	if args.Has("payload") {
		octets, err := env.payloadByHand(args.Text("payload"))
		if err != nil {
			return err
		}
		a.Payload, a.HasPayload = string(octets), true
	}
	if args.Has("token") {
		token, err := parseToken(args.Text("token"), maxRuleToken)
		if err != nil {
			return err
		}
		a.Token, a.HasToken = string(token), true
	}
	return nil
}

// maxRuleToken is the most octets of a token. RFC 7252 §3.
const maxRuleToken = 8

// does says whether a rule does anything.
func does(a *device.Action) bool {
	return a.Code != 0 || a.HasPayload || a.HasFormat || a.Drop || a.Delay > 0 || a.HasToken || a.Reset || len(a.OmitLinks)+len(a.Ignore) > 0
}

// misbehaveOffCommand ends misbehaviour.
func misbehaveOffCommand() *Command {
	return &Command{
		Name: "misbehave off", Group: GroupClient, Roles: ClientRole,
		Summary:    "end the simulated device's misbehaviour, or one rule of it",
		Parameters: []Parameter{{Name: "rule", Kind: KindCount, Word: "N", Positional: true, Summary: "the rule by its place in the list, from 1; none ends all"}},
		Examples:   []string{"misbehave off", "misbehave off 2"},
		Run: func(_ context.Context, env *Env, args Args, _ Emit) (Result, error) {
			c, err := env.client()
			if err != nil {
				return nil, err
			}
			var rules []device.Rule
			if args.Has("rule") {
				rules = c.Device().Rules()
				i := args.Count("rule")
				if i < 1 || i > len(rules) {
					return nil, usage("misbehave off %d: expected a rule from 1 to %d", i, len(rules))
				}
				rules = slices.Delete(rules, i-1, i)
			}
			c.SetRules(rules)
			return &Misbehaviour{c.Device().Endpoint(), rules}, nil
		},
	}
}
