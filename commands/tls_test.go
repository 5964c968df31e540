package commands

import (
	"bytes"
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lwcon/lwm2m/objects"
	"lwcon/session/transport"
)

// certified opens a listener of TLS on loopback and, with sessions of its own, a device
// with a certificate that has not registered.
func certified(t *testing.T, client string) (server, device *Env, ctx context.Context) {
	t.Helper()
	return overTLS(t, DemoX509, client)
}

// overTLS does so with keys of any mode.
func overTLS(t *testing.T, security, client string) (server, device *Env, ctx context.Context) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	keys := NewConfiguration()
	own, err := DemoKeys(security, keys, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	open := func(c Config) *Env {
		c.Definitions = objects.New()
		s, err := Open(ctx, c)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close(context.Background()) })
		return &Env{Table: All(), Sessions: s, Definitions: objects.New(), Version: "test"}
	}
	server = open(Config{Listen: []string{"coaps+tcp://127.0.0.1:0"}, Credentials: keys})
	uri := server.Sessions.URIs()[0]
	if !strings.HasPrefix(uri, "coaps+tcp://127.0.0.1:") {
		t.Fatalf("URI %s", uri)
	}
	return server, open(Config{Connect: []Connection{{URI: uri, Profile: "thermometer", Endpoint: client}}, Credentials: own}), ctx
}

func TestADeviceRegistersAndIsReadOverTLS(t *testing.T) {
	server, device, ctx := certified(t, demoEndpoint)
	for _, step := range []struct {
		env  *Env
		line string
	}{
		{device, "register"},
		{server, "read /3/0/0"},
		{server, "observe /3303/0/5700"},
		{device, "coap GET /rd --to " + server.Sessions.URIs()[0]},
	} {
		r, _, err := runLine(t, step.env, ctx, step.line)
		if x, byHand := r.(*Exchanged); err != nil || !byHand && ExitStatus(r, err) != ExitSuccess || byHand && !x.Answered {
			t.Errorf("%s: %v, %v", step.line, r, err)
		}
	}
	r, _, err := runLine(t, server, ctx, "clients")
	if err != nil || !bytes.Contains(r.AppendJSON(nil), []byte(`"security":"x509"`)) {
		t.Errorf("clients %s, %v", r.AppendJSON(nil), err)
	}
}

func TestClientsTellThatASessionWasResumed(t *testing.T) {
	server, device, ctx := certified(t, demoEndpoint)
	again := "connect " + server.Sessions.URIs()[0] + " thermometer --client " + demoEndpoint
	for _, step := range []struct {
		lines   []string
		resumed bool
	}{{[]string{"register"}, false}, {[]string{"close " + demoEndpoint, again}, true}} {
		for _, line := range step.lines {
			if r, _, err := runLine(t, device, ctx, line); err != nil {
				t.Fatalf("%s: %v, %v", line, r, err)
			}
		}
		r, _, err := runLine(t, server, ctx, "clients")
		if err != nil || bytes.Contains(r.AppendJSON(nil), []byte(`"resumed":true`)) != step.resumed {
			t.Errorf("after %v: %s, %v; want resumed %v", step.lines, r.AppendJSON(nil), err, step.resumed)
		}
	}
}

func TestTLSHoldsNamesAgainstIdentities(t *testing.T) {
	_, device, ctx := certified(t, "somebody-else")
	r, _, err := runLine(t, device, ctx, "register")
	if ExitStatus(r, err) != ExitRefused || !strings.Contains(string(r.AppendJSON(nil)), `"code":"4.00"`) {
		t.Errorf("register: %s, %v", r.AppendJSON(nil), err)
	}
}

func TestACaptureOfTLSIsAsEncryptedAsTheWire(t *testing.T) {
	server, device, ctx := certified(t, demoEndpoint)
	name := filepath.Join(t.TempDir(), "x.pcapng")
	for _, step := range []struct {
		env  *Env
		line string
	}{{server, "trace --to " + name}, {device, "register"}, {server, "read /3/0/1"}, {server, "trace --stop"}} {
		if r, _, err := runLine(t, step.env, ctx, step.line); err != nil {
			t.Fatalf("%s: %v, %v", step.line, r, err)
		}
	}
	b, err := os.ReadFile(name)
	const clientHello = "\x16\x03\x01"
	if err != nil || bytes.Contains(b, []byte("T-1000")) || !bytes.Contains(b, []byte(clientHello)) {
		t.Errorf("%d octets, %v: want a ClientHello and nothing in plain text", len(b), err)
	}
}

