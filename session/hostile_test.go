package session

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
	"lwcon/session/coap"
	"lwcon/session/transport"
)

// wild is a peer without a CoAP stack: it answers each datagram with what a
// function makes of it.
type wild struct {
	link   *transport.Memory
	answer func(request []byte) [][]byte
}

func (w *wild) Receive(d transport.Datagram) {
	for _, b := range w.answer(slices.Clone(d.Bytes)) {
		_ = w.link.Send(d.From, d.Local, b)
	}
}

func (w *wild) PeerUp(transport.Address, transport.Local)      {}
func (w *wild) PeerMoved(transport.Address, transport.Address) {}
func (w *wild) PeerDown(transport.Address, error)              {}
func (w *wild) SendFailed(transport.Address, error)            {}

// wildEndpoint registers a wild peer beside a well-behaved one.
func wildEndpoint(t *testing.T, s *Server, network *transport.MemoryNetwork, answer func(request []byte) [][]byte) *Endpoint {
	t.Helper()
	link, err := network.Datagram("192.0.2.66:5683")
	if err != nil {
		t.Fatal(err)
	}
	w := &wild{link: link, answer: func([]byte) [][]byte { return nil }}
	if err := link.Start(w); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { link.Close() })
	m := coap.NewRequest(coap.POST, "/rd")
	m.ID, m.Token = 1, []byte{1}
	for _, q := range []string{"ep=wild", "lt=86400", "lwm2m=1.1"} {
		m.AddQuery(q)
	}
	m.SetContentFormat(40)
	m.Payload = []byte("</1/0>,</3/0>")
	b, err := coap.Encode(m, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := link.Send(serverAddress(t), transport.Local{}, b); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	w.answer = answer
	e, err := s.Find("wild")
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// beside runs a test with a wild peer, and checks that the well-behaved one
// beside it is served as ever.
func beside(t *testing.T, answer func(request []byte) [][]byte, f func(t *testing.T, e *Endpoint)) {
	t.Helper()
	besideOn(t, answer, func(t *testing.T, e *Endpoint, _ *transport.MemoryNetwork) { f(t, e) })
}

func besideOn(t *testing.T, answer func(request []byte) [][]byte, f func(t *testing.T, e *Endpoint, network *transport.MemoryNetwork)) {
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{Definitions: objects.New()})
		_, good := simulated(t, s, network, testProfile)
		e := wildEndpoint(t, s, network, answer)
		f(t, e, network)
		if r, err := Read(t.Context(), good, at("/3/0/0"), ReadOptions{}); err != nil || shown(r) != "2.05 /3/0/0=ACME" {
			t.Errorf("the other device: %v, %v", r, err)
		}
	})
}

// reply makes an acknowledgement of a request, with changes.
func reply(request []byte, change func(*coap.Message)) []byte {
	m, err := coap.Decode(request, false)
	if err != nil {
		return nil
	}
	a := &coap.Message{Type: coap.Acknowledgement, Code: coap.Content, ID: m.ID, Token: m.Token, Payload: []byte("x")}
	a.SetContentFormat(0)
	change(a)
	b, err := coap.Encode(a, false)
	if err != nil {
		return nil
	}
	return b
}

func TestReadOfADeviceThatNeverAnswers(t *testing.T) {
	beside(t, func([]byte) [][]byte { return nil }, func(t *testing.T, e *Endpoint) {
		start := time.Now()
		_, err := Read(t.Context(), e, at("/3/0"), ReadOptions{})
		var operation *OperationError
		if !errors.Is(err, coap.ErrTimeout) || !errors.As(err, &operation) || operation.Exchange == 0 {
			t.Fatalf("error %v, want a timeout that names the exchange", err)
		}
		if !strings.HasPrefix(err.Error(), "read /3/0: no answer after ") || !strings.Contains(err.Error(), "5 transmissions") {
			t.Errorf("error %q", err)
		}
		if took := time.Since(start); took < 62*time.Second || took > 93*time.Second {
			t.Errorf("gave up after %v, want MAX_TRANSMIT_WAIT, 62 to 93 s", took)
		}
	})
}

