package credentials

import (
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"lwcon/session/transport"
)

// bench is a directory with keys of every mode, and the file that names them.
func bench(t testing.TB) (*File, Sources) {
	t.Helper()
	directory := t.TempDir()
	server, d3, d4 := newKey(t), newKey(t), newKey(t)
	ca := certificateOf(t, server, "server")
	write(t, directory, "server.key", pemOf("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(server))), 0o600)
	write(t, directory, "server.pem", pemOf("CERTIFICATE", ca.Raw), 0o644)
	write(t, directory, "ca.pem", pemOf("CERTIFICATE", ca.Raw), 0o644)
	write(t, directory, "server-spki.pem", pemOf("PUBLIC KEY", must(x509.MarshalPKIXPublicKey(server.Public()))), 0o644)
	write(t, directory, "d3.pem", pemOf("PUBLIC KEY", must(x509.MarshalPKIXPublicKey(d3.Public()))), 0o644)
	write(t, directory, "d4.pem", pemOf("CERTIFICATE", certificateOf(t, d4, "another name").Raw), 0o644)
	f, err := Load(write(t, directory, "lwcon.yaml", whole, 0o600), false)
	if err != nil {
		t.Fatal(err)
	}
	return f, Sources{Getenv: func(name string) (string, bool) { return "hex:" + marker, name == "PSK_RACK_07" }}
}

func TestAStoreKnowsWhoIsWho(t *testing.T) {
	f, sources := bench(t)
	s := NewStore(f, sources)
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	if key, ok := s.PSK([]byte("dev1")); !ok || fmt.Sprintf("%x", key) != "00112233445566778899aabbccddeeff" {
		t.Errorf("dev1: %x, %v", key, ok)
	}
	if _, ok := s.PSK([]byte("nobody")); ok {
		t.Error("expected no key for an unknown identity")
	}
	own, ok := s.Own()
	if !ok || len(own.Chain) != 1 || len(own.PublicKey) != 91 {
		t.Errorf("own: %v, %v", own, ok)
	}
	d3, _ := s.sources.PublicKey("file:d3.pem")
	d4, _, _ := s.sources.Certificate("file:d4.pem")
	signed := certificateOf(t, newKey(t), "urn:dev:signed")
	if !s.TrustsKey(d3.SPKI) || s.TrustsKey(own.PublicKey) || !s.TrustsCertificate(d4) || s.TrustsCertificate(signed) || s.Roots() == nil {
		t.Error("trust is not as the file says")
	}
	for _, c := range []struct {
		id   transport.Identity
		want string
	}{
		{transport.Identity{Mode: transport.PreSharedKey, Name: "dev1"}, "urn:imei:351756051523999"},
		{transport.Identity{Mode: transport.PreSharedKey, Name: "rack-07"}, "rack-07"},
		{transport.Identity{Mode: transport.PreSharedKey, Name: "urn:imei:351756051523999"}, ""},
		{transport.Identity{Mode: transport.RawPublicKey, PublicKey: string(d3.SPKI)}, "dev3"},
		{transport.Identity{Mode: transport.RawPublicKey, PublicKey: string(own.PublicKey)}, ""},
		{transport.Identity{Mode: transport.Certificate, Certificate: string(d4.Raw)}, "dev4"},
		{transport.Identity{Mode: transport.Certificate, Certificate: string(signed.Raw)}, "urn:dev:signed"},
		{transport.Identity{Mode: transport.Certificate, Certificate: "nonsense"}, ""},
		{transport.Identity{Mode: transport.NoSecurity}, ""},
	} {
		names, known := s.Endpoints(c.id)
		if strings.Join(names, " ") != c.want || known != (c.want != "") {
			t.Errorf("%v %q: %v, %v; want %q", c.id.Mode, c.id.Name, names, known, c.want)
		}
	}
	s.SetAny(true)
	if _, known := s.Endpoints(transport.Identity{Mode: transport.Certificate, Certificate: string(signed.Raw)}); known || !s.Any() {
		t.Error("where any peer is let in, a certificate that no trust anchor signed vouches for no name")
	}
}

func TestWhatCannotBeLookedUpIsToldWithItsPlace(t *testing.T) {
	f, sources := bench(t)
	sources.Getenv = func(string) (string, bool) { return "", false }
	write(t, f.Directory(), "server.key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n-----END ENCRYPTED PRIVATE KEY-----\n", 0o600)
	write(t, f.Directory(), "d3.pem", "", 0o600)
	s := NewStore(f, sources)
	lines := strings.Split(s.Err().Error(), "\n")
	for i, want := range []string{
		":5:62: devices.rack-07.psk.key: env:PSK_RACK_07: expected a variable of the environment",
		":6:28: devices.dev3.rpk.public-key: expected a public key",
		":10:52: own.private-key: the private key is encrypted",
	} {
		if i >= len(lines) || !strings.Contains(lines[i], want) {
			t.Errorf("expected %s, found\n%v", want, s.Err())
		}
	}
	var one *Error
	if !errors.As(s.Err(), &one) {
		t.Error("expected an *Error")
	}
	if _, ok := s.PSK([]byte("dev1")); !ok {
		t.Error("the others are there")
	}
}

func TestOwnKeysMustBelongTogether(t *testing.T) {
	f, sources := bench(t)
	write(t, f.Directory(), "server.pem", pemOf("CERTIFICATE", certificateOf(t, newKey(t), "x").Raw), 0o600)
	if err := NewStore(f, sources).Err(); err == nil || !strings.Contains(err.Error(), "own.certificate: expected the certificate of private-key, found that of another key") {
		t.Errorf("found %v", err)
	}
	f, sources = bench(t)
	write(t, f.Directory(), "server-spki.pem", pemOf("PUBLIC KEY", must(x509.MarshalPKIXPublicKey(newKey(t).Public()))), 0o600)
	if err := NewStore(f, sources).Err(); err == nil || !strings.Contains(err.Error(), "own.public-key: expected the public key of private-key, found another") {
		t.Errorf("found %v", err)
	}
}

func TestCredentialsComeAndGoWhileOthersLook(t *testing.T) {
	s := NewStore(nil, Sources{})
	if !s.Empty() {
		t.Error("expected an empty store")
	}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for k := range 100 {
				name := fmt.Sprintf("dev%d-%d", i, k)
				c := &Credential{Endpoint: name, Mode: transport.PreSharedKey, Identity: name, Key: NewSecret([]byte{1}, "hex")}
				if err := s.Add(c); err != nil {
					t.Error(err)
				}
				if _, ok := s.PSK([]byte(name)); !ok {
					t.Errorf("%s is not there", name)
				}
				if got := s.Remove(name); len(got) != 1 {
					t.Errorf("%s: removed %v", name, got)
				}
			}
		})
	}
	all.Wait()
	if !s.Empty() || len(s.Credentials()) != 0 {
		t.Error("expected an empty store")
	}
}

