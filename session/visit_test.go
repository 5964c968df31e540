package session

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
	"lwcon/session/coap"
	"lwcon/session/transport"
)

func TestOnlyWhatCanBeMeantForALocationIsAnUnknownOne(t *testing.T) {
	for _, c := range []struct {
		code coap.Code
		path string
		want lwm2m.RuleID
	}{
		{coap.GET, "/.well-known/core", ruleOtherRequest},
		{coap.GET, "/", ruleOtherRequest},
		{coap.FETCH, "/", ruleOtherRequest},
		{coap.GET, "/rd/nobody", ruleOtherRequest},
		{coap.GET, "/rd", ruleOtherRequest},
		{coap.POST, "/rd/nobody", ruleUnknownLocation},
		{coap.POST, "/nobody", ruleUnknownLocation},
		{coap.DELETE, "/rd/nobody", ruleUnknownLocation},
	} {
		synctest.Test(t, func(t *testing.T) {
			s, network := memoryServer(t, ServerConfig{})
			p := peer(t, network, "192.0.2.7:40001", nil)
			send(t, p, c.code, c.path, nil, "")
			if got := logged(s.Log().Reader(0)); !slices.Equal(got, []lwm2m.RuleID{c.want}) {
				t.Errorf("%s %s: got %v, want %s", c.code.Name(), c.path, got, c.want)
			}
		})
	}
}

func TestAnUpdateAfterForgetIsNoFaultOfTheDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{})
		p := peer(t, network, "192.0.2.7:40001", nil)
		location := register(t, p, "dev1", 86400)
		e, err := s.Find("dev1")
		if err != nil {
			t.Fatal(err)
		}
		s.Forget(e)
		cursor := s.Log().Reader(s.Log().End())
		send(t, p, coap.POST, location, nil, "")
		if got := logged(cursor); !slices.Equal(got, []lwm2m.RuleID{ruleDroppedLocation}) {
			t.Errorf("the first Update: got %v", got)
		}
		send(t, p, coap.POST, location, nil, "")
		if got := logged(cursor); !slices.Equal(got, []lwm2m.RuleID{ruleUnknownLocation, ruleAfterNotFound}) {
			t.Errorf("an Update after 4.04: got %v", got)
		}
	})
}

func TestARegisterFromANewAddressIsRight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{})
		p := peer(t, network, "192.0.2.7:40001", nil)
		register(t, p, "dev1", 86400)
		cursor := s.Log().Reader(s.Log().End())
		register(t, p, "dev1", 86400)
		if got := logged(cursor); !slices.Equal(got, []lwm2m.RuleID{ruleStillRegistered}) {
			t.Errorf("from the same address: got %v", got)
		}
		register(t, peer(t, network, "192.0.2.7:40002", nil), "dev1", 86400)
		if got := logged(cursor); len(got) != 0 {
			t.Errorf("from a new address: got %v, want nothing", got)
		}
	})
}

func TestAConnectionThatIsGoneIsToldAndRequestsWaitForTheNext(t *testing.T) {
	for _, queue := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			network := transport.NewMemoryNetwork()
			link, err := network.Stream("192.0.2.1:5683")
			if err != nil {
				t.Fatal(err)
			}
			s := NewServer(ServerConfig{Definitions: objects.New()})
			if _, err := s.Listen(link); err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			connect := func() *coap.Endpoint {
				up, err := network.Stream("192.0.2.7:40001") // the same port again, as some devices take
				if err != nil {
					t.Fatal(err)
				}
				p, err := coap.NewEndpoint(coap.Config{Link: connecting{up, serverAddress(t)}, Handler: func(r *coap.Request) {
					_ = r.Respond(saying(Content, lwm2m.FormatText, "ACME"))
				}})
				if err != nil {
					t.Fatal(err)
				}
				queries := []string{"ep=dev1", "lt=86400", "lwm2m=1.1", "b=T"}
				if queue {
					queries = append(queries, "Q")
				}
				if answer := send(t, p, coap.POST, "/rd", queries, objectList); answer.Code != Created {
					t.Fatalf("answered %v", answer)
				}
				return p
			}
			p := connect()
			e, err := s.Find("dev1")
			if err != nil {
				t.Fatal(err)
			}
			p.Close()
			synctest.Wait()
			if !e.Asleep() || e.Away() == queue {
				t.Errorf("queue mode %t: asleep %t, away %t", queue, e.Asleep(), e.Away())
			}
			want := "register disconnected"
			if queue {
				want += " asleep"
			}
			if got := kinds(s); got != want {
				t.Errorf("events: %s, want %s", got, want)
			}
			cursor := s.Log().Reader(s.Log().End())
			done := make(chan string, 1)
			go func() {
				r, err := Read(t.Context(), e, at("/3/0/0"), ReadOptions{})
				if err != nil {
					done <- err.Error()
					return
				}
				done <- r.Code.String()
			}()
			synctest.Wait()
			if waits := e.Queue(); len(waits) != 1 || waits[0].Away == queue {
				t.Errorf("waiting: %+v", waits)
			}
			p = connect()
			defer p.Close()
			if got := <-done; got != "2.05" {
				t.Errorf("the request that waited: %s", got)
			}
			if got := logged(cursor); slices.Contains(got, ruleStillRegistered) {
				t.Errorf("blamed for a Register over a new connection: %v", got)
			}
		})
	}
}

