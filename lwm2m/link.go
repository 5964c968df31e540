package lwm2m

import (
	"net/url"
	"strings"
)

// Link is one link of a link-format payload or a CoreLink value: a Register's
// object list, the answer to a Discover. Spec: RFC 6690, Core 1.2 §6.2.1, §6.3.3.
type Link struct {
	Target     string // as written between < and >, "/3/0"
	Attributes []LinkAttribute
	Span       Span
}

// LinkAttribute is one parameter of a link, kept as written.
type LinkAttribute struct {
	Name     string
	Value    string // without quotes
	HasValue bool
	Quoted   bool
}

// Path returns the path that the target names, escapes such as %33 read; false if
// it names none. An escaped "/" parts no segments: such a target names none.
func (l *Link) Path() (Path, bool) {
	target := l.Target
	if strings.IndexByte(target, '%') >= 0 {
		plain, err := url.PathUnescape(target)
		if err != nil || strings.Count(plain, "/") != strings.Count(target, "/") {
			return Path{}, false
		}
		target = plain
	}
	p, err := ParsePath(target)
	return p, err == nil && target != "" && target[0] == '/'
}

// Attribute returns the value of the first attribute with a name.
func (l *Link) Attribute(name string) (value string, ok bool) {
	for i := range l.Attributes {
		if l.Attributes[i].Name == name {
			return l.Attributes[i].Value, true
		}
	}
	return "", false
}

// Notification returns the notification attributes among the parameters, those
// that are numbers. Spec: Core 1.2 §5.1.2, §6.3.3.
func (l *Link) Notification() Attributes {
	var found Attributes
	for _, a := range l.Attributes {
		if _, known := ParseAttribute(a.Name); !known || !a.HasValue {
			continue
		}
		if one, _, err := ParseAttributes(a.Name + "=" + a.Value); err == nil {
			found = found.Apply(one)
		}
	}
	return found
}
