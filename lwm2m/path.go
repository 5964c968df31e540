package lwm2m

import (
	"cmp"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// MaxID is the highest id of an object, instance, resource or resource
// instance. Spec: Core 1.1 §7.1; 65535 is reserved.
const MaxID = 65534

// AnyID stands in a Path, written "*", for an instance id that the client is
// to choose: a Create without one. It is the reserved id 65535.
const AnyID = 65535

// Levels of a Path.
const (
	LevelRoot             = 0
	LevelObject           = 1
	LevelObjectInstance   = 2
	LevelResource         = 3
	LevelResourceInstance = 4
)

// maxPrefix is the most octets of a prefix that ParsePath takes.
const maxPrefix = 128

// Path names the root, an object, an object instance, a resource or a resource
// instance, optionally behind a prefix: that of a gateway's end device (object
// 25), or the alternate path of a client, which can have several segments. It is a
// comparable value; the zero Path is the root "/".
type Path struct {
	prefix string
	ids    uint64 // 16 bits each, the object id on top: paths of a level compare as numbers
	level  uint8
}

// shift says how far up in Path.ids the id of a level, 1 to 4, stands.
func shift(level int) int { return 64 - 16*level }

// NewPath makes a path of up to four ids: object, object instance, resource,
// resource instance. Ids beyond the fourth are ignored.
func NewPath(ids ...uint16) Path {
	var p Path
	for _, id := range ids {
		p = p.Child(id)
	}
	return p
}

// PathError tells what in a written path is wrong.
type PathError struct {
	Text   string // the path as written
	Offset int    // where in Text, in octets
	Reason string // what was expected and what was found
}

func (e *PathError) Error() string {
	return fmt.Sprintf("path %q: %s at offset %d", e.Text, e.Reason, e.Offset)
}

// ParsePath reads a path such as "/3/0/13" or "/dev1/3303/0/5700"; "3/0" is
// "/3/0". Only with the leading "/" can the first segment be a prefix: a word that
// does not begin with a digit; or the first few, if an id follows them. Leading
// zeros and one trailing "/" are taken (devices send both). The error is a
// *PathError. Spec: Core 1.2 §6.2.1: an alternate path has no numeric segment.
func ParsePath(text string) (Path, error) {
	var p Path
	rest, offset := text, 0
	rooted := strings.HasPrefix(rest, "/")
	if rooted {
		rest, offset = rest[1:], 1
	}
	if rest == "" {
		if rooted {
			return p, nil
		}
		return p, &PathError{text, 0, `expected "/" or ids, found nothing`}
	}
	rest = strings.TrimSuffix(rest, "/")
	for {
		segment, tail, more := strings.Cut(rest, "/")
		switch id, err := parseID(segment); {
		case err == "" && p.level == 4:
			return Path{}, &PathError{text, offset, fmt.Sprintf("expected at most 4 ids, found one more: %q", segment)}
		case err == "":
			p = p.Child(id)
		case p.level == 0 && rooted && isPrefix(segment) && (more || p.prefix == "") && offset+len(segment) <= maxPrefix:
			p.prefix = text[1 : offset+len(segment)]
		default:
			return Path{}, &PathError{text, offset, err}
		}
		if !more {
			return p, nil
		}
		offset += len(segment) + 1
		rest = tail
	}
}

// MustParsePath is ParsePath for constants; it panics on a bad path.
func MustParsePath(text string) Path {
	p, err := ParsePath(text)
	if err != nil {
		panic(err)
	}
	return p
}

// parseID reads one decimal id or "*"; the string says what is wrong.
func parseID(s string) (uint16, string) {
	if s == "*" {
		return AnyID, ""
	}
	if s == "" {
		return 0, "expected an id, found nothing"
	}
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, fmt.Sprintf("expected an id 0..65534, found %q", s)
		}
		if n = n*10 + int(s[i]-'0'); n > MaxID {
			return 0, fmt.Sprintf("expected an id 0..65534, found %q", s)
		}
	}
	return uint16(n), ""
}

// isPrefix says whether a segment can be of a prefix: it must not be confused with
// an object id, and be shown without harm.
func isPrefix(s string) bool {
	if s == "" || s[0] >= '0' && s[0] <= '9' || s[0] == '*' {
		return false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] == 0x7f {
			return false
		}
	}
	return true
}

// Level returns how many ids the path has, 0 to 4: LevelRoot to
// LevelResourceInstance.
func (p Path) Level() int { return int(p.level) }

// Prefix returns the gateway prefix or alternate path, "dev1" or "a/b", "" if there
// is none.
func (p Path) Prefix() string { return p.prefix }

