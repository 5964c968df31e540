package device

import (
	"strings"
	"testing"

	"lwcon/lwm2m"
)

// paths reads paths parted by blanks.
func paths(text string) []lwm2m.Path {
	var list []lwm2m.Path
	for _, word := range strings.Fields(text) {
		list = append(list, path(word))
	}
	return list
}

func TestReadCompositeIsBestEffort(t *testing.T) {
	for _, c := range []struct{ rule, paths, want string }{
		{"what is there, in order", "/3303/1 /3/0/0", "/3/0/0=ACME /3303/1/5700=-3.5"},
		{"what is missing is left out", "/4 /3303/9 /3/0/99 /3/0/0", "/3/0/0=ACME"},
		{"what is not readable is left out", "/1/0/1 /1/0/7 /1/0/8", "/1/0/1=300 /1/0/7=U"},
		{"nothing at all is there", "/4 /5/0/1", ""},
		{"overlapping paths give each value once", "/3303/1 /3303/1/5700 /3303/1", "/3303/1/5700=-3.5"},
		{"a resource instance", "/3/0/6/1", "/3/0/6/1=5"},
	} {
		d, _ := start(t, bench)
		r := d.ReadComposite(1, paths(c.paths))
		expect(t, r, Content)
		if got := strings.ReplaceAll(show(r.Nodes), "\n", " "); got != c.want {
			t.Errorf("%s: read %s: %s, want %s", c.rule, c.paths, got, c.want)
		}
	}
}

func TestReadCompositeOfTheRootIsAllButTheClosedObjects(t *testing.T) {
	d, _ := start(t, strings.Replace(bench, "objects:", `objects:
  0: {0: {0: "coap://192.0.2.1", 1: false, 2: 3, 10: 1}}
  21: {}`, 1))
	r := d.ReadComposite(1, paths("/ /3/0/0"))
	expect(t, r, Content)
	got := show(r.Nodes)
	if strings.Contains(got, "/0/0/0=coap") || !strings.Contains(got, "/3/0/0=ACME") || !strings.Contains(got, "/3303/1/5700=-3.5") {
		t.Errorf("read /:\n%s", got)
	}
	if local := show(d.ReadComposite(Local, paths("/")).Nodes); !strings.Contains(local, "/0/0/0=coap://192.0.2.1") {
		t.Errorf("the device itself reads\n%s", local)
	}
}

func TestReadCompositeRefuses(t *testing.T) {
	d, _ := start(t, bench)
	expect(t, d.ReadComposite(1, nil), BadRequest)
	expect(t, d.ReadComposite(1, make([]lwm2m.Path, MaxPaths+1)), BadRequest)
	expect(t, d.ReadComposite(1, paths("/0/0 /21")), Unauthorized)
	old, _ := start(t, bench10)
	expect(t, old.ReadComposite(1, paths("/3")), MethodNotAllowed)
}

func TestWriteCompositeIsAllOrNothing(t *testing.T) {
	const good = "/3/0/14=+05:00 "
	for _, c := range []struct {
		rule, words string
		want        Status
	}{
		{"everything", "/1/0/1=61 /1/0/6=false /16/0/0/0=aa /16/0/0/3=dd", Changed},
		{"a resource instance is added", "/3442/0/1120/9=1", Changed},
		{"a null deletes a resource instance", "/3442/0/1120/5=null", Changed},
		{"a null of a single resource", "/3/0/15=null", BadRequest},
		{"a read-only resource", "/3/0/0=me", MethodNotAllowed},
		{"an executable resource", "/3/0/4=x", MethodNotAllowed},
		{"a resource that is not there", "/3/0/99=x", NotFound},
		{"an instance that is not there", "/3306/7/5850=true", NotFound},
		{"object 0", "/0/0/0=x", Unauthorized},
		{"an instance", "/16/0=x", BadRequest},
		{"the wrong type", "/3442/0/170=3303:9", BadRequest},
		{"the root", "/=x", BadRequest},
	} {
		d, _ := start(t, bench)
		before := show(d.ReadComposite(Local, paths("/")).Nodes)
		r := d.WriteComposite(1, nodes(t, strings.Fields(good+c.words)...))
		if r.Status != c.want {
			t.Errorf("%s: %s (%s), want %s", c.rule, r.Status, r.Reason, c.want)
		}
		after := show(d.ReadComposite(Local, paths("/")).Nodes)
		if r.Status != Changed && after != before {
			t.Errorf("%s: refused, but something was written:\n%s", c.rule, after)
		}
		for _, word := range strings.Fields(good + c.words) {
			if r.Status == Changed && !strings.HasSuffix(word, "null") && !strings.Contains(after, word) {
				t.Errorf("%s: %s was not written", c.rule, word)
			}
		}
	}
}

func TestWriteCompositeTellsAllEffects(t *testing.T) {
	d, _ := start(t, bench)
	r := d.WriteComposite(1, nodes(t, "/1/0/1=61", "/1/0/7=UT"))
	if got := showEffects(r.Effects); got != "lifetime@1 binding@1" {
		t.Errorf("effects %q", got)
	}
	expect(t, d.WriteComposite(1, nil), BadRequest)
	old, _ := start(t, bench10)
	expect(t, old.WriteComposite(1, nodes(t, "/3/0/14=x")), MethodNotAllowed)
}
