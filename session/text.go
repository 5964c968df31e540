package session

import (
	"strconv"
	"strings"

	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// printable returns a peer's text fit for a message: as it is, or with control
// characters and bad UTF-8 escaped.
func printable(s string) string {
	quoted := strconv.Quote(s)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}

// joined writes path segments as a path.
func joined(segments []string) string { return "/" + strings.Join(segments, "/") }

// cutRoot cuts a client's alternate path off a path; false if it lies
// elsewhere.
func cutRoot(path, root string) (string, bool) {
	rest, ok := strings.CutPrefix(path, root)
	return rest, ok && strings.HasPrefix(rest, "/")
}

// addressed returns the path that a request is for.
func addressed(m *coap.Message) (lwm2m.Path, error) {
	var p lwm2m.Path
	for i := range m.Options {
		if m.Options[i].Number != coap.URIPath {
			continue
		}
		id, ok := decimal(m.Options[i].Value)
		if !ok || p.Level() == lwm2m.LevelResourceInstance {
			return lwm2m.ParsePath(joined(m.Path())) // a gateway prefix, or what is wrong
		}
		p = p.Child(id)
	}
	return p, nil
}

// decimal reads the digits of an id.
func decimal(digits []byte) (uint16, bool) {
	n := 0
	for _, d := range digits {
		if d < '0' || d > '9' || n > lwm2m.MaxID {
			return 0, false
		}
		n = n*10 + int(d-'0')
	}
	return uint16(n), len(digits) > 0 && n <= lwm2m.MaxID
}
