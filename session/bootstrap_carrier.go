package session

import (
	"slices"
	"strings"

	"lwcon/lwm2m"
)

// carriers are pairs of schemes with the same security over datagrams and over streams.
var carriers = [...][2]string{{"coap", "coap+tcp"}, {"coaps", "coaps+tcp"}}

// over is the account for who takes registrations by these schemes only: where a URI names
// ${advertise} by another, it is that with the same security over the other carrier, if
// this is one of them, and a binding that is for the one carrier alone is for the
// other. Spec: Core 1.2 §E.2.
func (a *BootstrapAccount) over(schemes []string) *BootstrapAccount {
	var changed *BootstrapAccount
	bindings := map[string]string{}
	set := func(i int, text string) {
		if changed == nil {
			changed = &BootstrapAccount{Delete: a.Delete, Write: slices.Clone(a.Write)}
		}
		n := &a.Write[i]
		changed.Write[i] = lwm2m.NewNode(n.Kind(), n.Path(), lwm2m.StringValue(text), lwm2m.Span{}, 0).WithDefinition(n.Definition())
	}
	for i := range a.Write {
		scheme, rest, _ := strings.Cut(a.Write[i].Value().Text(), "://")
		if isResource(a.Write[i].Path(), securityObject, 0) && strings.HasPrefix(rest, "${advertise}") && !slices.Contains(schemes, scheme) {
			for _, pair := range carriers {
				for from, to := range [...]int{1, 0} {
					if pair[from] == scheme && slices.Contains(schemes, pair[to]) {
						set(i, pair[to]+"://"+rest)
						bindings[[...]string{"U", "T"}[from]] = [...]string{"U", "T"}[to]
					}
				}
			}
		}
	}
	const binding = 7
	for i := range a.Write {
		if to := bindings[a.Write[i].Value().Text()]; to != "" && isResource(a.Write[i].Path(), serverObject, binding) {
			set(i, to)
		}
	}
	if changed == nil {
		return a
	}
	return changed
}

// isResource says whether a path is that of a resource of some instance of an object.
func isResource(p lwm2m.Path, object, resource uint16) bool {
	return p.Level() == lwm2m.LevelResource && p.Object() == object && p.Resource() == resource
}

// registrationSchemes are those of the listeners that take registrations.
func (b *BootstrapServer) registrationSchemes() []string {
	var schemes []string
	for _, l := range b.server.Listeners() {
		if !l.BootstrapOnly() {
			schemes = append(schemes, l.Scheme())
		}
	}
	return schemes
}
