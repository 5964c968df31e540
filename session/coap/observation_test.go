package coap

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/session/transport"
)

// watch observes the scripted peer and returns the notifications.
type watch struct {
	o    *Observation
	x    *Exchange
	err  error
	told chan Notification
}

func observe(e *Endpoint, to transport.Address) chan watch {
	done := make(chan watch, 1)
	w := watch{told: make(chan Notification, 1000)}
	go func() {
		w.o, w.x, w.err = e.Observe(bg(), to, NewRequest(GET, "/3303/0/5700"), RequestOptions{}, func(n Notification) { w.told <- n })
		done <- w
	}()
	return done
}

// notification is one as a scripted peer sends it.
func notification(kind Type, id uint16, token []byte, sequence uint32, value string) *Message {
	m := &Message{Type: kind, Code: Content, ID: id, Token: token, Payload: []byte(value)}
	m.SetObserve(sequence)
	return m
}

// observed sets up an observation of a scripted peer.
func observed(t *testing.T, n *network) (peer *script, client *Endpoint, req heard, w watch) {
	t.Helper()
	peer = n.script(serverAt)
	client = n.endpoint(clientAt, Config{})
	done := observe(client, address(t, serverAt))
	req = peer.next()
	first := NewResponse(Content)
	first.SetObserve(10)
	peer.reply(req, first)
	w = <-done
	if w.err != nil || w.o == nil {
		t.Fatalf("observe: %v, %v", w.o, w.err)
	}
	return peer, client, req, w
}

func TestNotificationsAreDeliveredAndConfirmed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		peer, _, req, w := observed(t, newNetwork(t))
		if v, found := req.message.Observe(); !found || v != 0 {
			t.Error("the request does not register")
		}
		peer.send(req.from, notification(NonConfirmable, 1, req.message.Token, 11, "21"))
		if got := <-w.told; !got.Fresh || got.Sequence != 11 || got.Confirmable || string(got.Message.Payload) != "21" {
			t.Errorf("got %+v", got)
		}
		peer.send(req.from, notification(Confirmable, 2, req.message.Token, 12, "22"))
		if got := <-w.told; !got.Fresh || !got.Confirmable {
			t.Errorf("got %+v", got)
		}
		if got := peer.next(); got.message.Type != Acknowledgement || got.message.ID != 2 {
			t.Errorf("got %v, want the ACK of 2", got.message)
		}
		// The same message again is acknowledged again and delivered once.
		peer.send(req.from, notification(Confirmable, 2, req.message.Token, 12, "22"))
		if got := peer.next(); got.message.ID != 2 {
			t.Errorf("got %v, want the ACK of 2", got.message)
		}
		synctest.Wait()
		if len(w.told) != 0 {
			t.Error("a duplicate was delivered")
		}
	})
}

func TestOlderNotificationIsDeliveredAsNotFresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		peer, _, req, w := observed(t, newNetwork(t))
		for i, c := range []struct {
			wait     time.Duration
			sequence uint32
			fresh    bool
		}{
			{0, 9, false},
			{0, 10, false},
			{0, 10 + 1<<23 - 1, true},
			{0, 9, false},                    // behind by less than half the range
			{freshAfter, 9, false},           // 128 s exactly are not more than 128 s
			{time.Millisecond, 9, true},      // later than that, any number is fresh
			{0, 0xffffff, false},             // behind, across the wrap
			{freshAfter + 1, 0xffffff, true}, //
			{0, 0, true},                     // the number wraps
			{freshAfter + 1, 0, true},        //
		} {
			if c.wait > 0 {
				after(c.wait)
			}
			peer.send(req.from, notification(NonConfirmable, uint16(100+i), req.message.Token, c.sequence, "x"))
			if got := <-w.told; got.Fresh != c.fresh {
				t.Errorf("case %d: number %d after %v: fresh %v, want %v", i, c.sequence, c.wait, got.Fresh, c.fresh)
			}
		}
	})
}

func TestFreshFollowsRFC7641(t *testing.T) {
	for _, c := range []struct {
		before, number uint32
		passed         time.Duration
		want           bool
	}{
		{1, 2, 0, true},
		{2, 1, 0, false},
		{1, 1, 0, false},
		{0, 1<<23 - 1, 0, true},
		{0, 1 << 23, 0, false},
		{1<<23 + 1, 0, 0, true},
		{1 << 23, 0, 0, false},
		{2, 1, 128 * time.Second, false},
		{2, 1, 128*time.Second + 1, true},
	} {
		if got := fresh(c.before, c.number, c.passed); got != c.want {
			t.Errorf("fresh(%d, %d, %v) = %v", c.before, c.number, c.passed, got)
		}
	}
}

