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
// all that was sent, else the message itself. It is "" where no request is known,
// and where a secret in it is masked.
func (d *Details) commandLine() string {
	p := d.request()
	if p == nil || strings.Contains(p.Note, "secrets masked") {
		return ""
	}
	m := &p.Scanned.Message
	words, said := operationLine(p)
	if words == nil {
		words, said = d.messageLine(m)
	}
	for _, b := range [...]func() (coap.Block, bool){m.Block1, m.Block2} {
		if block, has := b(); has && block.Number == 0 {
			words = append(words, "--block", strconv.Itoa(block.Size()))
			break
		}
	}
	if m.Type == coap.NonConfirmable && !p.Stream {
		words = append(words, "--non")
	}
	for _, o := range p.Scanned.Options {
		if !slices.Contains(said, o.Number) {
			words = append(words, "--option", strconv.Itoa(int(o.Number))+"="+hex.EncodeToString(o.Value))
		}
	}
	for i := range words {
		words[i] = Quote(words[i])
	}
	return strings.Join(words, " ")
}

// deviceWords are the words that name the device that a request went to, "" where
// there is but one.
func (env *Env) deviceWords(p *Passed) string {
	if env.roles()&ServerRole == 0 || p.Direction != transport.Sent {
		return ""
	}
	all := env.Sessions.Server().Endpoints()
	for _, e := range all {
		if g := e.Registration(); len(all) > 1 && g != nil && g.Address == p.Peer {
			return " --endpoint " + Quote(e.Name())
		}
	}
	return ""
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
