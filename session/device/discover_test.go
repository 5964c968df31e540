package device

import (
	"testing"

	"lwcon/lwm2m"
)

// query reads attributes as a Write-Attributes has them.
func query(t testing.TB, text string) lwm2m.Attributes {
	t.Helper()
	a, _, err := lwm2m.ParseAttributes(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestDiscoverListsByLevelVersionAndDepth(t *testing.T) {
	const (
		object    = "</3303>"
		instances = "</3303/0>,</3303/0/5700>,</3303/0/5701>,</3303/1>,</3303/1/5700>"
		multiple  = "</3442/0/1120>;dim=2"
		within    = "</3442/0/1120/0>,</3442/0/1120/5>"
	)
	for _, c := range []struct {
		rule, profile, path string
		depth               int
		want                string
	}{
		{"an object", bench, "/3303", DefaultDepth, object + "," + instances},
		{"an object in 1.0", bench10, "/3303", DefaultDepth, object + "," + instances},
		{"an object without instances", bench, "/3336", DefaultDepth, "</3336>"},
		{"an object with a version", versioned, "/3303", DefaultDepth, "</3303>;ver=1.1,</3303/0>,</3303/0/5700>,</3303/0/5750>"},
		{"no version below the object", versioned, "/3303/0", DefaultDepth, "</3303/0>,</3303/0/5700>,</3303/0/5750>"},
		{"an instance", bench, "/3303/0", DefaultDepth, "</3303/0>,</3303/0/5700>,</3303/0/5701>"},
		{"a resource", bench, "/3303/0/5701", DefaultDepth, "</3303/0/5701>"},
		{"an executable resource", bench, "/3/0/4", DefaultDepth, "</3/0/4>"},
		{"a multiple resource", bench, "/3442/0/1120", DefaultDepth, multiple + "," + within},
		{"a multiple resource in 1.0", bench10, "/3442/0/1120", DefaultDepth, multiple},
		{"depth is ignored before 1.2", bench, "/3303", 0, object + "," + instances},
		{"depth 0 of an object", bench12, "/3303", 0, object},
		{"depth 1 of an object", bench12, "/3303", 1, object + ",</3303/0>,</3303/1>"},
		{"depth 2 of an object", bench12, "/3303", 2, object + "," + instances},
		{"the default depth of an object is 2", bench12, "/16", DefaultDepth, "</16>,</16/0>,</16/0/0>;dim=2"},
		{"depth 3 of an object", bench12, "/16", 3, "</16>,</16/0>,</16/0/0>;dim=2,</16/0/0/0>,</16/0/0/1>"},
		{"depth 0 of an instance", bench12, "/16/0", 0, "</16/0>"},
		{"the default depth of an instance is 1", bench12, "/16/0", DefaultDepth, "</16/0>,</16/0/0>;dim=2"},
		{"depth 2 of an instance", bench12, "/16/0", 2, "</16/0>,</16/0/0>;dim=2,</16/0/0/0>,</16/0/0/1>"},
		{"depth 3 of an instance", bench12, "/16/0", 3, "</16/0>,</16/0/0>;dim=2,</16/0/0/0>,</16/0/0/1>"},
		{"depth 0 of a resource", bench12, "/16/0/0", 0, "</16/0/0>;dim=2"},
		{"the default depth of a resource is 1", bench12, "/16/0/0", DefaultDepth, "</16/0/0>;dim=2,</16/0/0/0>,</16/0/0/1>"},
	} {
		d, _ := start(t, c.profile)
		r := d.Discover(1, path(c.path), c.depth)
		expect(t, r, Content)
		if got := showLinks(r.Links); got != c.want {
			t.Errorf("%s: discover %s:\n%s\nwant\n%s", c.rule, c.path, got, c.want)
		}
	}
}

func TestDiscoverRefuses(t *testing.T) {
	d, _ := start(t, bench12)
	expect(t, d.Discover(1, path("/"), DefaultDepth), MethodNotAllowed)
	expect(t, d.Discover(1, path("/0"), DefaultDepth), Unauthorized)
	expect(t, d.Discover(1, path("/4"), DefaultDepth), NotFound)
	expect(t, d.Discover(1, path("/3303/9"), DefaultDepth), NotFound)
	expect(t, d.Discover(1, path("/3442/0/1120/0"), DefaultDepth), MethodNotAllowed)
	expect(t, d.Discover(1, path("/3303"), 4), BadRequest)
}

// The steps of the interoperability case 261.
func TestDiscoverShowsInheritedAttributesOnTheResourceAlone(t *testing.T) {
	d, _ := start(t, bench)
	for where, text := range map[string]string{
		"/3": "pmin=10&pmax=200", "/3/0": "pmax=320", "/3/0/11/0": "pmax=100&epmin=1&epmax=20",
	} {
		expect(t, d.WriteAttributes(1, path(where), query(t, text)), Changed)
	}
	for where, want := range map[string]string{
		"/3/0/11": "</3/0/11>;dim=1;pmin=10;pmax=320,</3/0/11/0>;pmax=100;epmin=1;epmax=20",
		"/3/0": "</3/0>;pmax=320,</3/0/0>,</3/0/4>,</3/0/5>,</3/0/6>;dim=2,</3/0/11>;dim=1,</3/0/12>," +
			"</3/0/14>,</3/0/15>,</3/0/16>",
	} {
		if got := showLinks(d.Discover(1, path(where), DefaultDepth).Links); got != want {
			t.Errorf("discover %s:\n%s\nwant\n%s", where, got, want)
		}
	}
	if got := showLinks(d.Discover(1, path("/3"), DefaultDepth).Links[:1]); got != "</3>;pmin=10;pmax=200" {
		t.Errorf("discover /3 begins with %s", got)
	}
}
