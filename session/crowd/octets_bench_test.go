package crowd

import (
	"context"
	"testing"

	"lwcon/session/coap"
	"lwcon/session/transport"
)

// octetsOfDevices reports what a device costs: registered with a server that answers
// and keeps nothing, and observed.
func octetsOfDevices(b *testing.B, count int) {
	b.Helper()
	network := transport.NewMemoryNetwork()
	link, err := network.Datagram("192.0.2.1:5683")
	if err != nil {
		b.Fatal(err)
	}
	server, err := coap.NewEndpoint(coap.Config{Link: link, Log: coap.NewLog(1 << 20), Handler: func(r *coap.Request) {
		answer := coap.NewResponse(coap.Created)
		answer.SetLocationPath("/rd/1")
		_ = r.Respond(answer)
	}})
	if err != nil {
		b.Fatal(err)
	}
	defer server.Close()
	lanes, err := network.Lanes("192.0.2.1:5683")
	if err != nil {
		b.Fatal(err)
	}
	names, err := ParseNames("sim-{0..}")
	if err != nil {
		b.Fatal(err)
	}
	p := profile(b, "")
	crowd, err := New(Config{Profile: p, Names: names, Count: count, Lanes: lanes, Exchanges: coap.NewLog(1 << 20)})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- crowd.Run(ctx) }()
	await(b, func() bool { return crowd.Total().Registered == int64(count) })
	server.Close() // what it keeps is not the crowd's
	with := inUse()
	crowd.mu.Lock()
	clients := crowd.clients
	crowd.clients = nil
	crowd.mu.Unlock()
	for _, c := range clients {
		c.Abandon()
	}
	clients = nil
	cancel()
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(with-inUse())/float64(count), "B/device")
}