// WithPrefix returns the path behind another prefix; "" for none.
func (p Path) WithPrefix(prefix string) Path {
	p.prefix = prefix
	return p
}

// ID returns the id at a level, 1 to 4; AnyID for "*". It returns 0 for a
// level that the path does not have.
func (p Path) ID(level int) uint16 {
	if level < 1 || level > int(p.level) {
		return 0
	}
	return uint16(p.ids >> shift(level))
}

// Object returns the object id, 0 if the path is the root.
func (p Path) Object() uint16 { return uint16(p.ids >> 48) }

// ObjectInstance returns the object instance id, 0 if the path has none.
func (p Path) ObjectInstance() uint16 { return uint16(p.ids >> 32) }

// Resource returns the resource id, 0 if the path has none.
func (p Path) Resource() uint16 { return uint16(p.ids >> 16) }

// ResourceInstance returns the resource instance id, 0 if the path has none.
func (p Path) ResourceInstance() uint16 { return uint16(p.ids) }

// Child returns the path one level deeper. A path of four ids has no child and
// is returned as it is.
func (p Path) Child(id uint16) Path {
	if p.level < 4 {
		p.level++
		p.ids |= uint64(id) << shift(int(p.level))
	}
	return p
}

// Join returns the path with the ids of q behind its own, false if they are more
// than a path has.
func (p Path) Join(q Path) (Path, bool) {
	if p.Level()+q.Level() > LevelResourceInstance {
		return p, false
	}
	for level := 1; level <= q.Level(); level++ {
		p = p.Child(q.ID(level))
	}
	return p, true
}

// Parent returns the path one level up; the root is its own parent.
func (p Path) Parent() Path { return p.Cut(int(p.level) - 1) }

// Cut returns the first level ids of the path, with its prefix.
func (p Path) Cut(level int) Path {
	if level = max(level, 0); level < int(p.level) {
		p.level = uint8(level)
		p.ids &= ^uint64(0) << shift(level)
	}
	return p
}

// Contains says whether q is p or lies below it. "*" in p contains any id.
func (p Path) Contains(q Path) bool {
	if p.level > 0 && p.level <= q.level && p.prefix == q.prefix && (p.ids^q.ids)>>(64-16*p.level) == 0 {
		return true
	}
	return p.containsAny(q)
}

// containsAny is Contains for roots, and for paths with "*".
func (p Path) containsAny(q Path) bool {
	if p.prefix != q.prefix && (p.prefix != "" || p.level > 0) || q.level < p.level {
		return false
	}
	for level := 1; level <= int(p.level); level++ {
		if id := p.ID(level); id != q.ID(level) && id != AnyID {
			return false
		}
	}
	return true
}

// Shared returns how many leading ids two paths have in common, 0 if their prefixes
// differ.
func (p Path) Shared(q Path) int {
	if p.prefix != q.prefix {
		return 0
	}
	return min(bits.LeadingZeros64(p.ids^q.ids)/16, int(p.level), int(q.level))
}

// Compare orders paths by prefix, then id by id, a path before those below it:
// a number below, at or above 0.
func (p Path) Compare(q Path) int {
	if c := strings.Compare(p.prefix, q.prefix); c != 0 {
		return c
	}
	if p.ids != q.ids {
		return cmp.Compare(p.ids, q.ids)
	}
	return int(p.level) - int(q.level)
}

// String writes the path in its one canonical form, "/" for the root.
func (p Path) String() string { return string(p.Append(nil)) }

// Append appends the canonical form of the path.
func (p Path) Append(b []byte) []byte {
	if p.prefix != "" {
		b = append(append(b, '/'), p.prefix...)
	} else if p.level == 0 {
		return append(b, '/')
	}
	for level := 1; level <= int(p.level); level++ {
		b = p.appendID(append(b, '/'), level)
	}
	return b
}

// AppendBelow appends the ids below a level, parted by "/": of "/3/0/6/1" below
// level 2 "6/1".
func (p Path) AppendBelow(b []byte, level int) []byte {
	for l := level + 1; l <= int(p.level); l++ {
		if l > level+1 {
			b = append(b, '/')
		}
		b = p.appendID(b, l)
	}
	return b
}

func (p *Path) appendID(b []byte, level int) []byte {
	if id := p.ID(level); id != AnyID {
		return strconv.AppendUint(b, uint64(id), 10)
	}
	return append(b, '*')
}

// MarshalText makes a path a JSON string and a map key.
func (p Path) MarshalText() ([]byte, error) { return p.Append(nil), nil }

// UnmarshalText reads what MarshalText wrote, by ParsePath.
func (p *Path) UnmarshalText(text []byte) error {
	q, err := ParsePath(string(text))
	*p = q
	return err
}
