package session

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"testing"

	"lwcon/formats"
	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
	"lwcon/session/coap"
	"lwcon/session/transport"
)

const key = "s3cr3tk3ys3cr3tk3y"

// newest knows the newest versions of objects.
type newest struct{ *objects.Registry }

func (n newest) Object(id uint16) *lwm2m.Object { return n.Registry.Object(id, 0) }

// account is the values of a security object in a format, the key among them.
func account(t testing.TB, f lwm2m.ContentFormat) []byte {
	t.Helper()
	nodes := []lwm2m.Node{
		lwm2m.NewNode(lwm2m.KindValue, at("/0/1/0"), lwm2m.StringValue("coap://x"), lwm2m.Span{}, 0),
		lwm2m.NewNode(lwm2m.KindValue, at("/0/1/3"), lwm2m.OpaqueValue("identity"), lwm2m.Span{}, 0),
		lwm2m.NewNode(lwm2m.KindValue, at("/0/1/5"), lwm2m.OpaqueValue(key), lwm2m.Span{}, 0),
		lwm2m.NewNode(lwm2m.KindValue, at("/0/1/10"), lwm2m.IntegerValue(7), lwm2m.Span{}, 0),
	}
	b, err := formats.Encode(f, nodes, formats.Options{At: at("/0/1"), Definitions: newest{objects.New()}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// leaks says whether the key is in b, as octets, in hex or in base64.
func leaks(b []byte) bool {
	return bytes.Contains(b, []byte(key[3:12])) || bytes.Contains(b, []byte(hex.EncodeToString([]byte(key)))) ||
		bytes.Contains(b, []byte(base64.RawURLEncoding.EncodeToString([]byte(key))[:20])) ||
		bytes.Contains(b, []byte(base64.StdEncoding.EncodeToString([]byte(key))[:20]))
}

// valueFormats are the formats that an instance can be written in.
var valueFormats = []lwm2m.ContentFormat{
	lwm2m.FormatTLV, lwm2m.FormatJSON, lwm2m.FormatSenMLJSON, lwm2m.FormatSenMLCBOR, lwm2m.FormatLwM2MCBOR,
}

func TestOnlyTheSecretOfAPayloadIsMaskedInEveryFormat(t *testing.T) {
	for _, f := range valueFormats {
		payload := account(t, f)
		if !leaks(payload) {
			t.Fatalf("%s: the key is not in the payload: the test is blind", f)
		}
		before := bytes.Clone(payload)
		masked, found := MaskPayload(f, at("/0/1"), payload)
		if !found || len(masked) != len(payload) || leaks(masked) {
			t.Errorf("%s: %t, %q", f, found, masked)
		}
		if !bytes.Equal(before, payload) {
			t.Errorf("%s: the payload was changed", f)
		}
		tree, err := formats.Decode(f, masked, formats.Options{At: at("/0/1"), Definitions: newest{objects.New()}})
		if f.Textual() && tree.Find(at("/0/1/10")) == nil || !f.Textual() && (err != nil || len(tree.Nodes) != 4) {
			t.Errorf("%s: the rest is not there any more: %q, %v", f, masked, err)
		}
		if !bytes.Contains(masked, []byte("coap://x")) {
			t.Errorf("%s: more than the secret is masked: %q", f, masked)
		}
	}
}

func TestSecretsByTheirPath(t *testing.T) {
	for where, want := range map[string]bool{
		"/0/1/5": true, "/0/0/8": true, "/21/0/0": true, "/0/1/5/0": true,
		"/0/1/3": false, "/21/0/1": false, "/1/0/5": false, "/0/1": false, "/": false,
	} {
		if got := Secret(at(where)); got != want {
			t.Errorf("%s: %t, want %t", where, got, want)
		}
	}
	masked, found := MaskPayload(lwm2m.FormatText, at("/0/1/5"), []byte("abc"))
	if !found || string(masked) != "***" {
		t.Errorf("text: %q", masked)
	}
	if masked, found = MaskPayload(lwm2m.FormatTLV, at("/21/0"), []byte{0xff, 1}); !found || string(masked) != "**" {
		t.Errorf("what does not decode: %q, want all of it masked", masked)
	}
	if masked, found = MaskPayload(lwm2m.FormatTLV, at("/3/0"), []byte{0xff, 1}); found || masked[0] != 0xff {
		t.Errorf("/3/0: %q, want it as it is", masked)
	}
}

func TestATreeIsMaskedInValuesAndPayload(t *testing.T) {
	for _, f := range valueFormats {
		tree, err := formats.Decode(f, account(t, f), formats.Options{At: at("/0/1"), Definitions: newest{objects.New()}})
		if err != nil {
			t.Fatal(err)
		}
		masked, found := MaskTree(tree)
		if !found || leaks([]byte(masked.Payload)) {
			t.Fatalf("%s: %t %q", f, found, masked.Payload)
		}
		n := masked.Find(at("/0/1/5"))
		if got := n.Value().Text(); got != "******************" || n.Name() != "Secret Key" {
			t.Errorf("%s: %q %q", f, got, n.Name())
		}
		if tree.Find(at("/0/1/5")).Value().Text() != key {
			t.Errorf("%s: the tree itself was changed", f)
		}
	}
}

// encoded encodes a message.
func encoded(t testing.TB, m *coap.Message, stream bool) []byte {
	t.Helper()
	b, err := coap.Encode(m, stream)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// conversation is a write of the account, a read of it, and a read of something
// else, each with its answer.
func conversation(t testing.TB, f lwm2m.ContentFormat, stream bool) []transport.WireRecord {
	var all []transport.WireRecord
	add := func(d transport.Direction, m *coap.Message) {
		all = append(all, transport.WireRecord{Direction: d, Remote: serverAddress(t), Stream: stream, Bytes: encoded(t, m, stream)})
	}
	write := coap.NewRequest(coap.PUT, "/0/1")
	write.Token, write.Payload = []byte{1}, account(t, f)
	write.SetContentFormat(uint16(f))
	add(transport.Sent, write)
	add(transport.Received, &coap.Message{Type: coap.Acknowledgement, Code: Changed, Token: []byte{1}})
	read := coap.NewRequest(coap.GET, "/lwm2m/0/1")
	read.Token = []byte{2}
	add(transport.Sent, read)
	answer := &coap.Message{Type: coap.Acknowledgement, Code: Content, Token: []byte{2}, Payload: account(t, f)}
	answer.SetContentFormat(uint16(f))
	add(transport.Received, answer)
	return all
}

func TestAMaskerFollowsRequestsToTheirAnswers(t *testing.T) {
	for _, f := range valueFormats {
		m := NewMasker()
		for i, r := range conversation(t, f, false) {
			masked, found := m.Wire(r)
			if found != (i != 1 && i != 2) || leaks(masked) || len(masked) != len(r.Bytes) {
				t.Errorf("%s, message %d: %t, %q", f, i, found, masked)
			}
		}
	}
}

func TestAMaskerPutsFramesOfAStreamTogether(t *testing.T) {
	m := NewMasker()
	var in, out [2][]byte
	for _, r := range conversation(t, lwm2m.FormatTLV, true) {
		in[r.Direction] = append(in[r.Direction], r.Bytes...)
		for _, octet := range r.Bytes { // octet by octet
			r.Bytes = []byte{octet}
			masked, _ := m.Wire(r)
			out[r.Direction] = append(out[r.Direction], masked...)
		}
	}
	for d := range out {
		if len(out[d]) != len(in[d]) || leaks(out[d]) {
			t.Errorf("direction %d: %d octets of %d: %q", d, len(out[d]), len(in[d]), out[d])
		}
	}
	m.Wire(transport.WireRecord{Remote: serverAddress(t), Stream: true, Bytes: []byte{0xd0}})
	m.Wire(transport.WireRecord{Remote: serverAddress(t), Stream: true, Note: transport.NoteClosed})
	if len(m.pending) != 0 {
		t.Error("the start of a frame outlives its connection")
	}
}

func TestABlockOfASecurityObjectIsMaskedWhole(t *testing.T) {
	m := NewMasker()
	r := coap.NewRequest(coap.PUT, "/0/1")
	r.Payload = []byte(key)
	r.SetBlock1(coap.Block{Number: 1, SZX: 0})
	if b, found := m.Message(serverAddress(t), transport.Sent, false, encoded(t, r, false)); !found || leaks(b) {
		t.Errorf("%q", b)
	}
}

func TestBlocksOfAnOrdinaryTextAreShown(t *testing.T) {
	ask := func(path string) *coap.Message {
		r := coap.NewRequest(coap.GET, path)
		r.Token = []byte{7}
		return r
	}
	block := coap.NewResponse(Content)
	block.Token, block.Payload = []byte{7}, []byte("0123456789abcdef")
	block.SetContentFormat(uint16(lwm2m.FormatText))
	block.SetBlock2(coap.Block{Number: 1, More: true})
	for path, hidden := range map[string]bool{"/3303/0/5750": false, "/0/1/5": true} {
		m := NewMasker()
		m.Message(serverAddress(t), transport.Sent, false, encoded(t, ask(path), false))
		if b, found := m.Message(serverAddress(t), transport.Received, false, encoded(t, block, false)); found != hidden {
			t.Errorf("%s: %q", path, b)
		}
		told := NewMasker() // of a request that passed before it began
		told.Know(serverAddress(t), []byte{7}, at(path))
		if b, found := told.Message(serverAddress(t), transport.Received, false, encoded(t, block, false)); found != hidden {
			t.Errorf("%s, told of: %q", path, b)
		}
	}
}

func TestBlocksOfACompositeBodyAreMaskedWhereItHoldsSecrets(t *testing.T) {
	secret := []lwm2m.Node{
		lwm2m.NewNode(lwm2m.KindValue, at("/3/0/0"), lwm2m.StringValue("a manufacturer"), lwm2m.Span{}, 0),
		lwm2m.NewNode(lwm2m.KindValue, at("/0/1/5"), lwm2m.OpaqueValue(key), lwm2m.Span{}, 0),
		lwm2m.NewNode(lwm2m.KindValue, at("/3/0/1"), lwm2m.StringValue("a model"), lwm2m.Span{}, 0),
	}
	open := []lwm2m.Node{
		secret[0], secret[2], lwm2m.NewNode(lwm2m.KindValue, at("/3/0/14"), lwm2m.StringValue("+02:00"), lwm2m.Span{}, 0),
	}
	for _, f := range []lwm2m.ContentFormat{lwm2m.FormatSenMLJSON, lwm2m.FormatSenMLCBOR, lwm2m.FormatLwM2MCBOR} {
		for szx := range uint8(3) {
			for _, upload := range []bool{true, false} {
				for _, nodes := range [][]lwm2m.Node{secret, open} {
					payload, err := formats.Encode(f, nodes, formats.Options{})
					if err != nil {
						t.Fatal(err)
					}
					shown, hidden := compositeBlocks(t, f, szx, upload, payload)
					holds := len(nodes) == 3 && nodes[1].Path() == at("/0/1/5")
					if leaks(shown) || bytes.Contains(shown, []byte(key[:4])) || hidden != holds {
						t.Errorf("%s, blocks of %d, upload %v, secret %v: %q", f, 16<<szx, upload, holds, shown)
					}
				}
			}
		}
	}
}

// compositeBlocks passes a body in blocks through a masker, and returns what it
// shows of it.
func compositeBlocks(t *testing.T, f lwm2m.ContentFormat, szx uint8, upload bool, payload []byte) (shown []byte, hidden bool) {
	t.Helper()
	m, size := NewMasker(), 16<<szx
	for number := 0; number*size < len(payload); number++ {
		end := min((number+1)*size, len(payload))
		block := coap.Block{Number: uint32(number), More: end < len(payload), SZX: szx}
		message := coap.NewRequest(coap.IPATCH, "/")
		if upload {
			message.SetBlock1(block)
		} else {
			message = coap.NewResponse(Content)
			message.SetBlock2(block)
		}
		message.Token, message.Payload = []byte{byte(number)}, payload[number*size:end]
		message.SetContentFormat(uint16(f))
		b, found := m.Message(serverAddress(t), transport.Sent, false, encoded(t, message, false))
		shown = append(shown, b[len(b)-(end-number*size):]...)
		hidden = hidden || found
	}
	return shown, hidden
}

func TestAMaskerForgetsTheOldestRequests(t *testing.T) {
	m := NewMasker()
	for i := range maxMaskedRequests + 5 {
		r := coap.NewRequest(coap.GET, "/0/1")
		r.Token = []byte{byte(i >> 16), byte(i >> 8), byte(i)}
		m.Message(serverAddress(t), transport.Sent, false, encoded(t, r, false))
	}
	if len(m.requests) != maxMaskedRequests || len(m.order) != maxMaskedRequests {
		t.Errorf("%d and %d requests are remembered", len(m.requests), len(m.order))
	}
}

func FuzzMaskedMessagesKeepTheirLength(f *testing.F) {
	for _, r := range conversation(f, lwm2m.FormatSenMLJSON, false) {
		f.Add(r.Bytes)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m := NewMasker()
		m.Message(serverAddress(t), transport.Sent, false, b)
		masked, _ := m.Message(serverAddress(t), transport.Received, false, b)
		if len(masked) != len(b) {
			t.Errorf("%d octets of %d", len(masked), len(b))
		}
	})
}
