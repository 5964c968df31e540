package commands

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"lwcon/formats/hexinput"
	"lwcon/session"
	"lwcon/session/coap"
)

const (
	// maxRetransmissions keeps the last wait within what a Duration holds.
	maxRetransmissions = 30
	// maxNSTART bounds the requests that can be under way with a device.
	maxNSTART = 65_536
	// maxRequestOptions bounds the options added by hand.
	maxRequestOptions = 64
)

// requesting gives a command the flags that every operation takes: how its
// request is sent, behind the command's own flags.
func requesting(c *Command) *Command {
	for _, p := range requestParameters() {
		if find(c.Parameters, p.Name) == nil {
			c.Parameters = append(c.Parameters, p)
		}
	}
	return c
}

// requestParameters say how a request is sent.
func requestParameters() []Parameter {
	return append([]Parameter{nonParameter(), forceParameter()}, append(messageLayerParameters(),
		Parameter{Name: "option", Word: "NUMBER=VALUE", Repeated: true, Summary: "add an option, by number or name; the value in hex, or text:… or uint:…", Complete: completeOptions},
		Parameter{Name: "token", Word: "HEX", Summary: "the token, up to 8 octets, instead of a random one; \"\" for none"},
		Parameter{Name: "message-id", Word: "N", Kind: KindCount, Summary: "the message id, 0 to 65535, instead of the next free one"},
	)...)
}

// messageLayerParameters tune the message layer for one request.
func messageLayerParameters() []Parameter {
	return []Parameter{
		{Name: "ack-timeout", Kind: KindDuration, Summary: "how long to wait for an acknowledgement before the first retransmission"},
		{Name: "retransmissions", Kind: KindCount, Summary: "how often a Confirmable message is sent again"},
		{Name: "nstart", Kind: KindCount, Summary: "how many requests may be under way with the device; 0 without limit"},
		{Name: "block", Kind: KindEnum, Values: blockSizes(), Summary: "the size of blocks in octets"},
		{Name: "token-length", Kind: KindEnum, Values: []string{"1", "2", "3", "4", "5", "6", "7", "8"}, Summary: "the length of random tokens in octets"},
	}
}

// blockSizes are those that a block can have. RFC 7959 §2.2.
func blockSizes() []string { return []string{"16", "32", "64", "128", "256", "512", "1024"} }

// requestOptions are what the flags of a request and the settings say.
func (env *Env) requestOptions(args Args) (session.RequestOptions, error) {
	o, err := env.sending(args)
	if err != nil {
		return o, err
	}
	if o.Options, err = parseOptions(args.Texts("option")); err != nil {
		return o, err
	}
	if args.Has("token") {
		o.Token, err = parseToken(args.Text("token"), coap.MaxToken)
	}
	return o, err
}

// sending is what flags and settings say of how a message is sent, rather than of
// what is in it.
func (env *Env) sending(args Args) (session.RequestOptions, error) {
	o := session.RequestOptions{
		Timeout:        env.Timeout,
		Force:          args.Switch("force"),
		NonConfirmable: args.Switch("non") || !args.Has("non") && env.root().Request.NonConfirmable,
	}
	parameters, err := messageLayer(args)
	if err != nil {
		return o, err
	}
	o.Parameters = env.root().Request.Parameters.Under(parameters)
	if args.Has("message-id") {
		o.MessageID, err = parseMessageID(args.Text("message-id"))
	}
	return o, err
}

// messageLayer reads the flags that tune the message layer.
func messageLayer(args Args) (coap.Parameters, error) {
	var p coap.Parameters
	for _, x := range messageLayerParameters() {
		if args.Has(x.Name) {
			if err := tune(&p, x.Name, args.Text(x.Name)); err != nil {
				return p, err
			}
		}
	}
	return p, nil
}

// tune sets one parameter of the message layer by the name of its flag.
func tune(p *coap.Parameters, name, word string) error {
	n, err := strconv.Atoi(word)
	switch {
	case name == "ack-timeout":
		d, ok := parseDuration(word)
		if !ok || d < time.Millisecond {
			return usage("%s %q: expected a duration of at least 1ms", name, word)
		}
		p.AckTimeout = d
	case err != nil || n < 0:
		return usage("%s %q: expected a number", name, word)
	case name == "retransmissions" && n > maxRetransmissions, name == "nstart" && n > maxNSTART:
		return usage("%s %d: expected at most %d", name, n, map[bool]int{true: maxRetransmissions, false: maxNSTART}[name == "retransmissions"])
	case name == "retransmissions":
		p.MaxRetransmit = negativeForNone(n)
	case name == "nstart":
		p.NSTART = negativeForNone(n)
	case name == "block":
		p.BlockSize = n
	case name == "token-length":
		p.TokenLength = n
	}
	return nil
}

// negativeForNone is a count as coap.Parameters takes it, where 0 is the default.
func negativeForNone(n int) int {
	if n == 0 {
		return -1
	}
	return n
}

// parseOptions reads NUMBER=VALUE words.
func parseOptions(words []string) ([]coap.Option, error) {
	if len(words) > maxRequestOptions {
		return nil, usage("option: expected at most %d, found %d", maxRequestOptions, len(words))
	}
	var all []coap.Option
	for _, w := range words {
		name, value, _ := strings.Cut(w, "=")
		number, ok := coap.OptionByName(name)
		if !ok {
			return nil, usage("option %q: expected a number from 0 to 65535 or a name such as Uri-Query%s", name, nearest(name, coap.OptionNames()))
		}
		octets, err := parseOctets(value)
		if err != nil {
			return nil, usage("option %s: %v", number, err).hinting("%s=2a in hex, %s=text:abc or %s=uint:42", name, name, name)
		}
		all = append(all, coap.Option{Number: number, Value: octets})
	}
	return all, nil
}

// parseOctets reads octets: hex, hex:…, text:… or uint:…, the latter in as few
// octets as it takes.
func parseOctets(word string) ([]byte, error) {
	if text, ok := strings.CutPrefix(word, "text:"); ok {
		return []byte(text), nil
	}
	if digits, ok := strings.CutPrefix(word, "uint:"); ok {
		n, err := strconv.ParseUint(digits, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("expected a number, found %q", digits)
		}
		return coap.UintValue(n), nil
	}
	word = strings.TrimPrefix(word, "hex:")
	if word == "" {
		return nil, nil
	}
	octets, err := hexinput.Parse(word, hexinput.Hex)
	if err != nil {
		return nil, fmt.Errorf("expected octets in hex, %w", err)
	}
	return octets, nil
}

// parseToken reads a token of at most so many octets; it is not nil.
func parseToken(word string, most int) ([]byte, error) {
	token, err := parseOctets(word)
	if err != nil {
		return nil, usage("token %q: %v", word, err)
	}
	if len(token) > most {
		return nil, usage("token %q: expected at most %d octets, found %d", word, most, len(token))
	}
	return append([]byte{}, token...), nil
}

// parseMessageID reads a message id.
func parseMessageID(word string) (*uint16, error) {
	n, err := strconv.ParseUint(word, 10, 16)
	if err != nil {
		return nil, usage("message-id %q: expected a number from 0 to 65535", word)
	}
	id := uint16(n)
	return &id, nil
}

// completeOptions offers the names of options.
func completeOptions(*Env, Args, string) []Completion {
	var found []Completion
	for _, name := range coap.OptionNames() {
		number, _ := coap.OptionByName(name)
		found = append(found, Completion{Text: name + "=", Summary: fmt.Sprintf("option %d", number)})
	}
	return found
}
