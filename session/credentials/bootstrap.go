package credentials

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	"gopkg.in/yaml.v3"

	"lwcon/lwm2m"
	"lwcon/session/internal/yamlread"
)

// Limits of the accounts of a bootstrap server.
const (
	maxAccounts     = 100_000
	maxAccountParts = 10_000 // values of one account
)

// BootstrapAccounts are what the bootstrap server gives to devices.
type BootstrapAccounts struct {
	Default    *BootstrapAccount // nil: there is none
	ByEndpoint map[string]*BootstrapAccount
}

// BootstrapAccount is what it gives to one device.
type BootstrapAccount struct {
	Delete []lwm2m.Path
	Write  []BootstrapValue // in the order of the file
}

// BootstrapValue is one value that is written. It may be a secret.
type BootstrapValue struct {
	Path  lwm2m.Path
	Value lwm2m.Value
}

// writtenAccount is an account as the file writes it.
type writtenAccount struct {
	name   string // "default", or an endpoint or alias
	delete []lwm2m.Path
	values []writtenValue
}

// writtenValue is a value as the file writes it; it gets its type later.
type writtenValue struct {
	path lwm2m.Path
	text string
	at   position
}

// bootstrap reads the accounts: that for everybody, and those of endpoints or
// aliases.
//
//	default: {delete: [/0, /1], write: {/0/0/0: "coaps://${advertise}", /0/0/16: {0: 49320}, /1/0/1: 300}}
//	bench-a: {write: {/0/0/5: "env:PSK_A"}}
func (r *reader) bootstrap(n *yaml.Node) {
	r.Mapping(n, "bootstrap", func(key, value *yaml.Node) {
		if len(r.file.bootstrap) == maxAccounts {
			r.Fail(key, "bootstrap: expected at most %d accounts, found more", maxAccounts)
			return
		}
		a := writtenAccount{name: key.Value}
		what := "bootstrap." + key.Value
		r.Fields(value, what, []yamlread.Field{
			{Key: "delete", Read: func(v *yaml.Node) {
				r.Texts(v, what+".delete", func(at *yaml.Node, text string) {
					if p, ok := r.accountPath(at, what+".delete", text); ok && r.deletable(at, what, p) {
						a.delete = append(a.delete, p)
					}
				})
			}},
			{Key: "write", Read: func(v *yaml.Node) { r.accountValues(v, what+".write", &a) }},
		})
		r.file.bootstrap = append(r.file.bootstrap, a)
	})
}

// accountPath reads a path by ids.
func (r *reader) accountPath(at *yaml.Node, what, text string) (lwm2m.Path, bool) {
	p, err := lwm2m.ParsePath(text)
	if err != nil || p.Prefix() != "" || text == "" || text[0] != '/' {
		r.Fail(at, "%s: expected a path such as /0/0, found %q", what, text)
		return p, false
	}
	return p, true
}

// deletable says whether a Bootstrap-Delete can be for a path.
func (r *reader) deletable(at *yaml.Node, what string, p lwm2m.Path) bool {
	if p.Level() > lwm2m.LevelObjectInstance {
		r.Fail(at, "%s.delete: expected /, an object or an instance, found %s", what, p)
		return false
	}
	return true
}

// accountValues reads what is written: a value for each resource, a mapping for a
// resource of several.
func (r *reader) accountValues(n *yaml.Node, what string, a *writtenAccount) {
	r.Mapping(n, what, func(key, value *yaml.Node) {
		p, ok := r.accountPath(key, what, key.Value)
		switch {
		case !ok:
		case p.Level() < lwm2m.LevelResource:
			r.Fail(key, "%s: expected the path of a resource such as /0/0/0, found %s", what, p)
		case value.Kind == yaml.MappingNode && p.Level() == lwm2m.LevelResource:
			r.Mapping(value, what+"."+key.Value, func(id, v *yaml.Node) {
				if q, ok := r.accountPath(id, what, p.String()+"/"+id.Value); ok {
					r.accountValue(v, what, q, a)
				}
			})
		default:
			r.accountValue(value, what, p, a)
		}
	})
}

// accountValue reads one value.
func (r *reader) accountValue(n *yaml.Node, what string, p lwm2m.Path, a *writtenAccount) {
	var text string
	if !r.Text(n, what+"."+p.String(), &text) {
		return
	}
	if len(a.values) == maxAccountParts {
		r.Fail(n, "%s: expected at most %d values, found more", what, maxAccountParts)
		return
	}
	r.inline = r.inline || text != "" && secretResource(p) && Inline(text)
	a.values = append(a.values, writtenValue{p, text, place(n)})
}

