package credentials

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lwcon/session/transport"
)

// The files of an authority and of a server.
const (
	authorityFile = "ca.pem"
	authorityKey  = "ca.key"
	serverName    = "server"
)

// pskOctets is how long a new pre-shared key is. Spec: Core 1.2 §E.1.
const pskOctets = 16

// Plan says which keys to make.
type Plan struct {
	Directory string
	Endpoints []string               // devices
	Hosts     []string               // names and addresses of the server; the first is its common name
	Account   transport.SecurityMode // of the bootstrap accounts
	Streams   bool                   // they are for coaps+tcp:// instead of coaps://
	Days      int                    // that certificates of servers and devices are valid
	Now       time.Time
}

// Made is a file that was made, and what it is.
type Made struct{ File, What string }

// maker writes new files, all of mode 0600.
type maker struct {
	plan  Plan
	files []newFile
}

// newFile is a file to be made.
type newFile struct {
	Made
	content []byte
}

// add takes a file in.
func (m *maker) add(name, what string, content []byte) {
	m.files = append(m.files, newFile{Made{name, what}, content})
}

// addPEM takes a file in as PEM and as DER.
func (m *maker) addPEM(name, block, what string, der []byte) {
	m.add(name+".pem", what+", PEM", pem.EncodeToMemory(&pem.Block{Type: block, Bytes: der}))
	m.add(name+".der", what+", DER", der)
}

// Generate makes an authority and a server, unless the directory has them, and for
// each endpoint a pre-shared key, a raw key pair and a certificate, in the forms
// that the Security object takes; and lwcon.yaml with all of them, its bootstrap
// accounts included. No file is overwritten: if one of a device is there,
// nothing is made.
func Generate(p Plan) ([]Made, error) {
	m := &maker{plan: p}
	authority, err := m.authority()
	if err != nil {
		return nil, err
	}
	server, err := m.server(authority)
	if err != nil {
		return nil, err
	}
	var devices []*material
	for _, endpoint := range p.Endpoints {
		d, err := m.device(endpoint, authority, server)
		if err != nil {
			return nil, err
		}
		devices = append(devices, d)
	}
	if err := m.write(); err != nil {
		return nil, err
	}
	made := make([]Made, 0, len(m.files)+1)
	for _, f := range m.files {
		made = append(made, f.Made)
	}
	if err := m.configure(devices); err != nil {
		return made, err
	}
	return append(made, Made{FileName, "devices, own and bootstrap accounts that use these files"}), nil
}

// authority loads the authority of the directory, or makes one.
func (m *maker) authority() (*Authority, error) {
	a, err := loadAuthority(m.plan.Directory)
	if a != nil || err != nil {
		return a, err
	}
	if a, err = NewAuthority("lwcon test CA", m.plan.Now); err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(a.Key)
	if err != nil {
		return nil, err
	}
	m.add(authorityKey, "private key of the test authority, PKCS#8 PEM", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	m.addPEM("ca", "CERTIFICATE", "certificate of the test authority: /0/x/4 with usage 2 (/0/x/15)", a.Certificate.Raw)
	return a, nil
}

// material is the keys of one party.
type material struct {
	endpoint    string
	file        string // what its files begin with
	spki        []byte
	certificate []byte
	private     []byte // PKCS#8
	psk         []byte
}

// server loads the server's keys of the directory, or makes them.
func (m *maker) server(a *Authority) (*material, error) {
	s := Sources{Directory: m.plan.Directory}
	c, _, err := s.Certificate("file:" + serverName + ".pem")
	if err == nil {
		return &material{file: serverName, spki: c.RawSubjectPublicKeyInfo, certificate: c.Raw}, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	key, c, err := a.Issue(m.plan.Hosts[0], m.plan.Hosts, m.plan.Now, m.plan.Days)
	if err != nil {
		return nil, err
	}
	server, err := pair(serverName, key, c)
	if err != nil {
		return nil, err
	}
	m.add("server.key", "private key of the server, PKCS#8 PEM", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: server.private}))
	m.addPEM("server", "CERTIFICATE", "certificate of the server: /0/x/4 (x509)", server.certificate)
	m.addPEM("server-spki", "PUBLIC KEY", "raw public key of the server: /0/x/4 (rpk)", server.spki)
	return server, nil
}

