package commands

import (
	"context"
	"strconv"

	"lwcon/session/coap"
)

// Details is all that passed for one exchange.
//
//	{"command":"details","exchange":17,"messages":[{"time":"…","direction":"sent","peer":"192.0.2.7:40001",
//	 "exchange":17,"message":{…},"octets":14,"hex":"4401…"}]}
type Details struct {
	Number   uint64
	Messages []*Passed
	Hex      bool // show the octets as one unbroken line each
	// Deviations are those of the message layer, in the order of the messages.
	Deviations []coap.Deviation
}

// AppendJSON appends the exchange as one JSON object.
func (d *Details) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("command", "details")
	o.unsigned("exchange", d.Number)
	o.list("messages", len(d.Messages), func(i int, in *object) { in.passed(d.Messages[i]) })
	if len(d.Deviations) > 0 {
		o.list("deviations", len(d.Deviations), func(i int, in *object) {
			in.text("rule", d.Deviations[i].Rule)
			if d.Deviations[i].Offset >= 0 {
				in.integer("offset", int64(d.Deviations[i].Offset))
			}
			in.text("message", d.Deviations[i].Message)
		})
	}
	return o.end()
}

// detailsCommand shows an exchange.
func detailsCommand() *Command {
	return &Command{
		Name: "details", Group: GroupCommon, Roles: AnyRole, Passive: true,
		Summary: "show every message of an exchange, with options, times and octets",
		Parameters: []Parameter{
			{Name: "exchange", Kind: KindCount, Positional: true, Summary: "its number, as results tell it; else that of the newest answer"},
			{Name: "hex", Kind: KindSwitch, Summary: "the octets of each message as one unbroken line"},
		},
		Examples: []string{"details 17", "details --hex"},
		Run: func(_ context.Context, env *Env, args Args, _ Emit) (Result, error) {
			log := env.Sessions.Exchanges()
			number := env.exchange
			if number == 0 {
				number = log.Newest()
			}
			if args.Has("exchange") {
				number = uint64(args.Count("exchange"))
			}
			records := log.Records(number)
			if len(records) == 0 {
				return nil, usage("details %d: expected the number of an exchange from %d to %d", number, log.Oldest(), log.Newest()).
					hinting("results tell their number: %s", "exchange "+strconv.FormatUint(log.Newest(), 10))
			}
			d := &Details{Number: number, Hex: args.Switch("hex")}
			for i := range records {
				d.add(&records[i])
			}
			return d, nil
		},
	}
}

// add takes one message of the log in.
func (d *Details) add(r *coap.Record) {
	m := NewPassed(coap.Passage{
		Number: r.Number, Time: r.Time, Direction: r.Direction, Peer: r.Peer, Local: r.Local,
		Stream: r.Stream, Inner: r.Inner, Bytes: r.Bytes, Note: r.Note,
	})
	d.Messages = append(d.Messages, m)
	d.Deviations = append(append(d.Deviations, m.Scanned.Deviations...), r.Deviations...)
}
