package transport

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// testKeys is a Keys made by hand.
type testKeys struct {
	psk   map[string]string
	own   *KeyPair
	roots *x509.CertPool
	any   bool

	trusted []*x509.Certificate

	trustedKey string // raw
}

func (k *testKeys) PSK(identity []byte) ([]byte, bool) {
	key, ok := k.psk[string(identity)]
	return []byte(key), ok
}

func (k *testKeys) Own() (KeyPair, bool) {
	if k.own == nil {
		return KeyPair{}, false
	}
	return *k.own, true
}

func (k *testKeys) TrustsKey(spki []byte) bool {
	return k.trustedKey != "" && string(spki) == k.trustedKey
}

func (k *testKeys) TrustsCertificate(c *x509.Certificate) bool {
	return slices.ContainsFunc(k.trusted, c.Equal)
}
func (k *testKeys) Roots() *x509.CertPool { return k.roots }
func (k *testKeys) Any() bool             { return k.any }

// authority signs certificates for tests.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t testing.TB, name string) *authority {
	t.Helper()
	a := &authority{}
	pair := a.sign(t, name, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	a.certificate, a.key = pair.Chain[0], pair.Private.(*ecdsa.PrivateKey)
	return a
}

// sign makes a key pair with a certificate; of an authority that is none yet,
// signed by itself.
func (a *authority) sign(t testing.TB, name string, from, to time.Time) KeyPair {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: from, NotAfter: to, IsCA: a.certificate == nil, BasicConstraintsValid: true,
	}
	parent, signer := template, key
	if a.certificate != nil {
		parent, signer = a.certificate, a.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return KeyPair{Private: key, PublicKey: c.RawSubjectPublicKeyInfo, Chain: []*x509.Certificate{c}}
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

// secured is a DTLS listener in a memory network at 192.0.2.1:5684.
type securedBench struct {
	t       *testing.T
	network *MemoryNetwork
	server  *DTLS
	heard   inbox
	failed  chan *HandshakeError
}

// securely runs a test in virtual time with a listener.
func securely(t *testing.T, keys Keys, o SecureOptions, f func(t *testing.T, b *securedBench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &securedBench{t: t, network: NewMemoryNetwork(), heard: newInbox(), failed: make(chan *HandshakeError, 100)}
		inner, err := b.network.Datagram("192.0.2.1:5684")
		if err != nil {
			t.Fatal(err)
		}
		o.Failed = func(e *HandshakeError) { b.failed <- e }
		b.server = NewDTLSServer(inner, keys, o)
		if err := b.server.Start(b.heard); err != nil {
			t.Fatal(err)
		}
		defer b.server.Close()
		f(t, b)
	})
}

// dial makes a session from an address.
func (b *securedBench) dial(from string, keys ClientKeys, o SecureOptions) (*DTLS, inbox, error) {
	b.t.Helper()
	inner, err := b.network.Datagram(from)
	if err != nil {
		b.t.Fatal(err)
	}
	server, _ := ParseAddress("192.0.2.1:5684")
	ctx, cancel := context.WithTimeout(b.t.Context(), 2*time.Minute)
	defer cancel()
	client, err := NewDTLSClient(ctx, inner, server, "lwm2m.example", keys, o)
	if err != nil {
		return nil, nil, err
	}
	in := newInbox()
	if err := client.Start(in); err != nil {
		b.t.Fatal(err)
	}
	return client, in, nil
}

func pskOf(identity, key string) ClientKeys {
	return ClientKeys{Mode: PreSharedKey, Identity: []byte(identity), Secret: []byte(key)}
}

func knowing(identity, key string) *testKeys { return &testKeys{psk: map[string]string{identity: key}} }

// exchange sends a word each way.
func (b *securedBench) exchange(client *DTLS, back inbox) Address {
	b.t.Helper()
	server, _ := ParseAddress("192.0.2.1:5684")
	if err := client.Send(server, Local{}, []byte("question")); err != nil {
		b.t.Fatal(err)
	}
	got := b.heard.want(b.t, "bytes")
	if string(got.bytes) != "question" {
		b.t.Fatalf("heard %q", got.bytes)
	}
	if err := b.server.Send(got.peer, got.local, []byte("answer")); err != nil {
		b.t.Fatal(err)
	}
	if answer := back.want(b.t, "bytes"); string(answer.bytes) != "answer" {
		b.t.Fatalf("heard %q", answer.bytes)
	}
	return got.peer
}