func TestADeviceRegistersOverTLSInEachMode(t *testing.T) {
	needsGnuTLS(t)
	for _, security := range []string{DemoPSK, DemoRPK, DemoX509} {
		server, device, ctx := overTLS(t, security, demoEndpoint)
		for _, step := range []struct {
			env  *Env
			line string
		}{{device, "register"}, {server, "read /3/0/0"}, {server, "observe /3303/0/5700"}} {
			if r, _, err := runLine(t, step.env, ctx, step.line); err != nil || ExitStatus(r, err) != ExitSuccess {
				t.Errorf("%s: %s: %v, %v", security, step.line, r, err)
			}
		}
		r, _, err := runLine(t, server, ctx, "clients")
		if err != nil || !bytes.Contains(r.AppendJSON(nil), []byte(`"security":"`+security+`"`)) {
			t.Errorf("clients %s, %v", r.AppendJSON(nil), err)
		}
	}
}

// needsGnuTLS skips a test where GnuTLS cannot be had.
func needsGnuTLS(t *testing.T) {
	t.Helper()
	if err := transport.TLSReady(transport.PreSharedKey); err != nil {
		t.Skip("without GnuTLS there is only TLS with certificates: ", err)
	}
}

func TestTLSWithNothingToProveItselfByIsRefusedWithWhatHelps(t *testing.T) {
	keys := NewConfiguration()
	if err := keys.AddPSK("dev1=hex:00112233445566778899aabbccddeeff"); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), Config{Listen: []string{"coaps+tcp://127.0.0.1:0"}, Credentials: keys})
	if err == nil {
		_ = s.Close(context.Background())
	}
	lacking := transport.TLSReady(transport.PreSharedKey)
	if e := Classify(err); lacking == nil && err != nil ||
		lacking != nil && (e == nil || e.Kind != ConfigError || !strings.Contains(e.Message, "expected own: certificate:") || !strings.Contains(e.Hint, "keys new")) {
		t.Errorf("got %v where GnuTLS is %v", err, lacking)
	}
}

func TestAServerOfTLSThatSaysNothingIsNotWaitedForLongerThanAsked(t *testing.T) {
	_, device, ctx := certified(t, demoEndpoint)
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	device.Timeout = 200 * time.Millisecond
	_, _, err = runLine(t, device, ctx, "coap GET /rd --to coaps+tcp://"+silent.Addr().String())
	if e := Classify(err); e == nil || e.Kind != HandshakeError || !strings.Contains(e.Message, "the server says nothing") {
		t.Errorf("got %v", err)
	}
}

func TestASecureLinkIsHarmedByTheAddressThatIsShown(t *testing.T) {
	server, _, ctx := certified(t, demoEndpoint)
	r, _, err := runLine(t, server, ctx, "set link "+server.Sessions.URIs()[0]+" delay 1s")
	if err != nil || !bytes.Contains(r.AppendJSON(nil), []byte(`delay":"1s"`)) {
		t.Errorf("%v, %v", r, err)
	}
}

func TestResumptionIsSwitchedOffAtThePrompt(t *testing.T) {
	server, device, ctx := certified(t, demoEndpoint)
	again := "connect " + server.Sessions.URIs()[0] + " thermometer --client " + demoEndpoint
	if _, _, err := runLine(t, server, ctx, "set resumption off"); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"register", "close " + demoEndpoint, again} {
		if r, _, err := runLine(t, device, ctx, line); err != nil {
			t.Fatalf("%s: %v, %v", line, r, err)
		}
	}
	if r, _, err := runLine(t, server, ctx, "clients"); err != nil || bytes.Contains(r.AppendJSON(nil), []byte(`"resumed":true`)) {
		t.Errorf("%s, %v", r.AppendJSON(nil), err)
	}
}
