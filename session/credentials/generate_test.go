package credentials

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
	"lwcon/session/transport"
)

// plan makes keys for devices in a new directory.
func plan(t *testing.T, mode transport.SecurityMode, endpoints ...string) Plan {
	t.Helper()
	return Plan{
		Directory: filepath.Join(t.TempDir(), "keys"), Endpoints: endpoints, Hosts: []string{"lwcon.example", "192.0.2.1"},
		Account: mode, Days: 30, Now: notBefore,
	}
}

func TestNewKeysServeEveryMode(t *testing.T) {
	p := plan(t, transport.PreSharedKey, "dev1", "urn:imei:2")
	made, err := Generate(p)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Load(filepath.Join(p.Directory, FileName), false)
	if err != nil {
		t.Fatal(err)
	}
	s := NewStore(f, Sources{})
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	if got := len(s.Credentials()); got != 6 || len(made) != 25 {
		t.Errorf("%d credentials, %d files", got, len(made))
	}
	if key, ok := s.PSK([]byte("urn:imei:2")); !ok || len(key) != 16 {
		t.Errorf("psk: %d octets, %v", len(key), ok)
	}
	own, ok := s.Own()
	if !ok || own.Chain[0].VerifyHostname("lwcon.example") != nil || own.Chain[0].VerifyHostname("192.0.2.1") != nil {
		t.Error("the server's certificate is not for its hosts")
	}
	for _, c := range append(own.Chain, must(first(s, "dev1.pem"))) {
		if _, err := c.Verify(x509.VerifyOptions{Roots: s.Roots(), CurrentTime: notBefore, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}); err != nil {
			t.Errorf("%s: %v", c.Subject.CommonName, err)
		}
	}
	if names, known := s.Endpoints(transport.Identity{Mode: transport.Certificate, Certificate: string(must(first(s, "urn-imei-2.pem")).Raw)}); !known || names[0] != "urn:imei:2" {
		t.Errorf("names %v", names)
	}
	for _, m := range made {
		info, err := os.Stat(filepath.Join(p.Directory, m.File))
		if err != nil || info.Mode().Perm() != 0o600 || m.What == "" {
			t.Errorf("%s (%s): %v, %v", m.File, m.What, info, err)
		}
	}
}

// first is the first certificate of a file beside lwcon.yaml.
func first(s *Store, name string) (*x509.Certificate, error) {
	c, _, err := s.sources.Certificate("file:" + name)
	return c, err
}

func TestTheFormsOfAKeyAreThoseOfTheSecurityObject(t *testing.T) {
	p := plan(t, transport.RawPublicKey, "dev1")
	if _, err := Generate(p); err != nil {
		t.Fatal(err)
	}
	read := func(name string) string { return string(must(os.ReadFile(filepath.Join(p.Directory, name)))) }
	key, err := x509.ParsePKCS8PrivateKey([]byte(read("dev1-key.der")))
	if err != nil {
		t.Fatal(err)
	}
	spki := read("dev1-spki.der")
	if got, err := x509.ParsePKIXPublicKey([]byte(spki)); err != nil || !key.(*ecdsa.PrivateKey).PublicKey.Equal(got) {
		t.Errorf("the public key is not that of the private one: %v", err)
	}
	paste := read("dev1-security.txt")
	for _, octets := range []string{"dev1", read("dev1.psk"), spki, read("server-spki.der"), read("dev1-key.der"), read("dev1.der"), read("server.der")} {
		if !strings.Contains(paste, hexOf([]byte(octets))) || !strings.Contains(paste, base64.StdEncoding.EncodeToString([]byte(octets))) {
			t.Errorf("%d octets are not to be pasted", len(octets))
		}
	}
	for _, line := range []string{"/0/0/2: 1", `/0/0/3: "file:dev1-spki.der"`, `/0/0/4: "file:server-spki.der"`, `/0/0/5: "file:dev1-key.der"`} {
		if !strings.Contains(read(FileName), line) {
			t.Errorf("the account has no %s:\n%s", line, read(FileName))
		}
	}
}

