package transport

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"
)

// dialled is a stream of a memory network that connects when it is started, as one of
// TCP is connected then.
type dialled struct {
	*Memory
	ctx context.Context
	to  Address
}

func (d dialled) Start(r Receiver) error {
	if err := d.Memory.Start(r); err != nil {
		return err
	}
	return d.Connect(d.ctx, d.to)
}

// streamBench is a TLS listener in a memory network at 192.0.2.1:5684, with an
// authority that signed what both ends have. Certificates are of now, and so the clock
// is the machine's.
type streamBench struct {
	t              *testing.T
	network        *MemoryNetwork
	at             Address
	ca             *authority
	server, device KeyPair
	keys           *testKeys
	link           *TLS
	heard          inbox
	failed         chan *HandshakeError
}

func newStreamBench(t *testing.T, change func(*streamBench, *SecureOptions)) *streamBench {
	t.Helper()
	b := &streamBench{t: t, network: NewMemoryNetwork(), ca: newAuthority(t, "test CA"), heard: newInbox(), failed: make(chan *HandshakeError, 2*MaxHandshakes)}
	b.at, _ = ParseAddress("192.0.2.1:5684")
	now := time.Now()
	b.server = b.ca.sign(t, "lwm2m.example", now.Add(-time.Hour), now.Add(time.Hour))
	b.device = b.ca.sign(t, "dev1", now.Add(-time.Hour), now.Add(time.Hour))
	b.keys = &testKeys{own: &b.server, roots: b.ca.pool()}
	o := SecureOptions{Failed: func(e *HandshakeError) { b.failed <- e }}
	if change != nil {
		change(b, &o)
	}
	inner, err := b.network.Stream(b.at.String())
	if err != nil {
		t.Fatal(err)
	}
	b.link = NewTLSServer(inner, b.keys, o)
	if err := b.link.Start(b.heard); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.link.Close() })
	return b
}

// raw connects without TLS.
func (b *streamBench) raw(from string) (*Memory, inbox) {
	b.t.Helper()
	inner, err := b.network.Stream(from)
	if err != nil {
		b.t.Fatal(err)
	}
	in := newInbox()
	if err := (dialled{inner, b.t.Context(), b.at}).Start(in); err != nil {
		b.t.Fatal(err)
	}
	in.want(b.t, "up")
	b.t.Cleanup(func() { inner.Close() })
	return inner, in
}

// dial makes a session from an address.
func (b *streamBench) dial(from string, keys ClientKeys, o SecureOptions) (*TLS, inbox, error) {
	b.t.Helper()
	inner, err := b.network.Stream(from)
	if err != nil {
		b.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(b.t.Context(), 2*time.Minute)
	defer cancel()
	client, err := NewTLSClient(ctx, dialled{inner, ctx, b.at}, b.at, "lwm2m.example", keys, o)
	if err != nil {
		return nil, nil, err
	}
	in := newInbox()
	if err := client.Start(in); err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { client.Close() })
	return client, in, nil
}

// usual are the keys of a device that trusts the authority.
func (b *streamBench) usual() ClientKeys {
	return ClientKeys{Mode: Certificate, Own: b.device, Roots: b.ca.pool()}
}

func (b *streamBench) told(want string) {
	b.t.Helper()
	select {
	case told := <-b.failed:
		if !strings.Contains(told.Cause, want) {
			b.t.Errorf("told %v, want %q", told, want)
		}
	case <-time.After(10 * time.Second):
		b.t.Errorf("nothing was told, want %q", want)
	}
}

// connects makes a session that has to stand, and returns its peer.
func (b *streamBench) connects(from string, o SecureOptions) (client *TLS, back inbox, peer Address) {
	b.t.Helper()
	client, back, err := b.dial(from, b.usual(), o)
	if err != nil {
		b.t.Fatal(err)
	}
	back.want(b.t, "up")
	return client, back, b.heard.want(b.t, "up").peer
}