func TestDTLSCarriesMessagesOfAPeerThatHasTheKey(t *testing.T) {
	for _, suite := range pskSuites {
		t.Run(suite.String(), func(t *testing.T) {
			securely(t, knowing("dev1", "0123456789abcdef"), SecureOptions{}, func(t *testing.T, b *securedBench) {
				client, back, err := b.dial("192.0.2.7:40001", pskOf("dev1", "0123456789abcdef"), SecureOptions{Suites: []CipherSuite{suite}})
				if err != nil {
					t.Fatal(err)
				}
				peer := b.exchange(client, back)
				if id, ok := b.server.Identity(peer); !ok || id != (Identity{Mode: PreSharedKey, Name: "dev1"}) {
					t.Errorf("identity %+v, %v", id, ok)
				}
				if err := client.Close(); err != nil {
					t.Error(err)
				}
				if down := b.heard.want(t, "down"); down.peer != peer || down.cause != nil {
					t.Errorf("down %v, %v", down.peer, down.cause)
				}
				if _, ok := b.server.Identity(peer); ok {
					t.Error("it has an identity after its end")
				}
			})
		})
	}
}

func TestDTLSTakesCertificatesByUsage(t *testing.T) {
	ca, other := newAuthority(t, "test CA"), newAuthority(t, "other CA")
	now := time.Now()
	server := ca.sign(t, "lwm2m.example", now.Add(-time.Hour), now.Add(time.Hour))
	device := ca.sign(t, "dev1", now.Add(-time.Hour), now.Add(time.Hour))
	stranger := other.sign(t, "dev1", now.Add(-time.Hour), now.Add(time.Hour))
	for name, c := range map[string]struct {
		keys ClientKeys
		want string // in the error; "" for none
		told string // in what the listener tells
	}{
		"CA constraint":              {ClientKeys{Usage: 0, Own: device, Roots: ca.pool(), ServerCertificate: ca.certificate}, "", ""},
		"service constraint":         {ClientKeys{Usage: 1, Own: device, Roots: ca.pool(), ServerCertificate: server.Chain[0]}, "", ""},
		"trust anchor":               {ClientKeys{Usage: 2, Own: device, ServerCertificate: ca.certificate}, "", ""},
		"domain-issued":              {ClientKeys{Usage: 3, Own: device, ServerCertificate: server.Chain[0]}, "", ""},
		"another anchor":             {ClientKeys{Usage: 2, Own: device, ServerCertificate: other.certificate}, `signed by "test CA", which is no trust anchor`, "it does not take our certificate"},
		"another certificate":        {ClientKeys{Usage: 3, Own: device, ServerCertificate: device.Chain[0]}, "another certificate", "it does not take our certificate"},
		"another name":               {ClientKeys{Usage: 0, Own: device, Roots: ca.pool(), ServerName: "else.example"}, `is for "lwm2m.example", expected "else.example"`, "it does not take our certificate"},
		"a stranger":                 {ClientKeys{Usage: 3, Own: stranger, ServerCertificate: server.Chain[0]}, "it does not take our certificate", `signed by "other CA", which is no trust anchor`},
		"without a certificate":      {ClientKeys{Usage: 3, ServerCertificate: server.Chain[0]}, "the server wants a certificate of ours, and we have none: it answered with the alert handshake_failure", "no certificate"},
		"usage 3 without knowing it": {ClientKeys{Usage: 3, Own: device}, "usage 3", "it does not take our certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			// Certificates are of now, and so the bubble's clock cannot be.
			network := NewMemoryNetwork()
			inner, _ := network.Datagram("192.0.2.1:5684")
			b := &securedBench{t: t, network: network, heard: newInbox(), failed: make(chan *HandshakeError, 10)}
			b.server = NewDTLSServer(inner, &testKeys{own: &server, roots: ca.pool()}, SecureOptions{Failed: func(e *HandshakeError) { b.failed <- e }})
			if err := b.server.Start(b.heard); err != nil {
				t.Fatal(err)
			}
			defer b.server.Close()
			c.keys.Mode = Certificate
			client, back, err := b.dial("192.0.2.7:40001", c.keys, SecureOptions{})
			if c.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				peer := b.exchange(client, back)
				if id, _ := b.server.Identity(peer); id.Mode != Certificate || id.Name != "dev1" || id.PublicKey != string(device.PublicKey) {
					t.Errorf("identity %+v", id)
				}
				client.Close()
				return
			}
			var failure *HandshakeError
			if !errors.As(err, &failure) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if told := <-b.failed; !strings.Contains(told.Cause, c.told) {
				t.Errorf("told %v, want %q", told, c.told)
			}
		})
	}
}