func TestReadOfADeviceThatAnswersWithReset(t *testing.T) {
	beside(t, func(request []byte) [][]byte {
		return [][]byte{{0x70, 0, request[2], request[3]}}
	}, func(t *testing.T, e *Endpoint) {
		if _, err := Read(t.Context(), e, at("/3/0"), ReadOptions{}); !errors.Is(err, coap.ErrReset) {
			t.Errorf("error %v, want ErrReset", err)
		}
	})
}

func TestReadOfADeviceThatAnswersWithAnotherToken(t *testing.T) {
	beside(t, func(request []byte) [][]byte {
		return [][]byte{reply(request, func(m *coap.Message) { m.Token = []byte("wrong") })}
	}, func(t *testing.T, e *Endpoint) {
		r, err := Read(t.Context(), e, at("/3/0/0"), ReadOptions{})
		if !errors.Is(err, coap.ErrTimeout) {
			t.Errorf("%+v, error %v; the answer to another request was taken", r, err)
		}
	})
}

func TestReadOfADeviceThatAnswersInAnotherFormat(t *testing.T) {
	accept := lwm2m.FormatTLV
	for name, c := range map[string]struct {
		change func(*coap.Message)
		rule   lwm2m.RuleID
	}{
		"not the accepted one": {func(m *coap.Message) {}, ruleResponseFormat},
		"none":                 {func(m *coap.Message) { m.Options.Remove(coap.ContentFormat) }, ruleResponseNoFormat},
	} {
		t.Run(name, func(t *testing.T) {
			beside(t, func(request []byte) [][]byte { return [][]byte{reply(request, c.change)} }, func(t *testing.T, e *Endpoint) {
				r, err := Read(t.Context(), e, at("/3/0/0"), ReadOptions{Accept: &accept})
				if err != nil || !slices.ContainsFunc(r.Deviations, func(d lwm2m.Deviation) bool { return d.Rule == c.rule }) {
					t.Errorf("%+v, %v; want the deviation %s", r, err, c.rule)
				}
			})
		})
	}
}

func TestReadOfAPayloadThatDoesNotDecodeKeepsItsOctets(t *testing.T) {
	payload := []byte{0xc8, 0x00, 0x14, 'O', 'p'}
	beside(t, func(request []byte) [][]byte {
		return [][]byte{reply(request, func(m *coap.Message) {
			m.SetContentFormat(11542)
			m.Payload = payload
		})}
	}, func(t *testing.T, e *Endpoint) {
		r, err := Read(t.Context(), e, at("/3/0"), ReadOptions{})
		if err != nil || r.Err == nil || !slices.Equal(r.Payload, payload) {
			t.Errorf("%+v, %v; want the octets and why they do not decode", r, err)
		}
	})
}

func TestRandomDatagramsDisturbNobody(t *testing.T) {
	besideOn(t, func([]byte) [][]byte { return nil }, func(t *testing.T, e *Endpoint, network *transport.MemoryNetwork) {
		to, from := serverAddress(t), e.Registration().Address
		for i := range 1000 {
			b := make([]byte, i%40)
			for j := range b {
				b[j] = byte(mix(uint64(i*64 + j)))
			}
			network.Deliver(from, to, b)
		}
		synctest.Wait()
	})
}

func TestAnAnswerThatCannotBeUsedIsTheReasonWhyThereIsNone(t *testing.T) {
	beside(t, func(request []byte) [][]byte {
		return [][]byte{reply(request, func(m *coap.Message) { m.Token = []byte{0xff, 0xee} })}
	}, func(t *testing.T, e *Endpoint) {
		_, err := Read(t.Context(), e, at("/3/0/0"), ReadOptions{RequestOptions: RequestOptions{Timeout: 5 * time.Second}})
		var operation *OperationError
		if !errors.As(err, &operation) || !errors.Is(err, coap.ErrTimeout) || len(operation.Deviations) == 0 || operation.Deviations[0].Rule != "coap-wrong-token" {
			t.Fatalf("error %+v, want a timeout with the deviation coap-wrong-token", operation)
		}
		if !strings.Contains(err.Error(), "what came could not be used: token ") || !strings.Contains(err.Error(), "ffee found") {
			t.Errorf("error %q", err)
		}
	})
}