// pair is a key with its certificate in the forms that are written.
func pair(file string, key *ecdsa.PrivateKey, c *x509.Certificate) (*material, error) {
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return &material{file: file, spki: c.RawSubjectPublicKeyInfo, certificate: c.Raw, private: private}, nil
}

// device makes the keys of a device.
func (m *maker) device(endpoint string, a *Authority, server *material) (*material, error) {
	key, c, err := a.Issue(endpoint, nil, m.plan.Now, m.plan.Days)
	if err != nil {
		return nil, err
	}
	d, err := pair(fileOf(endpoint), key, c)
	if err != nil {
		return nil, err
	}
	d.endpoint, d.psk = endpoint, make([]byte, pskOctets)
	if _, err := rand.Read(d.psk); err != nil {
		return nil, err
	}
	m.add(d.file+".psk", "pre-shared key, 16 octets as they are: /0/x/5 (psk)", d.psk)
	m.add(d.file+".key", "private key, PKCS#8 PEM", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: d.private}))
	m.add(d.file+"-key.der", "private key, PKCS#8 DER: /0/x/5 (rpk, x509)", d.private)
	m.addPEM(d.file, "CERTIFICATE", "certificate: /0/x/3 (x509)", d.certificate)
	m.addPEM(d.file+"-spki", "PUBLIC KEY", "raw public key: /0/x/3 (rpk)", d.spki)
	m.add(d.file+"-security.txt", "the resources of /0/x in each mode, hex and base64, to be pasted", []byte(securityText(d, server)))
	return d, nil
}

// fileOf is an endpoint name as part of a file name.
func fileOf(endpoint string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '_' {
			return r
		}
		return '-'
	}, endpoint)
}

// securityText is what a device is to have in an instance of the Security object,
// mode by mode. Spec: Core 1.2 §E.1.
func securityText(d, server *material) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Security object /0/x of %s, one of three modes. Opaque values in hex, then in base64.\n", d.endpoint)
	resource := func(id int, name string, octets []byte) {
		fmt.Fprintf(&b, "\n/0/x/%d %s, %d octets\n%x\n%s\n", id, name, len(octets), octets, base64.StdEncoding.EncodeToString(octets))
	}
	b.WriteString("\n== psk: /0/x/2 = 0\n")
	resource(3, "identity: "+d.endpoint, []byte(d.endpoint))
	resource(5, "pre-shared key", d.psk)
	b.WriteString("\n== rpk: /0/x/2 = 1\n")
	resource(3, "public key, SubjectPublicKeyInfo", d.spki)
	resource(4, "public key of the server, SubjectPublicKeyInfo", server.spki)
	resource(5, "private key, PKCS#8", d.private)
	b.WriteString("\n== x509: /0/x/2 = 2\n")
	resource(3, "certificate", d.certificate)
	resource(4, "certificate of the server (usage 3, /0/x/15)", server.certificate)
	resource(5, "private key, PKCS#8", d.private)
	return b.String()
}

// write makes all files, or none: one that is there already is an error.
func (m *maker) write() error {
	seen := map[string]bool{}
	for _, f := range m.files {
		name := filepath.Join(m.plan.Directory, f.File)
		if seen[f.File] {
			return fmt.Errorf("%s: expected names that differ in their letters and digits, found two that share this file", name)
		}
		seen[f.File] = true
		if _, err := os.Lstat(name); err == nil {
			return fmt.Errorf("%s: expected a new file, found one that is there already", name)
		}
	}
	if err := os.MkdirAll(m.plan.Directory, 0o700); err != nil {
		return err
	}
	for _, f := range m.files {
		if err := WriteNew(filepath.Join(m.plan.Directory, f.File), f.content); err != nil {
			return err
		}
	}
	return nil
}

// WriteNew makes a file of mode 0600, which must not be there.
func WriteNew(name string, content []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s: expected a new file, found one that is there already", name)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Close())
}
