package device

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"lwcon/lwm2m"
)

// Account is what a device knows of one server: an instance of object 0 and,
// unless it is a bootstrap server, the instance of object 1 of the same short
// server id. It holds secrets, and is comparable: an account that has not
// changed is the same. Spec: Core 1.2 §E.1, §E.2.
type Account struct {
	Security  uint16 // the instance of object 0
	Server    uint16 // the instance of object 1; NoInstance for a bootstrap server
	Bootstrap bool   // /0/x/1: it is a bootstrap server

	ShortServerID uint16        // /0/x/10; 0 for a bootstrap server
	URI           string        // /0/x/0; "" while nobody has said where the server is
	Mode          SecurityMode  // /0/x/2
	Identity      string        // /0/x/3: PSK identity, public key or certificate, octets
	ServerKey     string        // /0/x/4: the server's public key or certificate, octets
	Secret        string        // /0/x/5: key or private key, octets
	HoldOff       time.Duration // /0/x/11: before a client-initiated bootstrap
	Timeout       time.Duration // /0/x/12: after it the bootstrap account goes; 0: never
	Matching      uint8         // /0/x/13: how ServerKey is matched; 0: exactly
	ServerName    string        // /0/x/14: SNI
	Usage         uint8         // /0/x/15: certificate usage; 3 where absent
	Suites        string        // /0/x/16: the cipher suites, "49320 174"; "": any
	OSCORE        uint16        // /0/x/17: the instance of object 21; NoInstance: none
}

// NoInstance stands for no object instance: the id that none can have.
const NoInstance uint16 = anyInstance

// SecurityMode is what /0/x/2 says.
type SecurityMode uint8

// The security modes. Spec: Core 1.2 §E.1.
const (
	ModePSK         SecurityMode = 0
	ModeRPK         SecurityMode = 1
	ModeCertificate SecurityMode = 2
	ModeNone        SecurityMode = 3
	ModeEST         SecurityMode = 4
)

// Resources of object 0. Spec: Core 1.2 §E.1.
const (
	securityURI       = 0
	securityBootstrap = 1
	securityMode      = 2
	securityIdentity  = 3
	securityServerKey = 4
	securitySecret    = 5
	securityServerID  = 10
	securityHoldOff   = 11
	securityTimeout   = 12
	securityMatching  = 13
	securitySNI       = 14
	securityUsage     = 15
	securitySuites    = 16
	securityOSCORE    = 17
)

// defaultUsage is the certificate usage where /0/x/15 is absent.
const defaultUsage = 3

// Accounts returns the servers that the device knows, bootstrap servers last,
// each group in the order of the instances of object 0. A server needs both an
// instance of object 0 and one of object 1.
func (d *Device) Accounts() []Account {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.tree.accounts()
}

func (t *tree) accounts() []Account {
	o := t.object(objectSecurity)
	if o == nil {
		return nil
	}
	list := make([]Account, 0, len(o.instances))
	for _, in := range o.instances {
		if a := t.accountOf(in); a.Bootstrap || a.Server != NoInstance {
			list = append(list, a)
		}
	}
	slices.SortStableFunc(list, func(a, b Account) int { return cmp.Compare(rank(a), rank(b)) })
	return list
}

// rank puts bootstrap servers behind the others.
func rank(a Account) int {
	if a.Bootstrap {
		return 1
	}
	return 0
}

// accountOf reads the account of an instance of object 0.
func (t *tree) accountOf(in *instance) Account {
	a := Account{
		Security: in.id, Server: NoInstance, OSCORE: NoInstance,
		URI:      in.text(securityURI),
		Identity: in.text(securityIdentity), ServerKey: in.text(securityServerKey), Secret: in.text(securitySecret),
		Mode:       SecurityMode(max(in.integer(securityMode), 0)),
		HoldOff:    in.seconds(securityHoldOff),
		Timeout:    in.seconds(securityTimeout),
		Matching:   uint8(max(in.number(securityMatching), 0)),
		ServerName: in.text(securitySNI),
		Usage:      defaultUsage,
		Suites:     in.list(securitySuites),
	}
	if e := in.one(securityBootstrap); e != nil {
		a.Bootstrap = e.value.Bool()
	}
	if usage := in.number(securityUsage); usage >= 0 {
		a.Usage = uint8(usage)
	}
	if e := in.one(securityOSCORE); e != nil && e.value.Type() == lwm2m.ObjectLink && e.value.Link() != lwm2m.NullLink {
		a.OSCORE = e.value.Link().Instance
	}
	if a.Bootstrap {
		return a
	}
	a.ShortServerID = uint16(max(in.integer(securityServerID), 0))
	if o := t.object(objectServer); o != nil {
		for _, server := range o.instances {
			if server.integer(serverID) == int64(a.ShortServerID) {
				a.Server = server.id
			}
		}
	}
	return a
}

// text returns the characters or octets of a resource, "" if it is not there.
func (in *instance) text(resource uint16) string {
	e := in.one(resource)
	if e == nil || !e.value.Type().Textual() && e.value.Type() != lwm2m.Opaque {
		return ""
	}
	return e.value.Text()
}

// number returns the value of a resource of type Integer or Unsigned, -1 if the
// instance does not have it.
func (in *instance) number(resource uint16) int64 {
	e := in.one(resource)
	if e == nil || e.value.Type() != lwm2m.Unsigned {
		return in.integer(resource)
	}
	return int64(min(e.value.Uint(), 1<<62))
}

// seconds returns the duration that a resource tells in seconds, 0 if the
// instance does not have it.
func (in *instance) seconds(resource uint16) time.Duration {
	return time.Duration(min(max(in.number(resource), 0), maxSeconds)) * time.Second
}

// list returns the values of a multiple resource, parted by blanks.
func (in *instance) list(resource uint16) string {
	var values []string
	for _, e := range in.at(resource) {
		if e.kind == resourceInstance {
			values = append(values, e.value.String())
		}
	}
	return strings.Join(values, " ")
}

// At returns the profile with the URI of its first server, or where it has only
// a bootstrap server, of that. Over streams a binding of UDP alone becomes one of TCP, in
// versions that have it. The profile itself stays as it is; what does not change is
// shared. Spec: Core 1.2 §6.2.1.2.
func (p *Profile) At(uri string) *Profile {
	accounts := p.tree.accounts()
	if len(accounts) == 0 || uri == "" {
		return p
	}
	next := *p
	in := p.tree.find(lwm2m.NewPath(objectSecurity, accounts[0].Security))
	next.tree = p.tree.with(objectSecurity, in.withText(securityURI, uri))
	if scheme, _, _ := strings.Cut(uri, "://"); strings.HasSuffix(scheme, "+tcp") && p.Version >= lwm2m.V1_1 {
		next.overStreams(accounts[0].Server)
	}
	return &next
}

// overStreams makes a binding of UDP one of TCP: what the device registers with at a
// server, and among those that it tells of.
func (p *Profile) overStreams(server uint16) {
	const datagrams, streams = "U", "T"
	if p.Binding == datagrams {
		p.Binding = streams
	}
	if in := p.tree.find(lwm2m.NewPath(objectServer, server)); in != nil && in.text(serverBinding) == datagrams {
		p.tree = p.tree.with(objectServer, in.withText(serverBinding, streams))
	}
	if in := p.tree.find(lwm2m.NewPath(objectDevice, 0)); in != nil && in.text(deviceBinding) == datagrams {
		p.tree = p.tree.with(objectDevice, in.withText(deviceBinding, datagrams+streams))
	}
}
