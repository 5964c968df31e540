package session

import (
	"strings"

	"lwcon/lwm2m"
)

// BootstrapAccount is what a bootstrap server gives a device. Its values may be
// secrets. It is not changed once given to a BootstrapServer.
type BootstrapAccount struct {
	// Delete is deleted first, in this order; the account of the bootstrap server
	// itself never is.
	Delete []lwm2m.Path
	// Write is written then, one Write for each object instance, in the order in
	// which they come first. In texts ${advertise} stands for where the device
	// reaches lwcon by the scheme before it, HOST:PORT, and ${endpoint} for the
	// name of the device. A scheme before it by which nobody can register gives way to
	// that with the same security over the other carrier.
	Write []lwm2m.Node
}

// BootstrapAccounts are what a bootstrap server gives to whom.
type BootstrapAccounts struct {
	Default    *BootstrapAccount // for endpoints without an account of their own; nil: they are refused
	ByEndpoint map[string]*BootstrapAccount
}

// Of returns the account of an endpoint, nil if it has none.
func (a *BootstrapAccounts) Of(endpoint string) *BootstrapAccount {
	if own := a.ByEndpoint[endpoint]; own != nil {
		return own
	}
	return a.Default
}

// AdvertisedAccount is the account for who says nothing of one: the server that
// lwcon itself is, without security, as short server id 1.
func AdvertisedAccount(scheme string) *BootstrapAccount {
	binding := "U"
	if strings.HasSuffix(scheme, "+tcp") {
		binding = "T"
	}
	node := func(path string, v lwm2m.Value) lwm2m.Node {
		return lwm2m.NewNode(lwm2m.KindValue, lwm2m.MustParsePath(path), v, lwm2m.Span{}, 0)
	}
	return &BootstrapAccount{
		Delete: []lwm2m.Path{lwm2m.NewPath(securityObject), lwm2m.NewPath(serverObject)},
		Write: []lwm2m.Node{
			node("/0/0/0", lwm2m.StringValue(scheme+"://${advertise}")),
			node("/0/0/1", lwm2m.BooleanValue(false)),
			node("/0/0/2", lwm2m.IntegerValue(3)),
			node("/0/0/3", lwm2m.OpaqueValue("")),
			node("/0/0/4", lwm2m.OpaqueValue("")),
			node("/0/0/5", lwm2m.OpaqueValue("")),
			node("/0/0/10", lwm2m.IntegerValue(1)),
			node("/1/0/0", lwm2m.IntegerValue(1)),
			node("/1/0/1", lwm2m.IntegerValue(300)),
			node("/1/0/6", lwm2m.BooleanValue(false)),
			node("/1/0/7", lwm2m.StringValue(binding)),
		},
	}
}

// serverObject is the object of the servers' settings.
const serverObject = 1

// placeholders are what texts of an account can name.
type placeholders struct {
	advertise func(scheme string) string // HOST:PORT of the listener with the scheme, else of the first
	endpoint  string
}

// fill puts into a text what it names.
func (p *placeholders) fill(v lwm2m.Value) lwm2m.Value {
	if !strings.Contains(v.Text(), "${") {
		return v
	}
	scheme, _, _ := strings.Cut(v.Text(), "://")
	text := strings.NewReplacer("${advertise}", p.advertise(scheme), "${endpoint}", p.endpoint).Replace(v.Text())
	switch v.Type() {
	case lwm2m.String:
		return lwm2m.StringValue(text)
	case lwm2m.CoreLink:
		return lwm2m.CoreLinkValue(text)
	case lwm2m.Opaque:
		return lwm2m.OpaqueValue(text)
	}
	return v
}

// instanceIn is an object instance within an account or on a device.
func instanceIn(p lwm2m.Path) lwm2m.Path { return p.Cut(lwm2m.LevelObjectInstance) }

// writes groups the values of an account by object instance, in their order.
func (a *BootstrapAccount) writes() [][]lwm2m.Node {
	var groups [][]lwm2m.Node
	at := map[lwm2m.Path]int{}
	for _, n := range a.Write {
		in := instanceIn(n.Path())
		i, there := at[in]
		if !there {
			i = len(groups)
			at[in] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], n)
	}
	return groups
}

// value returns the value of a resource of an account.
func (a *BootstrapAccount) value(p lwm2m.Path) (lwm2m.Value, bool) {
	for i := range a.Write {
		if a.Write[i].Path() == p {
			return a.Write[i].Value(), true
		}
	}
	return lwm2m.Value{}, false
}

// bootstrapItself says whether an instance of object 0 in an account is that of a
// bootstrap server.
func (a *BootstrapAccount) bootstrapItself(in lwm2m.Path) bool {
	v, ok := a.value(in.Child(1))
	return ok && v.Type() == lwm2m.Boolean && v.Bool()
}
