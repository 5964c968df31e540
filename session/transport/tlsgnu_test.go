package transport

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lwcon/session/transport/gnutls"
)

// manyModes is a listener that has a certificate, knows a raw public key, and a
// pre-shared one.
func manyModes(t *testing.T, device KeyPair, change func(*SecureOptions)) *streamBench {
	t.Helper()
	needsGnuTLS(t)
	return newStreamBench(t, func(b *streamBench, o *SecureOptions) {
		b.keys.psk = map[string]string{"dev1": "0123456789abcdef"}
		b.keys.trustedKey = string(device.PublicKey)
		if change != nil {
			change(o)
		}
	})
}

// exchanges has the two ends of a session say something.
func (b *streamBench) exchanges(client *TLS, back inbox) (peer Address) {
	b.t.Helper()
	back.want(b.t, "up")
	peer = b.heard.want(b.t, "up").peer
	if err := client.Send(b.at, Local{}, []byte("question")); err != nil {
		b.t.Fatal(err)
	}
	if got := b.heard.want(b.t, "bytes"); string(got.bytes) != "question" {
		b.t.Errorf("got %q", got.bytes)
	}
	if err := b.link.Send(peer, Local{}, []byte("answer")); err != nil {
		b.t.Fatal(err)
	}
	if got := back.want(b.t, "bytes"); string(got.bytes) != "answer" {
		b.t.Errorf("got %q", got.bytes)
	}
	return peer
}

func TestOnePortOfTLSServesAllModes(t *testing.T) {
	device := rawPair(t)
	b := manyModes(t, device, nil)
	psk, raw := pskOf("dev1", "0123456789abcdef"), rawOf(device, b.server.PublicKey)
	for name, c := range map[string]struct {
		keys   ClientKeys
		suites []CipherSuite
		want   CipherSuite
	}{
		"psk": {psk, nil, 0x1301}, "psk with CCM_8": {psk, []CipherSuite{0xc0a8}, 0xc0a8}, "psk of TLS 1.2": {psk, pskSuites, 0xc0a8},
		"rpk": {raw, nil, 0x1301}, "rpk with CCM_8": {raw, []CipherSuite{0xc0ae}, 0xc0ae},
		"x509": {b.usual(), nil, 0x1301}, "x509 with CCM_8": {b.usual(), []CipherSuite{0xc0ae}, 0xc0ae}, "x509 with CCM": {b.usual(), []CipherSuite{0x1304}, 0x1304},
	} {
		t.Run(name, func(t *testing.T) {
			client, back, err := b.dial("192.0.2.7:40001", c.keys, SecureOptions{Suites: c.suites})
			if err != nil {
				t.Fatal(err)
			}
			peer := b.exchanges(client, back)
			want := map[SecurityMode]Identity{
				PreSharedKey: {Mode: PreSharedKey, Name: "dev1"},
				RawPublicKey: {Mode: RawPublicKey, Name: fingerprint(device.PublicKey), PublicKey: string(device.PublicKey)},
				Certificate:  certificateIdentity(b.device.Chain[0]),
			}[c.keys.Mode]
			if id, ok := b.link.Identity(peer); !ok || id != want {
				t.Errorf("identity %+v, %v", id, ok)
			}
			for end, link := range map[*TLS]Address{b.link: peer, client: b.at} {
				if state, ok := end.Session(link); !ok || state.Suite != c.want || state.ALPN != "coap" {
					t.Errorf("session %+v, %v", state, ok)
				}
			}
			client.Close()
			if down := b.heard.want(t, "down"); down.cause != nil {
				t.Errorf("the client left in order, and it is said %v", down.cause)
			}
		})
	}
}