func TestTLSCarriesOctetsOfAPeerThatHasProvedWhoItIs(t *testing.T) {
	for name, suites := range map[string][]CipherSuite{"TLS 1.3": {0x1301}, "TLS 1.2": {0xc02b}} {
		t.Run(name, func(t *testing.T) {
			b := newStreamBench(t, nil)
			client, back, peer := b.connects("192.0.2.7:40001", SecureOptions{Suites: suites})
			if state, ok := client.Session(b.at); !ok || state.Protocol != name || state.ALPN != "coap" {
				t.Errorf("session %+v, %v", state, ok)
			}
			id, ok := b.link.Identity(peer)
			if !ok || id.Mode != Certificate || id.Name != "dev1" || id.PublicKey != string(b.device.PublicKey) {
				t.Errorf("identity %+v, %v", id, ok)
			}
			if id, _ := client.Identity(b.at); id.Name != "lwm2m.example" {
				t.Errorf("identity of the server %+v", id)
			}
			long := bytes.Repeat([]byte("0123456789abcdef"), 20_000)
			if err := client.Send(b.at, Local{}, long); err != nil {
				t.Fatal(err)
			}
			var got []byte
			for len(got) < len(long) {
				got = append(got, b.heard.want(t, "bytes").bytes...)
			}
			if !bytes.Equal(got, long) {
				t.Error("other octets came")
			}
			if err := b.link.Send(peer, Local{}, []byte("answer")); err != nil {
				t.Fatal(err)
			}
			if answer := back.want(t, "bytes"); string(answer.bytes) != "answer" {
				t.Errorf("heard %q", answer.bytes)
			}
			if err := client.Close(); err != nil {
				t.Error(err)
			}
			if down := b.heard.want(t, "down"); down.peer != peer || down.cause != nil {
				t.Errorf("down %v, %v", down.peer, down.cause)
			}
			if _, ok := b.link.Identity(peer); ok {
				t.Error("it has an identity after its end")
			}
		})
	}
}

func TestTLSTakesCertificatesByUsage(t *testing.T) {
	other := newAuthority(t, "other CA")
	now := time.Now()
	for name, c := range map[string]struct {
		change func(*streamBench, *ClientKeys)
		want   string // in the error; "" for none
		told   string // in what the listener tells
	}{
		"CA constraint":      {func(b *streamBench, k *ClientKeys) { k.ServerCertificate = b.ca.certificate }, "", ""},
		"service constraint": {func(b *streamBench, k *ClientKeys) { k.Usage, k.ServerCertificate = 1, b.server.Chain[0] }, "", ""},
		"trust anchor":       {func(b *streamBench, k *ClientKeys) { k.Usage, k.ServerCertificate, k.Roots = 2, b.ca.certificate, nil }, "", ""},
		"domain-issued":      {func(b *streamBench, k *ClientKeys) { k.Usage, k.ServerCertificate, k.Roots = 3, b.server.Chain[0], nil }, "", ""},
		"another anchor":     {func(b *streamBench, k *ClientKeys) { k.Usage, k.ServerCertificate = 2, other.certificate }, `signed by "test CA", which is no trust anchor`, "it does not take our certificate"},
		"another name":       {func(b *streamBench, k *ClientKeys) { k.ServerName = "else.example" }, `is for "lwm2m.example", expected "else.example"`, "it does not take our certificate"},
		"expired": {func(b *streamBench, k *ClientKeys) {
			b.server = b.ca.sign(b.t, "lwm2m.example", now.Add(-2*time.Hour), now.Add(-time.Hour))
		}, "has expired on", "it does not take our certificate"},
		"not yet valid": {func(b *streamBench, k *ClientKeys) {
			b.server = b.ca.sign(b.t, "lwm2m.example", now.Add(time.Hour), now.Add(2*time.Hour))
		}, "is not valid before", "it does not take our certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newStreamBench(t, nil)
			keys := b.usual()
			c.change(b, &keys)
			_, _, err := b.dial("192.0.2.7:40001", keys, SecureOptions{})
			if c.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				b.heard.want(t, "up")
				return
			}
			var failure *HandshakeError
			if !errors.As(err, &failure) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			b.told(c.told)
		})
	}
}

