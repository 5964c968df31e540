package session

import (
	"context"
	"net"
	"testing"

	"github.com/plgd-dev/go-coap/v3/message"
	"github.com/plgd-dev/go-coap/v3/message/codes"
	"github.com/plgd-dev/go-coap/v3/udp/coder"

	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
	"lwcon/session/coap"
)

// BenchmarkRoundTrip measures sequential CON reads of /3/0/0 between two ends
// in one process over loopback: what lwcon reaches, beside the limit of the
// sockets.
func BenchmarkRoundTrip(b *testing.B) {
	b.Run("lwcon-udp", benchmarkRead)
	b.Run("raw-udp", benchmarkRaw)
}

// benchmarkRead reads by the public Read to a typed tree, from our server to
// our client, log, taps and duplicate cache on.
func benchmarkRead(b *testing.B) {
	passed := 0
	s, e := udpPair(b, ServerConfig{Definitions: objects.New(), Tap: func(coap.Passage) { passed++ }})
	defer s.Close()
	p := lwm2m.MustParsePath("/3/0/0")
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		r, err := Read(ctx, e, p, ReadOptions{})
		if err != nil {
			b.Fatal(err)
		}
		if len(r.Tree.Nodes) != 1 || r.Tree.Nodes[0].Value().Type() != lwm2m.String {
			b.Fatalf("read %+v", r)
		}
	}
	if passed < 2*b.N {
		b.Fatalf("the tap saw %d messages of %d reads", passed, b.N)
	}
}

// benchmarkRaw is the limit: connected sockets, one goroutine an end, the same
// messages by the same codec, buffers used again; no retransmission, no
// duplicates, no log, no tree.
func benchmarkRaw(b *testing.B) {
	server, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		b.Fatal(err)
	}
	client, err := net.DialUDP("udp4", nil, server.LocalAddr().(*net.UDPAddr))
	if err != nil {
		b.Fatal(err)
	}
	local := client.LocalAddr().(*net.UDPAddr)
	address := server.LocalAddr().(*net.UDPAddr)
	server.Close()
	echo, err := net.DialUDP("udp4", address, local)
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		rawAnswers(echo)
	}()
	request := message.Message{
		Type: message.Confirmable, Code: codes.GET, Token: []byte{1, 2, 3, 4},
		Options: message.Options{
			{ID: message.URIPath, Value: []byte("3")},
			{ID: message.URIPath, Value: []byte("0")},
			{ID: message.URIPath, Value: []byte("0")},
		},
	}
	buffer := make([]byte, 1500)
	answer := message.Message{Options: make(message.Options, 0, 16)}
	b.ReportAllocs()
	for b.Loop() {
		request.MessageID = (request.MessageID + 1) & 0xffff
		n, err := coder.DefaultCoder.Encode(request, buffer)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := client.Write(buffer[:n]); err != nil {
			b.Fatal(err)
		}
		if n, err = client.Read(buffer); err != nil {
			b.Fatal(err)
		}
		answer.Options = answer.Options[:0]
		if _, err := coder.DefaultCoder.Decode(buffer[:n], &answer); err != nil {
			b.Fatal(err)
		}
		if answer.MessageID != request.MessageID || len(answer.Payload) != 11 {
			b.Fatalf("answered %+v", answer)
		}
	}
	echo.Close()
	<-done
}

// rawAnswers answers each request until the socket is closed.
func rawAnswers(socket *net.UDPConn) {
	in, out := make([]byte, 1500), make([]byte, 1500)
	request := message.Message{Options: make(message.Options, 0, 16)}
	answer := message.Message{
		Type: message.Acknowledgement, Code: codes.Content,
		Options: message.Options{{ID: message.ContentFormat, Value: nil}},
		Payload: []byte("lwcon bench"),
	}
	for {
		n, err := socket.Read(in)
		if err != nil {
			return
		}
		request.Options = request.Options[:0]
		if _, err := coder.DefaultCoder.Decode(in[:n], &request); err != nil {
			return
		}
		answer.MessageID, answer.Token = request.MessageID, request.Token
		if n, err = coder.DefaultCoder.Encode(answer, out); err != nil {
			return
		}
		if _, err := socket.Write(out[:n]); err != nil {
			return
		}
	}
}