func TestNewKeysOverwriteNothing(t *testing.T) {
	p := plan(t, transport.PreSharedKey, "dev1")
	if _, err := Generate(p); err != nil {
		t.Fatal(err)
	}
	contents := func() string {
		var all strings.Builder
		for _, entry := range must(os.ReadDir(p.Directory)) {
			all.WriteString(entry.Name())
			all.Write(must(os.ReadFile(filepath.Join(p.Directory, entry.Name()))))
		}
		return all.String()
	}
	before := contents()
	p.Endpoints = []string{"dev2", "dev1"}
	if _, err := Generate(p); err == nil || !strings.Contains(err.Error(), "dev1.psk: expected a new file") {
		t.Errorf("found %v", err)
	}
	p.Endpoints = []string{"a:b", "a-b"}
	if _, err := Generate(p); err == nil || !strings.Contains(err.Error(), "two that share this file") {
		t.Errorf("found %v", err)
	}
	if contents() != before {
		t.Error("something was written")
	}
	p.Endpoints = []string{"dev2"}
	if made, err := Generate(p); err != nil || len(made) != 9 {
		t.Errorf("one more device: %v, %v", made, err)
	}
	s := NewStore(must(Load(filepath.Join(p.Directory, FileName), false)), Sources{})
	if err := s.Err(); err != nil || len(s.Credentials()) != 6 {
		t.Errorf("%d credentials, %v", len(s.Credentials()), err)
	}
}

func TestTheAccountsOfNewKeysCarryThem(t *testing.T) {
	for mode, resources := range map[transport.SecurityMode]map[string]string{
		transport.PreSharedKey: {"/0/0/3": "", "/0/0/5": "dev1.psk"},
		transport.RawPublicKey: {"/0/0/3": "dev1-spki.der", "/0/0/4": "server-spki.der", "/0/0/5": "dev1-key.der"},
		transport.Certificate:  {"/0/0/3": "dev1.der", "/0/0/4": "server.der", "/0/0/5": "dev1-key.der"},
	} {
		p := plan(t, mode, "dev1")
		if _, err := Generate(p); err != nil {
			t.Fatal(err)
		}
		f, err := Load(filepath.Join(p.Directory, FileName), false)
		if err != nil {
			t.Fatal(err)
		}
		accounts, err := f.Bootstrap(objects.New(), Sources{Directory: p.Directory})
		if err != nil {
			t.Fatal(err)
		}
		written := map[string]lwm2m.Value{}
		for _, v := range accounts.ByEndpoint["dev1"].Write {
			written[v.Path.String()] = v.Value
		}
		for _, id := range []uint16{0, 1} {
			for _, r := range objects.New().Object(id, lwm2m.V1_0).Resources {
				if _, ok := written[lwm2m.NewPath(id, 0, r.ID).String()]; r.Mandatory && !ok && r.Operations != lwm2m.Executable && !unused(mode, id, r.ID) {
					t.Errorf("%v: the account has no %s, which is mandatory", mode, lwm2m.NewPath(id, 0, r.ID))
				}
			}
		}
		if got := written["/0/0/2"].Int(); got != int64(mode) {
			t.Errorf("%v: mode %d", mode, got)
		}
		for path, name := range resources {
			want := "dev1"
			if name != "" {
				want = string(must(os.ReadFile(filepath.Join(p.Directory, name))))
			}
			if got := written[path].Text(); got != want {
				t.Errorf("%v: %s has %d octets, want those of %s", mode, path, len(got), name)
			}
		}
	}
}

// unused says whether a resource of the Security object has no meaning in a mode:
// of SMS, and the key of the server where there is none.
func unused(mode transport.SecurityMode, object, resource uint16) bool {
	return object == 0 && (resource >= 6 && resource <= 9 || resource == 11 || resource == 4 && mode == transport.PreSharedKey)
}

func TestAccountsLeadToTheSchemeThatIsAskedFor(t *testing.T) {
	for streams, want := range map[bool]string{false: "coaps://${advertise} U", true: "coaps+tcp://${advertise} T"} {
		p := plan(t, transport.PreSharedKey, "dev1")
		p.Streams = streams
		must(Generate(p))
		f := must(Load(filepath.Join(p.Directory, FileName), false))
		var got []string
		for _, v := range must(f.Bootstrap(objects.New(), Sources{Directory: p.Directory})).ByEndpoint["dev1"].Write {
			if where := v.Path.String(); where == "/0/0/0" || where == "/1/0/7" {
				got = append(got, v.Value.Text())
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("got %q, want %s", got, want)
		}
	}
}