func TestCancelRepeatsRequestTokenAndOptions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		peer, _, req, w := observed(t, newNetwork(t))
		cancelled := make(chan outcome, 1)
		go func() {
			x, err := w.o.Cancel(bg())
			cancelled <- outcome{x, err}
		}()
		cancel := peer.next()
		want := *req.message
		want.ID = cancel.message.ID
		want.Options = append(Options{{Observe, []byte{1}}}, req.message.Options[1:]...)
		if b, _ := Encode(&want, false); string(b) != string(cancel.bytes) {
			t.Errorf("sent %x, want %x", cancel.bytes, b)
		}
		// A notification under way is still delivered.
		peer.send(req.from, notification(NonConfirmable, 50, req.message.Token, 11, "late"))
		if got := <-w.told; string(got.Message.Payload) != "late" {
			t.Errorf("got %+v", got)
		}
		peer.reply(cancel, NewResponse(Content))
		if out := <-cancelled; out.err != nil || out.exchange.Response.Code != Content {
			t.Errorf("got %v, %v", out.exchange, out.err)
		}
		peer.send(req.from, notification(NonConfirmable, 51, req.message.Token, 12, "too late"))
		if got := peer.next(); got.message.Type != Reset || got.message.ID != 51 {
			t.Errorf("got %v, want RST", got.message)
		}
		if _, err := w.o.Cancel(bg()); !errors.Is(err, ErrEnded) {
			t.Errorf("cancelled twice: %v, want ErrEnded", err)
		}
	})
}

func TestForgottenObservationAnswersWithReset(t *testing.T) {
	for _, kind := range []Type{Confirmable, NonConfirmable} {
		synctest.Test(t, func(t *testing.T) {
			peer, _, req, w := observed(t, newNetwork(t))
			w.o.Forget()
			peer.send(req.from, notification(kind, 8, req.message.Token, 11, "x"))
			if got := peer.next(); got.message.Type != Reset || got.message.ID != 8 || len(got.bytes) != 4 {
				t.Errorf("%v: got %x, want RST", kind, got.bytes)
			}
		})
	}
}

func TestObservationEndsWithAnErrorOrAnAnswerWithoutObserve(t *testing.T) {
	for _, code := range []Code{NotFound, Content} {
		synctest.Test(t, func(t *testing.T) {
			peer, _, req, w := observed(t, newNetwork(t))
			peer.send(req.from, &Message{Type: Confirmable, Code: code, ID: 3, Token: req.message.Token})
			if got := <-w.told; !got.Ended || got.Message.Code != code {
				t.Errorf("got %+v, want the end", got)
			}
			if !w.o.Ended() {
				t.Error("the observation goes on")
			}
		})
	}
}

func TestRefusedObservationIsAResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		n.endpoint(serverAt, Config{Handler: answerWith(NotFound, "")})
		client := n.endpoint(clientAt, Config{})
		w := <-observe(client, address(t, serverAt))
		if w.err != nil || w.o != nil || w.x.Response.Code != NotFound {
			t.Errorf("got %+v", w)
		}
	})
}

func TestRelationNotifiesUntilItEnds(t *testing.T) {
	for _, how := range []EndReason{EndedByRequest, EndedByReset, EndedByError} {
		synctest.Test(t, func(t *testing.T) {
			n := newNetwork(t)
			relations := make(chan *Relation, 1)
			ended := make(chan EndReason, 1)
			n.endpoint(serverAt, Config{Handler: func(r *Request) {
				if rel := r.AcceptObserve(func(why EndReason) { ended <- why }); rel != nil {
					relations <- rel
				}
				_ = r.Respond(NewResponse(Content))
			}})
			client := n.endpoint(clientAt, Config{})
			w := <-observe(client, address(t, serverAt))
			rel := <-relations
			for range 3 {
				if _, err := rel.Notify(NewResponse(Content), true); err != nil {
					t.Fatal(err)
				}
				if got := <-w.told; !got.Fresh {
					t.Errorf("got %+v", got)
				}
				synctest.Wait()
			}
			switch how {
			case EndedByRequest:
				_, _ = w.o.Cancel(bg())
			case EndedByReset:
				w.o.Forget()
				_, _ = rel.Notify(NewResponse(Content), false)
			case EndedByError:
				_, _ = rel.Notify(NewResponse(NotFound), true)
				if got := <-w.told; !got.Ended {
					t.Errorf("got %+v, want the end", got)
				}
			}
			if got := <-ended; got != how {
				t.Errorf("ended: %v, want %v", got, how)
			}
			if _, err := rel.Notify(NewResponse(Content), false); !errors.Is(err, ErrEnded) {
				t.Errorf("notify after the end: %v", err)
			}
		})
	}
}

