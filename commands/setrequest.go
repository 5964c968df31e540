package commands

import (
	"strconv"

	"lwcon/session/coap"
)

// RequestDefaults are how requests are sent whose flags do not say. The zero
// value leaves all to the link.
type RequestDefaults struct {
	NonConfirmable bool
	Parameters     coap.Parameters
}

// requestSettings are the flags of requests that can be set for all requests to
// come.
func requestSettings() []setting {
	all := []setting{{
		name: "non", help: "on sends Non-confirmable messages",
		get: func(env *Env) string { return onOff(env.root().Request.NonConfirmable) },
		set: func(env *Env, word string) error {
			if word != "on" && word != "off" {
				return usage("set non: expected on or off, found %q", word)
			}
			env.root().Request.NonConfirmable = word == "on"
			return nil
		},
	}}
	for _, p := range messageLayerParameters() {
		all = append(all, tuneSetting(p))
	}
	return all
}

// tuneSetting is a parameter of the message layer, or default.
func tuneSetting(p Parameter) setting {
	return setting{
		name: p.Name, help: p.Summary + "; default is that of the link",
		get: func(env *Env) string {
			if word := tuned(&env.root().Request.Parameters, p.Name); word != "default" || env.Sessions == nil {
				return word
			}
			ofLink := defaultParameters().Under(env.Sessions.parameters)
			return "default (" + tuned(&ofLink, p.Name) + ")"
		},
		set: func(env *Env, word string) error {
			if word == "default" {
				reset(&env.root().Request.Parameters, p.Name)
				return nil
			}
			if wrong := p.check(word); wrong != "" {
				return usage("set %s %q: %s, or default", p.Name, word, wrong)
			}
			return tune(&env.root().Request.Parameters, p.Name, word)
		},
	}
}

// tuned writes a parameter of the message layer as tune reads it.
func tuned(p *coap.Parameters, name string) string {
	n := 0
	switch name {
	case "ack-timeout":
		if p.AckTimeout > 0 {
			return shortDuration(p.AckTimeout)
		}
	case "retransmissions":
		n = p.MaxRetransmit
	case "nstart":
		n = p.NSTART
	case "block":
		n = p.BlockSize
	case "token-length":
		n = p.TokenLength
	}
	if n == 0 {
		return "default"
	}
	return strconv.Itoa(max(0, n))
}

// reset leaves a parameter of the message layer to the link.
func reset(p *coap.Parameters, name string) {
	switch name {
	case "ack-timeout":
		p.AckTimeout = 0
	case "retransmissions":
		p.MaxRetransmit = 0
	case "nstart":
		p.NSTART = 0
	case "block":
		p.BlockSize = 0
	case "token-length":
		p.TokenLength = 0
	}
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// defaultParameters are those of a link that says nothing of them.
func defaultParameters() coap.Parameters {
	return coap.Parameters{
		AckTimeout: coap.DefaultAckTimeout, MaxRetransmit: coap.DefaultMaxRetransmit, NSTART: coap.DefaultNSTART,
		BlockSize: coap.DefaultBlockSize, TokenLength: coap.DefaultTokenLength,
	}
}
