package device

import (
	"strings"
	"testing"

	"lwcon/lwm2m"
)

func TestCreateAnswersByTheRules(t *testing.T) {
	for _, c := range []struct {
		rule, path, payload string
		want                Status
		made                string // by the device
	}{
		{"the id of the payload wins", "/16", "/16/5/0/0=a", Created, "/"},
		{"the device takes the lowest free id", "/16", "/16/*/0/0=a", Created, "/16/1"},
		{"the first instance", "/3336", "/3336/*/5750=x", Created, "/3336/0"},
		{"no payload", "/3336", "", Created, "/3336/0"},
		{"an empty instance with an id", "/3336", "/3336/3", Created, "/"},
		{"an id that is taken", "/16", "/16/0/0/0=a", BadRequest, "/"},
		{"two instances", "/16", "/16/5/0/0=a /16/6/0/0=a", BadRequest, "/"},
		{"another object's resource", "/16", "/3306/5/5850=true", BadRequest, "/"},
		{"a mandatory resource is missing", "/16", "", BadRequest, "/"},
		{"a value of the wrong kind", "/16", "/16/1/0=a", BadRequest, "/"},
		{"object 3", "/3", "", MethodNotAllowed, "/"},
		{"object 0", "/0", "", Unauthorized, "/"},
		{"the root", "/", "", MethodNotAllowed, "/"},
		{"an object that is not there", "/4", "", NotFound, "/"},
		{"an instance", "/16/0", "", MethodNotAllowed, "/"},
		{"a resource that nobody knows is left aside", "/16", "/16/*/0/0=a /16/*/99=x", Created, "/16/1"},
		{"a read-only resource is left aside", "/16", "/16/*/0/0=a /16/*/3=1", Created, "/16/1"},
	} {
		d, _ := start(t, bench)
		r := d.Create(1, path(c.path), nodes(t, strings.Fields(c.payload)...))
		if r.Status != c.want || r.Made.String() != c.made {
			t.Errorf("%s: create %s: %s (%s), made %s; want %s, %s", c.rule, c.path, r.Status, r.Reason, r.Made, c.want, c.made)
		}
		if got := showEffects(r.Effects); (got == "objects") != r.Status.Success() {
			t.Errorf("%s: effects %q", c.rule, got)
		}
	}
}

func TestCreateOfTheOneInstanceOfAnObject(t *testing.T) {
	d, _ := start(t, "objects: {3: {0: }, 5: {}}")
	expect(t, d.Create(1, path("/5"), nodes(t, "/5/1/1=")), BadRequest)
	r := d.Create(1, path("/5"), nodes(t, "/5/*/0=", "/5/*/1="))
	expect(t, r, Created)
	if r.Made != path("/5/0") {
		t.Errorf("made %s, want /5/0", r.Made)
	}
	expect(t, d.Create(1, path("/5"), nil), MethodNotAllowed)
}

func TestCreateMakesWhatAServerCannotWrite(t *testing.T) {
	d, _ := start(t, "objects: {3: {0: }, 3342: {}}")
	expect(t, d.Create(1, path("/3342"), nodes(t, "/3342/2/5500=true", "/3342/2/5750=hall")), Created)
	if got, want := readAll(t, d, "/3342/2"), lines("/3342/2/5500=false", "/3342/2/5750=hall"); got != want {
		t.Errorf("created\n%s\nwant the read-only value left aside\n%s", got, want)
	}
}

func TestFallbackOfEveryMandatoryResourceIsInItsRange(t *testing.T) {
	for o := range known.All() {
		for i := range o.Resources {
			r := &o.Resources[i]
			if !r.Mandatory {
				continue
			}
			for _, e := range fallback(o.ID, r) {
				if e.kind == single && (e.value.Type() != r.Type || outside(e.value, r.Range) != "") {
					t.Errorf("/%d/0/%d: %s %s, range %s", o.ID, r.ID, e.value.Type(), e.value, r.Range)
				}
			}
		}
	}
}

func TestCreateBoundsInstances(t *testing.T) {
	d, _ := start(t, bench)
	for range MaxInstances {
		expect(t, d.Create(1, path("/3336"), nil), Created)
	}
	expect(t, d.Create(1, path("/3336"), nil), InternalServerError)
}

func TestLocalCreateSetsReadOnlyResources(t *testing.T) {
	d, _ := start(t, bench)
	expect(t, d.Create(Local, path("/3303"), nodes(t, "/3303/2/5700=21.5")), Created)
	if got := readAll(t, d, "/3303/2"); got != "/3303/2/5700=21.5" {
		t.Errorf("created %s", got)
	}
}

func TestDeleteAnswersByTheRules(t *testing.T) {
	for _, c := range []struct {
		rule, profile, path string
		want                Status
	}{
		{"an instance", bench, "/16/0", Deleted},
		{"an instance that is not there", bench, "/16/1", NotFound},
		{"an object", bench, "/16", MethodNotAllowed},
		{"a resource", bench, "/3/0/14", MethodNotAllowed},
		{"the device object", bench, "/3/0", MethodNotAllowed},
		{"an account", bench, "/1/0", MethodNotAllowed},
		{"the root", bench, "/", MethodNotAllowed},
		{"object 0", bench, "/0/0", Unauthorized},
		{"object 0 as a whole", bench, "/0", Unauthorized},
		{"an object that is not there", bench, "/4", NotFound},
		{"a resource instance before 1.2", bench, "/3442/0/1120/5", MethodNotAllowed},
		{"a resource instance", bench12, "/3442/0/1120/5", Deleted},
		{"a resource instance that is not there", bench12, "/3442/0/1120/6", NotFound},
		{"a read-only resource instance", bench12, "/3/0/6/0", MethodNotAllowed},
	} {
		d, _ := start(t, c.profile)
		r := d.Delete(1, path(c.path))
		if r.Status != c.want {
			t.Errorf("%s: delete %s: %s (%s), want %s", c.rule, c.path, r.Status, r.Reason, c.want)
		}
		if got := d.Read(Local, path(c.path)); c.want == Deleted && got.Status != NotFound {
			t.Errorf("%s: it is still there: %s", c.rule, got.Status)
		}
	}
}

func TestDeletedInstanceTakesItsAttributesAlong(t *testing.T) {
	d, _ := start(t, bench)
	expect(t, d.WriteAttributes(1, path("/16/0"), lwm2m.Attributes{}.Set(lwm2m.PMin, 5)), Changed)
	r := d.Delete(1, path("/16/0"))
	expect(t, r, Deleted)
	if got := showEffects(r.Effects); got != "objects" {
		t.Errorf("effects %q, want objects", got)
	}
	expect(t, d.Create(1, path("/16"), nodes(t, "/16/0/0/0=a")), Created)
	if got := d.Attributes(1, path("/16/0")); !got.Empty() {
		t.Errorf("the new instance has the attributes %s", got)
	}
}