// registered sets up a relation with a scripted observer.
func registered(t *testing.T, n *network) (observer *script, rel *Relation, ended chan EndReason) {
	t.Helper()
	relations := make(chan *Relation, 10)
	ended = make(chan EndReason, 10)
	n.endpoint(serverAt, Config{Handler: func(r *Request) {
		relations <- r.AcceptObserve(func(why EndReason) { ended <- why })
		_ = r.Respond(NewResponse(Content))
	}})
	observer = n.script(clientAt)
	m := ask(1, "/3303/0/5700")
	m.SetObserve(0)
	observer.send(address(t, serverAt), m)
	if got := observer.next(); !got.message.Options.Has(Observe) {
		t.Fatalf("got %v, want Observe in it", got.message)
	}
	return observer, <-relations, ended
}

func TestUnacknowledgedNotificationEndsTheRelation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		observer, rel, ended := registered(t, newNetwork(t))
		if _, err := rel.Notify(NewResponse(Content), true); err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		if got := <-ended; got != EndedByTimeout || time.Since(begun) != 62*time.Second {
			t.Errorf("%v after %v, want a timeout after 62s", got, time.Since(begun))
		}
		for range 5 {
			observer.next()
		}
		observer.silent(time.Minute)
	})
}

func TestOnlyTheNewestNotificationWaitsForAnAcknowledgement(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		observer, rel, _ := registered(t, newNetwork(t))
		for _, value := range []string{"1", "2", "3"} {
			if _, err := rel.Notify(&Message{Code: Content, Payload: []byte(value)}, true); err != nil {
				t.Fatal(err)
			}
		}
		first := observer.next()
		observer.silent(time.Second)
		observer.empty(first.from, Acknowledgement, first.message.ID)
		if got := observer.next(); string(got.message.Payload) != "3" {
			t.Errorf("got %q, want the newest, 3", got.message.Payload)
		}
	})
}

func TestNewerNotificationReplacesARepetition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		observer, rel, ended := registered(t, newNetwork(t))
		_, _ = rel.Notify(&Message{Code: Content, Payload: []byte("1")}, true)
		first := observer.next()
		_, _ = rel.Notify(&Message{Code: Content, Payload: []byte("2")}, true)
		second := observer.next()
		if string(second.message.Payload) != "2" || second.at-first.at != 2*time.Second || second.message.ID == first.message.ID {
			t.Errorf("got %q after %v", second.message.Payload, second.at-first.at)
		}
		third := observer.next()
		if string(third.message.Payload) != "2" || third.at-second.at != 4*time.Second {
			t.Errorf("got %q after %v, want a repetition after 4s", third.message.Payload, third.at-second.at)
		}
		begun := first.at
		<-ended
		if got := time.Since(observer.start) - begun; got != 62*time.Second {
			t.Errorf("ended after %v, want 62s as without the replacement", got)
		}
	})
}

func TestRegisteringAgainReplacesTheRelation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		observer, rel, ended := registered(t, newNetwork(t))
		m := ask(2, "/3303/0/5700")
		m.Token = []byte{1}
		m.SetObserve(0)
		observer.send(address(t, serverAt), m)
		observer.next()
		if got := <-ended; got != EndedByReplacement || !rel.Ended() {
			t.Errorf("got %v", got)
		}
	})
}

func TestObserveOfAnErrorMakesNoRelation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		relations := make(chan *Relation, 1)
		n.endpoint(serverAt, Config{Handler: func(r *Request) {
			relations <- r.AcceptObserve(nil)
			_ = r.Respond(NewResponse(NotFound))
		}})
		client := n.endpoint(clientAt, Config{})
		w := <-observe(client, address(t, serverAt))
		if w.o != nil || !(<-relations).Ended() {
			t.Error("a relation stands although the answer was an error")
		}
	})
}
