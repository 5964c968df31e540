package commands

import (
	"context"
	"slices"
	"time"

	"lwcon/session/coap"
	"lwcon/session/transport"
)

// The levels of a trace.
const (
	TraceOff     = "off"
	TraceSummary = "summary" // a line for each message
	TraceFull    = "full"    // options and payload too
	TraceHex     = "hex"     // the octets too
)

// Passed is one message that passed on the wire.
//
//	{"event":"message","time":"…","direction":"sent","peer":"192.0.2.7:40001","exchange":17,
//	 "message":{"type":"CON","code":"0.01",…},"octets":14,"hex":"4401…"}
type Passed struct {
	Exchange  uint64
	Time      time.Time
	Direction transport.Direction
	Peer      transport.Address
	Stream    bool
	Inner     bool   // what protection hides
	Note      string // "retransmission 2", "duplicate"
	Bytes     []byte
	Scanned   coap.Scanned // of the bytes
	// Deviations are those of the message layer that the bytes alone do not tell.
	Deviations []coap.Deviation
	Secure     bool        // DTLS or TLS carried it
	Chosen     coap.Chosen // what of a request was asked for by hand
}

// NewPassed keeps what a coap.Tap was shown.
func NewPassed(p coap.Passage) *Passed {
	b := append([]byte(nil), p.Bytes...)
	return &Passed{p.Number, p.Time, p.Direction, p.Peer, p.Stream, p.Inner, p.Note, b, coap.Scan(b, p.Stream), p.Deviations, p.Secure, p.Chosen}
}

// AppendJSON appends the message as one JSON object.
func (p *Passed) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("event", "message")
	o.passed(p)
	return o.end()
}

// passed writes a message with what is known of its way.
func (o *object) passed(p *Passed) {
	o.moment("time", p.Time)
	o.text("direction", p.Direction.String())
	o.text("peer", p.Peer.String())
	o.unsigned("exchange", p.Exchange)
	o.optional("note", p.Note)
	if p.Inner {
		o.boolean("inner", true)
	}
	in := o.object("message")
	in.message(&p.Scanned)
	o.close(in)
	o.integer("octets", int64(len(p.Bytes)))
	o.hex("hex", string(p.Bytes))
	o.messageDeviations(slices.Concat(p.Scanned.Deviations, p.Deviations))
}

// traceLevels are the words that trace takes.
func traceLevels() []string { return []string{TraceOff, TraceSummary, TraceFull, TraceHex} }

// traceCommand shows the wire.
func traceCommand() *Command {
	return &Command{
		Name: "trace", Group: GroupCommon, Roles: AnyRole, Passive: true, Stream: true,
		Summary: "show each message on the wire",
		Help: `At the prompt it sets how much is shown from now on; without a level it tells the present one. As one shot the messages
follow until --count, --for or Ctrl-C. Over DTLS its datagrams are shown beside them, with flights of handshakes, alerts and
repetitions; full and hex show each record, with epoch, sequence number and fragments, and those that carry data.

--to writes a capture beside it, of all links and with their real addresses and ports, until --stop, the next --to or the
end; Wireshark opens it while it grows. What was lost on purpose is not in it. Secrets are masked unless set show-secrets
is on. What DTLS and TLS carry can be read in it with --secrets, or where lwcon was started with --key-log: by the secrets of
the sessions, and where those are not enough, since a session began before the file or speaks at another port than 5684, as
messages beside, on an interface of their own.`,
		Parameters: append([]Parameter{
			{Name: "level", Kind: KindEnum, Values: traceLevels(), Positional: true, Summary: "how much"},
			{Name: "to", Kind: KindFile, Word: "FILE.pcapng", Summary: "write what passes to this file"},
			{Name: "rotate", Word: "SIZE", Summary: "begin another file at this size: 10MB, 512KiB"},
			{Name: "files", Kind: KindCount, Default: "5", Summary: "how many files to keep"},
			{Name: "secrets", Kind: KindSwitch, Summary: "the capture holds what DTLS and TLS are read with: who has the file can read the traffic"},
			{Name: "stop", Kind: KindSwitch, Summary: "end the capture"},
		}, streamParameters()...),
		Examples: []string{"trace summary", "trace off", "trace full --count 4", "trace --to x.pcapng --rotate 10MB --files 5", "trace --stop"},
		Run: func(ctx context.Context, env *Env, args Args, emit Emit) (Result, error) {
			if err := env.changeCapture(args); err != nil {
				return nil, err
			}
			warning := ""
			if args.Has("to") {
				warning = env.Sessions.capturesSecrets()
			}
			if env.Follow || args.Has("count") || args.Has("for") {
				if warning != "" {
					env.Sessions.warn(warning)
				}
				err := env.followWire(ctx, args, emit)
				if env.Follow && args.Has("to") {
					err = closing(err, env.Sessions.StopCapture())
				}
				return nil, err
			}
			if args.Has("level") {
				env.setTrace(args.Text("level"))
			}
			level := env.Trace
			if level == "" {
				level = TraceOff
			}
			return &Settings{
				Command: "trace", List: append([]Setting{{"trace", level}}, env.Sessions.captureSettings()...), Warning: warning,
			}, nil
		},
	}
}

// maxTraced is how many messages wait to be shown before further ones are left
// out and counted.
const maxTraced = 1000

// followWire emits the messages as they pass.
func (env *Env) followWire(ctx context.Context, args Args, emit Emit) error {
	passed := make(chan Event, maxTraced)
	lost := make(chan struct{}, 1)
	take := func(e Event) {
		select {
		case passed <- e:
		default:
			select {
			case lost <- struct{}{}:
			default:
			}
		}
	}
	defer env.Sessions.Tap(func(p coap.Passage) { take(NewPassed(p)) })()
	defer env.Sessions.TapSecured(func(d *SecureDatagram) { take(d) })()
	limited, cancel := ctx, context.CancelFunc(func() {})
	if args.Has("for") {
		limited, cancel = env.within(ctx, args.Duration("for"))
	}
	defer cancel()
	for count := 0; !args.Has("count") || count < args.Count("count"); {
		var e Event
		select {
		case e = <-passed:
			if _, message := e.(*Passed); message {
				count++
			}
		case <-lost:
			e = Lost{1, env.clock().Now()}
		case <-limited.Done():
			return ctx.Err() // nil where --for is over
		}
		if err := emit(e); err != nil {
			return err
		}
	}
	return nil
}
