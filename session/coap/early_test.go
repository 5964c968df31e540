package coap

import (
	"errors"
	"testing"
	"testing/synctest"

	"lwcon/session/transport"
)

// xor protects messages by turning over the bits of payload and path: no
// secret, but wrong on both sides unless each message passes it exactly once.
type xor struct{ key byte }

func (x xor) turn(m *Message) *Message {
	out := m.Clone()
	for i := range out.Payload {
		out.Payload[i] ^= x.key
	}
	for _, o := range out.Options {
		if o.Number == URIPath || o.Number == URIQuery || o.Number == LocationPath {
			for i := range o.Value {
				o.Value[i] ^= x.key
			}
		}
	}
	return out
}

func (x xor) ProtectRequest(_ transport.Address, m *Message) (*Message, any, error) {
	return x.turn(m), x.key, nil
}

func (x xor) UnprotectResponse(_ transport.Address, state any, m *Message) (*Message, error) {
	if state != x.key {
		return nil, errors.New("the state of the request is lost")
	}
	return x.turn(m), nil
}

func (x xor) UnprotectRequest(_ transport.Address, m *Message) (*Message, any, error) {
	if len(m.Path()) > 0 && m.Path()[0] == "plain" {
		return nil, nil, &Refusal{Unauthorized, "not protected"}
	}
	return x.turn(m), x.key, nil
}

func (x xor) ProtectResponse(_ transport.Address, state any, m *Message) (*Message, error) {
	if state != x.key {
		return nil, errors.New("the state of the request is lost")
	}
	return x.turn(m), nil
}

// TestRegisterAndReadOverEveryKindOfLink is the early test of the architecture:
// what holds here holds for TCP, SMS and OSCORE too.
func TestRegisterAndReadOverEveryKindOfLink(t *testing.T) {
	for _, stream := range []bool{false, true} {
		for _, protection := range []Protection{nil, xor{0x5a}} {
			synctest.Test(t, func(t *testing.T) {
				n := newNetwork(t)
				registered := make(chan *Request, 1)
				server := Config{Protection: protection, Handler: func(r *Request) {
					m := NewResponse(Created)
					m.SetLocationPath("/rd/5a3f")
					_ = r.Respond(m)
					registered <- r
				}}
				device := Config{Protection: protection, Handler: func(r *Request) {
					if r.AcceptObserve(nil) != nil {
						_ = r.Respond(&Message{Code: Content, Payload: text(3000)})
						return
					}
					_ = r.Respond(&Message{Code: Content, Payload: []byte("ACME")})
				}}
				var s, d *Endpoint
				if stream {
					s, d = connected(t, n, server, device)
				} else {
					s, d = n.endpoint(serverAt, server), n.endpoint(clientAt, device)
				}
				register := NewRequest(POST, "/rd")
				register.AddQuery("ep=dev1")
				register.Payload = text(2500)
				x, err := d.Do(bg(), address(t, serverAt), register, RequestOptions{})
				if err != nil || x.Response.Code != Created || len(x.Response.LocationPath()) != 2 || x.Response.LocationPath()[1] != "5a3f" {
					t.Fatalf("register: %v, %v", x.Response, err)
				}
				r := <-registered
				if r.Message.Queries()[0] != "ep=dev1" || string(r.Message.Payload) != string(register.Payload) {
					t.Errorf("the server got %v", r.Message)
				}
				x, err = s.Do(bg(), r.Peer, NewRequest(GET, "/3/0/0"), RequestOptions{})
				if err != nil || string(x.Response.Payload) != "ACME" {
					t.Errorf("read: %v, %v", x.Response, err)
				}
				inner := 0
				for _, record := range s.Log().Records(x.Number) {
					if record.Inner {
						inner++
					}
				}
				if want := map[bool]int{true: 2, false: 0}[protection != nil]; inner != want {
					t.Errorf("%d inner messages logged, want %d", inner, want)
				}
				w := <-observe(s, r.Peer)
				if w.err != nil || w.o == nil || string(w.x.Response.Payload) != string(text(3000)) {
					t.Errorf("observe: %v, %v", w.x, w.err)
				}
				if !stream && protection != nil {
					if string(x.Transmissions[1].Bytes[len(x.Transmissions[1].Bytes)-4:]) == "ACME" {
						t.Error("the response travelled in the clear")
					}
				}
			})
		}
	}
}

func TestRefusalOfProtectionIsTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		n.endpoint(serverAt, Config{Protection: xor{1}})
		client := n.script(clientAt)
		client.send(address(t, serverAt), ask(1, "/plain"))
		if got := client.next().message; got.Code != Unauthorized || string(got.Payload) != "not protected" {
			t.Errorf("got %v %q", got, got.Payload)
		}
	})
}

func TestRepetitionsCarryTheSameProtectedBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		peer := n.script(serverAt)
		client := n.endpoint(clientAt, Config{Protection: xor{7}})
		start(client, address(t, serverAt), NewRequest(GET, "/3"), RequestOptions{})
		if first, second := peer.next(), peer.next(); string(first.bytes) != string(second.bytes) {
			t.Errorf("sent %x, then %x", first.bytes, second.bytes)
		}
	})
}
