package session

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
	"lwcon/session/clock"
	"lwcon/session/coap"
	"lwcon/session/transport"
)

// storingProfile is of a thermometer that rises by a degree each ten seconds.
const storingProfile = `lwcon: 1
endpoint: thermo
lwm2m: "1.2"
objects:
  1: {0: {0: 1, 1: 3600, 2: 0, 4: , 5: 60, 6: STORE, 7: U, 18: 10}}
  3: {0: {0: ACME, 4: }}
  3303: {0: {5700: {ramp: {from: 0, to: 1000, every: 10s}}, 5701: Cel}}
`

// storing runs a test with a device whose /1/0/6 is as said and whose
// temperature the server observes. The link can be cut.
func storing(t *testing.T, store, attributes string, f func(t *testing.T, s *Server, c *Client, cut func(bool))) {
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{Definitions: objects.New()})
		s.SetReobserve(true)
		inner, err := network.Datagram("192.0.2.7:40001")
		if err != nil {
			t.Fatal(err)
		}
		link := transport.NewFaulty(inner, clock.Real(), 1, func(transport.WireRecord) {})
		address := serverAddress(t)
		c := clientOf(t, strings.Replace(storingProfile, "STORE", store, 1), Linked(link, address))
		if r, err := c.Register(t.Context()); err != nil || r.Code != Created {
			t.Fatalf("register: %+v, %v", r, err)
		}
		e, err := s.Find("thermo")
		if err != nil {
			t.Fatal(err)
		}
		set, _, err := lwm2m.ParseAttributes(attributes)
		if err != nil {
			t.Fatal(err)
		}
		if r, err := WriteAttributes(t.Context(), e, at("/3303/0/5700"), set, RequestOptions{}); err != nil || r.Code != Changed {
			t.Fatalf("write-attributes: %+v, %v", r, err)
		}
		if r, err := Observe(t.Context(), e, at("/3303/0/5700"), ObserveOptions{}); err != nil || r.Observation == 0 {
			t.Fatalf("observe: %+v, %v", r, err)
		}
		f(t, s, c, func(gone bool) {
			loss := transport.Fault{}
			if gone {
				loss.Lose = 1
			}
			if err := errors.Join(link.Set(transport.Sent, loss), link.Set(transport.Received, loss)); err != nil {
				t.Error(err)
			}
		})
	})
}

// told returns all values of the notifications since the cursor, those with a
// time as VALUE@SECONDS since the test began.
func told(r *Reader, begun time.Time) string {
	var list []string
	for {
		e, _, ok := r.TryNext()
		if !ok {
			return strings.Join(list, " ")
		}
		if e.Kind != EventNotification {
			continue
		}
		for i := range e.Notification.Response.Tree.Nodes {
			n := &e.Notification.Response.Tree.Nodes[i]
			word := n.Value().String()
			if when, ok := n.Time(); ok {
				word += fmt.Sprintf("@%.0f", when-float64(begun.UnixMilli())/1000)
			}
			list = append(list, word)
		}
	}
}

func TestNotificationsAreStoredWhileOffline(t *testing.T) {
	for _, c := range []struct{ rule, store, attributes, offline, after string }{
		{"stored with their times", "true", "pmin=0", "3@30 4@40 5@50", "6 7"},
		{"/1/x/6 forbids", "false", "pmin=0", "", "6 7"},
		{"hqmax keeps the newest", "true", "hqmax=2", "4@40 5@50", "6 7"},
		{"pmin holds while offline too", "true", "pmin=20", "4@40", "6"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			begun := time.Time{}
			storing(t, c.store, c.attributes, func(t *testing.T, s *Server, client *Client, _ func(bool)) {
				begun = client.clock.Now().Add(0)
				cursor := s.Log().Reader(s.Log().End())
				pass(25 * time.Second)
				told(cursor, begun)
				client.SetOffline(true)
				pass(30 * time.Second) // 25 s to 55 s
				if got := told(cursor, begun); got != "" {
					t.Errorf("offline, the device told %s", got)
				}
				client.SetOffline(false)
				pass(time.Second)
				if got := told(cursor, begun); got != c.offline {
					t.Errorf("back, it told %q, want %q", got, c.offline)
				}
				pass(15 * time.Second)
				if got := told(cursor, begun); got != c.after {
					t.Errorf("then it told %q, want %q", got, c.after)
				}
			})
		})
	}
}