func TestTLSByGnuTLSSaysWhyAHandshakeFailed(t *testing.T) {
	device, other := rawPair(t), rawPair(t)
	suites := map[string][]CipherSuite{"1.2": {0xc0a8, 0xc0ae}, "1.3": {0x1301}}
	for name, c := range map[string]struct {
		keys       func(b *streamBench) ClientKeys
		change     func(*SecureOptions)
		want, told string
	}{
		"unknown identity": {
			keys: func(*streamBench) ClientKeys { return pskOf("nobody", "0123456789abcdef") },
			want: `unknown_psk_identity (115): it does not know the PSK identity "nobody"`, told: `the PSK identity "nobody" (6 octets) is not known here`,
		},
		"wrong key": {
			keys: func(*streamBench) ClientKeys { return pskOf("dev1", "another") },
			want: `the key of PSK identity "dev1" is not the same at both ends`, told: `the key of PSK identity "dev1" is not the same at both ends`,
		},
		"unknown raw key": {
			keys: func(b *streamBench) ClientKeys { return rawOf(other, b.server.PublicKey) },
			want: "it does not take our raw public key, that with SHA-256 " + fingerprint(other.PublicKey), told: fingerprint(other.PublicKey) + " is not known here",
		},
		"another server": {
			keys: func(b *streamBench) ClientKeys { return rawOf(device, other.PublicKey) },
			want: "the server has another raw public key than expected", told: "bad_certificate (42): it does not take our raw public key",
		},
		"no common suite": {
			keys:   func(*streamBench) ClientKeys { return pskOf("dev1", "0123456789abcdef") },
			change: func(o *SecureOptions) { o.Suites = []CipherSuite{0xc0a4, 0x1302} },
			want:   "no cipher suite, group or signature in common", told: "here are TLS_",
		},
		"a stranger with CCM": {
			keys: func(b *streamBench) ClientKeys {
				now := time.Now()
				return ClientKeys{
					Mode: Certificate, Roots: b.ca.pool(), Suites: []CipherSuite{0xc0ae},
					Own: newAuthority(b.t, "other CA").sign(b.t, "dev1", now.Add(-time.Hour), now.Add(time.Hour)),
				}
			},
			want: "it does not take our certificate", told: `signed by "other CA", which is no trust anchor`,
		},
	} {
		for version, allowed := range suites {
			t.Run(name+" "+version, func(t *testing.T) {
				b := manyModes(t, device, c.change)
				keys := c.keys(b)
				o := SecureOptions{Suites: allowed}
				if keys.Suites != nil {
					o.Suites = keys.Suites
				}
				_, back, err := b.dial("192.0.2.7:40001", keys, o)
				if err == nil { // TLS 1.3: the server judges when the client is done
					back.want(t, "up")
					err = back.want(t, "down").cause
				}
				var failure *HandshakeError
				if !errors.As(err, &failure) || !strings.Contains(failure.Cause, c.want) || failure.Cure == "" {
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

func TestAListenerOfTLSWithoutACertificateHasPreSharedKeys(t *testing.T) {
	needsGnuTLS(t)
	b := newStreamBench(t, func(b *streamBench, _ *SecureOptions) {
		b.keys.own, b.keys.psk = nil, map[string]string{"dev1": "0123456789abcdef"}
	})
	client, back, err := b.dial("192.0.2.7:40001", pskOf("dev1", "0123456789abcdef"), SecureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	b.exchanges(client, back)
	device, gone := b.raw("192.0.2.9:40001")
	if err := device.Send(b.at, Local{}, []byte{recordHandshake, 3, 1, 0, 4, 2, 0, 0, 0}); err != nil {
		t.Fatal(err)
	}
	b.told("no ClientHello that can be read")
	gone.want(t, "bytes")
	for want, keys := range map[string]ClientKeys{
		"this listener has no key pair":   rawOf(rawPair(t), b.server.PublicKey),
		"there is no certificate here":    b.usual(),
		"here are TLS_AES_128_GCM_SHA256": {Mode: Certificate, Own: b.device, Roots: b.ca.pool(), Suites: []CipherSuite{0xc02b}},
	} {
		if _, _, err := b.dial("192.0.2.8:40001", keys, SecureOptions{Suites: keys.Suites}); err == nil {
			t.Error("let in")
		}
		b.told(want)
	}
}

func TestAListenerOfTLSPrefersWhatItIsTold(t *testing.T) {
	device := rawPair(t)
	all := []CipherSuite{0x1301, 0xc02b, 0xc0a8}
	for name, c := range map[string]struct {
		hello  tlsHello
		prefer []SecurityMode
		want   SecurityMode
	}{
		"all":                        {tlsHello{}, nil, Certificate},
		"pre-shared keys first":      {tlsHello{}, []SecurityMode{PreSharedKey}, PreSharedKey},
		"an identity":                {tlsHello{identities: []string{"dev1"}}, nil, PreSharedKey},
		"an identity, rather not":    {tlsHello{identities: []string{"dev1"}}, []SecurityMode{Certificate}, Certificate},
		"raw keys rather":            {tlsHello{clientHello: clientHello{rawKeys: true, ownRaw: true, rawFirst: true}}, nil, RawPublicKey},
		"raw keys too":               {tlsHello{clientHello: clientHello{rawKeys: true, ownRaw: true}}, nil, Certificate},
		"raw keys too, rather by us": {tlsHello{clientHello: clientHello{rawKeys: true, ownRaw: true}}, []SecurityMode{RawPublicKey}, RawPublicKey},
	} {
		b := manyModes(t, device, func(o *SecureOptions) { o.Prefer = c.prefer })
		h := c.hello
		h.suites, h.versions, h.signatures, h.x509 = all, []uint16{tls.VersionTLS13, tls.VersionTLS12}, true, true
		got, err := (&tlsPeer{link: b.link}).choose(&h)
		if err != nil || got.mode != c.want || got.gnu == (c.want == Certificate) {
			t.Errorf("%s: %+v, %v; want %v", name, got, err, c.want)
		}
	}
}

func TestWhatGnuTLSIsNeededForIsSaidWhereThereIsNone(t *testing.T) {
	lacking := &UnavailableError{Reason: "pre-shared keys over TLS need GnuTLS", Cure: "install it"}
	for want, server := range map[string]bool{"the device asks for what cannot be had here: pre-shared keys over TLS need GnuTLS": true, "pre-shared keys over TLS need GnuTLS": false} {
		r := &tlsRecord{}
		if server {
			r.cannot(lacking)
		}
		if cause, cure := r.explain(lacking, server); cause != want || cure != "install it" {
			t.Errorf("%q, %q; want %q", cause, cure, want)
		}
	}
	if gnutls.Ready(gnutls.PreSharedKeys) == nil {
		return // what follows is for builds and machines without it
	}
	b := newStreamBench(t, func(b *streamBench, _ *SecureOptions) { b.keys.psk = map[string]string{"dev1": "0123456789abcdef"} })
	for want, keys := range map[string]ClientKeys{
		"pre-shared keys over TLS need GnuTLS": pskOf("dev1", "0123456789abcdef"), "raw public keys over TLS need GnuTLS": rawOf(b.device, b.server.PublicKey),
	} {
		if _, _, err := b.dial("192.0.2.7:40001", keys, SecureOptions{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	h := &tlsHello{clientHello: clientHello{suites: []CipherSuite{0xc0a8}, x509: true}, versions: []uint16{tls.VersionTLS12}}
	if _, err := (&tlsPeer{link: b.link}).choose(h); !errors.As(err, &lacking) {
		t.Errorf("the listener goes on: %v", err)
	}
}

func TestAClientWithAPreSharedKeyIsNotContentWithACertificate(t *testing.T) {
	b := manyModes(t, rawPair(t), func(o *SecureOptions) { o.Prefer = []SecurityMode{Certificate} })
	_, _, err := b.dial("192.0.2.7:40001", pskOf("dev1", "0123456789abcdef"), SecureOptions{Suites: []CipherSuite{0x1301}})
	if err == nil || !strings.Contains(err.Error(), "the server goes on without the pre-shared key") {
		t.Errorf("got %v", err)
	}
}

func TestADeviceThatOffersKeysBesideCertificatesIsTold(t *testing.T) {
	r := &tlsRecord{}
	r.hellos(&tlsHello{clientHello: clientHello{suites: []CipherSuite{0xc02b, 0xc0a8}}})
	if cause, cure := r.noCertificate(); cause != "the device has sent no certificate" || !strings.Contains(cure, "--prefer psk") {
		t.Errorf("%q, %q", cause, cure)
	}
}

func TestGarbageInASessionByGnuTLSEndsThatAlone(t *testing.T) {
	b := manyModes(t, rawPair(t), nil)
	other, back, err := b.dial("192.0.2.8:40001", pskOf("dev1", "0123456789abcdef"), SecureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	b.exchanges(other, back)
	for name, garbage := range map[string]string{
		"a bad record": "\x17\x03\x03\x00\x20" + strings.Repeat("x", 32), "no record": "GET / HTTP/1.1\r\n", "an alert of nobody": "\x15\x03\x03\x00\x02\x02\x28",
	} {
		client, back, err := b.dial("192.0.2.7:40001", pskOf("dev1", "0123456789abcdef"), SecureOptions{Suites: []CipherSuite{0xc0a8}})
		if err != nil {
			t.Fatal(err)
		}
		peer := b.exchanges(client, back)
		if err := client.inner.Send(b.at, Local{}, []byte(garbage)); err != nil {
			t.Fatal(err)
		}
		if down := b.heard.want(t, "down"); down.peer != peer || down.cause == nil {
			t.Errorf("%s: down %v, %v", name, down.peer, down.cause)
		}
		client.Close()
	}
	if err := other.Send(b.at, Local{}, []byte("still here")); err != nil {
		t.Error(err)
	}
	b.heard.want(t, "bytes")
}

func TestAnAlertInASessionOfTLSHasItsName(t *testing.T) {
	b := manyModes(t, rawPair(t), nil)
	for _, keys := range []ClientKeys{pskOf("dev1", "0123456789abcdef"), b.usual()} {
		client, back, err := b.dial("192.0.2.7:40001", keys, SecureOptions{})
		if err != nil {
			t.Fatal(err)
		}
		peer := b.exchanges(client, back)
		// The client cannot read this, and says so by an alert.
		if err := b.link.inner.Send(peer, Local{}, []byte("\x17\x03\x03\x00\x20"+strings.Repeat("x", 32))); err != nil {
			t.Fatal(err)
		}
		var alert *AlertError
		if down := b.heard.want(t, "down"); !errors.As(down.cause, &alert) || alert.Name() != "bad_record_mac" {
			t.Errorf("%v: down with %v", keys.Mode, down.cause)
		}
		client.Close()
	}
}

func TestTLSByGnuTLSGivesItsSecrets(t *testing.T) {
	b := manyModes(t, rawPair(t), nil)
	for suite, want := range map[CipherSuite]string{0xc0a8: "CLIENT_RANDOM ", 0x1301: "CLIENT_TRAFFIC_SECRET_0 "} {
		var log bytes.Buffer
		client, back, err := b.dial("192.0.2.7:40001", pskOf("dev1", "0123456789abcdef"), SecureOptions{KeyLog: &log, Suites: []CipherSuite{suite}})
		if err != nil {
			t.Fatal(err)
		}
		b.exchanges(client, back)
		for line := range strings.Lines(log.String()) {
			if clientRandom([]byte(line)) == "" {
				t.Errorf("line %q", line)
			}
		}
		if !strings.Contains(log.String(), want) {
			t.Errorf("key log %q", log.String())
		}
		client.Close()
		b.heard.want(t, "down")
	}
}

func TestALongCertificateOverTLSStopsNobody(t *testing.T) {
	b := manyModes(t, rawPair(t), nil)
	long := bytes.Repeat([]byte{5}, 16<<10)
	for _, suite := range []CipherSuite{0xc0ae, 0x1304, 0x1301} {
		keys := b.usual()
		keys.Own = signedBy(t, b.ca, b.device, &x509.Certificate{ExtraExtensions: []pkix.Extension{{Id: []int{1, 2, 3, 4}, Value: long}}})
		client, back, err := b.dial("192.0.2.7:40001", keys, SecureOptions{Suites: []CipherSuite{suite}})
		if err != nil {
			t.Errorf("%v: the authority has signed it, and it is refused: %v", suite, err)
			continue
		}
		b.exchanges(client, back)
		client.Close()
		b.heard.want(t, "down")
	}
}

// What comes instead of a handshake, or in the middle of one, ends that connection alone.
func TestHalfAHandshakeByGnuTLSIsGivenBack(t *testing.T) {
	b := manyModes(t, rawPair(t), nil)
	whole := firstOctets(t, b, pskOf("dev1", "0123456789abcdef"), SecureOptions{Suites: []CipherSuite{0xc0a8}})
	for i, said := range []string{string(whole), string(whole) + string(whole), string(whole) + "garbage", string(whole[:40])} {
		device, back := b.raw(fmt.Sprintf("192.0.2.9:%d", 40000+i))
		if err := device.Send(b.at, Local{}, []byte(said)); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			back.want(t, "bytes")
		}
		device.Disconnect(b.at, nil)
		b.told("")
	}
	client, back, err := b.dial("192.0.2.8:40001", pskOf("dev1", "0123456789abcdef"), SecureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	b.exchanges(client, back)
	b.link.mu.Lock()
	defer b.link.mu.Unlock()
	if len(b.link.half) != 0 || len(b.link.peers) != 1 {
		t.Errorf("%d handshakes and %d sessions are left", len(b.link.half), len(b.link.peers))
	}
}

// firstOctets are those that a client begins with.
func firstOctets(t *testing.T, b *streamBench, keys ClientKeys, o SecureOptions) []byte {
	t.Helper()
	network := NewMemoryNetwork()
	server, err := network.Stream(b.at.String())
	if err != nil {
		t.Fatal(err)
	}
	heard := newInbox()
	if err := server.Start(heard); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _, _ = (&streamBench{t: t, network: network, at: b.at}).dial("192.0.2.7:40001", keys, o)
	}()
	peer := heard.want(t, "up").peer
	first := heard.want(t, "bytes").bytes
	server.Disconnect(peer, nil)
	<-ended
	return first
}

// hello is the ClientHello of a client.
func hello(t *testing.T, config *tls.Config) []byte {
	t.Helper()
	taken := make(chan []byte, 1)
	s := newStream(func(b []byte) error { taken <- b; return nil }, func() {})
	s.end(nil)
	_ = tls.Client(s, config).HandshakeContext(t.Context())
	return <-taken
}

func TestAClientHelloOfTLSIsReadInAnyPieces(t *testing.T) {
	whole := hello(t, &tls.Config{ServerName: "lwm2m.example", NextProtos: []string{"coap"}, MinVersion: tls.VersionTLS12})
	h, need := parseTLSHello(whole)
	if h == nil || need > 0 || h.serverName != "lwm2m.example" || !slices.Equal(h.protocols, []string{"coap"}) || !h.signatures || !h.x509 ||
		!slices.Equal(h.versions, []uint16{tls.VersionTLS13, tls.VersionTLS12}) || !h.speaks([]CipherSuite{0x1301}) || h.speaks([]CipherSuite{0xc0a8}) {
		t.Fatalf("read %+v, %d", h, need)
	}
	for n := range whole {
		if h, need := parseTLSHello(whole[:n]); h != nil || need <= n || need > len(whole) {
			t.Fatalf("%d octets: %+v, %d needed", n, h, need)
		}
	}
	var cut []byte // in records of 50 octets
	for piece := range slices.Chunk(whole[tlsRecordHead:], 50) {
		cut = append(append(cut, recordHandshake, 3, 1, 0, byte(len(piece))), piece...)
	}
	for n := range cut {
		if h, need := parseTLSHello(cut[:n]); h != nil || need <= n || need > len(cut) {
			t.Fatalf("%d octets in pieces: %+v, %d needed", n, h, need)
		}
	}
	if h, need := parseTLSHello(cut); h == nil || need > 0 || h.serverName != "lwm2m.example" {
		t.Errorf("in pieces: %+v, %d", h, need)
	}
}

func FuzzTLSHello(f *testing.F) {
	f.Add([]byte{recordHandshake, 3, 1, 0, 4, 1, 0, 0, 0})
	f.Add(append([]byte{recordHandshake, 3, 1, 0, 50, 1, 0, 0, 46, 3, 3}, make([]byte, 60)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, need := parseTLSHello(b)
		if need > 0 && (h != nil || need <= len(b)) {
			t.Fatalf("%d octets needed, of %d: %+v", need, len(b), h)
		}
		if h != nil && len(h.identities) > maxIdentities {
			t.Fatal("too many identities")
		}
		if again, _ := parseTLSHello(append(slices.Clone(b), "more"...)); h != nil && again == nil {
			t.Fatal("what follows it makes it unreadable")
		}
	})
}
