package commands

import (
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"lwcon/lwm2m"
	"lwcon/session/coap"
	"lwcon/session/transport"
)

// commandLine is the line that repeats the exchange: an operation where it says
// all that was sent, else the message itself, or its octets. It is "" where no
// request is known, and where a secret in it is masked.
func (d *Details) commandLine(env *Env) string {
	p := d.request()
	if len(d.Messages) > 0 && d.Messages[0].Note == "raw" {
		p = d.Messages[0]
	}
	if p == nil || strings.Contains(p.Note, "secrets masked") || d.Messages[0].Scanned.Message.Code.IsResponse() {
		return "" // a notification is asked for its further blocks only
	}
	words := d.requestWords(p)
	if p.Direction == transport.Sent {
		words = append(words, env.targetWords(p, words[0] == "coap" || words[0] == "raw")...)
	}
	for i := range words {
		words[i] = Quote(words[i])
	}
	return strings.Join(words, " ")
}

// requestWords are the words that send what was sent, but for those that say to whom.
func (d *Details) requestWords(p *Passed) []string {
	if p.Note == "raw" {
		return []string{"raw", hex.EncodeToString(p.Bytes)}
	}
	m := &p.Scanned.Message
	words, said := operationLine(p)
	if words == nil || p.Chosen&coap.ChosenBlocks != 0 {
		words, said = d.messageLine(m)
	}
	if p.Chosen&coap.ChosenBlocks != 0 {
		said = slices.DeleteFunc(slices.Clone(said), func(n coap.OptionNumber) bool { return slices.Contains(blockOptions[:], n) })
	} else {
		words = append(words, blockWords(m)...)
	}
	if m.Type == coap.NonConfirmable && !p.Stream {
		words = append(words, "--non")
	}
	if p.Chosen&coap.ChosenToken != 0 {
		words = append(words, "--token", hex.EncodeToString(m.Token))
	}
	if p.Chosen&coap.ChosenID != 0 && !p.Stream {
		words = append(words, "--message-id", strconv.Itoa(int(m.ID)))
	}
	for _, o := range p.Scanned.Options {
		if !slices.Contains(said, o.Number) {
			words = append(words, "--option", strconv.Itoa(int(o.Number))+"="+hex.EncodeToString(o.Value))
		}
	}
	return words
}

// blockWords are the words that ask for the size of the first block.
func blockWords(m *coap.Message) []string {
	for _, b := range [...]func() (coap.Block, bool){m.Block1, m.Block2} {
		if block, has := b(); has && block.Number == 0 {
			return []string{"--block", strconv.Itoa(block.Size())}
		}
	}
	return nil
}

// targetWords are the words that say whom a message went to: the device that is
// registered there, else the address, which only messages made by hand can take.
func (env *Env) targetWords(p *Passed, byHand bool) []string {
	if env.roles()&ServerRole != 0 {
		for _, e := range env.Sessions.Server().Endpoints() {
			if g := e.Registration(); g != nil && g.Address == p.Peer {
				return []string{"--endpoint", e.Name()}
			}
		}
	}
	if !byHand || env.roles()&ServerRole == 0 {
		return nil
	}
	scheme := "coap"
	if p.Secure {
		scheme += "s"
	}
	if p.Stream {
		scheme += "+tcp"
	}
	return []string{"--to", scheme + "://" + p.Peer.String()}
}

// blockOptions are those that the message layer adds by itself.
var blockOptions = [...]coap.OptionNumber{coap.Block1, coap.Block2, coap.Size1, coap.Size2, coap.RequestTag}