func TestDTLSSaysWhyAHandshakeFailed(t *testing.T) {
	for name, c := range map[string]struct {
		keys       ClientKeys
		options    SecureOptions
		want, told string
	}{
		"unknown identity": {pskOf("who", "0123456789abcdef"), SecureOptions{}, `the alert unknown_psk_identity (115): it does not know the PSK identity "who"`, `the PSK identity "who" (3 octets) is not known`},
		"wrong key":        {pskOf("dev1", "fedcba9876543210"), SecureOptions{}, `the key of PSK identity "dev1" is not the same`, `the key of PSK identity "dev1" is not the same`},
		"no common suite":  {pskOf("dev1", "0123456789abcdef"), SecureOptions{Suites: []CipherSuite{0x00a8}}, "none of our cipher suites: TLS_PSK_WITH_AES_128_GCM_SHA256", "the device offers TLS_PSK_WITH_AES_128_GCM_SHA256; here are TLS_PSK_WITH_AES_128_CCM_8"},
		"raw keys":         {ClientKeys{Mode: RawPublicKey}, SecureOptions{}, "raw public keys", ""},
	} {
		t.Run(name, func(t *testing.T) {
			securely(t, knowing("dev1", "0123456789abcdef"), SecureOptions{Suites: []CipherSuite{0xc0a8}}, func(t *testing.T, b *securedBench) {
				_, _, err := b.dial("192.0.2.7:40001", c.keys, c.options)
				var failure *HandshakeError
				if !errors.As(err, &failure) || !strings.Contains(err.Error(), c.want) {
					t.Errorf("got %v, want %q", err, c.want)
				}
				if c.told == "" {
					return
				}
				<-time.After(2 * handshakeTime) // of the bubble: the listener gives up
				if told := <-b.failed; !strings.Contains(told.Cause, c.told) {
					t.Errorf("told %v, want %q", told, c.told)
				}
			})
		})
	}
}

func TestPlainCoAPOnTheSecurePortIsToldOnce(t *testing.T) {
	securely(t, knowing("dev1", "0123456789abcdef"), SecureOptions{}, func(t *testing.T, b *securedBench) {
		from, _ := ParseAddress("192.0.2.7:40001")
		to, _ := ParseAddress("192.0.2.1:5684")
		for range 3 {
			b.network.Deliver(from, to, []byte{0x40, 0x01, 0x00, 0x01, 0xb2, 'r', 'd', 0, 0, 0, 0, 0, 0})
		}
		synctest.Wait()
		if len(b.failed) != 1 {
			t.Fatalf("told %d times", len(b.failed))
		}
		if told := <-b.failed; !strings.Contains(told.Cause, "plain CoAP") {
			t.Errorf("told %v", told)
		}
	})
}

func TestDataOfASessionFromBeforeIsToldOnce(t *testing.T) {
	securely(t, knowing("dev1", "0123456789abcdef"), SecureOptions{}, func(t *testing.T, b *securedBench) {
		client, back, err := b.dial("192.0.2.7:40001", pskOf("dev1", "0123456789abcdef"), SecureOptions{})
		if err != nil {
			t.Fatal(err)
		}
		peer := b.exchange(client, back)
		b.server.Disconnect(peer, nil)
		b.heard.want(t, "down")
		to, _ := ParseAddress("192.0.2.1:5684")
		data := []byte{recordData, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 99, 0, 4, 1, 2, 3, 4}
		b.network.Deliver(peer, to, data)
		synctest.Wait()
		if len(b.failed) > 0 {
			t.Errorf("what was on its way when the session ended is told: %v", (<-b.failed).Cause)
		}
		other, _ := ParseAddress("192.0.2.9:40001")
		for range 3 {
			b.network.Deliver(other, to, data)
		}
		synctest.Wait()
		if len(b.failed) != 1 {
			t.Fatalf("told %d times", len(b.failed))
		}
		if told := <-b.failed; told.Peer != other || !strings.Contains(told.Cause, "not known here") {
			t.Errorf("told %v", told)
		}
		client.Close()
	})
}

