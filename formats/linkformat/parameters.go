package linkformat

import (
	"errors"
	"net/url"
	"strconv"
	"strings"

	"lwcon/formats/codec"
	"lwcon/formats/rules"
	"lwcon/lwm2m"
)

// property is what LwM2M says of a parameter that is no notification attribute.
// Spec: Core 1.2 §5.1.1, §6.2.1, §6.3.3.
type property struct {
	name  string
	rule  lwm2m.RuleID // what a wrong value breaks
	value string       // what a value is
	holds func(*lwm2m.LinkAttribute) bool
	place string // what it belongs to
	at    func(lwm2m.Path) bool
}

var properties = [...]property{
	{"ver", rules.LinkVersion, "a version such as 1.1", isVersion, "an object", func(p lwm2m.Path) bool {
		return p.Level() != lwm2m.LevelRoot // below an object link-version-on-instance speaks
	}},
	{"lwm2m", rules.LinkVersion, "a version such as 1.1", isVersion, "</>", func(p lwm2m.Path) bool {
		return p.Level() == lwm2m.LevelRoot
	}},
	{"dim", rules.LinkValue, "a number of instances from 0 to 255", between(0, 255), "a resource", func(p lwm2m.Path) bool {
		return p.Level() == lwm2m.LevelResource
	}},
	{"ssid", rules.LinkValue, "a short server id from 1 to 65534", between(1, 65534), "an instance of object 0, 1 or 21", func(p lwm2m.Path) bool {
		o := p.Object()
		return p.Level() == lwm2m.LevelObjectInstance && (o == 0 || o == 1 || o == 21)
	}},
	{"uri", rules.LinkValue, "a quoted URI", isQuotedURI, "an instance of object 0", func(p lwm2m.Path) bool {
		return p.Level() == lwm2m.LevelObjectInstance && p.Object() == 0
	}},
	{"ct", rules.LinkValue, "numbers of content formats", isFormats, "", nil},
}

func isVersion(a *lwm2m.LinkAttribute) bool {
	_, err := lwm2m.ParseVersion(a.Value)
	return err == nil
}

func between(low, high uint64) func(*lwm2m.LinkAttribute) bool {
	return func(a *lwm2m.LinkAttribute) bool {
		n, err := strconv.ParseUint(a.Value, 10, 64)
		return err == nil && n >= low && n <= high
	}
}

func isQuotedURI(a *lwm2m.LinkAttribute) bool {
	u, err := url.Parse(a.Value)
	return a.Quoted && err == nil && u.Scheme != ""
}

func isFormats(a *lwm2m.LinkAttribute) bool {
	for _, word := range strings.Fields(a.Value) {
		if _, err := strconv.ParseUint(word, 10, 16); err != nil {
			return false
		}
	}
	return strings.TrimSpace(a.Value) != ""
}

// check notes a parameter, written at an offset, whose value is not what LwM2M
// says, or which does not belong to the path of its link.
func (d *decoder) check(a *lwm2m.LinkAttribute, offset int, p lwm2m.Path) {
	for i := range properties {
		known := &properties[i]
		if known.name != a.Name {
			continue
		}
		if !known.holds(a) {
			d.Deviate(known.rule, p, offset, "expected %s, found %s", known.value, written(a))
		}
		if known.at != nil && !known.at(p) {
			d.Deviate(rules.LinkPlace, p, offset, "%s belongs to %s, and %s is not one", a.Name, known.place, p)
		} else if r := lwm2m.FindResource(d.definitions, p); a.Name == "dim" && r != nil && !r.Multiple {
			d.Deviate(rules.LinkPlace, p, offset, "dim belongs to a multiple resource, and %s is a single one", r.Name)
		}
		return
	}
	if attribute, known := lwm2m.ParseAttribute(a.Name); known {
		d.checkAttribute(attribute, a, offset, p)
	}
}

// checkAttribute is check for a notification attribute.
func (d *decoder) checkAttribute(attribute lwm2m.Attribute, a *lwm2m.LinkAttribute, offset int, p lwm2m.Path) {
	_, deviations, err := lwm2m.ParseAttributes(a.Name + "=" + a.Value)
	if err != nil || len(deviations) > 0 {
		d.Deviate(rules.LinkValue, p, offset, "expected a number that %s can have, found %s", a.Name, written(a))
	}
	place := lwm2m.AttributePlace{Path: p, Definitions: d.definitions}
	switch _, why := place.Misfit(attribute); {
	case p.Level() == lwm2m.LevelRoot:
		d.Deviate(rules.LinkPlace, p, offset, "%s belongs to an object or what is below, and / is not one", a.Name)
	case why != "":
		d.Deviate(rules.LinkPlace, p, offset, "%s", why)
	}
}

// written is a parameter as the payload has it, for messages.
func written(a *lwm2m.LinkAttribute) string {
	switch {
	case !a.HasValue:
		return a.Name + " without a value"
	case a.Quoted:
		return a.Name + "=" + codec.Quote(a.Value)
	}
	return a.Name + "=" + shorten(a.Value)
}

// noPath notes a target that begins as the path of an object does and is none.
func (d *decoder) noPath(l *lwm2m.Link, offset int) {
	if len(l.Target) < 2 || l.Target[1]-'0' >= 10 {
		return // a resource of the device beside LwM2M
	}
	at := offset
	for segment := range strings.SplitSeq(l.Target, "/") {
		if segment == "65535" {
			d.Deviate(rules.ReservedID, lwm2m.Path{}, at, "expected an id 0..65534, found 65535 in %s", codec.Quote(l.Target))
			return
		}
		at += len(segment) + 1
	}
	_, err := lwm2m.ParsePath(l.Target)
	var wrong *lwm2m.PathError
	if errors.As(err, &wrong) {
		d.Deviate(rules.LinkTarget, lwm2m.Path{}, offset+wrong.Offset, "%s in %s", wrong.Reason, codec.Quote(l.Target))
	}
}

// conflict notes attributes of a link that contradict each other.
func (d *decoder) conflict(l *lwm2m.Link) {
	if len(l.Attributes) < 2 {
		return
	}
	set := l.Notification()
	if why := set.Conflict(); why != "" {
		p, _ := l.Path()
		d.Deviate(rules.LinkValue, p, int(l.Span.Start), "%s", why)
	}
}

// twice notes the links whose target was there before. Nearly all lists ascend, and
// need no table for that.
func (d *decoder) twice() {
	if d.ascending() {
		return
	}
	first := make(map[string]uint32, len(d.links))
	for i := range d.links {
		l := &d.links[i]
		if at, again := first[l.Target]; again {
			p, _ := l.Path()
			d.Deviate(rules.LinkTwice, p, int(l.Span.Start), "expected each target once, found %s at octet %d already", codec.Quote(l.Target), at)
			continue
		}
		first[l.Target] = l.Span.Start
	}
}

// ascending says whether each link has a path, and one behind that of the link
// before it: then no target is there twice.
func (d *decoder) ascending() bool {
	var before lwm2m.Path
	for i := range d.links {
		p, ok := d.links[i].Path()
		if !ok || i > 0 && before.Compare(p) >= 0 {
			return false
		}
		before = p
	}
	return true
}
