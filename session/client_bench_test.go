package session

import (
	"context"
	"fmt"
	"testing"

	"lwcon/lwm2m/objects"
	"lwcon/session/coap"
	"lwcon/session/device"
	"lwcon/session/transport"
)

// BenchmarkClients tells what a registered simulated thermometer costs, heap and
// stack, by itself and observed: its share of a network in memory is not counted
// to the server, which is made by hand and keeps nothing but its peers.
func BenchmarkClients(b *testing.B) {
	const count = 10_000
	profile, err := device.Load("thermometer", objects.New())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		network := transport.NewMemoryNetwork()
		server := peer(b, network, "192.0.2.1:5683", func(r *coap.Request) {
			m := coap.NewResponse(Created)
			m.SetLocationPath("/rd/1")
			_ = r.Respond(m)
		})
		address := serverAddress(b)
		exchanges, log := coap.NewLog(1), NewLog()
		before, _ := inUse()
		clients := make([]*Client, count)
		for i := range clients {
			d, err := device.New(device.Config{Profile: profile, Seed: uint64(i), Endpoint: fmt.Sprintf("sim-%d", i)})
			if err != nil {
				b.Fatal(err)
			}
			clients[i], err = NewClient(ClientConfig{
				Device: d, Exchanges: exchanges, Log: log, Seed: uint64(i + 1),
				Dial: func(context.Context, device.Account) (transport.Link, transport.Address, error) {
					link, err := network.Datagram(fmt.Sprintf("10.%d.%d.%d:5683", i>>16, i>>8&0xff, i&0xff))
					return link, address, err
				},
			})
			if err != nil {
				b.Fatal(err)
			}
			if r, err := clients[i].Register(b.Context()); err != nil || r.Code != Created {
				b.Fatalf("%+v, %v", r, err)
			}
		}
		registered, _ := inUse()
		b.ReportMetric(float64(registered-before)/count, "B/client")
		for i, c := range clients {
			m := coap.NewRequest(coap.GET, "/3303/0/5700")
			m.SetObserve(0)
			n := c.connections[0]
			link := n.endpoint.Link().(*transport.Memory)
			if x, err := server.Do(b.Context(), link.Address(), m, coap.RequestOptions{}); err != nil || x.Response.Code != Content {
				b.Fatalf("%d: %+v, %v", i, x, err)
			}
		}
		observed, goroutines := inUse()
		b.ReportMetric(float64(observed-before)/count, "B/observed-client")
		b.ReportMetric(float64(goroutines), "goroutines")
		for _, c := range clients {
			for _, n := range c.connections {
				_ = n.close()
			}
		}
	}
}
