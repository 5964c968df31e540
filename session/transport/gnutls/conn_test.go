//go:build linux && (amd64 || arm64) && !static

package gnutls

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// certify makes a certificate of a key pair for itself.
func certify(t testing.TB, p pair) []byte {
	t.Helper()
	parsed, err := x509.ParsePKCS8PrivateKey(p.private)
	if err != nil {
		t.Fatal(err)
	}
	key := parsed.(*ecdsa.PrivateKey)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "one"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"one"},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// party is one end of a session over a stream.
type party struct {
	config Config
	who    Who
}

// parties are two ends that let each other in, in a mode.
func parties(t testing.TB, m Mode, suites ...uint16) (client, server party) {
	t.Helper()
	if suites == nil {
		suites = StreamSuites(m)
	}
	device, host := newPair(t, elliptic.P256()), newPair(t, elliptic.P256())
	client.config = Config{Stream: true, Mode: m, Suites: suites, PublicKey: device.public, PrivateKey: device.private, Protocol: "coap"}
	server.config = Config{Stream: true, Mode: m, Suites: suites, PublicKey: host.public, PrivateKey: host.private, Protocol: "coap", Server: true}
	expects := func(want []byte) Who {
		return Who{Verify: func(proof [][]byte) error { return only(want)(proof[0]) }}
	}
	client.who, server.who = expects(host.public), expects(device.public)
	switch m {
	case Certificates:
		client.config.Chain, server.config.Chain = [][]byte{certify(t, device)}, [][]byte{certify(t, host)}
		client.who, server.who = expects(server.config.Chain[0]), expects(client.config.Chain[0])
	case PreSharedKeys:
		key := []byte("0123456789abcdef")
		client.config.Identity, client.config.Key = []byte("dev\x001"), key
		client.who = Who{}
		server.who = Who{Key: func(identity []byte) ([]byte, bool) { return key, string(identity) == "dev\x001" }}
	}
	return client, server
}

// streams are two ends of a connection.
func streams(t testing.TB) (a, b net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if a, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if b, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(); b.Close() })
	return a, b
}