func TestAnIdentityBelongsToOneEndpoint(t *testing.T) {
	s := NewStore(nil, Sources{})
	psk := func(endpoint, identity string, key byte) *Credential {
		return &Credential{Endpoint: endpoint, Mode: transport.PreSharedKey, Identity: identity, Key: NewSecret([]byte{key}, "hex")}
	}
	if err := s.Add(psk("a", "one", 1)); err != nil {
		t.Fatal(err)
	}
	if err := s.Add(psk("b", "one", 2)); !errors.Is(err, ErrTaken) || err.Error() != "b: identity one is taken by a" {
		t.Errorf("found %v", err)
	}
	if err := s.Add(psk("a", "two", 3)); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.PSK([]byte("one")); ok || len(s.Credentials()) != 1 {
		t.Error("expected the new one in the place of the old one")
	}
}

func TestAClientProvesItselfWithWhatThereIs(t *testing.T) {
	f, sources := bench(t)
	s := NewStore(f, sources)
	keys, ok := s.Client("bench-a")
	if !ok || keys.Mode != transport.PreSharedKey || string(keys.Identity) != "dev1" {
		t.Errorf("by alias: %v, %v", keys.Mode, ok)
	}
	if keys, ok = s.Client("sim-1"); !ok || keys.Mode != transport.Certificate || keys.Roots == nil || keys.Usage != 0 {
		t.Errorf("our own certificate: %v, %v", keys.Mode, ok)
	}
	if err := s.Add(&Credential{Endpoint: "x", Origin: OriginFlag, Mode: transport.PreSharedKey, Identity: "x", Key: NewSecret([]byte{1}, "hex")}); err != nil {
		t.Fatal(err)
	}
	if keys, ok = s.Client("sim-1"); !ok || keys.Mode != transport.PreSharedKey || string(keys.Identity) != "x" {
		t.Errorf("the key of the command line: %v, %v", keys.Mode, ok)
	}
	if _, ok = NewStore(nil, Sources{}).Client("sim-1"); ok {
		t.Error("expected nothing")
	}
}

func TestTheStoreWarnsOfWhatMayNotBeMeant(t *testing.T) {
	f, sources := bench(t)
	s := NewStore(f, sources)
	if got := s.Warnings(notBefore.AddDate(0, 1, 0)); len(got) != 0 {
		t.Errorf("found %q", got)
	}
	if err := s.Add(&Credential{Endpoint: "x", Mode: transport.PreSharedKey, Identity: "x", Key: NewSecret([]byte{1}, "hex")}); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"own certificate server expired at 2027-01-01T00:00:00Z",
		"trust anchor server expired at 2027-01-01T00:00:00Z",
		"certificate of dev4 expired at 2027-01-01T00:00:00Z",
		"key of x has 1 octets; 16 are recommended",
	}
	if got := s.Warnings(notBefore.AddDate(2, 0, 0)); !slices.Equal(got, want) {
		t.Errorf("found %q", got)
	}
}

func TestAStoreOfManyDevicesIsMadeInReasonableTime(t *testing.T) {
	const devices = 50_000
	var text strings.Builder
	text.WriteString("devices:\n")
	for i := range devices {
		fmt.Fprintf(&text, "  dev%d: {psk: {key: \"hex:%032x\"}}\n", i, i)
	}
	f, err := Parse("lwcon.yaml", text.String())
	if err != nil {
		t.Fatal(err)
	}
	s := NewStore(f, Sources{})
	for i := range f.Devices { // again: each takes the place of its own
		name := f.Devices[i].Endpoint
		if err := s.Add(&Credential{Endpoint: name, Mode: transport.PreSharedKey, Identity: name, Key: NewSecret([]byte{1}, "hex")}); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(s.Credentials()); got != devices {
		t.Errorf("%d credentials, want %d", got, devices)
	}
	if removed := s.Remove("dev7"); len(removed) != 1 || len(s.Find("dev8")) != 1 || len(s.Find("dev7")) != 0 {
		t.Error("expected dev7 gone, and dev8 still there")
	}
}
