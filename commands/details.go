package commands

import (
	"context"
	"strconv"

	"lwcon/lwm2m"
	"lwcon/session"
	"lwcon/session/coap"
	"lwcon/session/transport"
)

// Details is all that passed for one exchange.
//
//	{"command":"details","exchange":17,"messages":[{"time":"…","direction":"sent","peer":"192.0.2.7:40001",
//	 "exchange":17,"message":{…},"octets":14,"hex":"4401…"}],"bodies":[…],"line":"read /3/0"}
type Details struct {
	Number   uint64
	Messages []*Passed
	Hex      bool // show the octets as one unbroken line each
	// Bodies are what the messages carry, put together from their blocks.
	Bodies []Body
	// Deviations are those of the message layer, in the order of the messages.
	Deviations []coap.Deviation
	asked      lwm2m.Path // of what began the observation, where the exchange is a notification
	// Line is what repeats the exchange, where it was asked for.
	Line string
}

// AppendJSON appends the exchange as one JSON object.
func (d *Details) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("command", "details")
	o.details(d)
	return o.end()
}

// details writes what passed.
func (o *object) details(d *Details) {
	o.unsigned("exchange", d.Number)
	o.list("messages", len(d.Messages), func(i int, in *object) { in.passed(d.Messages[i]) })
	if len(d.Bodies) > 0 {
		o.list("bodies", len(d.Bodies), func(i int, in *object) { in.body(&d.Bodies[i]) })
	}
	o.messageDeviations(d.Deviations)
	o.optional("line", d.Line)
}

// messageDeviations writes deviations of the message layer, if there are any.
func (o *object) messageDeviations(all []coap.Deviation) {
	if len(all) == 0 {
		return
	}
	o.list("deviations", len(all), func(i int, in *object) {
		in.text("rule", all[i].Rule)
		if all[i].Offset >= 0 {
			in.integer("offset", int64(all[i].Offset))
		}
		in.text("message", all[i].Message)
	})
}

// detailsCommand shows an exchange.
func detailsCommand() *Command {
	return &Command{
		Name: "details", Group: GroupCommon, Roles: AnyRole, Passive: true,
		Summary: "show every message of an exchange, with options, times and octets",
		Parameters: []Parameter{
			{Name: "exchange", Kind: KindCount, Positional: true, Summary: "its number, as results tell it; else that of the newest answer"},
			{Name: "hex", Kind: KindSwitch, Summary: "the octets of each message as one unbroken line"},
			{Name: "command", Kind: KindSwitch, Summary: "the line that repeats the exchange"},
		},
		Help: `Each message has its time, what was repeated, lost on purpose or not taken says so. Below them stand the bodies,
put together from their blocks, as trees.`,
		Examples: []string{"details 17", "details --hex", "details 17 --command"},
		Run: func(_ context.Context, env *Env, args Args, _ Emit) (Result, error) {
			log := env.Sessions.Exchanges()
			number := env.exchange
			if number == 0 {
				number = log.Newest()
			}
			if args.Has("exchange") {
				number = uint64(args.Count("exchange"))
			}
			d := env.detailsOf(number)
			if newest := log.Newest(); len(d.Messages) == 0 && number >= log.Oldest() && number <= newest && number > 0 {
				return nil, usage("details %d: nothing passed in this exchange: its request could not be sent", number)
			}
			if len(d.Messages) == 0 {
				return nil, usage("details %d: expected the number of an exchange from %d to %d", number, log.Oldest(), log.Newest()).
					hinting("results tell their number: %s", "exchange "+strconv.FormatUint(log.Newest(), 10))
			}
			d.Hex = args.Switch("hex")
			if args.Switch("command") {
				if d.Line = d.commandLine(env); d.Line == "" {
					return nil, usage("details %d: no request is known that could be sent again", number)
				}
			}
			return d, nil
		},
	}
}

// detailsOf gathers what the log has of an exchange; no messages where it has
// nothing.
func (env *Env) detailsOf(number uint64) *Details {
	d := &Details{Number: number}
	masker := session.NewMasker()
	records := env.Sessions.Exchanges().Records(number)
	d.asked = env.asked(records, masker)
	for _, r := range records {
		p := coap.Passage(r)
		if !env.Sessions.ShowsSecrets() {
			p = masked(masker, p)
		}
		d.take(NewPassed(p))
	}
	d.gather(env)
	return d
}

// asked is the path of what began the observation of which an exchange is a notification;
// masker is told of it. It is the root where nothing is known of it.
func (env *Env) asked(records []coap.Record, masker *session.Masker) lwm2m.Path {
	if len(records) == 0 || records[0].Direction != transport.Received {
		return lwm2m.Path{}
	}
	first := records[0]
	m := coap.Scan(first.Bytes, first.Stream).Message
	if !m.Code.IsResponse() {
		return lwm2m.Path{}
	}
	var path lwm2m.Path
	if request, found := env.Sessions.Exchanges().Asked(first.Peer, m.Token, first.Number); found {
		m := coap.Scan(request.Bytes, request.Stream).Message
		_, path = purposeOf(&m, nil)
	} else if o := env.Sessions.Server().ObservedAt(first.Peer, m.Token); o != nil {
		path = o.Path
	} else {
		return path
	}
	masker.Know(first.Peer, m.Token, path)
	return path
}

// take adds a message to what passed.
func (d *Details) take(p *Passed) {
	d.Messages = append(d.Messages, p)
	d.Deviations = append(append(d.Deviations, p.Scanned.Deviations...), p.Deviations...)
}