func TestTLSLetsNoClientInThatProvesNothing(t *testing.T) {
	other := newAuthority(t, "other CA")
	now := time.Now()
	for _, suite := range []CipherSuite{0x1301, 0xc02b} {
		for name, c := range map[string]struct {
			own        func(*streamBench) KeyPair
			want, told string
		}{
			"no certificate": {func(*streamBench) KeyPair { return KeyPair{} }, "certificate", "the device has sent no certificate"},
			"a stranger": {func(b *streamBench) KeyPair {
				return other.sign(b.t, "dev1", now.Add(-time.Hour), now.Add(time.Hour))
			}, "it does not take our certificate", `signed by "other CA", which is no trust anchor`},
			"expired": {func(b *streamBench) KeyPair {
				return b.ca.sign(b.t, "dev1", now.Add(-2*time.Hour), now.Add(-time.Hour))
			}, "it does not take our certificate", "has expired on"},
			"a deep chain": {func(b *streamBench) KeyPair {
				deep := b.device
				deep.Chain = slices.Repeat(deep.Chain, 100)
				return deep
			}, "it does not take our certificate", "a chain of 100 certificates"},
		} {
			t.Run(suite.String()+" "+name, func(t *testing.T) {
				b := newStreamBench(t, nil)
				keys := b.usual()
				keys.Own = c.own(b)
				_, back, err := b.dial("192.0.2.7:40001", keys, SecureOptions{Suites: []CipherSuite{suite}})
				if err == nil { // TLS 1.3: the server judges when the client is done
					back.want(t, "up")
					err = back.want(t, "down").cause
				}
				var failure *HandshakeError
				if !errors.As(err, &failure) || !strings.Contains(err.Error(), c.want) {
					t.Errorf("got %v, want %q", err, c.want)
				}
				b.told(c.told)
				if len(b.heard) > 0 {
					t.Errorf("the listener delivered %+v", <-b.heard)
				}
			})
		}
	}
}

func TestACertificateThatIsKnownByItselfNeedsNoAuthority(t *testing.T) {
	b := newStreamBench(t, func(b *streamBench, _ *SecureOptions) {
		b.keys.roots, b.keys.trusted = nil, []*x509.Certificate{b.device.Chain[0]}
	})
	b.connects("192.0.2.7:40001", SecureOptions{})
}

func TestTLSSaysWhyAHandshakeFailed(t *testing.T) {
	for name, c := range map[string]struct {
		change     func(*streamBench, *ClientKeys)
		server     []CipherSuite
		client     []CipherSuite
		want, told string
	}{
		"no common suite":        {nil, []CipherSuite{0xc02b}, []CipherSuite{0xc02c}, "no cipher suite, group or signature in common", "no common cipher suite: the device offers TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384; here are TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"},
		"no version":             {nil, []CipherSuite{0x1301}, []CipherSuite{0xc02b}, "it speaks none of TLS 1.2", "the device speaks TLS 1.2, lwcon TLS 1.3"},
		"no certificate of ours": {func(b *streamBench, k *ClientKeys) { b.keys.own = nil }, nil, nil, "no cipher suite, group or signature in common", "there is no certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newStreamBench(t, func(_ *streamBench, o *SecureOptions) { o.Suites = c.server })
			keys := b.usual()
			if c.change != nil {
				c.change(b, &keys)
			}
			_, _, err := b.dial("192.0.2.7:40001", keys, SecureOptions{Suites: c.client})
			var failure *HandshakeError
			if !errors.As(err, &failure) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			b.told(c.told)
		})
	}
}

func TestWhatIsNoTLSOnItsPortIsSaid(t *testing.T) {
	for what, want := range map[string]string{
		"\x00\xe1":             "plain CoAP over TCP came to the port of TLS",
		"\x30\xe1\x23\x04\x80": "plain CoAP over TCP came to the port of TLS",
		"GET / HTTP/1.1\r\n":   "it begins with 47 45 54 20",
	} {
		b := newStreamBench(t, nil)
		device, back := b.raw("192.0.2.7:40001")
		if err := device.Send(b.at, Local{}, []byte(what)); err != nil {
			t.Fatal(err)
		}
		b.told(want)
		if alert := back.want(t, "bytes"); !bytes.Equal(alert.bytes, []byte{recordAlert, 3, 3, 0, 2, 2, alertUnexpectedMessage}) {
			t.Errorf("answered % x", alert.bytes)
		}
		back.want(t, "down")
	}
}