func TestUnacknowledgedNotificationIsStored(t *testing.T) {
	storing(t, "true", "con=1", func(t *testing.T, s *Server, client *Client, cut func(bool)) {
		begun := client.clock.Now()
		cursor := s.Log().Reader(s.Log().End())
		pass(15 * time.Second)
		if got := told(cursor, begun); got != "1" {
			t.Fatalf("told %q", got)
		}
		cut(true)
		pass(100 * time.Second) // the notification of 20 s is given up after 62 to 93 s
		if !client.Connections()[0].away() {
			t.Error("a server that does not acknowledge is taken for out of reach")
		}
		cut(false)
		pass(200 * time.Second)
		got := told(cursor, begun)
		if !strings.Contains(got, "@") || client.Connections()[0].away() {
			t.Errorf("back, it told %q, want what was stored", got)
		}
	})
}

func TestNotificationsAreStoredWhileDisabled(t *testing.T) {
	storing(t, "true", "pmin=0", func(t *testing.T, s *Server, client *Client, _ func(bool)) {
		begun := client.clock.Now()
		e, err := s.Find("thermo")
		if err != nil {
			t.Fatal(err)
		}
		pass(5 * time.Second)
		if r, err := Execute(t.Context(), e, at("/1/0/4"), "", RequestOptions{}); err != nil || r.Code != Changed {
			t.Fatalf("disable: %+v, %v", r, err)
		}
		pass(59 * time.Second)
		cursor := s.Log().Reader(s.Log().End())
		pass(4 * time.Second) // it registers; the server observes anew
		e, err = s.Find("thermo")
		if err != nil {
			t.Fatal(err)
		}
		if r, err := Observe(t.Context(), e, at("/3303/0/5700"), ObserveOptions{}); err != nil || r.Observation == 0 {
			t.Fatalf("observe: %+v, %v", r, err)
		}
		pass(time.Millisecond)
		if got := told(cursor, begun); got != "1@10 2@20 3@30 4@40 5@50 6@60" {
			t.Errorf("it told %q, want what changed while it was disabled", got)
		}
	})
}

func TestDeviceInQueueModeSleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := transport.NewMemoryNetwork()
		server := peer(t, network, "192.0.2.1:5683", func(r *coap.Request) {
			m := coap.NewResponse(Created)
			m.SetLocationPath("/rd/1")
			if r.Message.Code == coap.POST && len(r.Message.Path()) > 1 {
				m = coap.NewResponse(Changed)
			}
			_ = r.Respond(m)
		})
		c := connected(t, network, `
endpoint: thermo
queue: true
awake: 20s
objects: {1: {0: {0: 1, 1: 3600}}, 3: {0: {0: ACME}}}
`)
		to, err := transport.ParseAddress("192.0.2.7:40001")
		if err != nil {
			t.Fatal(err)
		}
		read := func() error {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			_, err := server.Do(ctx, to, coap.NewRequest(coap.GET, "/3/0/0"), coap.RequestOptions{})
			return err
		}
		for range 3 {
			pass(15 * time.Second)
			if err := read(); err != nil {
				t.Fatalf("awake, %v", err)
			}
		}
		pass(21 * time.Second)
		if err := read(); err == nil {
			t.Error("asleep, it answered")
		}
		if _, err := c.Update(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := read(); err != nil {
			t.Errorf("awake again, %v", err)
		}
	})
}

func TestWhatASleepingDeviceMissedIsHeardAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{Definitions: objects.New()})
		c, e := simulated(t, s, network, strings.Replace(testProfile, "lifetime: 300", "queue: true\nawake: 5s", 1))
		s.SetAwakeTime(time.Hour) // the server believes it awake
		pass(10 * time.Second)
		time.AfterFunc(4*time.Second, func() { _, _ = c.Update(t.Context()) })
		if r, err := Read(t.Context(), e, at("/3/0/0"), ReadOptions{}); err != nil || shown(r) != "2.05 /3/0/0=ACME" {
			t.Errorf("%v, %v; a repetition is heard once the device is awake", r, err)
		}
	})
}