// secretResource says whether a resource is a key: /0/x/5, /0/x/8, /21/x/0.
func secretResource(p lwm2m.Path) bool {
	switch p.Object() {
	case 0:
		return p.Resource() == 5 || p.Resource() == 8
	case 21:
		return p.Resource() == 0
	}
	return false
}

// HasBootstrap says whether the file has accounts of a bootstrap server.
func (f *File) HasBootstrap() bool { return f != nil && len(f.bootstrap) > 0 }

// Bootstrap returns the accounts, each value by the type of its resource in the
// newest version of its object; octets as secrets are written, of PEM what is in
// it. The error names file, line and column.
func (f *File) Bootstrap(definitions lwm2m.Registry, s Sources) (*BootstrapAccounts, error) {
	all := &BootstrapAccounts{ByEndpoint: map[string]*BootstrapAccount{}}
	var errs []error
	for _, w := range f.bootstrap {
		a := &BootstrapAccount{Delete: w.delete}
		for _, v := range w.values {
			value, err := typedValue(definitions, s, v.path, v.text)
			if err != nil {
				errs = append(errs, &Error{
					File: f.Name, Line: v.at.line, Column: v.at.column,
					Reason: fmt.Sprintf("bootstrap.%s.write.%s: %v", w.name, v.path, err),
				})
				continue
			}
			a.Write = append(a.Write, BootstrapValue{v.path, value})
		}
		name := w.name
		if d := f.Device(name); d != nil {
			name = d.Endpoint
		}
		if name == "default" {
			all.Default = a
		} else {
			all.ByEndpoint[name] = a
		}
	}
	return all, errors.Join(errs[:min(len(errs), yamlread.MaxErrors)]...)
}

// typedValue reads a value by the type of its resource. An error shows no value.
func typedValue(definitions lwm2m.Registry, s Sources, p lwm2m.Path, text string) (lwm2m.Value, error) {
	var o *lwm2m.Object
	if definitions != nil {
		o = definitions.Object(p.Object(), 0)
	}
	d := o.Resource(p.Resource())
	switch {
	case o == nil:
		return lwm2m.Value{}, fmt.Errorf("object %d is not known", p.Object())
	case d == nil:
		return lwm2m.Value{}, fmt.Errorf("object %d, %s, has no resource %d", p.Object(), o.Name, p.Resource())
	case d.Type == lwm2m.None:
		return lwm2m.Value{}, fmt.Errorf("%s is executable, expected a resource with a value", d.Name)
	case d.Multiple && p.Level() == lwm2m.LevelResource:
		return lwm2m.Value{}, fmt.Errorf("%s has several values, expected {0: VALUE}", d.Name)
	case p.Object() == 0 && p.Resource() == 3 && !Noted(text):
		return lwm2m.OpaqueValue(text), nil // an identity
	case d.Type == lwm2m.Opaque:
		octets, err := s.octets(text, secretResource(p))
		return lwm2m.OpaqueValue(octets), err
	}
	v, err := lwm2m.ParseValue(d.Type, text)
	if err != nil {
		return v, fmt.Errorf("%s: expected %s, found a value of %d octets", d.Name, d.Type, len(text))
	}
	return v, nil
}

// octets reads octets as they are written: hex:, base64:, text:, env:, file:, or
// bare where that can be one thing only.
func (s Sources) octets(text string, secret bool) (string, error) {
	if text == "" {
		return "", nil
	}
	all, err := s.readings(text, secret)
	if err != nil {
		return "", err
	}
	if len(all) > 1 {
		e := &AmbiguousError{}
		for _, r := range all {
			e.Readings = append(e.Readings, fmt.Sprintf("%s (%d octets)", r.taken, len(r.octets)))
		}
		return "", e
	}
	octets := all[0].octets
	if !isPEM(octets) {
		return string(octets), nil
	}
	if key, err := privatePEM(octets); err == nil {
		der, err := x509.MarshalPKCS8PrivateKey(key.Signer)
		return string(der), err
	}
	block, _ := pem.Decode(octets)
	if block == nil {
		return "", errors.New("expected PEM, found something that begins like it")
	}
	return string(block.Bytes), nil
}
