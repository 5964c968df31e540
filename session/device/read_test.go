package device

import "testing"

func TestReadAnswersByTheRules(t *testing.T) {
	for _, c := range []struct {
		rule, path string
		want       Status
	}{
		{"the root is no target", "/", MethodNotAllowed},
		{"object 0 is closed", "/0", Unauthorized},
		{"object 21 is closed", "/21/0", Unauthorized},
		{"an object that is not there", "/4", NotFound},
		{"an object without instances", "/3336", Content},
		{"an instance that is not there", "/3303/7", NotFound},
		{"the reserved instance id", "/3303/*", NotFound},
		{"a resource that is not there", "/3/0/1", NotFound},
		{"a resource that nobody knows", "/3/0/4711", NotFound},
		{"an executable resource", "/3/0/4", MethodNotAllowed},
		{"a resource instance", "/3/0/6/1", Content},
		{"a resource instance that is not there", "/3/0/6/2", NotFound},
		{"an instance of a single resource", "/3/0/0/0", MethodNotAllowed},
		{"a gateway's device", "/dev1/3/0", NotFound},
	} {
		d, _ := start(t, bench)
		if r := d.Read(1, path(c.path)); r.Status != c.want {
			t.Errorf("%s: read %s: %s (%s), want %s", c.rule, c.path, r.Status, r.Reason, c.want)
		}
	}
}

func TestReadHasNoResourceInstancesIn10(t *testing.T) {
	d, _ := start(t, bench10)
	expect(t, d.Read(1, path("/3/0/6/1")), MethodNotAllowed)
	expect(t, d.Read(1, path("/3/0/6")), Content)
}

func TestReadReturnsReadableResourcesInOrder(t *testing.T) {
	d, _ := start(t, bench)
	for where, want := range map[string]string{
		"/3/0/0":   "/3/0/0=ACME",
		"/3/0/6":   lines("/3/0/6/0=1", "/3/0/6/1=5"),
		"/3/0/6/1": "/3/0/6/1=5",
		"/3303":    lines("/3303/0/5700=20", "/3303/0/5701=Cel", "/3303/1/5700=-3.5"),
		"/3/0": lines("/3/0/0=ACME", "/3/0/6/0=1", "/3/0/6/1=5", "/3/0/11/0=0", "/3/0/14=+01:00",
			"/3/0/15=Europe/Berlin", "/3/0/16=U"),
		"/3336":     "",
		"/3442/0/4": "/3442/0/4",
		"/1/0":      lines("/1/0/0=1", "/1/0/1=300", "/1/0/5=60", "/1/0/6=true", "/1/0/7=U"),
	} {
		r := d.Read(1, path(where))
		expect(t, r, Content)
		if got := show(r.Nodes); got != want {
			t.Errorf("read %s:\n%s\nwant\n%s", where, got, want)
		}
	}
}

func TestReadNodesCarryTheirDefinition(t *testing.T) {
	d, _ := start(t, bench)
	r := d.Read(1, path("/3/0/6"))
	for i := range r.Nodes {
		if r.Nodes[i].Name() != "Available Power Sources" {
			t.Errorf("%s is named %q", r.Nodes[i].Path(), r.Nodes[i].Name())
		}
	}
}

func TestReadLeavesOutWhatIsOnlyWritable(t *testing.T) {
	d, _ := start(t, "objects: {3: {0: }, 5: {0: {0: \"00\", 1: \"\", 3: 0, 5: 0, 9: 1}}}")
	r := d.Read(1, path("/5/0"))
	if got, want := show(r.Nodes), lines("/5/0/1=", "/5/0/3=0", "/5/0/5=0", "/5/0/9=1"); got != want {
		t.Errorf("read /5/0:\n%s\nwant\n%s", got, want)
	}
	expect(t, d.Read(1, path("/5/0/0")), MethodNotAllowed)
	expect(t, d.Read(Local, path("/5/0/0")), Content)
}

func TestReadOfAnInstanceWithNothingReadableIsEmpty(t *testing.T) {
	d, _ := start(t, "objects: {3: {0: }, 3441: {0: {0: }}}")
	r := d.Read(1, path("/3441"))
	if got := show(r.Nodes); got != "/3441/0" {
		t.Errorf("read /3441: %q, want the empty instance", got)
	}
}
