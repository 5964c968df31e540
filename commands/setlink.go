package commands

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"lwcon/session/transport"
)

// linkSettings harm links on purpose: those of a URI, or all of them for "".
func linkSettings(uri string) []setting {
	prefix := "link"
	if uri != "" {
		prefix += " " + uri
	}
	var all []setting
	for _, way := range []struct {
		word       string
		directions []transport.Direction
	}{
		{"", []transport.Direction{transport.Sent, transport.Received}},
		{" sent", []transport.Direction{transport.Sent}},
		{" received", []transport.Direction{transport.Received}},
	} {
		name := prefix + way.word
		all = append(all,
			shareSetting(uri, name+" lose", "the share of datagrams that are lost, such as 10%", way.directions,
				func(f *transport.Fault) *float64 { return &f.Lose }),
			shareSetting(uri, name+" duplicate", "the share of datagrams that pass twice", way.directions,
				func(f *transport.Fault) *float64 { return &f.Duplicate }),
			shareSetting(uri, name+" reorder", "the share of datagrams that later ones overtake", way.directions,
				func(f *transport.Fault) *float64 { return &f.Reorder }),
			delaySetting(uri, name+" delay", way.directions),
		)
	}
	if uri == "" {
		all = append(all, seedSetting())
	}
	return all
}

// shareSetting is a share of what passes.
func shareSetting(uri, name, help string, directions []transport.Direction, of func(*transport.Fault) *float64) setting {
	return faultSetting(uri, name, help, directions,
		func(f transport.Fault) string { return strconv.FormatFloat(*of(&f)*100, 'g', 6, 64) + "%" },
		func(word string) (func(*transport.Fault), error) {
			share, err := parseShare(word)
			if err != nil {
				return nil, usage("set %s: %v", name, err)
			}
			return func(f *transport.Fault) { *of(f) = share }, nil
		})
}

// parseShare reads 10% or 0.1.
func parseShare(text string) (float64, error) {
	number, percent := strings.CutSuffix(text, "%")
	share, err := strconv.ParseFloat(number, 64)
	if percent {
		share /= 100
	}
	if err != nil || !(share >= 0 && share <= 1) {
		return 0, fmt.Errorf("expected a share from 0%% to 100%%, found %q", text)
	}
	return share, nil
}

// delaySetting is how long everything is held back.
func delaySetting(uri, name string, directions []transport.Direction) setting {
	return faultSetting(uri, name, "how long each message is held back", directions,
		func(f transport.Fault) string { return shortDuration(f.Delay) },
		func(word string) (func(*transport.Fault), error) {
			d, ok := parseDuration(word)
			if !ok || d > maxFaultDelay {
				return nil, usage("set %s: expected a duration up to %v, found %q", name, maxFaultDelay, word)
			}
			return func(f *transport.Fault) { f.Delay = d }, nil
		})
}

// maxFaultDelay bounds how long a message is held back.
const maxFaultDelay = time.Hour

// faultSetting is something that goes wrong in one direction or both.
func faultSetting(uri, name, help string, directions []transport.Direction,
	text func(transport.Fault) string, parse func(string) (func(*transport.Fault), error),
) setting {
	quiet := ""
	if len(directions) == 1 {
		quiet = text(transport.Fault{}) // the row for both directions says it
	}
	return setting{
		name: name, help: help, quiet: quiet,
		get: func(env *Env) string {
			if env.Sessions == nil {
				return text(transport.Fault{})
			}
			first := text(env.Sessions.wires.fault(uri, directions[0]))
			last := text(env.Sessions.wires.fault(uri, directions[len(directions)-1]))
			if first == last {
				return first
			}
			return "sent " + first + ", received " + last
		},
		set: func(env *Env, word string) error {
			if env.Sessions == nil {
				return usage("set %s: there are no links here", name)
			}
			if uri != "" && len(env.Sessions.wires.chosen(uri)) == 0 {
				known := env.Sessions.wires.uris()
				return usage("set link %s: expected the address of a link: %s%s", uri, listed(known), nearest(uri, known))
			}
			change, err := parse(word)
			if err != nil {
				return err
			}
			for _, d := range directions {
				if err := env.Sessions.wires.harm(uri, d, change); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// seedSetting makes faults repeat.
func seedSetting() setting {
	return setting{
		name: "link seed", help: "a number; the same one harms the same sequence of messages in the same way",
		get: func(env *Env) string {
			if env.Sessions == nil {
				return "0"
			}
			return strconv.FormatUint(env.Sessions.wires.currentSeed(), 10)
		},
		set: func(env *Env, word string) error {
			seed, err := strconv.ParseUint(word, 10, 64)
			if err != nil || env.Sessions == nil {
				return usage("set link seed: expected a number, found %q", word)
			}
			env.Sessions.wires.reseed(seed)
			return nil
		},
	}
}

// losing says of a request without an answer that messages are being lost on
// purpose, where they are.
func (env *Env) losing(e *Error) *Error {
	if e.Kind != TimeoutError || e.Hint != "" || env.Sessions == nil {
		return e
	}
	for _, d := range [...]transport.Direction{transport.Sent, transport.Received} {
		for _, w := range env.Sessions.wires.chosen("") {
			if share := w.Get(d).Lose; share > 0 {
				lost := *e
				lost.Hint = fmt.Sprintf("set link lose has %g%% of what is %s lost on purpose; set link lose 0%% ends that", share*100, d)
				return &lost
			}
		}
	}
	return e
}
