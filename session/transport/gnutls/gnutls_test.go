//go:build linux && (amd64 || arm64) && !static

package gnutls

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"sync"
	"testing"
)

// pair is a key pair.
type pair struct{ public, private []byte }

func newPair(t testing.TB, curve elliptic.Curve) pair {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return pair{public, private}
}

func needsLibrary(t testing.TB) {
	t.Helper()
	if _, err := Load(); err != nil {
		t.Skip("without GnuTLS there is nothing to test: ", err)
	}
}

func credentialsOf(t testing.TB, p pair, server bool, suites ...uint16) *Credentials {
	t.Helper()
	if suites == nil {
		suites = Suites()
	}
	c, err := NewCredentials(Config{Server: server, Suites: suites, PublicKey: p.public, PrivateKey: p.private})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// only lets one key in.
func only(key []byte) func([]byte) error {
	return func(found []byte) error {
		if !bytes.Equal(found, key) {
			return errStranger
		}
		return nil
	}
}

var errStranger = errors.New("a stranger")

// bench is a client and a server that speak by calls, and what became of them.
type bench struct {
	client, server *Credentials
	from           string
	begun          *Session // of the server
}

// shake makes a handshake; what the server admits is begun with that verdict.
func (b *bench) shake(t testing.TB, atClient, atServer func([]byte) error) (client, server Result, clientErr, serverErr error) {
	t.Helper()
	c, err := b.client.Begin(nil, atClient)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Free()
	defer func() {
		if b.begun != nil {
			b.begun.Free()
			b.begun = nil
		}
	}()
	toServer, _, clientDone, clientErr := c.Feed(nil)
	serverDone := false
	for round := 0; round < 100 && len(toServer) > 0 && clientErr == nil; round++ {
		var toClient [][]byte
		for _, d := range toServer {
			out, done, err := b.arrive(t, d, atServer)
			toClient = append(toClient, out...)
			serverDone, serverErr = serverDone || done, errors.Join(serverErr, err)
		}
		toServer = nil
		for _, d := range toClient {
			var out [][]byte
			if out, _, clientDone, clientErr = c.Feed(d); clientErr != nil {
				break
			}
			toServer = append(toServer, out...)
		}
		for _, d := range toServer {
			if clientErr != nil && b.begun != nil {
				_, _, _ = b.arrive(t, d, atServer)
			}
		}
	}
	if clientErr == nil && clientDone {
		client, clientErr = c.Result()
	}
	if serverErr == nil && serverDone {
		server, serverErr = b.begun.Result()
	}
	return client, server, clientErr, serverErr
}

func (b *bench) arrive(t testing.TB, d []byte, verify func([]byte) error) (out [][]byte, done bool, err error) {
	t.Helper()
	if b.begun == nil {
		cookie, answer := b.server.Admit(b.from, d)
		if cookie == nil {
			return [][]byte{answer}, false, nil
		}
		if b.begun, err = b.server.Begin(cookie, verify); err != nil {
			t.Fatal(err)
		}
	}
	out, _, done, err = b.begun.Feed(d)
	return out, done, err
}

func TestHandshakeWithRawKeysGivesBothTheSame(t *testing.T) {
	needsLibrary(t)
	before := open()
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384()} {
		for _, suite := range Suites() {
			device, host := newPair(t, curve), newPair(t, elliptic.P256())
			b := bench{client: credentialsOf(t, device, false, suite), server: credentialsOf(t, host, true), from: "192.0.2.7:5683"}
			client, server, clientErr, serverErr := b.shake(t, only(host.public), only(device.public))
			if clientErr != nil || serverErr != nil {
				t.Fatal(clientErr, serverErr)
			}
			if client.Suite != suite || server.Suite != suite || !bytes.Equal(client.Master, server.Master) || len(client.Master) != 48 ||
				!bytes.Equal(client.ClientRandom, server.ClientRandom) || !bytes.Equal(client.ServerRandom, server.ServerRandom) {
				t.Errorf("%04x: the two ends differ: %04x and %04x", suite, client.Suite, server.Suite)
			}
			if !bytes.Equal(server.PeerKey, device.public) || !bytes.Equal(client.PeerKey, host.public) {
				t.Errorf("%04x: another key than that of the peer", suite)
			}
		}
	}
	if n := open(); n != before {
		t.Errorf("%d sessions are left", n-before)
	}
}

func TestAKeyThatIsRefusedEndsTheHandshakeWithAnAlert(t *testing.T) {
	needsLibrary(t)
	device, host := newPair(t, elliptic.P256()), newPair(t, elliptic.P256())
	b := bench{client: credentialsOf(t, device, false), server: credentialsOf(t, host, true), from: "192.0.2.7:5683"}
	_, _, clientErr, serverErr := b.shake(t, only(host.public), only(host.public))
	var alert *AlertError
	if !errors.Is(serverErr, errStranger) || !errors.As(clientErr, &alert) || alert.Description != 42 {
		t.Errorf("the server ended with %v, the client with %v", serverErr, clientErr)
	}
	_, _, clientErr, _ = b.shake(t, only(device.public), only(device.public))
	if !errors.Is(clientErr, errStranger) {
		t.Errorf("the client ended with %v", clientErr)
	}
}

