package codec

import (
	"strconv"
	"strings"

	"lwcon/lwm2m"
)

// Name is a name as far as it was read: a base name, to which each record's own
// name is appended wherever the base name was cut, "/3/0/1" and "1/0" being
// /3/0/11/0. It is a value: reading on from it leaves it as it is.
type Name struct {
	path   lwm2m.Path // the segments that are complete
	id     uint32     // the segment being read
	digits uint8      // how many digits of it
	rooted bool       // the text begins with "/"
	begun  bool       // some text was read
	odd    bool       // what was read is not plain digits and slashes: the text decides
	text   string     // the whole text
}

// Append reads a further part of a name.
func (n Name) Append(part string) Name {
	if part == "" {
		return n
	}
	if n.text == "" {
		n.text = part
	} else {
		n.text += part
	}
	return n.read(part)
}

// Resolve returns the path of base + part without building that text, if it is
// plain digits and slashes, as nearly all are.
func (n Name) Resolve(part string) (p lwm2m.Path, rooted bool, problem string) {
	full := n.read(part)
	if !full.odd {
		if p, ok := full.end(); ok {
			return p, full.rooted, ""
		}
	}
	if len(n.text)+len(part) > MaxName {
		return p, true, "expected a name of at most " + strconv.Itoa(MaxName) + " octets, found a longer one"
	}
	text := n.text + part
	rooted = strings.HasPrefix(text, "/")
	if text == "" {
		return p, false, "expected a name, found none"
	}
	p, err := lwm2m.ParsePath(text)
	if err != nil {
		pathError := err.(*lwm2m.PathError)
		return p, rooted, "name " + Quote(text) + ": " + pathError.Reason
	}
	return p, rooted, ""
}

// Text returns the text of the name so far.
func (n Name) Text() string { return n.text }

// read advances over digits and slashes.
func (n Name) read(part string) Name {
	for i := range len(part) {
		switch c := part[i]; {
		case n.odd:
			return n
		case c >= '0' && c <= '9' && n.digits < 9:
			n.id = n.id*10 + uint32(c-'0')
			n.digits++
		case c == '/' && !n.begun:
			n.rooted = true
		case c == '/' && n.digits > 0 && n.id <= lwm2m.MaxID && n.path.Level() < 4:
			n.path = n.path.Child(uint16(n.id))
			n.id, n.digits = 0, 0
		default:
			n.odd = true
		}
		n.begun = true
	}
	return n
}

// end returns the path of a name that ends here; false where the slow parser has
// to say what is wrong.
func (n Name) end() (lwm2m.Path, bool) {
	switch {
	case n.digits > 0 && n.id <= lwm2m.MaxID && n.path.Level() < 4:
		return n.path.Child(uint16(n.id)), true
	case n.digits > 0 || !n.begun:
		return n.path, false
	}
	return n.path, true // "/" or "/3/0/"
}