func TestASessionWithAConnectionIDMovesWithItsPeer(t *testing.T) {
	securely(t, knowing("dev1", "0123456789abcdef"), SecureOptions{}, func(t *testing.T, b *securedBench) {
		here, there := "192.0.2.7:40001", "192.0.2.7:50002"
		client, back, err := b.dial(here, pskOf("dev1", "0123456789abcdef"), SecureOptions{})
		if err != nil {
			t.Fatal(err)
		}
		peer := b.exchange(client, back)
		if !b.server.HasCID(peer) {
			t.Error("no Connection ID was agreed on")
		}
		moved, _ := ParseAddress(there)
		rebind(t, client, b.network, there)
		if err := client.Send(client.onlyPeer(), Local{}, []byte("again")); err != nil {
			t.Fatal(err)
		}
		if got := b.heard.want(t, "moved"); got.peer != peer {
			t.Errorf("%v moved, want %v", got.peer, peer)
		}
		if got := b.heard.want(t, "bytes"); got.peer != moved || string(got.bytes) != "again" {
			t.Errorf("%q from %v", got.bytes, got.peer)
		}
		if id, ok := b.server.Identity(moved); !ok || id.Name != "dev1" {
			t.Errorf("identity %+v, %v", id, ok)
		}
		if err := b.server.Send(moved, Local{}, []byte("there you are")); err != nil {
			t.Fatal(err)
		}
		if got := back.want(t, "bytes"); string(got.bytes) != "there you are" {
			t.Errorf("heard %q", got.bytes)
		}
		client.Close()
	})
}

// onlyPeer is the server of a dialled link.
func (l *DTLS) onlyPeer() Address {
	for a := range l.peers {
		return a
	}
	return Address{}
}

// rebind gives a dialled link another socket, as a translator on the way does.
func rebind(t *testing.T, l *DTLS, network *MemoryNetwork, address string) {
	t.Helper()
	inner, err := network.Datagram(address)
	if err != nil {
		t.Fatal(err)
	}
	old := l.inner
	l.inner = inner
	if err := inner.Start(l); err != nil {
		t.Fatal(err)
	}
	old.Close()
}

func TestAPeerThatBeginsAnewReplacesItsSession(t *testing.T) {
	securely(t, knowing("dev1", "0123456789abcdef"), SecureOptions{}, func(t *testing.T, b *securedBench) {
		keys := pskOf("dev1", "0123456789abcdef")
		first, back, err := b.dial("192.0.2.7:40001", keys, SecureOptions{})
		if err != nil {
			t.Fatal(err)
		}
		b.exchange(first, back)
		first.inner.Close() // it dies without a word
		second, back, err := b.dial("192.0.2.7:40001", keys, SecureOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if down := b.heard.want(t, "down"); !errors.Is(down.cause, errReplaced) {
			t.Errorf("down %v", down.cause)
		}
		b.exchange(second, back)
		second.Close()
		first.Close()
	})
}

func TestAForgedClientHelloDisturbsNoSession(t *testing.T) {
	securely(t, knowing("dev1", "0123456789abcdef"), SecureOptions{}, func(t *testing.T, b *securedBench) {
		client, back, err := b.dial("192.0.2.7:40001", pskOf("dev1", "0123456789abcdef"), SecureOptions{})
		if err != nil {
			t.Fatal(err)
		}
		peer := b.exchange(client, back)
		to, _ := ParseAddress("192.0.2.1:5684")
		b.network.Deliver(peer, to, helloOf(t))
		b.network.Deliver(peer, to, []byte{recordAlert, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 2, 40})
		b.network.Deliver(peer, to, []byte{recordData, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 99, 0, 4, 1, 2, 3, 4})
		synctest.Wait()
		b.exchange(client, back)
		client.Close()
	})
}

// helloOf is a ClientHello as a client sends it first.
func helloOf(t testing.TB) []byte {
	t.Helper()
	network := NewMemoryNetwork()
	listening, _ := network.Datagram("192.0.2.1:5684")
	heard := newInbox()
	if err := listening.Start(heard); err != nil {
		t.Fatal(err)
	}
	inner, _ := network.Datagram("192.0.2.9:1")
	server, _ := ParseAddress("192.0.2.1:5684")
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = NewDTLSClient(ctx, inner, server, "x", pskOf("dev1", "0123456789abcdef"), SecureOptions{})
	}()
	hello := (<-heard).bytes
	cancel()
	<-done
	return hello
}

