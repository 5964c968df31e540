package coap

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/session/clock"
	"lwcon/session/transport"
)

// faulty is an endpoint on a link that can be harmed.
func (n *network) faulty(at string, c Config) (*Endpoint, *transport.Faulty) {
	n.t.Helper()
	link, err := n.Datagram(at)
	if err != nil {
		n.t.Fatal(err)
	}
	faulty := transport.NewFaulty(link, clock.Real(), 1, nil)
	return n.start(faulty, c), faulty
}

func TestAFaultStandsInTheExchangeThatItHarmed(t *testing.T) {
	for name, c := range map[string]struct {
		direction transport.Direction
		fault     transport.Fault
		note      string
	}{
		"a lost request":        {transport.Sent, transport.Fault{Lose: 1}, "fault: lost"},
		"a lost response":       {transport.Received, transport.Fault{Lose: 1}, "fault: lost"},
		"a duplicated request":  {transport.Sent, transport.Fault{Duplicate: 1}, "fault: duplicated"},
		"a delayed response":    {transport.Received, transport.Fault{Delay: 300 * time.Millisecond}, "fault: delayed 300ms"},
		"a reordered response":  {transport.Received, transport.Fault{Reorder: 1}, "fault: reordered"},
		"a duplicated response": {transport.Received, transport.Fault{Duplicate: 1}, "fault: duplicated"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newNetwork(t)
				n.endpoint(serverAt, Config{Handler: answerWith(Content, "x")})
				e, faulty := n.faulty(clientAt, Config{})
				if err := faulty.Set(c.direction, c.fault); err != nil {
					t.Fatal(err)
				}
				if c.fault.Lose > 0 {
					stop := clock.Real().AfterFunc(time.Second, func() { _ = faulty.Set(c.direction, transport.Fault{}) })
					defer stop.Stop()
				}
				x, err := e.Do(bg(), address(t, serverAt), NewRequest(GET, "/3"), RequestOptions{})
				if err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				var notes []string
				for _, r := range e.Log().Records(x.Number) {
					if r.Direction == c.direction {
						notes = append(notes, r.Note)
					}
				}
				if !slices.Contains(notes, c.note) {
					t.Errorf("notes %q, want %q", notes, c.note)
				}
				if lost := slices.Contains(notes, "retransmission 1"); lost != (c.fault.Lose > 0 && c.direction == transport.Sent) {
					t.Errorf("notes %q", notes)
				}
			})
		})
	}
}

func TestALostRequestOfAPeerIsAnExchangeOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		e, faulty := n.faulty(serverAt, Config{Handler: answerWith(Content, "x")})
		if err := faulty.Set(transport.Received, transport.Fault{Lose: 1}); err != nil {
			t.Fatal(err)
		}
		n.Deliver(address(t, clientAt), address(t, serverAt), []byte{0x40, 1, 0, 1})
		synctest.Wait()
		r := e.Log().Records(e.Log().Newest())
		if len(r) != 1 || r[0].Note != "fault: lost" || r[0].Direction != transport.Received {
			t.Errorf("got %+v", r)
		}
	})
}
