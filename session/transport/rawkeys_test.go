package transport

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/session/transport/gnutls"
)

// needsGnuTLS skips a test where raw public keys cannot be had.
func needsGnuTLS(t testing.TB) {
	t.Helper()
	if _, err := gnutls.Load(); err != nil {
		t.Skip("without GnuTLS there are no raw public keys: ", err)
	}
}

// rawPair makes a key pair without a certificate.
func rawPair(t testing.TB) KeyPair {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	spki, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return KeyPair{Private: key, PublicKey: spki}
}

func rawOf(own KeyPair, server []byte) ClientKeys {
	return ClientKeys{Mode: RawPublicKey, Own: own, ServerKey: server}
}

func TestDTLSTakesRawPublicKeysThatAreKnown(t *testing.T) {
	needsGnuTLS(t)
	device, host := rawPair(t), rawPair(t)
	for _, suite := range rawKeySuites {
		t.Run(suite.String(), func(t *testing.T) {
			securely(t, &testKeys{own: &host, trustedKey: string(device.PublicKey)}, SecureOptions{}, func(t *testing.T, b *securedBench) {
				client, back, err := b.dial("192.0.2.7:40001", rawOf(device, host.PublicKey), SecureOptions{Suites: []CipherSuite{suite}})
				if err != nil {
					t.Fatal(err)
				}
				peer := b.exchange(client, back)
				want := Identity{Mode: RawPublicKey, Name: fingerprint(device.PublicKey), PublicKey: string(device.PublicKey)}
				if id, ok := b.server.Identity(peer); !ok || id != want {
					t.Errorf("identity %+v, %v", id, ok)
				}
				if b.server.HasCID(peer) {
					t.Error("it is said to have a Connection ID")
				}
				if err := client.Close(); err != nil {
					t.Error(err)
				}
				if down := b.heard.want(t, "down"); down.peer != peer || down.cause != nil {
					t.Errorf("down %v, %v", down.peer, down.cause)
				}
			})
		})
	}
}

