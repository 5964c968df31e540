package transport

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/dtls/v3"
)

// resumes dials once more over what a test has, and says whether the session was
// resumed, as both ends see it.
func (b *securedBench) resumes(keys ClientKeys, o SecureOptions) bool {
	b.t.Helper()
	client, back, err := b.dial("192.0.2.7:40001", keys, o)
	if err != nil {
		b.t.Fatal(err)
	}
	peer := b.exchange(client, back)
	here, _ := client.Session(client.onlyPeer())
	there, _ := b.server.Session(peer)
	id, _ := b.server.Identity(peer)
	if id.Name != string(keys.Identity) || here.Resumed != there.Resumed {
		b.t.Errorf("identity %+v, resumed here %v, there %v", id, here.Resumed, there.Resumed)
	}
	if err := client.Close(); err != nil {
		b.t.Error(err)
	}
	b.heard.want(b.t, "down")
	return there.Resumed
}

func TestDTLSResumesASessionWithTheSameKeyOnly(t *testing.T) {
	for _, suite := range []CipherSuite{0xc0a8, 0x00a8, 0x00ae} {
		keys := knowing("dev1", "0123456789abcdef")
		keys.psk["dev2"] = "0123456789abcdef"
		securely(t, keys, SecureOptions{}, func(t *testing.T, b *securedBench) {
			o := SecureOptions{Suites: []CipherSuite{suite}, Resumable: &Resumable{}}
			dev1 := pskOf("dev1", "0123456789abcdef")
			for i, want := range []bool{false, true, true} {
				if got := b.resumes(dev1, o); got != want {
					t.Errorf("%v: session %d resumed: %v, want %v", suite, i, got, want)
				}
			}
			if b.resumes(pskOf("dev2", "0123456789abcdef"), o) {
				t.Error("another identity resumed it")
			}
			if b.resumes(dev1, SecureOptions{Suites: o.Suites}) {
				t.Error("a client that keeps nothing resumed it")
			}
			keys.psk["dev1"] = "fedcba9876543210"
			if b.resumes(pskOf("dev1", "fedcba9876543210"), o) {
				t.Error("another key resumed it")
			}
		})
	}
}

// certified is the bench of a test in which the listener and a device have
// certificates of one authority.
func certified(t *testing.T, o SecureOptions, f func(t *testing.T, b *securedBench, keys *testKeys, device ClientKeys)) {
	t.Helper()
	keys := &testKeys{}
	securely(t, keys, o, func(t *testing.T, b *securedBench) {
		ca := newAuthority(t, "test CA")
		now := time.Now() // of the bubble
		server := ca.sign(t, "lwm2m.example", now.Add(-time.Hour), now.Add(48*time.Hour))
		device := ca.sign(t, "dev1", now.Add(-time.Hour), now.Add(30*time.Minute))
		keys.own, keys.roots = &server, ca.pool()
		f(t, b, keys, ClientKeys{Mode: Certificate, Usage: 3, Own: device, Identity: []byte("dev1"), ServerCertificate: server.Chain[0]})
	})
}

func TestDTLSResumesASessionWithACertificateThatIsStillGood(t *testing.T) {
	certified(t, SecureOptions{}, func(t *testing.T, b *securedBench, keys *testKeys, device ClientKeys) {
		o := SecureOptions{Resumable: &Resumable{}}
		for i, want := range []bool{false, true, true} {
			if got := b.resumes(device, o); got != want {
				t.Errorf("session %d resumed: %v, want %v", i, got, want)
			}
		}
		if b.resumes(device, SecureOptions{}) {
			t.Error("a client that keeps nothing resumed it")
		}
		roots := keys.roots
		keys.roots = x509.NewCertPool() // nobody vouches for it any more
		if _, _, err := b.dial("192.0.2.7:40001", device, o); err == nil {
			t.Error("a certificate that is not known any more resumed it")
		}
		b.told("which is no trust anchor")
		keys.roots = roots
		<-time.After(time.Hour) // of the bubble: longer than the certificate is good
		if _, _, err := b.dial("192.0.2.7:40001", device, o); err == nil {
			t.Error("a certificate that has expired resumed it")
		}
		b.told("has expired")
	})
}