// operationLine are the words of the operation that sends just this request, and
// the options that they say; nil where there is none.
func operationLine(p *Passed) (words []string, said []coap.OptionNumber) {
	m := &p.Scanned.Message
	path, err := lwm2m.ParsePath("/" + strings.Join(m.Path(), "/"))
	if err != nil || p.Direction != transport.Sent || path.Level() == lwm2m.LevelRoot || path.Prefix() != "" {
		return nil, nil
	}
	accept, accepts := m.Accept()
	observe, observes := m.Observe()
	queries := m.Queries()
	said = append(blockOptions[:], coap.URIPath)
	switch empty := len(m.Payload) == 0; {
	case m.Code == coap.GET && empty && len(queries) == 0 && accepts && lwm2m.ContentFormat(accept) == lwm2m.FormatLink && !observes:
		return []string{"discover", path.String()}, append(said, coap.Accept)
	case m.Code == coap.GET && empty && len(queries) == 0 && (!observes || observe == 0):
		words = []string{"read", path.String()}
		if observes {
			words[0] = "observe"
		}
		if accepts {
			words = append(words, "--accept", lwm2m.ContentFormat(accept).String())
		}
		return words, append(said, coap.Accept, coap.Observe)
	case m.Code == coap.GET && empty && observes && observe == 0 && notifying(queries):
		words = append([]string{"observe", path.String()}, queries...)
		if accepts {
			words = append(words, "--accept", lwm2m.ContentFormat(accept).String())
		}
		return words, append(said, coap.Accept, coap.Observe, coap.URIQuery)
	case m.Code == coap.DELETE && empty && path.Level() >= lwm2m.LevelObjectInstance:
		return []string{"delete", path.String()}, said
	case m.Code == coap.POST && path.Level() == lwm2m.LevelResource && executes(m):
		words = []string{"execute", path.String()}
		if !empty {
			words = append(words, "--arguments", string(m.Payload))
		}
		return words, append(said, coap.ContentFormat)
	case m.Code == coap.PUT && empty && len(queries) > 0:
		return attributesLine(path, queries), append(said, coap.URIQuery)
	}
	return nil, nil
}

// notifying says whether all items of a query are attributes with values, as an
// Observe can carry them.
func notifying(queries []string) bool {
	for _, q := range queries {
		if _, err := parseAttributes([]string{q}); err != nil || !strings.Contains(q, "=") {
			return false
		}
	}
	return true
}

// executes says whether a POST to a resource is an Execute as we send it.
func executes(m *coap.Message) bool {
	f, has := m.ContentFormat()
	return len(m.Payload) == 0 && !has || len(m.Payload) > 0 && has && lwm2m.ContentFormat(f) == lwm2m.FormatText
}

// attributesLine are the words of a Write-Attributes.
func attributesLine(path lwm2m.Path, queries []string) []string {
	words := []string{"attributes", path.String()}
	for _, q := range queries {
		if !strings.Contains(q, "=") {
			q += "!"
		}
		words = append(words, q)
	}
	return words
}

// messageLine are the words of the command coap, and the options that they say.
func (d *Details) messageLine(m *coap.Message) (words []string, said []coap.OptionNumber) {
	name := m.Code.Name()
	if _, ok := parseMethod(name); !ok {
		name = m.Code.String()
	}
	words, said = []string{"coap", name}, append(blockOptions[:], coap.ContentFormat, coap.Accept)
	if uri, ok := uriOf(m); ok {
		words, said = append(words, uri), append(said, coap.URIPath, coap.URIQuery)
	}
	if f, ok := m.Accept(); ok {
		words = append(words, "--accept", lwm2m.ContentFormat(f).String())
	}
	if f, ok := m.ContentFormat(); ok {
		words = append(words, "--content-format", lwm2m.ContentFormat(f).String())
	}
	for i := range d.Bodies {
		if b := &d.Bodies[i]; b.Code == m.Code {
			words = append(words, "--payload", hex.EncodeToString(b.Payload))
			break
		}
	}
	return words, said
}

// uriOf is path and query in one word, if they can be told apart there.
func uriOf(m *coap.Message) (uri string, ok bool) {
	for _, segment := range m.Path() {
		if segment == "" || strings.ContainsAny(segment, "/?") {
			return "", false
		}
	}
	uri = "/" + strings.Join(m.Path(), "/")
	queries := m.Queries()
	for _, q := range queries {
		if strings.Contains(q, "&") {
			return "", false
		}
	}
	if len(queries) > 0 {
		uri += "?" + strings.Join(queries, "&")
	}
	return uri, true
}
