package session

import (
	"fmt"
	"strconv"

	"lwcon/lwm2m"
)

// Security modes, the values of /0/x/2. Spec: Core 1.2 §E.1.
const (
	modePSK         = 0
	modeRPK         = 1
	modeCertificate = 2
	modeNone        = 3
)

// Inconsistencies says where an account does not fit together, as devices find it at
// a Finish: servers without settings, security modes without their keys, settings
// without what is mandatory. Spec: Core 1.2 §6.1.7.1, §E.1, §E.2.
func (a *BootstrapAccount) Inconsistencies() []string {
	var found []string
	servers := map[int64]lwm2m.Path{}
	for _, group := range a.writes() {
		in := instanceIn(group[0].Path())
		if in.Object() != serverObject {
			continue
		}
		for _, id := range [...]uint16{0, 1, 6, 7} {
			if _, ok := a.value(in.Child(id)); !ok {
				found = append(found, fmt.Sprintf("%s is mandatory and is not in the account", in.Child(id)))
			}
		}
		if v, ok := a.integer(in.Child(0)); ok {
			servers[v] = in
		}
	}
	paired := map[int64]bool{}
	for _, group := range a.writes() {
		in := instanceIn(group[0].Path())
		if in.Object() != securityObject {
			continue
		}
		found = append(found, a.keyFaults(in)...)
		if a.bootstrapItself(in) {
			continue
		}
		id, ok := a.integer(in.Child(10))
		switch {
		case !ok:
			found = append(found, fmt.Sprintf("%s, the short server id, is not in the account", in.Child(10)))
		case servers[id] == lwm2m.Path{}:
			found = append(found, fmt.Sprintf("%s is %d, and no instance of object 1 has that short server id in its resource 0", in.Child(10), id))
		}
		paired[id] = true
	}
	for _, group := range a.writes() {
		in := instanceIn(group[0].Path())
		if id, ok := a.integer(in.Child(0)); ok && in.Object() == serverObject && !paired[id] {
			found = append(found, fmt.Sprintf("%s is %d, and no instance of object 0 has that short server id in its resource 10", in.Child(0), id))
		}
	}
	return found
}

// keyFaults says which keys an instance of object 0 lacks for its mode.
func (a *BootstrapAccount) keyFaults(in lwm2m.Path) []string {
	mode, ok := a.integer(in.Child(2))
	if !ok {
		return []string{fmt.Sprintf("%s, the security mode, is not in the account", in.Child(2))}
	}
	var need []uint16
	switch mode {
	case modePSK:
		need = []uint16{3, secretKey}
	case modeRPK, modeCertificate:
		need = []uint16{3, 4, secretKey}
	}
	var found []string
	for _, id := range need {
		if v, ok := a.value(in.Child(id)); !ok || v.Text() == "" {
			found = append(found, fmt.Sprintf("%s is needed for security mode %d and is not in the account, or empty", in.Child(id), mode))
		}
	}
	return found
}

// integer returns the value of an integer of an account.
func (a *BootstrapAccount) integer(p lwm2m.Path) (int64, bool) {
	v, ok := a.value(p)
	if !ok || v.Type() != lwm2m.Integer && v.Type() != lwm2m.Unsigned {
		return 0, false
	}
	return v.Int(), true
}

// suspectKeys notes keys that look like their hexadecimal writing instead of their
// octets: a handshake with them fails, since the other side has half as many.
func suspectKeys(nodes []lwm2m.Node) []string {
	var notes []string
	for i := range nodes {
		n := &nodes[i]
		text := n.Value().Text()
		if !Secret(n.Path()) || len(text) < 16 || len(text)%2 != 0 {
			continue
		}
		if _, err := strconv.ParseUint(text[:16], 16, 64); err == nil && hexDigits(text) {
			notes = append(notes, fmt.Sprintf("%s has %d octets that are all hexadecimal digits: hex: before the value gives the %d octets that they write", n.Path(), len(text), len(text)/2))
		}
	}
	return notes
}

func hexDigits(text string) bool {
	for _, c := range text {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
			return false
		}
	}
	return true
}