// told holds what the listener told of last against what it is to say.
func (b *securedBench) told(want string) {
	b.t.Helper()
	synctest.Wait()
	var last *HandshakeError
	for len(b.failed) > 0 {
		last = <-b.failed
	}
	if last == nil || !strings.Contains(last.Cause, want) {
		b.t.Errorf("told %v, want %q", last, want)
	}
}

func TestACertificateThatIsKnownByItselfResumesWhileItIs(t *testing.T) {
	certified(t, SecureOptions{}, func(t *testing.T, b *securedBench, keys *testKeys, device ClientKeys) {
		keys.roots, keys.trusted = nil, device.Own.Chain
		o := SecureOptions{Resumable: &Resumable{}}
		b.resumes(device, o)
		if !b.resumes(device, o) {
			t.Error("it was not resumed")
		}
		keys.trusted = nil
		if _, _, err := b.dial("192.0.2.7:40001", device, o); err == nil {
			t.Error("it was resumed although nobody knows it")
		}
	})
}

func TestResumptionCanBeSwitchedOffAtEitherEnd(t *testing.T) {
	off := func() bool { return true }
	for name, ends := range map[string][2]func() bool{"listener": {off, nil}, "client": {nil, off}} {
		for _, suite := range []CipherSuite{0xc0a8, 0xc0ae} {
			certified(t, SecureOptions{NoResumption: ends[0]}, func(t *testing.T, b *securedBench, keys *testKeys, device ClientKeys) {
				if suite.pskSuite() {
					keys.psk, device = map[string]string{"dev1": "0123456789abcdef"}, pskOf("dev1", "0123456789abcdef")
				}
				o := SecureOptions{Resumable: &Resumable{}, NoResumption: ends[1]}
				for i := range 2 {
					if b.resumes(device, o) {
						t.Errorf("%s, %v: session %d was resumed", name, suite, i)
					}
				}
			})
		}
	}
}

func TestAFatalAlertEndsWhatASessionIsResumedFrom(t *testing.T) {
	certified(t, SecureOptions{}, func(t *testing.T, b *securedBench, keys *testKeys, device ClientKeys) {
		o := SecureOptions{Resumable: &Resumable{}}
		client, back, err := b.dial("192.0.2.7:40001", device, o)
		if err != nil {
			t.Fatal(err)
		}
		b.exchange(client, back)
		if err := client.peers[client.onlyPeer()].seal(recordAlert, []byte{alertFatal, alertInternalError}); err != nil {
			t.Fatal(err)
		}
		b.heard.want(t, "down")
		client.Close()
		if b.resumes(device, o) {
			t.Error("it was resumed all the same")
		}
	})
}

func TestAResumedSessionHasAConnectionIDOfItsOwn(t *testing.T) {
	for name, cid := range map[string]func() []byte{"to the listener": dtls.OnlySendCIDGenerator(), "both ways": dtls.RandomCIDGenerator(5)} {
		for _, suite := range []CipherSuite{0xc0a8, 0x00a8} {
			t.Run(name+" "+suite.String(), func(t *testing.T) {
				securely(t, knowing("dev1", "0123456789abcdef"), SecureOptions{}, func(t *testing.T, b *securedBench) {
					kept := &Resumable{}
					options := []dtls.ClientOption{
						dtls.WithCipherSuites(dtls.CipherSuiteID(suite)), dtls.WithConnectionIDGenerator(cid),
						dtls.WithSessionStore(datagramSessions{kept: kept}), dtls.WithServerName("lwm2m.example"),
					}
					for i, want := range []bool{false, true} {
						conn := b.library(fmt.Sprintf("192.0.2.7:%d", 40001+i), options...)
						if _, err := conn.Write([]byte("question")); err != nil {
							t.Fatal(err)
						}
						got := b.heard.want(t, "bytes")
						state, _ := b.server.Session(got.peer)
						if state.Resumed != want || !state.CID || !b.server.HasCID(got.peer) || string(got.bytes) != "question" {
							t.Errorf("session %d: %+v, heard %q", i, state, got.bytes)
						}
						if err := b.server.Send(got.peer, got.local, []byte("answer")); err != nil {
							t.Fatal(err)
						}
						room := make([]byte, 100)
						if n, err := conn.Read(room); err != nil || string(room[:n]) != "answer" {
							t.Fatalf("read %q, %v", room[:n], err)
						}
						conn.Close()
						b.heard.want(t, "down")
					}
				})
			})
		}
	}
}