func (p party) on(t testing.TB, below io.ReadWriteCloser) *Conn {
	t.Helper()
	c, err := NewCredentials(p.config)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	conn, err := c.Stream(below, p.who)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// within is a context for a handshake.
func within(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// meet makes a handshake between two ends.
func meet(t testing.TB, client, server party) (c, s *Conn, clientErr, serverErr error) {
	t.Helper()
	a, b := streams(t)
	c, s = client.on(t, a), server.on(t, b)
	done := make(chan error)
	ctx := within(t)
	go func() {
		err := s.HandshakeContext(ctx)
		if err != nil {
			s.Close()
		}
		done <- err
	}()
	if clientErr = c.HandshakeContext(ctx); clientErr != nil {
		c.Close()
	}
	return c, s, clientErr, <-done
}

func TestStreamsCarryOctetsInEachMode(t *testing.T) {
	needsLibrary(t)
	before := open()
	for _, m := range []Mode{RawKeys, PreSharedKeys, Certificates} {
		for _, suite := range StreamSuites(m) {
			client, server := parties(t, m, suite)
			var secrets bytes.Buffer
			client.who.Secret = func(line []byte) { secrets.Write(line) }
			c, s, clientErr, serverErr := meet(t, client, server)
			if clientErr != nil || serverErr != nil {
				t.Errorf("%d %04x: %v, %v", m, suite, clientErr, serverErr)
				continue
			}
			version := uint16(versionTLS12)
			if suite>>8 == 0x13 {
				version = newest
			}
			if a := c.Agreed(); a.Suite != suite || a.Version != version || a.Protocol != "coap" || len(a.Proof) == 0 != (m == PreSharedKeys) {
				t.Errorf("%d %04x: agreed on %04x %04x %q", m, suite, a.Version, a.Suite, a.Protocol)
			}
			if !strings.Contains(secrets.String(), "CLIENT_") {
				t.Errorf("%d %04x: key log %q", m, suite, secrets.String())
			}
			long := bytes.Repeat([]byte("0123456789abcdef"), 10_000)
			written := make(chan struct{})
			go func() {
				defer close(written)
				_, _ = c.Write(long)
				_ = c.Close()
			}()
			got, err := io.ReadAll(s)
			<-written // so that none is open when they are counted
			if err != nil || !bytes.Equal(got, long) {
				t.Errorf("%d %04x: %d octets came, %v", m, suite, len(got), err)
			}
			s.Close()
		}
	}
	if n := open(); n != before {
		t.Errorf("%d sessions are left", n-before)
	}
}

func TestStreamsLetNobodyInThatIsNotKnown(t *testing.T) {
	needsLibrary(t)
	for _, m := range []Mode{RawKeys, Certificates} {
		for _, suite := range StreamSuites(m) {
			client, server := parties(t, m, suite)
			server.who.Verify = func([][]byte) error { return errStranger }
			c, _, clientErr, serverErr := meet(t, client, server)
			if clientErr == nil { // TLS 1.3: the server judges when the client is done
				_, clientErr = c.Read(make([]byte, 1))
			}
			var alert *AlertError
			if !errors.Is(serverErr, errStranger) || !errors.As(clientErr, &alert) || alert.Description != 42 {
				t.Errorf("%d %04x: the server ended with %v, the client with %v", m, suite, serverErr, clientErr)
			}
			client, server = parties(t, m, suite)
			client.who.Verify = func([][]byte) error { return errStranger }
			if _, _, clientErr, _ = meet(t, client, server); !errors.Is(clientErr, errStranger) {
				t.Errorf("%d %04x: the client ended with %v", m, suite, clientErr)
			}
		}
	}
}

func TestStreamsTellAWrongKeyFromAnUnknownIdentity(t *testing.T) {
	needsLibrary(t)
	for _, suite := range StreamSuites(PreSharedKeys) {
		client, server := parties(t, PreSharedKeys, suite)
		client.config.Identity = []byte("nobody")
		_, _, clientErr, serverErr := meet(t, client, server)
		var alert *AlertError
		if !errors.Is(serverErr, ErrUnknownIdentity) || !errors.As(clientErr, &alert) || alert.Description != 115 {
			t.Errorf("%04x: the server ended with %v, the client with %v", suite, serverErr, clientErr)
		}
		client, server = parties(t, PreSharedKeys, suite)
		client.config.Key = []byte("another")
		_, _, clientErr, serverErr = meet(t, client, server)
		if !errors.Is(serverErr, ErrWrongKey) || !errors.As(clientErr, &alert) {
			t.Errorf("%04x: the server ended with %v, the client with %v", suite, serverErr, clientErr)
		}
	}
}

// A server that has no pre-shared key but a certificate has not proved itself.
func TestAPreSharedKeyIsNotTakenForGranted(t *testing.T) {
	needsLibrary(t)
	client, _ := parties(t, PreSharedKeys)
	host := newPair(t, elliptic.P256())
	key, _ := x509.ParsePKCS8PrivateKey(host.private)
	a, b := streams(t)
	server := tls.Server(b, &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{certify(t, host)}, PrivateKey: key}}})
	go func() { _ = server.HandshakeContext(t.Context()) }()
	if err := client.on(t, a).HandshakeContext(within(t)); err == nil {
		t.Error("a server without the key was let in")
	}
}

func TestAHandshakeThatNobodyGoesOnWithEndsWithItsContext(t *testing.T) {
	needsLibrary(t)
	before := open()
	for name, said := range map[string]string{"nothing": "", "half a record": "\x16\x03\x03\x02\x00\x01"} {
		client, server := parties(t, RawKeys)
		a, b := streams(t)
		_, _ = b.Write([]byte(said))
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		c := client.on(t, a)
		if err := c.HandshakeContext(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: the client ended with %v", name, err)
		}
		cancel()
		c.Close()
		a, b = streams(t)
		_, _ = b.Write([]byte(said))
		b.Close()
		s := server.on(t, a)
		if err := s.HandshakeContext(within(t)); !errors.Is(err, io.EOF) {
			t.Errorf("%s: the server ended with %v", name, err)
		}
		s.Close()
	}
	if n := open(); n != before {
		t.Errorf("%d sessions are left", n-before)
	}
}

