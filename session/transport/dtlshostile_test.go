package transport

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// hostileChains are chains of certificates that nobody needs.
func hostileChains(t *testing.T, ca *authority) map[string]KeyPair {
	t.Helper()
	now := time.Now()
	pair := ca.sign(t, "dev1", now.Add(-time.Hour), now.Add(time.Hour))
	deep := pair
	for len(deep.Chain) < 100 {
		deep.Chain = append(deep.Chain, ca.certificate)
	}
	return map[string]KeyPair{
		"100 certificates deep": deep,
		"16 KB of certificate":  signedBy(t, ca, pair, &x509.Certificate{ExtraExtensions: []pkix.Extension{{Id: []int{1, 2, 3, 4}, Value: bytes.Repeat([]byte{5}, 16<<10)}}}),
		"RSA 8192":              signedBy(t, ca, KeyPair{Private: longKey(t)}, &x509.Certificate{}),
	}
}

// longKey is an RSA key of 8192 bits; of many primes, since it is found faster.
func longKey(t *testing.T) crypto.Signer {
	t.Helper()
	key, err := rsa.GenerateMultiPrimeKey(rand.Reader, 16, 8192) //lint:ignore SA1019 no other way takes less than seconds
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func signedBy(t *testing.T, ca *authority, pair KeyPair, template *x509.Certificate) KeyPair {
	t.Helper()
	template.SerialNumber, template.Subject = big.NewInt(2), pkix.Name{CommonName: "dev1"}
	template.NotBefore, template.NotAfter = time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC), time.Now().Add(time.Hour)
	der, err := x509.CreateCertificate(rand.Reader, template, ca.certificate, pair.Private.Public(), ca.key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return KeyPair{Private: pair.Private, Chain: []*x509.Certificate{c}}
}

func TestHostileCertificatesStopNobodyElse(t *testing.T) {
	ca := newAuthority(t, "test CA")
	now := time.Now()
	server := ca.sign(t, "lwm2m.example", now.Add(-time.Hour), now.Add(time.Hour))
	for name, hostile := range hostileChains(t, ca) {
		t.Run(name, func(t *testing.T) {
			securely(t, &testKeys{own: &server, roots: newAuthority(t, "another CA").pool(), psk: map[string]string{"dev2": "0123456789abcdef"}}, SecureOptions{}, func(t *testing.T, b *securedBench) {
				good, back, err := b.dial("192.0.2.7:40001", pskOf("dev2", "0123456789abcdef"), SecureOptions{})
				if err != nil {
					t.Fatal(err)
				}
				b.exchange(good, back)
				keys := ClientKeys{Mode: Certificate, Own: hostile, Usage: 3, ServerCertificate: server.Chain[0]}
				if _, _, err := b.dial("192.0.2.8:40001", keys, SecureOptions{}); err == nil {
					t.Fatal("it was let in")
				}
				told := <-b.failed
				want := "no trust anchor"
				if len(hostile.Chain) > maxChain {
					want = "a chain of 100 certificates came"
				}
				if !strings.Contains(told.Cause, want) || told.Peer.String() != "192.0.2.8:40001" {
					t.Errorf("told %q of %v", told.Cause, told.Peer)
				}
				b.exchange(good, back)
				good.Close()
			})
		})
	}
}

func TestAHandshakeThatIsNotGoneOnWithIsDropped(t *testing.T) {
	securely(t, knowing("dev1", "0123456789abcdef"), SecureOptions{}, func(t *testing.T, b *securedBench) {
		inner, err := b.network.Datagram("192.0.2.7:40001")
		if err != nil {
			t.Fatal(err)
		}
		hellos := 0
		link := &losing{Link: inner, lose: func(int) bool { hellos++; return hellos > 2 }} // both ClientHellos, and nothing more
		to, _ := ParseAddress("192.0.2.1:5684")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := NewDTLSClient(ctx, link, to, "x", pskOf("dev1", "0123456789abcdef"), SecureOptions{}); err == nil {
			t.Fatal("it was let in")
		}
		<-time.After(handshakeTime + time.Second)
		synctest.Wait()
		b.server.mu.Lock()
		half, peers, cids, carried := len(b.server.half), len(b.server.peers), len(b.server.cids), b.server.carried
		b.server.mu.Unlock()
		if half+peers+cids+carried > 0 {
			t.Errorf("%d handshakes, %d peers, %d Connection IDs, %d carried are left", half, peers, cids, carried)
		}
		if told := <-b.failed; !strings.Contains(told.Cause, "went silent") {
			t.Errorf("told %q", told.Cause)
		}
	})
}

func TestAnIdentityIsAnyOctets(t *testing.T) {
	identity := "\x00\xff\xfe dev\n" + strings.Repeat("\xc3\x28", 50)
	securely(t, knowing(identity, "0123456789abcdef"), SecureOptions{}, func(t *testing.T, b *securedBench) {
		client, back, err := b.dial("192.0.2.7:40001", pskOf(identity, "0123456789abcdef"), SecureOptions{})
		if err != nil {
			t.Fatal(err)
		}
		peer := b.exchange(client, back)
		if id, _ := b.server.Identity(peer); id.Name != identity {
			t.Errorf("identity %q", id.Name)
		}
		client.Close()
		if _, _, err := b.dial("192.0.2.8:40001", pskOf("\xff\x00", "0123456789abcdef"), SecureOptions{}); err == nil {
			t.Error("an unknown identity was let in")
		}
		if told := <-b.failed; !strings.Contains(told.Cause, `"\xff\x00" (2 octets)`) {
			t.Errorf("told %q", told.Cause)
		}
	})
}

func TestAClientHelloIsToldOfIfItIsRepeatedInVain(t *testing.T) {
	securely(t, knowing("dev1", "0123456789abcdef"), SecureOptions{}, func(t *testing.T, b *securedBench) {
		hello := helloOf(t)
		to, _ := ParseAddress("192.0.2.1:5684")
		once, often := "198.51.100.1:5684", "198.51.100.2:5684"
		for from, times := range map[string]int{once: 1, often: 3} {
			address, _ := ParseAddress(from)
			for range times {
				b.network.Deliver(address, to, hello)
			}
		}
		<-time.After(2 * handshakeTime) // of the bubble
		synctest.Wait()
		if len(b.failed) != 1 {
			t.Fatalf("%d handshakes are told of, expected that of the device that repeats it", len(b.failed))
		}
		if told := <-b.failed; told.Peer.String() != often || !strings.Contains(told.Cause, "does not reach the device: its ClientHello came 3 times") {
			t.Errorf("told %v", told)
		}
	})
}