func TestAPSKIdentityThatIsForgottenResumesNothing(t *testing.T) {
	keys := knowing("dev1", "0123456789abcdef")
	securely(t, keys, SecureOptions{}, func(t *testing.T, b *securedBench) {
		o := SecureOptions{Resumable: &Resumable{}}
		b.resumes(pskOf("dev1", "0123456789abcdef"), o)
		delete(keys.psk, "dev1")
		if _, _, err := b.dial("192.0.2.7:40001", pskOf("dev1", "0123456789abcdef"), o); err == nil || !strings.Contains(err.Error(), "does not know the PSK identity") {
			t.Errorf("got %v", err)
		}
	})
}

func TestTheKeyLogOfAResumedSessionNamesTheClientRandom(t *testing.T) {
	var here, there bytes.Buffer
	securely(t, knowing("dev1", "0123456789abcdef"), SecureOptions{KeyLog: &there}, func(t *testing.T, b *securedBench) {
		o := SecureOptions{Resumable: &Resumable{}, KeyLog: &here}
		for range 2 {
			b.resumes(pskOf("dev1", "0123456789abcdef"), o)
		}
	})
	if here.String() != there.String() || strings.Count(here.String(), "CLIENT_RANDOM ") != 2 {
		t.Errorf("client:\n%sserver:\n%s", here.String(), there.String())
	}
}

func TestTLSResumesASessionWithACertificateThatIsStillGood(t *testing.T) {
	for name, suite := range map[string]CipherSuite{"TLS 1.3": 0x1301, "TLS 1.2": 0xc02b} {
		t.Run(name, func(t *testing.T) {
			b := newStreamBench(t, nil)
			o := SecureOptions{Suites: []CipherSuite{suite}, Resumable: &Resumable{}}
			for i, want := range []bool{false, true} {
				client, back, peer := b.connects(fmt.Sprintf("192.0.2.7:%d", 40001+i), o)
				if err := b.link.Send(peer, Local{}, []byte("hello")); err != nil {
					t.Fatal(err)
				}
				back.want(t, "bytes") // and what a session is resumed from before it
				state, _ := b.link.Session(peer)
				if id, _ := b.link.Identity(peer); state.Resumed != want || id.Name != "dev1" {
					t.Errorf("session %d: resumed %v, want %v; identity %q", i, state.Resumed, want, id.Name)
				}
				client.Close()
				b.heard.want(t, "down")
			}
			b.keys.roots = x509.NewCertPool() // nobody vouches for it any more
			_, back, err := b.dial("192.0.2.7:40009", b.usual(), o)
			if err == nil {
				back.want(t, "up")
				err = back.want(t, "down").cause
			}
			if err == nil {
				t.Error("it was resumed all the same")
			}
			b.told("which is no trust anchor")
			if len(b.heard) > 0 {
				t.Errorf("the listener delivered %+v", <-b.heard)
			}
		})
	}
}

func TestWhatIsKeptOfSessionsIsBoundedAndEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r Resumable
		for i := range MaxResumable + 10 {
			r.put(fmt.Sprint(i), i)
		}
		if len(r.all) != MaxResumable || len(r.order) != MaxResumable || r.get("9") != nil || r.get("10") != 10 {
			t.Errorf("%d are kept, %v, %v", len(r.all), r.get("9"), r.get("10"))
		}
		r.put("10", "again")
		r.forget("11")
		if r.get("10") != "again" || r.get("11") != nil || len(r.order) != len(r.all) {
			t.Errorf("%v, %v, %d of %d", r.get("10"), r.get("11"), len(r.order), len(r.all))
		}
		<-time.After(resumableTime) // of the bubble
		if r.get("10") != nil {
			t.Error("it is kept for too long")
		}
	})
}