func TestNobodyToDecideIsNoSession(t *testing.T) {
	needsLibrary(t)
	c := credentialsOf(t, newPair(t, elliptic.P256()), false)
	if s, err := c.Begin(nil, nil); err == nil {
		s.Free()
		t.Error("a session that takes any key has begun")
	}
}

func TestWithoutACommonSuiteThereIsNoSession(t *testing.T) {
	needsLibrary(t)
	device, host := newPair(t, elliptic.P256()), newPair(t, elliptic.P256())
	b := bench{client: credentialsOf(t, device, false, 0xc0ae), server: credentialsOf(t, host, true, 0xc02b), from: "192.0.2.7:5683"}
	if _, _, _, serverErr := b.shake(t, only(host.public), only(device.public)); !errors.Is(serverErr, ErrNoCommonSuite) {
		t.Errorf("the server ended with %v", serverErr)
	}
}

func TestACookieIsForWhereItWasSentTo(t *testing.T) {
	needsLibrary(t)
	device, host := newPair(t, elliptic.P256()), newPair(t, elliptic.P256())
	server, other := credentialsOf(t, host, true), credentialsOf(t, host, true)
	s, err := credentialsOf(t, device, false).Begin(nil, only(host.public))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Free()
	out, _, _, err := s.Feed(nil)
	if err != nil {
		t.Fatal(err)
	}
	if good, answer := server.Admit("192.0.2.7:1", out[0]); good != nil || len(answer) == 0 {
		t.Fatal("a ClientHello without a cookie was admitted")
	} else if out, _, _, err = s.Feed(answer); err != nil {
		t.Fatal(err)
	}
	if good, _ := server.Admit("192.0.2.7:1", out[0]); good == nil {
		t.Error("the right cookie was not admitted")
	}
	for from, who := range map[string]*Credentials{"192.0.2.7:2": server, "192.0.2.7:1": other} {
		if good, answer := who.Admit(from, out[0]); good != nil || len(answer) == 0 {
			t.Errorf("a cookie of elsewhere was admitted from %s", from)
		}
	}
}

func TestSessionsOfManyGoroutinesKeepApart(t *testing.T) {
	needsLibrary(t)
	before := open()
	device, host := newPair(t, elliptic.P256()), newPair(t, elliptic.P256())
	client, server := credentialsOf(t, device, false), credentialsOf(t, host, true)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for range 20 {
				b := bench{client: client, server: server, from: string(rune('a' + i))}
				verdict := only(device.public)
				if i%2 == 1 {
					verdict = only(host.public)
				}
				_, _, clientErr, serverErr := b.shake(t, only(host.public), verdict)
				if refused := errors.Is(serverErr, errStranger); refused != (i%2 == 1) || !refused && (clientErr != nil || serverErr != nil) {
					t.Errorf("goroutine %d: %v, %v", i, clientErr, serverErr)
				}
			}
		})
	}
	all.Wait()
	if n := open(); n != before {
		t.Errorf("%d sessions are left", n-before)
	}
}

func TestAKeyPairThatDoesNotMatchIsRefused(t *testing.T) {
	needsLibrary(t)
	p := newPair(t, elliptic.P256())
	for name, config := range map[string]Config{
		"no private key": {Suites: Suites(), PublicKey: p.public, PrivateKey: []byte("none")},
		"no public key":  {Suites: Suites(), PublicKey: []byte{0x30}, PrivateKey: p.private},
		"no suite":       {PublicKey: p.public, PrivateKey: p.private},
		"unknown suite":  {Suites: []uint16{0xc014}, PublicKey: p.public, PrivateKey: p.private},
	} {
		if c, err := NewCredentials(config); err == nil {
			c.Close()
			t.Errorf("%s: taken", name)
		}
	}
}

// FuzzFeed feeds anything: nobody gets in by it.
func FuzzFeed(f *testing.F) {
	needsLibrary(f)
	device, host := newPair(f, elliptic.P256()), newPair(f, elliptic.P256())
	server := credentialsOf(f, host, true)
	s, err := credentialsOf(f, device, false).Begin(nil, only(host.public))
	if err != nil {
		f.Fatal(err)
	}
	defer s.Free()
	out, _, _, _ := s.Feed(nil)
	f.Add(out[0])
	_, answer := server.Admit("a", out[0])
	f.Add(answer)
	f.Fuzz(func(t *testing.T, b []byte) {
		server.Admit("a", b)
		s, err := server.Begin(nil, only(device.public))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Free()
		for range 3 {
			if _, _, done, err := s.Feed(b); done {
				t.Fatalf("let in (%v)", err)
			}
		}
	})
}
