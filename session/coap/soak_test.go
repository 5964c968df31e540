package coap

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/session/clock"
	"lwcon/session/transport"
)

// empty tells what an endpoint still keeps; the log does not count.
func (e *Endpoint) remains() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := [...]int{
		len(e.peers.all), len(e.duplicates.all), e.duplicates.replies, len(e.calls),
		len(e.observations), len(e.flights), len(e.bodies.all), len(e.timers.heap),
	}
	if n == [8]int{} {
		return ""
	}
	return fmt.Sprintf("%d peers, %d duplicates of %d bytes, %d calls, %d observations, %d flights, %d bodies, %d timers",
		n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7])
}

// bubbled counts the goroutines in bubbles, without those that other tests have
// left in the process, and returns the stacks of all.
func bubbled() (int, []byte) {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	return bytes.Count(stacks, []byte("synctest bubble")), stacks
}

// TestADayOfBadWeather lets ten peers be asked every ten seconds for 24 hours
// over a link that loses, doubles and reorders. Every request is answered with
// its own answer or reported, and nothing is left over.
func TestADayOfBadWeather(t *testing.T) {
	const (
		peers = 10
		every = 10 * time.Second
	)
	day := 24 * time.Hour
	if raced {
		day = time.Hour
	}
	synctest.Test(t, func(t *testing.T) {
		goroutines, _ := bubbled()
		n := newNetwork(t)
		link, err := n.Datagram(serverAt)
		if err != nil {
			t.Fatal(err)
		}
		weather := transport.NewFaulty(link, clock.Real(), 42, nil)
		for _, d := range []transport.Direction{transport.Sent, transport.Received} {
			if err := weather.Set(d, transport.Fault{Lose: 0.2, Duplicate: 0.1, Reorder: 0.1}); err != nil {
				t.Fatal(err)
			}
		}
		server := n.start(weather, Config{Log: NewLog(1 << 20), Parameters: Parameters{AckRandomFactor: 1.5}})
		all := []*Endpoint{server}
		handled := make([]map[string]int, peers)
		for i := range peers {
			handled[i] = make(map[string]int)
			all = append(all, n.endpoint(fmt.Sprintf("192.0.2.100:%d", 1000+i), Config{
				Log: NewLog(1 << 20),
				Handler: func(r *Request) {
					handled[i][r.Message.Queries()[0]]++
					_ = r.Respond(&Message{Code: Content, Payload: []byte(r.Message.Queries()[0])})
				},
			}))
		}
		var asked, timedOut, wrong int
		var mu sync.Mutex
		var under sync.WaitGroup
		for begun := time.Now(); time.Since(begun) < day; after(every) {
			for i := range peers {
				under.Go(func() {
					m := NewRequest(GET, "/3/0")
					mu.Lock()
					asked++
					m.AddQuery(fmt.Sprint(asked))
					mu.Unlock()
					x, err := server.Do(bg(), address(t, fmt.Sprintf("192.0.2.100:%d", 1000+i)), m, RequestOptions{})
					mu.Lock()
					defer mu.Unlock()
					switch {
					case errors.Is(err, ErrTimeout):
						timedOut++
					case err != nil || string(x.Response.Payload) != m.Queries()[0] || len(x.Deviations) != 0:
						wrong++
						t.Errorf("%v: %v, %v", m.Queries(), err, x.Deviations)
					}
				})
			}
		}
		under.Wait()
		if asked != peers*int(day/every) || wrong != 0 {
			t.Errorf("%d asked, %d wrong", asked, wrong)
		}
		// A request fails if all five transmissions go astray: (1-0.8²)⁵ = 0.6 %.
		if share := float64(timedOut) / float64(asked); share < 0.002 || share > 0.012 {
			t.Errorf("%d of %d timed out", timedOut, asked)
		}
		after(2 * ExchangeLifetime)
		synctest.Wait()
		for i, e := range all {
			if left := e.remains(); left != "" {
				t.Errorf("endpoint %d keeps %s", i, left)
			}
		}
		for _, counts := range handled {
			for query, times := range counts {
				if times != 1 {
					t.Errorf("request %s was handled %d times", query, times)
				}
			}
		}
		if got, stacks := bubbled(); got > goroutines {
			t.Errorf("%d goroutines, %d at the start:\n%s", got, goroutines, stacks)
		}
	})
}

// TestMessageIDsWrapWithinTheExchangeLifetime makes more exchanges with one peer
// than there are message ids, faster than their lifetime.
func TestMessageIDsWrapWithinTheExchangeLifetime(t *testing.T) {
	const exchanges = 1<<16 + 5000
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		server := n.endpoint(serverAt, Config{Log: NewLog(1 << 20), Handler: func(r *Request) {
			_ = r.Respond(&Message{Code: Content, Payload: []byte(r.Message.Queries()[0])})
		}})
		client := n.endpoint(clientAt, Config{Log: NewLog(1 << 20)})
		for i := range exchanges {
			m := NewRequest(GET, "/3")
			m.AddQuery(fmt.Sprint(i))
			x, err := client.Do(bg(), address(t, serverAt), m, RequestOptions{})
			if err != nil || string(x.Response.Payload) != m.Queries()[0] {
				t.Fatalf("exchange %d: %v, %v", i, x, err)
			}
		}
		if got := client.IDsReused(address(t, serverAt)); got < 4000 || got > 5000+idStretch {
			t.Errorf("%d ids counted as used again, want about 5000", got)
		}
		_ = server
	})
}

func TestReuseOfAMessageIDCanBeWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		n.endpoint(serverAt, Config{Log: NewLog(1 << 20), Handler: answerWith(Content, "")})
		client := n.endpoint(clientAt, Config{Log: NewLog(1 << 20), Parameters: Parameters{WaitForID: true}})
		begun := time.Now()
		for i := range 1<<16 + 10 {
			if _, err := client.Do(bg(), address(t, serverAt), NewRequest(GET, "/3"), RequestOptions{}); err != nil {
				t.Fatalf("exchange %d: %v", i, err)
			}
		}
		if waited := time.Since(begun); waited < ExchangeLifetime-time.Second || waited > ExchangeLifetime+time.Second {
			t.Errorf("waited %v, want the exchange lifetime", waited)
		}
		if got := client.IDsReused(address(t, serverAt)); got != 0 {
			t.Errorf("%d ids used again too early", got)
		}
	})
}