func TestAServerWithoutTLSIsSaid(t *testing.T) {
	for what, want := range map[string]string{"\x00\xe1": "the server speaks plain CoAP over TCP there", "": "ended the connection without a word"} {
		network := NewMemoryNetwork()
		server, err := network.Stream("192.0.2.1:5684")
		if err != nil {
			t.Fatal(err)
		}
		heard := newInbox()
		if err := server.Start(heard); err != nil {
			t.Fatal(err)
		}
		b := &streamBench{t: t, network: network, at: server.Address(), ca: newAuthority(t, "test CA")}
		done := make(chan error)
		go func() {
			_, _, err := b.dial("192.0.2.7:40001", b.usual(), SecureOptions{})
			done <- err
		}()
		peer := heard.want(t, "up").peer
		heard.want(t, "bytes")
		if what != "" {
			_ = server.Send(peer, Local{}, []byte(what))
		} else {
			server.Disconnect(peer, nil)
		}
		if err := <-done; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestOldTLSAndOtherProtocolsAreSaid(t *testing.T) {
	for want, change := range map[string]func(*tls.Config){
		"the device speaks TLS 1.1, lwcon TLS 1.2, TLS 1.3":                 func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS11, tls.VersionTLS11 },
		`the device asks for the protocols ["h2"] by ALPN, expected "coap"`: func(c *tls.Config) { c.NextProtos = []string{"h2"} },
		"no common cipher suite: the device offers TLS_RSA_WITH_AES_128_CBC_SHA": func(c *tls.Config) {
			c.MaxVersion, c.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}
		},
	} {
		b := newStreamBench(t, nil)
		foreign := b.foreign("192.0.2.7:40001", change)
		if err := foreign.HandshakeContext(t.Context()); err == nil {
			t.Errorf("%s: no error", want)
		}
		b.told(want)
	}
}

func TestAClientWithoutALPNIsTaken(t *testing.T) {
	b := newStreamBench(t, nil)
	foreign := b.foreign("192.0.2.7:40001", func(c *tls.Config) { c.NextProtos = nil })
	if err := foreign.HandshakeContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.heard.want(t, "up")
}

// foreign is a client of TLS that is not ours.
func (b *streamBench) foreign(from string, change func(*tls.Config)) *tls.Conn {
	b.t.Helper()
	inner, err := b.network.Stream(from)
	if err != nil {
		b.t.Fatal(err)
	}
	c := &foreignStream{}
	c.stream = newStream(func(octets []byte) error { return inner.Send(b.at, Local{}, octets) }, func() { inner.Close() })
	if err := (dialled{inner, b.t.Context(), b.at}).Start(c); err != nil {
		b.t.Fatal(err)
	}
	config := &tls.Config{
		ServerName: "lwm2m.example", RootCAs: b.ca.pool(), NextProtos: []string{"coap"},
		Certificates: []tls.Certificate{certificateOf(b.device)},
	}
	change(config)
	return tls.Client(c.stream, config)
}

// foreignStream gives what comes to a stream.
type foreignStream struct{ *stream }

func (s *foreignStream) Receive(d Datagram)            { s.put(d.Bytes) }
func (s *foreignStream) PeerUp(Address, Local)         {}
func (s *foreignStream) PeerMoved(Address, Address)    {}
func (s *foreignStream) PeerDown(_ Address, why error) { s.end(why) }
func (s *foreignStream) SendFailed(Address, error)     {}

func TestHalfFinishedHandshakesKeepNobodyOut(t *testing.T) {
	b := newStreamBench(t, nil)
	for i := range MaxHandshakes + 10 {
		device, _ := b.raw((&net.TCPAddr{IP: net.IPv4(198, 51, byte(i>>8), byte(i)), Port: 40000}).String())
		if err := device.Send(b.at, Local{}, []byte{recordHandshake, 3, 1}); err != nil {
			t.Fatal(err)
		}
	}
	b.link.mu.Lock()
	if half := len(b.link.half); half > MaxHandshakes {
		t.Errorf("%d handshakes are kept", half)
	}
	b.link.mu.Unlock()
	b.connects("192.0.2.7:40001", SecureOptions{})
}

func TestTLSGivesTheSecretsOfItsSessions(t *testing.T) {
	var log bytes.Buffer
	b := newStreamBench(t, nil)
	b.connects("192.0.2.7:40001", SecureOptions{KeyLog: &log})
	if !strings.Contains(log.String(), "CLIENT_TRAFFIC_SECRET_0 ") {
		t.Errorf("key log %q", log.String())
	}
}

func TestTLSTellsAPeerThatItIsOver(t *testing.T) {
	b := newStreamBench(t, nil)
	_, back, peer := b.connects("192.0.2.7:40001", SecureOptions{})
	why := errors.New("enough")
	b.link.Disconnect(peer, why)
	if down := b.heard.want(t, "down"); down.cause != why {
		t.Errorf("our end: %v", down.cause)
	}
	if down := back.want(t, "down"); down.cause != nil {
		t.Errorf("the peer's end: %v", down.cause)
	}
	if err := b.link.Send(peer, Local{}, []byte("x")); !errors.Is(err, ErrNoPeer) {
		t.Errorf("got %v", err)
	}
}
