package commands

import (
	"crypto/rand"
	"crypto/x509"
	"time"

	"lwcon/session/credentials"
	"lwcon/session/transport"
)

// How a demo can be secured.
const (
	DemoPlain = "none"
	DemoPSK   = "psk"
	DemoRPK   = "rpk"
	DemoX509  = "x509"
)

// DemoSecurities are the ways to secure a demo.
func DemoSecurities() []string { return []string{DemoPlain, DemoPSK, DemoRPK, DemoX509} }

const (
	demoEndpoint = "sim-thermometer"
	demoHost     = "127.0.0.1"
	demoDays     = 1
	demoKey      = 16 // octets
	demoOrigin   = "demo"
)

// DemoKeys makes keys for one run of a demo: it adds those of the server to a
// configuration, and returns those of its device. Security is DemoPSK, DemoRPK or
// DemoX509.
func DemoKeys(security string, server *Configuration, now time.Time) (device *Configuration, err error) {
	device = NewConfiguration()
	if security == DemoRPK {
		return device, demoRawKeys(server, device)
	}
	if security == DemoPSK {
		key := make([]byte, demoKey)
		_, _ = rand.Read(key) // does not fail
		for _, c := range []*Configuration{server, device} {
			if err := c.Store.Add(&credentials.Credential{
				Endpoint: demoEndpoint, Origin: demoOrigin, Mode: transport.PreSharedKey,
				Identity: demoEndpoint, Key: credentials.NewSecret(key, "random"),
			}); err != nil {
				return nil, err
			}
		}
		return device, nil
	}
	authority, err := credentials.NewAuthority("lwcon demo", now)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AddCert(authority.Certificate)
	own := func(c *Configuration, name string, hosts ...string) error {
		key, certificate, err := authority.Issue(name, hosts, now, demoDays)
		if err != nil {
			return err
		}
		c.Store.SetOwn(transport.KeyPair{
			Private: key, PublicKey: certificate.RawSubjectPublicKeyInfo, Chain: []*x509.Certificate{certificate},
		}, roots)
		return nil
	}
	if err := own(server, "lwcon", demoHost); err != nil {
		return nil, err
	}
	return device, own(device, demoEndpoint)
}

// demoRawKeys makes two raw key pairs, and has each end know that of the other.
func demoRawKeys(server, device *Configuration) error {
	known := map[*Configuration]credentials.PublicKey{}
	for _, c := range [...]*Configuration{server, device} {
		pair, public, err := credentials.NewRawPair()
		if err != nil {
			return err
		}
		c.Store.SetOwn(pair, nil)
		known[c] = public
	}
	device.Store.SetServerKey(known[server])
	return server.Store.Add(&credentials.Credential{
		Endpoint: demoEndpoint, Origin: demoOrigin, Mode: transport.RawPublicKey, PublicKey: known[device],
	})
}
