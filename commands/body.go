package commands

import (
	"cmp"
	"slices"
	"strings"

	"lwcon/formats"
	"lwcon/lwm2m"
	"lwcon/session/coap"
	"lwcon/session/transport"
)

// Body is what a request or a response of an exchange carries, put together from
// its blocks.
//
//	{"direction":"received","blocks":3,"octets":2100,"format":"senml-json","values":[…],"payload":"5b7b…"}
//
// A body that does not decode has a "problem", with the values before it.
type Body struct {
	Direction transport.Direction
	Code      coap.Code
	Blocks    int // 1 where it was not cut into blocks
	Format    lwm2m.ContentFormat
	HasFormat bool
	Payload   []byte
	Tree      *lwm2m.Tree // nil where the format is not known or not stated
	Problem   *Error      // why it does not decode, nil if it does
}

// body writes a body.
func (o *object) body(b *Body) {
	o.text("direction", b.Direction.String())
	o.text("code", b.Code.String())
	o.integer("blocks", int64(b.Blocks))
	o.integer("octets", int64(len(b.Payload)))
	if b.HasFormat {
		o.text("format", b.Format.String())
	}
	if b.Tree != nil {
		o.tree(b.Tree)
		o.deviations(b.Tree.Deviations)
	}
	if b.Problem != nil {
		in := o.object("problem")
		in.text("kind", string(b.Problem.Kind))
		in.integer("offset", int64(b.Problem.Offset))
		in.text("message", b.Problem.Message)
		o.close(in)
	}
	o.hex("payload", string(b.Payload))
}

// gather puts the bodies together.
func (d *Details) gather(env *Env) {
	var at lwm2m.Path
	var use purpose
	for _, side := range [...]struct {
		requests bool
		option   coap.OptionNumber
	}{{true, coap.Block1}, {false, coap.Block2}} {
		parts := d.parts(side.requests, side.option)
		if len(parts) == 0 {
			continue
		}
		if side.requests {
			use, at = purposeOf(&parts[0].Scanned.Message, env.definitionsAt(parts[0].Peer))
		} else if request := d.request(); request != nil {
			_, at = purposeOf(&request.Scanned.Message, nil)
			use = purposeUnknown
		} else {
			use, at = purposeUnknown, d.asked
		}
		b := bodyOf(parts)
		if len(b.Payload) == 0 {
			continue
		}
		b.decode(use.options(formats.Options{Definitions: env.definitionsAt(parts[0].Peer)}, at))
		d.Bodies = append(d.Bodies, b)
	}
}

// request is the first request of the exchange, nil if there is none.
func (d *Details) request() *Passed {
	for _, p := range d.Messages {
		if p.Scanned.Message.Code.IsRequest() {
			return p
		}
	}
	return nil
}

// parts are the messages that make up the body of the requests or of the
// responses, by the number of their block; what came twice once.
func (d *Details) parts(requests bool, option coap.OptionNumber) []*Passed {
	var found []*Passed
	seen := map[uint64]bool{}
	for _, p := range d.Messages {
		m := &p.Scanned.Message
		if requests != m.Code.IsRequest() || !requests && !m.Code.IsResponse() || strings.HasPrefix(p.Note, "fault:") || p.Inner {
			continue
		}
		if len(m.Payload) == 0 && m.Code != coap.Continue && len(found) > 0 {
			continue
		}
		if at := blockOffset(m, option); !seen[at] && m.Code != coap.Continue {
			seen[at] = true
			found = append(found, p)
		}
	}
	slices.SortStableFunc(found, func(a, b *Passed) int {
		return cmp.Compare(blockOffset(&a.Scanned.Message, option), blockOffset(&b.Scanned.Message, option))
	})
	return found
}

// blockOffset is where in the body a message's block begins, 0 where it carries
// no block.
func blockOffset(m *coap.Message, option coap.OptionNumber) uint64 {
	block, found := m.Block1()
	if option == coap.Block2 {
		block, found = m.Block2()
	}
	if !found {
		return 0
	}
	return uint64(block.Number) << (block.SZX + 4)
}

// bodyOf joins the parts.
func bodyOf(parts []*Passed) Body {
	first := &parts[0].Scanned.Message
	b := Body{Direction: parts[0].Direction, Code: first.Code, Blocks: len(parts)}
	for _, p := range parts {
		b.Payload = append(b.Payload, p.Scanned.Message.Payload...)
	}
	number, has := first.ContentFormat()
	b.Format, b.HasFormat = lwm2m.ContentFormat(number), has
	return b
}

// decode reads the body.
func (b *Body) decode(o formats.Options) {
	if !b.HasFormat || !b.Format.Known() || b.Code.Class() >= 4 {
		return
	}
	tree, err := formats.Decode(b.Format, b.Payload, o)
	b.Tree = tree
	if err != nil {
		b.Problem = Classify(err)
	}
}

// definitionsAt are those of the device registered from an address, else the
// newest ones that are known.
func (env *Env) definitionsAt(peer transport.Address) lwm2m.Definitions {
	for _, e := range env.Sessions.Server().Endpoints() {
		if g := e.Registration(); g != nil && g.Address == peer {
			return g
		}
	}
	if env.Definitions == nil {
		return nil
	}
	return versioned{env.Definitions, 0}
}
