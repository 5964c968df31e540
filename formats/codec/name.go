package codec

import (
	"strconv"
	"strings"

	"lwcon/formats/rules"
	"lwcon/lwm2m"
)

// Name is a base name, to which each record's own name is appended wherever the
// base name was cut, "/3/0/1" and "1/0" being /3/0/11/0. The zero Name is the
// empty one.
type Name struct {
	path   lwm2m.Path // the segments that are complete
	text   string     // the whole text
	id     uint32     // the segment being read
	digits uint8      // how many digits of it
	zero   bool       // it ends with an id 0, which a digit behind it makes another id
	odd    bool       // there is more than digits and slashes: the text decides

	reserved bool // the last path resolved has the id 65535, which is shown as *
	loose    bool // the last path resolved is not written as paths are
}

// NewName reads a base name.
func NewName(text string) Name {
	n := Name{text: text, zero: strings.HasSuffix(text, "/0")}
	if !n.read(text, true) {
		n.odd = true
	}
	return n
}

// Resolve returns the path that the name has with a further part, whether it
// begins with "/", and what is wrong with it, "" if nothing is. It builds no text
// for names of plain digits and slashes, as nearly all are.
func (n *Name) Resolve(part string) (p lwm2m.Path, rooted bool, problem string) {
	if !n.odd {
		full := Name{path: n.path, id: n.id, digits: n.digits}
		if full.read(part, n.text == "") {
			first := n.text
			if first == "" {
				first = part
			}
			if full.digits == 0 {
				if first != "" && (part == "" || part == "/" || part[len(part)-1] != '/') {
					return full.path, first[0] == '/', ""
				}
			} else if full.id <= lwm2m.MaxID && full.path.Level() < 4 {
				return full.path.Child(uint16(full.id)), first[0] == '/', ""
			}
		}
	}
	return n.resolve(part)
}

// read advances over digits and slashes; false if there is anything else. At the
// beginning of a name a slash opens it.
func (n *Name) read(part string, beginning bool) bool {
	path, id, digits := n.path, n.id, n.digits
	for i := range len(part) {
		switch c := part[i]; {
		case c-'0' < 10 && digits < 9 && (digits == 0 || id > 0):
			id = id*10 + uint32(c-'0')
			digits++
		case c != '/':
			return false
		case digits > 0 && id <= lwm2m.MaxID && path.Level() < 4:
			path = path.Child(uint16(id))
			id, digits = 0, 0
		case !beginning || i > 0:
			return false
		}
	}
	n.path, n.id, n.digits = path, id, digits
	return true
}

// resolve is Resolve by the text: for gateway prefixes, and to say what is wrong.
func (n *Name) resolve(part string) (p lwm2m.Path, rooted bool, problem string) {
	if n.TooLong(part) {
		return p, true, "expected a name of at most " + strconv.Itoa(MaxName) + " octets, found a longer one"
	}
	text := n.text + part
	rooted = strings.HasPrefix(text, "/")
	if text == "" {
		return p, false, "expected a name, found none"
	}
	p, err := lwm2m.ParsePath(text)
	if err == nil {
		n.loose = p.Level() >= lwm2m.LevelResource && !strings.HasSuffix(p.String(), text)
		return p, rooted, ""
	}
	segments := strings.Split(text, "/")
	for i, s := range segments {
		if s == reservedID {
			segments[i], n.reserved = "*", true
		}
	}
	if n.reserved {
		if p, err := lwm2m.ParsePath(strings.Join(segments, "/")); err == nil {
			return p, rooted, ""
		}
	}
	return p, rooted, err.Error()
}

// TooLong says whether the name with a further part is longer than is read.
func (n *Name) TooLong(part string) bool { return len(n.text)+len(part) > MaxName }

// reservedID is the id that nothing has.
const reservedID = "65535"

// NoteName notes what is odd in the name whose path was resolved last.
func (b *Builder) NoteName(n *Name, part string, p lwm2m.Path, offset int) {
	if n.reserved {
		n.reserved = false
		b.Deviate(rules.ReservedID, p, offset, "expected ids 0..65534, found 65535, shown as *")
	}
	if n.loose {
		n.loose = false
		b.Deviate(rules.NameForm, p, offset, "expected %s, found %s", p, Quote(n.text+part))
	}
}

// NoPath is the path that a value is shown at whose name is none.
func NoPath() lwm2m.Path { return lwm2m.NewPath(lwm2m.AnyID, lwm2m.AnyID, lwm2m.AnyID) }

// Text returns the text of the base name.
func (n *Name) Text() string { return n.text }

// LeadingZero says whether a further part makes an id with a leading zero out of an
// id 0 that the base name ends with: nobody writes such ids, so that a "/" is
// missing more likely.
func (n *Name) LeadingZero(part string) bool {
	return n.zero && part != "" && part[0]-'0' < 10
}

// JoinName resolves a name as if its base name ended with the "/" that is missing,
// "/3/0" and "9" being /3/0/9, with a deviation. It returns false where that leads
// to no resource in the request path. Callers ask it where the name as it is leads
// nowhere.
func (b *Builder) JoinName(base *Name, part string, offset int) (lwm2m.Path, bool) {
	if base.text == "" || part == "" || part[0] == '/' || strings.HasSuffix(base.text, "/") || len(base.text)+len(part) >= MaxName {
		return lwm2m.Path{}, false
	}
	p, rooted, problem := base.Resolve("/" + part)
	if problem != "" || !rooted || p.Level() < lwm2m.LevelResource || !b.At.Contains(p) {
		return p, false
	}
	base.loose = false
	b.Deviate(rules.BaseNameSlash, p, offset, "expected a base name that ends with \"/\", found %s before %s; it is read as %s", Quote(base.text), Quote(part), p)
	return p, true
}