func TestAMessageThatCannotBeReadIsTold(t *testing.T) {
	withoutPayload := []byte{0x40, 2, 0, 9, 0xb2, 'r', 'd', 0xff}
	longName, _ := coap.Encode(&coap.Message{Code: coap.POST, ID: 10, Token: []byte{9}, Options: coap.Options{
		{Number: coap.URIPath, Value: []byte("rd")}, {Number: coap.URIQuery, Value: []byte("ep=" + strings.Repeat("x", 260))},
	}}, false)
	for rule, sent := range map[lwm2m.RuleID][]byte{"coap-marker-without-payload": withoutPayload, "coap-option-length": longName} {
		besideOn(t, func([]byte) [][]byte { return nil }, func(t *testing.T, e *Endpoint, network *transport.MemoryNetwork) {
			after := e.server.log.End()
			stranger, _ := transport.ParseAddress("192.0.2.67:5683")
			network.Deliver(stranger, serverAddress(t), sent)
			synctest.Wait()
			event, _, ok := e.server.log.Reader(after).TryNext()
			if !ok || event.Kind != EventDeviation || event.Exchange == 0 || event.Deviations[0].Rule != rule || !strings.Contains(event.Deviations[0].Message, "from 192.0.2.67:5683") {
				t.Errorf("event %+v, want a deviation from %s with the address", event, rule)
			}
		})
	}
}

func TestANotificationThatIsNotTakenIsTold(t *testing.T) {
	observed := make(chan []byte, 1)
	beside(t, func(request []byte) [][]byte {
		m, err := coap.Decode(request, false)
		if err != nil || !m.Options.Has(coap.Observe) {
			return nil
		}
		observed <- m.Token
		return [][]byte{reply(request, func(m *coap.Message) { m.SetObserve(1) })}
	}, func(t *testing.T, e *Endpoint) {
		if _, err := Observe(t.Context(), e, at("/3/0/0"), ObserveOptions{}); err != nil {
			t.Fatal(err)
		}
		n := &coap.Message{Type: coap.Confirmable, Code: coap.Content, ID: 77, Token: <-observed, Payload: []byte("y")}
		n.SetObserve(2)
		n.SetContentFormat(0)
		n.Options.Add(65001, []byte{1})
		b, err := coap.Encode(n, false)
		if err != nil {
			t.Fatal(err)
		}
		after := e.server.log.End()
		e.Observations()[0].operation.listener.coap.Receive(transport.Datagram{From: e.Registration().Address, Bytes: b})
		synctest.Wait()
		event, _, ok := e.server.log.Reader(after).TryNext()
		if !ok || event.Kind != EventNotification || !errors.Is(event.Notification.Response.Err, coap.ErrRejected) || event.Notification.Fresh {
			t.Fatalf("event %+v, want a notification that was not taken", event)
		}
		if state := e.Observations()[0].State(); state.Count != 0 {
			t.Errorf("%d notifications counted", state.Count)
		}
	})
}

func TestObserveOfADeviceThatDoesNotObserve(t *testing.T) {
	beside(t, func(request []byte) [][]byte { return [][]byte{reply(request, func(*coap.Message) {})} }, func(t *testing.T, e *Endpoint) {
		r, err := Observe(t.Context(), e, at("/3/0/0"), ObserveOptions{})
		if err != nil || r.Observation != 0 || len(e.Observations()) != 0 ||
			!slices.ContainsFunc(r.Deviations, func(d lwm2m.Deviation) bool { return d.Rule == ruleNotObserved }) {
			t.Errorf("%+v, %v; want the deviation %s and no observation", r, err, ruleNotObserved)
		}
	})
}

func TestCreateWithoutLocationIsNoted(t *testing.T) {
	beside(t, func(request []byte) [][]byte {
		return [][]byte{reply(request, func(m *coap.Message) { m.Code, m.Payload, m.Options = coap.Created, nil, nil })}
	}, func(t *testing.T, e *Endpoint) {
		nodes := []lwm2m.Node{value("/3303/*/5700", lwm2m.FloatValue(1))}
		r, err := Create(t.Context(), e, at("/3303"), nodes, CreateOptions{})
		if err != nil || !slices.ContainsFunc(r.Deviations, func(d lwm2m.Deviation) bool { return d.Rule == ruleCreateNoLocation }) {
			t.Errorf("%+v, %v; want the deviation %s", r, err, ruleCreateNoLocation)
		}
	})
}