func TestGarbageEndsAStream(t *testing.T) {
	needsLibrary(t)
	for name, garbage := range map[string]string{
		"a bad record":        "\x17\x03\x03\x00\x20" + strings.Repeat("x", 32),
		"no record":           "GET / HTTP/1.1\r\nHost: lwm2m.example\r\n\r\n",
		"a cut record":        "\x17\x03\x03\x00\x20xx",
		"a record too long":   "\x17\x03\x03\xff\xff" + strings.Repeat("x", 65535),
		"an alert of nobody":  "\x15\x03\x03\x00\x02\x02\x28",
		"the end, not sealed": "",
	} {
		for _, suite := range []uint16{0x1301, 0xc0a8} {
			client, server := parties(t, PreSharedKeys, suite)
			a, b := streams(t)
			c, s := client.on(t, a), server.on(t, b)
			done := make(chan error, 1)
			go func() { done <- s.HandshakeContext(within(t)) }()
			if err := errors.Join(c.HandshakeContext(within(t)), <-done); err != nil {
				t.Fatal(err)
			}
			_, _ = a.Write([]byte(garbage))
			_ = a.(*net.TCPConn).CloseWrite()
			if n, err := s.Read(make([]byte, 100)); n > 0 || err == nil || errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%s, %04x: %d octets, %v", name, suite, n, err)
			}
		}
	}
}

func TestAnotherProtocolIsRefusedAndNoneIsTaken(t *testing.T) {
	needsLibrary(t)
	for protocol, refused := range map[string]bool{"h2": true, "": false} {
		client, server := parties(t, PreSharedKeys)
		client.config.Protocol = protocol
		_, s, clientErr, serverErr := meet(t, client, server)
		if (serverErr != nil) != refused || refused && !errors.Is(serverErr, ErrProtocol) || s.Agreed().Protocol != "" {
			t.Errorf("%q: %v, %v, agreed on %q", protocol, clientErr, serverErr, s.Agreed().Protocol)
		}
	}
}

func TestAnEndThatIsClosedWakesWhoReads(t *testing.T) {
	needsLibrary(t)
	client, server := parties(t, PreSharedKeys)
	c, s, clientErr, serverErr := meet(t, client, server)
	if clientErr != nil || serverErr != nil {
		t.Fatal(clientErr, serverErr)
	}
	ended := make(chan error)
	go func() {
		_, err := c.Read(make([]byte, 1))
		ended <- err
	}()
	c.Close()
	if err := <-ended; err == nil {
		t.Error("no error")
	}
	if _, err := s.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the peer was told %v", err)
	}
	if _, err := c.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

func TestStreamsOfManyGoroutinesKeepApart(t *testing.T) {
	needsLibrary(t)
	before := open()
	var all sync.WaitGroup
	for i := range 8 {
		m := []Mode{RawKeys, PreSharedKeys, Certificates}[i%3]
		client, server := parties(t, m)
		if i%2 == 1 {
			server.who.Verify, server.who.Key = func([][]byte) error { return errStranger }, func([]byte) ([]byte, bool) { return nil, false }
		}
		all.Go(func() {
			for range 10 {
				c, s, clientErr, serverErr := meet(t, client, server)
				if (serverErr != nil) != (i%2 == 1) || serverErr == nil && clientErr != nil {
					t.Errorf("goroutine %d: %v, %v", i, clientErr, serverErr)
				}
				if serverErr == nil {
					said := []byte{byte(i)}
					_, _ = c.Write(said)
					if n, err := s.Read(said); n != 1 || err != nil || said[0] != byte(i) {
						t.Errorf("goroutine %d heard %d, %v", i, said[0], err)
					}
				}
				c.Close()
				s.Close()
			}
		})
	}
	all.Wait()
	if n := open(); n != before {
		t.Errorf("%d sessions are left", n-before)
	}
}

// cutStream gives some octets, takes all, and ends.
type cutStream struct{ io.Reader }

func (cutStream) Write(b []byte) (int, error) { return len(b), nil }
func (cutStream) Close() error                { return nil }

// FuzzConn has a server read anything: nobody gets in by it.
func FuzzConn(f *testing.F) {
	needsLibrary(f)
	modes := map[Mode]*Credentials{}
	whoOf := map[Mode]Who{}
	for _, m := range []Mode{RawKeys, PreSharedKeys, Certificates} {
		client, server := parties(f, m)
		c, err := NewCredentials(server.config)
		if err != nil {
			f.Fatal(err)
		}
		f.Cleanup(c.Close)
		modes[m], whoOf[m] = c, server.who
		var first bytes.Buffer
		_ = client.on(f, struct {
			io.Writer
			io.Reader
			io.Closer
		}{&first, bytes.NewReader(nil), io.NopCloser(nil)}).HandshakeContext(within(f))
		f.Add(first.Bytes())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for m, c := range modes {
			conn, err := c.Stream(cutStream{bytes.NewReader(b)}, whoOf[m])
			if err != nil {
				t.Fatal(err)
			}
			if err := conn.HandshakeContext(t.Context()); err == nil {
				t.Fatal("let in")
			}
			conn.Close()
		}
	})
}
