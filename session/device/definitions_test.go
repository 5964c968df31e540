package device

import (
	"strings"
	"testing"

	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
)

var known = objects.New()

// registry is the one that the program has.
func registry(testing.TB) *objects.Registry { return known }

func TestDeviceDefinesTheObjectsThatItHas(t *testing.T) {
	d, _ := start(t, bench)
	var definitions lwm2m.Definitions = d
	if o := definitions.Object(3); o == nil || o.Version != lwm2m.V1_1 {
		t.Errorf("object 3: %+v, want version 1.1", o)
	}
	if o := definitions.Object(4); o != nil {
		t.Errorf("object 4, which the device does not have: %+v", o)
	}
}

func TestObjectVersionIsImpliedOrHasAllResources(t *testing.T) {
	for _, c := range []struct {
		profile string
		object  uint16
		want    lwm2m.Version
	}{
		{"lwm2m: 1.0\nobjects: {3: {0: }}", 3, 0x0100},
		{"lwm2m: 1.1\nobjects: {3: {0: }}", 3, 0x0101},
		{"lwm2m: 1.2\nobjects: {3: {0: }}", 3, 0x0102},
		{"lwm2m: 1.0\nobjects: {1: {0: {9: }}, 3: {0: }}", 1, 0x0102},
		{"objects: {3: {0: }, 3303: {0: {5700: 1}}}", 3303, 0x0100},
		{"objects: {3: {0: }, 3303: {0: {5700: 1}, 1: {5700: 1, 5750: x}}}", 3303, 0x0101},
	} {
		d, _ := start(t, c.profile)
		if got := d.Object(c.object).Version; got != c.want {
			t.Errorf("%s: object %d has version %s, want %s", c.profile, c.object, got, c.want)
		}
	}
}

func TestAddedObjectIsRegisteredAndFilled(t *testing.T) {
	d, _ := start(t, bench)
	r := d.AddObject(known.Latest(3304))
	expect(t, r, Created)
	if got := showEffects(r.Effects); got != "objects" {
		t.Errorf("effects %q, want objects", got)
	}
	if got := showLinks(d.Registration(1).Links); !strings.Contains(got, "</3304>;ver=1.1") {
		t.Errorf("object list %s", got)
	}
	expect(t, d.Create(Local, path("/3304"), nodes(t, "/3304/0/5700=40", "/3304/0/5750=hall")), Created)
	if got := readAll(t, d, "/3304"); got != lines("/3304/0/5700=40", "/3304/0/5750=hall") {
		t.Errorf("/3304:\n%s", got)
	}
	expect(t, d.AddObject(known.Latest(3304)), BadRequest)
	expect(t, d.AddObject(nil), BadRequest)
}

func TestDeviceItselfReadsAnyWayInAnyVersion(t *testing.T) {
	d, _ := start(t, bench10)
	expect(t, d.Read(Local, path("/3/0/6/1")), Content)
	expect(t, d.ReadComposite(Local, paths("/")), Content)
}
