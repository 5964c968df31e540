package device

import (
	"slices"
	"strings"
	"testing"
	"time"

	"lwcon/lwm2m"
)

func TestRegistrationIsOfTheProfileAndTheAccount(t *testing.T) {
	d, _ := start(t, bench)
	r := d.Registration(1)
	if r.Endpoint != "lwcon-test" || r.Version != lwm2m.V1_1 || r.Lifetime != 300*time.Second || r.Binding != "U" || r.Queue {
		t.Errorf("registration %+v", r)
	}
	want := "</1/0>,</3/0>,</16/0>,</3303/0>,</3303/1>,</3306/0>,</3336>,</3442/0>"
	if got := showLinks(r.Links); got != want {
		t.Errorf("object list\n%s\nwant\n%s", got, want)
	}
	expect(t, d.Write(1, path("/1/0"), Update, nodes(t, "/1/0/1=60", "/1/0/7=UT")), Changed)
	if r = d.Registration(1); r.Lifetime != time.Minute || r.Binding != "UT" {
		t.Errorf("after the write: %v, %s", r.Lifetime, r.Binding)
	}
	if r = d.Registration(9); r.Lifetime != 300*time.Second {
		t.Errorf("without an account: %v, want that of the profile", r.Lifetime)
	}
	expect(t, d.Write(1, path("/1/0/1"), Replace, nodes(t, "/1/0/1=9223372036854775807")), Changed)
	if r = d.Registration(1); r.Lifetime <= 0 {
		t.Errorf("the longest lifetime became %v", r.Lifetime)
	}
}

func TestRegistrationOfQueueMode(t *testing.T) {
	for version, want := range map[string]lwm2m.Binding{"1.0": "UQ", "1.1": "U"} {
		d, _ := start(t, "lwm2m: "+version+"\nqueue: true\nobjects: {3: {0: }}")
		r := d.Registration(1)
		if !r.Queue || r.Binding != want {
			t.Errorf("LwM2M %s: queue %v, binding %s, want %s", version, r.Queue, r.Binding, want)
		}
		if got := readAll(t, d, "/3/0/16"); got != "/3/0/16="+string(want) {
			t.Errorf("LwM2M %s: %s", version, got)
		}
	}
}

func TestObjectListLeavesOutTheBootstrapInterface(t *testing.T) {
	d, _ := start(t, `objects: {0: {0: {0: "coap://192.0.2.1", 1: false, 2: 3}}, 3: {0: }, 21: {}}`)
	if got := showLinks(d.Registration(1).Links); strings.Contains(got, "</0") || strings.Contains(got, "</21") {
		t.Errorf("object list %s", got)
	}
}

func TestVersionIsToldWhereItDoesNotGoWithoutSaying(t *testing.T) {
	for _, c := range []struct {
		object, version, enabler, want lwm2m.Version
	}{
		{3, 0x0101, lwm2m.V1_1, 0},
		{3, 0x0100, lwm2m.V1_1, 0x0100},
		{3, 0x0102, lwm2m.V1_1, 0x0102},
		{3, 0x0100, lwm2m.V1_0, 0},
		{1, 0x0102, lwm2m.V1_2, 0},
		{3303, 0x0100, lwm2m.V1_1, 0},
		{3303, 0x0101, lwm2m.V1_1, 0x0101},
		{3303, 0, lwm2m.V1_1, 0},
	} {
		o := &lwm2m.Object{ID: uint16(c.object), Version: c.version}
		if got := announced(o, c.enabler); got != c.want {
			t.Errorf("object %d %s in LwM2M %s: ver=%s, want %q", o.ID, c.version, c.enabler, got, c.want)
		}
	}
}

func TestVersionIsOfTheObjectAndQuotedIn10(t *testing.T) {
	for version, want := range map[string]bool{"1.0": true, "1.1": false} {
		d, _ := start(t, "lwm2m: "+version+"\n"+versioned)
		links := d.Registration(1).Links
		if got := showLinks(links); got != "</1/0>,</3/0>,</3303>;ver=1.1,</3303/0>" {
			t.Errorf("LwM2M %s: object list %s", version, got)
		}
		if got := links[2].Attributes[0].Quoted; got != want {
			t.Errorf("LwM2M %s: ver is quoted: %v", version, got)
		}
	}
}

func TestServersAreThoseOfTheAccounts(t *testing.T) {
	d, _ := start(t, shared)
	if got := d.Servers(); !slices.Equal(got, []uint16{101, 102, 103}) {
		t.Errorf("servers %v", got)
	}
}