func TestASendInAFormatThatNoneHasIsRefusedWithAWord(t *testing.T) {
	for _, c := range []struct {
		format  lwm2m.ContentFormat
		payload string
		code    coap.Code
		want    []lwm2m.RuleID
	}{
		{lwm2m.FormatCBOR, "\x01", coap.UnsupportedContentFormat, []lwm2m.RuleID{ruleSendFormat}},
		{lwm2m.FormatText, "1", coap.UnsupportedContentFormat, []lwm2m.RuleID{ruleSendFormat}},
		{lwm2m.FormatTLV, "\xc1\x00\x01", coap.UnsupportedContentFormat, []lwm2m.RuleID{ruleSendFormat}},
		{9999, "1", coap.UnsupportedContentFormat, []lwm2m.RuleID{ruleSendFormat}},
		{lwm2m.FormatSenMLJSON, `[{"n":"/3/0/9","v":1}]`, Changed, nil},
		{lwm2m.FormatSenMLJSON, `[{"n":"/77/0/9","v":1}]`, NotFound, []lwm2m.RuleID{ruleSendObject}},
	} {
		t.Run(fmt.Sprint(c.format), func(t *testing.T) {
			versioned(t, "1.1", hostile(coap.NewResponse(NotFound)), func(t *testing.T, s *Server, p *coap.Endpoint, _ *Endpoint) {
				cursor := s.Log().Reader(s.Log().End())
				m := coap.NewRequest(coap.POST, "/dp")
				m.SetContentFormat(uint16(c.format))
				m.Payload = []byte(c.payload)
				x, err := p.Do(t.Context(), serverAddress(t), m, coap.RequestOptions{})
				if err != nil || x.Response.Code != c.code {
					t.Fatalf("got %v, %v, want %s", x.Response, err, c.code)
				}
				if got := logged(cursor); !slices.Equal(got, c.want) {
					t.Errorf("got %v, want %v", got, c.want)
				}
			})
		})
	}
}

func TestARefusedRegisterSaysWhatItIsRefusedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{})
		p := peer(t, network, "192.0.2.7:40001", nil)
		m := coap.NewRequest(coap.POST, "/rd")
		m.Type = coap.NonConfirmable
		m.AddQuery("lt=600")
		m.AddQuery("lwm2m=1.0")
		m.SetContentFormat(40)
		m.Payload = []byte(objectList)
		x, err := p.Do(t.Context(), serverAddress(t), m, coap.RequestOptions{})
		if err != nil || x.Response.Code != BadRequest || string(x.Response.Payload) != "no endpoint name (ep)" {
			t.Fatalf("answered %v %q, %v", x.Response, x.Response.Payload, err)
		}
		e, _, _ := s.Log().Reader(0).TryNext()
		said := ""
		for _, d := range e.Deviations {
			if d.Rule == ruleNoEndpoint {
				said = d.Message
			}
		}
		if said != "no endpoint name (ep); answered 4.00" {
			t.Errorf("told %q", said)
		}
	})
}

func TestAnUpdateNamesWhatItHasBeyondItsParametersAndWhatVanishes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{})
		p := peer(t, network, "192.0.2.7:40001", nil)
		location := register(t, p, "dev1", 86400)
		cursor := s.Log().Reader(s.Log().End())
		for range 2 {
			send(t, p, coap.POST, location, []string{"foo=bar"}, "")
			if got := logged(cursor); !slices.Equal(got, []lwm2m.RuleID{ruleUpdateParameter}) {
				t.Errorf("an unknown parameter: %v", got)
			}
		}
		e, err := s.Find("dev1")
		if err != nil {
			t.Fatal(err)
		}
		if extra := e.Registration().Extra; !slices.Equal(extra, []string{"foo=bar"}) {
			t.Errorf("kept %q", extra)
		}
		send(t, p, coap.POST, location, nil, "</1/0>,</3/0>")
		update, _, _ := cursor.TryNext()
		if len(update.Deviations) != 1 || update.Deviations[0].Message != "the list replaces the old one: /3303/0 vanishes" {
			t.Errorf("got %v", update.Deviations)
		}
	})
}

func TestAnExchangeInWhichNothingWasSentHasNoNumber(t *testing.T) {
	op := &operation{name: "read", endpoint: &Endpoint{name: "dev1"}}
	var failed *OperationError
	if err := op.failed(coap.ErrUnreachable, &coap.Exchange{Number: 7}); !errors.As(err, &failed) || failed.Exchange != 0 {
		t.Errorf("got %+v", failed)
	}
	if err := op.failed(coap.ErrTimeout, &coap.Exchange{Number: 7, Start: time.Unix(1, 0)}); !errors.As(err, &failed) || failed.Exchange != 7 {
		t.Errorf("got %+v", failed)
	}
}

func TestWhatEndedAConnectionIsTold(t *testing.T) {
	for want, end := range map[string]func(*coap.Endpoint, transport.Address){
		"":                                     func(p *coap.Endpoint, _ transport.Address) { p.Close() },
		"the peer has released the connection": (*coap.Endpoint).Release,
	} {
		synctest.Test(t, func(t *testing.T) {
			network := transport.NewMemoryNetwork()
			link, err := network.Stream("192.0.2.1:5683")
			if err != nil {
				t.Fatal(err)
			}
			s := NewServer(ServerConfig{})
			if _, err := s.Listen(link); err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			up, err := network.Stream("192.0.2.7:40001")
			if err != nil {
				t.Fatal(err)
			}
			p, err := coap.NewEndpoint(coap.Config{Link: connecting{up, serverAddress(t)}})
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			send(t, p, coap.POST, "/rd", []string{"ep=dev1", "lt=86400", "lwm2m=1.1", "b=T"}, objectList)
			cursor := s.Log().Reader(s.Log().End())
			end(p, serverAddress(t))
			synctest.Wait()
			e, _, ok := cursor.TryNext()
			if !ok || e.Kind != EventDisconnected || want == "" && e.Err != nil || want != "" && (e.Err == nil || e.Err.Error() != want) {
				t.Errorf("got %v %v with cause %v, want %q", ok, e.Kind, e.Err, want)
			}
		})
	}
}