func TestAClientHelloWithAStrangeRecordVersionIsAnswered(t *testing.T) {
	securely(t, knowing("dev1", "0123456789abcdef"), SecureOptions{}, func(t *testing.T, b *securedBench) {
		hello := helloOf(t)
		hello[2] = 0 // {254, 0}, as mbed TLS sends it
		heard := newInbox()
		device, err := b.network.Datagram("192.0.2.7:40001")
		if err != nil {
			t.Fatal(err)
		}
		if err := device.Start(heard); err != nil {
			t.Fatal(err)
		}
		to, _ := ParseAddress("192.0.2.1:5684")
		if err := device.Send(to, Local{}, hello); err != nil {
			t.Fatal(err)
		}
		const helloVerifyRequest = 3
		if got := heard.want(t, "bytes"); got.bytes[recordHead] != helloVerifyRequest {
			t.Errorf("answered % x", got.bytes)
		}
	})
}

func TestAFloodOfClientHellosKeepsNobodyOut(t *testing.T) {
	securely(t, knowing("dev1", "0123456789abcdef"), SecureOptions{}, func(t *testing.T, b *securedBench) {
		hello := helloOf(t)
		to, _ := ParseAddress("192.0.2.1:5684")
		for i := range 10_000 {
			from, _ := ParseAddress(fmt.Sprintf("198.51.%d.%d:5684", i>>8, i&255))
			b.network.Deliver(from, to, hello)
			if i%100 == 0 {
				synctest.Wait()
			}
		}
		synctest.Wait()
		b.server.mu.Lock()
		half, peers := len(b.server.half), len(b.server.peers)
		b.server.mu.Unlock()
		if half > MaxHandshakes || peers > MaxHandshakes+1 {
			t.Errorf("%d handshakes and %d peers are kept", half, peers)
		}
		client, back, err := b.dial("192.0.2.7:40001", pskOf("dev1", "0123456789abcdef"), SecureOptions{})
		if err != nil {
			t.Fatal(err)
		}
		b.exchange(client, back)
		client.Close()
	})
}

func TestAClientHelloWhoseExtensionIsCutIsMalformed(t *testing.T) {
	hello := helloOf(t)
	if _, ok := parseClientHello(hello); !ok {
		t.Fatal("a whole one is refused")
	}
	last := bytes.LastIndex(hello, []byte{0, extensionConnectionID})
	if last < 0 {
		t.Fatal("no Connection ID is offered")
	}
	hello[last+1], hello[last+2], hello[last+3] = extensionServerName, 0xff, 0xff
	if h, ok := parseClientHello(hello); ok {
		t.Errorf("taken, with a server name of %d octets", len(h.serverName))
	}
}

func FuzzParseClientHello(f *testing.F) {
	f.Add(helloOf(f))
	f.Add([]byte{recordHandshake, 0xfe, 0xfd})
	f.Fuzz(func(t *testing.T, b []byte) {
		h, ok := parseClientHello(b)
		if ok && (len(h.suites) > len(b) || len(h.serverName) > len(b)) {
			t.Errorf("%d suites of %d octets", len(h.suites), len(b))
		}
		total := 0
		for record := range recordsOf(b) {
			total += len(record)
			plainAlert(record)
		}
		if total > len(b) {
			t.Errorf("%d octets of records in %d", total, len(b))
		}
	})
}