func TestDTLSTellsWhyRawPublicKeysAreRefused(t *testing.T) {
	needsGnuTLS(t)
	device, host, other := rawPair(t), rawPair(t), rawPair(t)
	known := &testKeys{own: &host, trustedKey: string(device.PublicKey), psk: map[string]string{"dev1": "0123456789abcdef"}}
	certified := newAuthority(t, "test CA").sign(t, "lwm2m.example", time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	for name, c := range map[string]struct {
		server           *testKeys
		client           ClientKeys
		allowed, allows  []CipherSuite
		atServer, atUser string // in the sentences; "" where the other end is not told
	}{
		"unknown key": {
			server: known, client: rawOf(other, host.PublicKey),
			atServer: fingerprint(other.PublicKey) + " is not known here",
			atUser:   "it does not take our raw public key, that with SHA-256 " + fingerprint(other.PublicKey),
		},
		"another server": {
			server: known, client: rawOf(device, other.PublicKey),
			atServer: "bad_certificate (42): it does not take our raw public key, that with SHA-256 " + fingerprint(host.PublicKey),
			atUser:   "expected that with SHA-256 " + fingerprint(other.PublicKey) + ", found " + fingerprint(host.PublicKey),
		},
		"nothing said of the server": {
			server: known, client: rawOf(device, nil),
			atServer: "bad_certificate", atUser: "it is not said which raw public key the server has",
		},
		"no common suite": {
			server: known, client: rawOf(device, host.PublicKey), allowed: []CipherSuite{0xc0ae}, allows: []CipherSuite{0xc02b},
			atServer: "no common cipher suite: the device offers TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
			atUser:   "none of our cipher suites: TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
		},
		"no key pair here": {
			server: &testKeys{psk: known.psk}, client: rawOf(device, host.PublicKey),
			atServer: "the device offers raw public keys only, and this listener has no key pair",
			atUser:   "the server has no raw public keys, or none of our cipher suites",
		},
		"certificates against raw keys": {
			server: known, client: ClientKeys{Mode: Certificate, Own: certified, ServerName: "lwm2m.example"},
			atServer: "own: certificate:", atUser: "none of our cipher suites",
		},
	} {
		t.Run(name, func(t *testing.T) {
			securely(t, c.server, SecureOptions{Suites: c.allowed}, func(t *testing.T, b *securedBench) {
				_, _, err := b.dial("192.0.2.7:40001", c.client, SecureOptions{Suites: c.allows})
				var failure *HandshakeError
				if !errors.As(err, &failure) || !strings.Contains(failure.Cause, c.atUser) || failure.Cure == "" {
					t.Errorf("the client says %v (%+v), expected %q", err, failure, c.atUser)
				}
				synctest.Wait()
				select {
				case e := <-b.failed:
					if !strings.Contains(e.Cause+e.Cure, c.atServer) || e.Cure == "" {
						t.Errorf("the server says %q, %q, expected %q", e.Cause, e.Cure, c.atServer)
					}
				default:
					t.Error("the server says nothing")
				}
			})
		})
	}
}

func TestDTLSAcceptsAnyRawPublicKeyOnlyWhereItIsTold(t *testing.T) {
	needsGnuTLS(t)
	device, host := rawPair(t), rawPair(t)
	securely(t, &testKeys{own: &host, any: true}, SecureOptions{}, func(t *testing.T, b *securedBench) {
		keys := rawOf(device, nil)
		keys.AnyServer = true
		client, back, err := b.dial("192.0.2.7:40001", keys, SecureOptions{})
		if err != nil {
			t.Fatal(err)
		}
		b.exchange(client, back)
		_ = client.Close()
	})
}

// One listener serves all modes, each by what the client offers.
func TestDTLSOneListenerServesAllModes(t *testing.T) {
	needsGnuTLS(t)
	keys := &testKeys{psk: map[string]string{"dev1": "0123456789abcdef"}}
	securely(t, keys, SecureOptions{}, func(t *testing.T, b *securedBench) {
		ca := newAuthority(t, "test CA")
		own := ca.sign(t, "lwm2m.example", time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
		device := ca.sign(t, "dev1", time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
		keys.own, keys.roots, keys.trustedKey = &own, ca.pool(), string(device.PublicKey)
		for i, c := range []ClientKeys{
			pskOf("dev1", "0123456789abcdef"),
			rawOf(device, own.PublicKey),
			{Mode: Certificate, Own: device, Roots: ca.pool(), ServerName: "lwm2m.example"},
		} {
			client, back, err := b.dial("192.0.2.7:4000"+string(rune('1'+i)), c, SecureOptions{})
			if err != nil {
				t.Fatal(c.Mode, err)
			}
			peer := b.exchange(client, back)
			if id, _ := b.server.Identity(peer); id.Mode != c.Mode {
				t.Errorf("a client of %v is said to be of %v", c.Mode, id.Mode)
			}
			_ = client.Close()
			b.heard.want(t, "down")
		}
	})
}

// A new session of raw public keys takes the place of the one before, of whatever
// mode, only once it is complete.
func TestDTLSARawKeySessionReplacesTheOneBefore(t *testing.T) {
	needsGnuTLS(t)
	device, host := rawPair(t), rawPair(t)
	keys := &testKeys{own: &host, trustedKey: string(device.PublicKey), psk: map[string]string{"dev1": "0123456789abcdef"}}
	securely(t, keys, SecureOptions{}, func(t *testing.T, b *securedBench) {
		const from = "192.0.2.7:40001"
		for i, c := range []ClientKeys{pskOf("dev1", "0123456789abcdef"), rawOf(device, host.PublicKey), rawOf(device, host.PublicKey)} {
			inner, err := b.network.Datagram(from)
			if err != nil {
				t.Fatal(err)
			}
			silent := &quiet{Link: inner}
			server, _ := ParseAddress("192.0.2.1:5684")
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			client, err := NewDTLSClient(ctx, silent, server, "lwm2m.example", c, SecureOptions{})
			cancel()
			if err != nil {
				t.Fatal(i, err)
			}
			back := newInbox()
			if err := client.Start(back); err != nil {
				t.Fatal(err)
			}
			if i > 0 {
				if down := b.heard.want(t, "down"); !errors.Is(down.cause, errReplaced) {
					t.Fatalf("%d: down for %v", i, down.cause)
				}
			}
			peer := b.exchange(client, back)
			if id, _ := b.server.Identity(peer); id.Mode != c.Mode {
				t.Errorf("%d: mode %v", i, id.Mode)
			}
			silent.mute = true // it dies without a word
			_ = client.Close()
		}
	})
}

// quiet is a link that can be made to lose what is sent.
type quiet struct {
	Link
	mute bool
}

func (q *quiet) Send(to Address, local Local, b []byte) error {
	if q.mute {
		return nil
	}
	return q.Link.Send(to, local, b)
}

func TestDTLSKeepsNothingOfRawKeyClientsWithoutACookie(t *testing.T) {
	needsGnuTLS(t)
	device, host := rawPair(t), rawPair(t)
	securely(t, &testKeys{own: &host, trustedKey: string(device.PublicKey)}, SecureOptions{}, func(t *testing.T, b *securedBench) {
		hello := rawHello(t, device)
		for i := range 100 {
			from, _ := ParseAddress("192.0.2.7:" + string([]byte{'4', '0', '0' + byte(i/10), '0' + byte(i%10)}))
			b.server.Receive(Datagram{From: from, Bytes: bytes.Clone(hello)})
		}
		b.server.mu.Lock()
		defer b.server.mu.Unlock()
		if len(b.server.peers) != 0 || len(b.server.half) != 0 {
			t.Errorf("%d peers and %d handshakes are kept", len(b.server.peers), len(b.server.half))
		}
	})
}

// rawHello is the first ClientHello of a client with raw public keys.
func rawHello(t testing.TB, own KeyPair) []byte {
	t.Helper()
	c, err := rawCredentials(own, rawKeySuites, false, "lwm2m.example")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s, err := c.Begin(nil, func([]byte) error { return errNoOwnKey })
	if err != nil {
		t.Fatal(err)
	}
	defer s.Free()
	out, _, _, err := s.Feed(nil)
	if err != nil {
		t.Fatal(err)
	}
	return out[0]
}

func TestDTLSKeyLogHasRawKeySessionsOfBothEnds(t *testing.T) {
	needsGnuTLS(t)
	device, host := rawPair(t), rawPair(t)
	var atServer, atClient bytes.Buffer
	securely(t, &testKeys{own: &host, trustedKey: string(device.PublicKey)}, SecureOptions{KeyLog: &atServer}, func(t *testing.T, b *securedBench) {
		client, back, err := b.dial("192.0.2.7:40001", rawOf(device, host.PublicKey), SecureOptions{KeyLog: &atClient})
		if err != nil {
			t.Fatal(err)
		}
		b.exchange(client, back)
		_ = client.Close()
		b.heard.want(t, "down")
	})
	words := strings.Fields(atServer.String())
	if atServer.String() != atClient.String() || len(words) != 3 || words[0] != "CLIENT_RANDOM" || len(words[1]) != 64 || len(words[2]) != 96 {
		t.Errorf("key logs of %d and %d octets", atServer.Len(), atClient.Len())
	}
}

func TestWhatAClientOffersDecidesTheMode(t *testing.T) {
	needsGnuTLS(t)
	ca := newAuthority(t, "test CA")
	both := ca.sign(t, "lwm2m.example", time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	raw := rawPair(t)
	const ecc, psk = 0xc0ae, 0xc0a8
	for name, c := range map[string]struct {
		own    *KeyPair
		hello  clientHello
		prefer []SecurityMode
		want   SecurityMode
	}{
		"keys only":                     {&both, clientHello{suites: []CipherSuite{psk}, x509: true}, nil, PreSharedKey},
		"certificates only":             {&both, clientHello{suites: []CipherSuite{ecc}, x509: true}, nil, Certificate},
		"raw keys only":                 {&both, clientHello{suites: []CipherSuite{ecc}, rawKeys: true, ownRaw: true}, nil, RawPublicKey},
		"raw keys rather":               {&both, clientHello{suites: []CipherSuite{ecc}, rawKeys: true, ownRaw: true, x509: true, rawFirst: true}, nil, RawPublicKey},
		"certificates rather":           {&both, clientHello{suites: []CipherSuite{ecc}, rawKeys: true, ownRaw: true, x509: true}, nil, Certificate},
		"certificates rather, none":     {&raw, clientHello{suites: []CipherSuite{ecc}, rawKeys: true, ownRaw: true, x509: true}, nil, RawPublicKey},
		"both, we prefer raw keys":      {&both, clientHello{suites: []CipherSuite{ecc}, rawKeys: true, ownRaw: true, x509: true}, []SecurityMode{RawPublicKey}, RawPublicKey},
		"both, we prefer certificates":  {&both, clientHello{suites: []CipherSuite{ecc}, rawKeys: true, ownRaw: true, x509: true, rawFirst: true}, []SecurityMode{Certificate}, Certificate},
		"all, we prefer keys":           {&both, clientHello{suites: []CipherSuite{ecc, psk}, rawKeys: true, ownRaw: true, x509: true}, []SecurityMode{PreSharedKey}, PreSharedKey},
		"raw keys only, we prefer keys": {&both, clientHello{suites: []CipherSuite{ecc}, rawKeys: true, ownRaw: true}, []SecurityMode{PreSharedKey, Certificate}, RawPublicKey},
		"raw keys or keys, we have no":  {nil, clientHello{suites: []CipherSuite{ecc, psk}, rawKeys: true, ownRaw: true}, nil, PreSharedKey},
	} {
		l := NewDTLSServer(nil, &testKeys{own: c.own}, SecureOptions{Prefer: c.prefer})
		if got := l.choose(&c.hello); got.mode != c.want {
			t.Errorf("%s: %v, expected %v", name, got.mode, c.want)
		}
		l.raw.close()
	}
}

func TestAHelloTellsHowLargeARecordMayBe(t *testing.T) {
	for name, c := range map[string]struct {
		extensions []byte
		want       int
	}{
		"nothing":                {nil, 0},
		"record_size_limit":      {[]byte{0, 28, 0, 2, 2, 0}, 512},
		"max_fragment_length":    {[]byte{0, 1, 0, 1, 2}, 1024},
		"both":                   {[]byte{0, 1, 0, 1, 1, 0, 28, 0, 2, 3, 0}, 768},
		"both, the other way":    {[]byte{0, 28, 0, 2, 3, 0, 0, 1, 0, 1, 1}, 768},
		"an unknown fragment":    {[]byte{0, 1, 0, 1, 9}, 0},
		"a limit of three bytes": {[]byte{0, 28, 0, 3, 1, 2, 3}, 0},
	} {
		var h clientHello
		if !h.extensions(c.extensions) || h.limit != c.want {
			t.Errorf("%s: %d, expected %d", name, h.limit, c.want)
		}
	}
}

func TestDTLSSendsNoRecordThatThePeerDoesNotTake(t *testing.T) {
	needsGnuTLS(t)
	device, host := rawPair(t), rawPair(t)
	securely(t, &testKeys{own: &host, trustedKey: string(device.PublicKey)}, SecureOptions{}, func(t *testing.T, b *securedBench) {
		client, back, err := b.dial("192.0.2.7:40001", rawOf(device, host.PublicKey), SecureOptions{})
		if err != nil {
			t.Fatal(err)
		}
		peer := b.exchange(client, back)
		b.server.mu.Lock()
		p := b.server.peers[peer]
		p.conn = &rawConn{limit: 512}
		p.noteLimit()
		p.conn = nil
		b.server.mu.Unlock()
		if err := b.server.Send(peer, Local{}, make([]byte, 512)); err != nil {
			t.Error(err)
		}
		if err := b.server.Send(peer, Local{}, make([]byte, 513)); !errors.Is(err, ErrTooLong) {
			t.Errorf("513 octets: %v", err)
		}
		_ = client.Close()
	})
}

// What anybody can send into a handshake ends it neither for others nor lets it end
// well for who has no key.
func TestDTLSRawKeyHandshakesStandWhatIsThrownIn(t *testing.T) {
	needsGnuTLS(t)
	device, host := rawPair(t), rawPair(t)
	securely(t, &testKeys{own: &host, trustedKey: string(device.PublicKey)}, SecureOptions{}, func(t *testing.T, b *securedBench) {
		inner, err := b.network.Datagram("192.0.2.7:40001")
		if err != nil {
			t.Fatal(err)
		}
		from, _ := ParseAddress("192.0.2.7:40001")
		to, _ := ParseAddress("192.0.2.1:5684")
		noisy := &throwing{Link: inner, throw: func() {
			for _, d := range [][]byte{
				{22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 3, 1, 2, 3},
				{23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 9, 0, 4, 1, 2, 3, 4},
				append([]byte{22, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 40}, make([]byte, 40)...),
				rawHello(t, device),
			} {
				b.server.Receive(Datagram{From: from, Bytes: d})
			}
		}}
		client, err := NewDTLSClient(t.Context(), noisy, to, "lwm2m.example", rawOf(device, host.PublicKey), SecureOptions{})
		if err != nil {
			t.Fatal(err)
		}
		back := newInbox()
		if err := client.Start(back); err != nil {
			t.Fatal(err)
		}
		b.exchange(client, back)
		_ = client.Close()
	})
}

// throwing is a link on which something else arrives with each datagram.
type throwing struct {
	Link
	throw func()
}

func (l *throwing) Send(to Address, local Local, b []byte) error {
	l.throw()
	return l.Link.Send(to, local, b)
}

// Handshakes that stay half done make room, the oldest first.
func TestDTLSRawKeyHandshakesThatStayHalfDoneAreBounded(t *testing.T) {
	needsGnuTLS(t)
	device, host := rawPair(t), rawPair(t)
	securely(t, &testKeys{own: &host, trustedKey: string(device.PublicKey)}, SecureOptions{}, func(t *testing.T, b *securedBench) {
		c, err := rawCredentials(device, rawKeySuites, false, "")
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		for i := range MaxHandshakes + 50 {
			from := Address{name: fmt.Sprintf("device %d", i)}
			s, err := c.Begin(nil, func([]byte) error { return errNoOwnKey })
			if err != nil {
				t.Fatal(err)
			}
			first, _, _, _ := s.Feed(nil)
			b.server.mu.Lock()
			b.server.choose(&clientHello{rawKeys: true, ownRaw: true})
			_, answer := b.server.raw.admit(Datagram{From: from, Bytes: first[0]})
			b.server.mu.Unlock()
			second, _, _, err := s.Feed(answer)
			if err != nil || len(second) == 0 {
				t.Fatal(err)
			}
			b.server.Receive(Datagram{From: from, Bytes: second[0]})
			s.Free()
		}
		synctest.Wait()
		b.server.mu.Lock()
		defer b.server.mu.Unlock()
		if len(b.server.half) != MaxHandshakes || len(b.server.peers) != MaxHandshakes {
			t.Errorf("%d handshakes and %d peers, expected %d", len(b.server.half), len(b.server.peers), MaxHandshakes)
		}
	})
}

func TestRawPublicKeysNeedAKeyOnAKnownCurve(t *testing.T) {
	needsGnuTLS(t)
	key, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rawCredentials(KeyPair{Private: key}, rawKeySuites, false, ""); !errors.Is(err, errOtherKey) {
		t.Errorf("P-521: %v", err)
	}
}

// Nothing is concluded from a Finished that does not come: it is repeated.
func TestDTLSRawKeyHandshakesWaitForWhatWasLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, raw := range []bool{false, true} {
			given := false
			r := handshakeRecord{stuck: func() { given = true }}
			if raw {
				r.patient()
			}
			r.received([]byte{recordCCS, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1})
			<-time.After(2 * stuckTime)
			synctest.Wait()
			if given == raw {
				t.Errorf("raw public keys %v: given up %v", raw, given)
			}
		}
	})
}

func TestACommonSuiteWithoutACommonGroupIsSaidSo(t *testing.T) {
	r := handshakeRecord{suites: rawKeySuites, hello: &clientHello{suites: []CipherSuite{0xc0ae}, rawKeys: true, ownRaw: true}}
	cause, cure := r.explain(&gnutls.Error{Code: -87}, true)
	if !strings.Contains(cause, "no group or signature") || cure == "" {
		t.Errorf("%q, %q", cause, cure)
	}
	r.hello.suites = []CipherSuite{0xcca9}
	if cause, _ := r.explain(&gnutls.Error{Code: -87}, true); !strings.Contains(cause, "no common cipher suite: the device offers") {
		t.Errorf("%q", cause)
	}
}
