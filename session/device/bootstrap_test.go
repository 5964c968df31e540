package device

import (
	"strings"
	"testing"

	"lwcon/lwm2m"
)

const bootstrapProfile = `
endpoint: dev
objects:
  0:
    0: {0: "coap://bs", 1: true, 2: 3, 3: "", 4: "", 5: "", 17: "21:0"}
    1: {0: "coap://a", 1: false, 2: 3, 3: "", 4: "", 5: "", 10: 101}
  1: {0: {0: 101, 1: 300}}
  2: {0: {0: 3303, 1: 0, 2: {101: 15, 102: 3}, 3: 101}}
  3: {0: }
  21: {0: {0: "text:k", 1: "text:s", 2: "text:r"}, 1: {0: "text:k", 1: "text:s", 2: "text:r"}}
  3303: {0: {5700: 20}}
`

// booted is a bootstrap of a device with one server.
func booted(t *testing.T) (*Device, *Bootstrap) {
	t.Helper()
	d, _ := start(t, bootstrapProfile)
	for _, a := range d.Accounts() {
		if a.Bootstrap {
			return d, d.BeginBootstrap(a)
		}
	}
	t.Fatal("no account of a bootstrap server")
	return nil, nil
}

func node(path string, v lwm2m.Value) lwm2m.Node {
	return lwm2m.NewNode(lwm2m.KindValue, lwm2m.MustParsePath(path), v, lwm2m.Span{}, 0)
}

// discovered is a Bootstrap-Discover as text.
func discovered(t *testing.T, b *Bootstrap, path string) string {
	t.Helper()
	r := b.Discover(lwm2m.MustParsePath(path))
	var list []string
	for _, l := range r.Links {
		text := l.Target
		for _, a := range l.Attributes {
			text += ";" + a.Name + "=" + a.Value
		}
		list = append(list, text)
	}
	return strings.TrimSpace(r.Status.String() + " " + strings.Join(list, ","))
}

func TestBootstrapDiscoverTellsServersAndHidesItsOwnAccount(t *testing.T) {
	_, b := booted(t)
	const want = "2.05 /;lwm2m=1.1,/0/0,/0/1;ssid=101;uri=coap://a,/1/0;ssid=101,/2/0,/3/0,"
	if got := discovered(t, b, "/"); !strings.HasPrefix(got, want) || !strings.Contains(got, "/21/0,/21/1") {
		t.Errorf("found %s", got)
	}
	if got := discovered(t, b, "/1"); got != "2.05 /;lwm2m=1.1,/1/0;ssid=101" {
		t.Errorf("/1: %s", got)
	}
	if got := discovered(t, b, "/99"); got != "4.04" {
		t.Errorf("/99: %s", got)
	}
	if got := discovered(t, b, "/1/0"); got != "4.00" {
		t.Errorf("/1/0: %s", got)
	}
}

func TestBootstrapReadIsForTheObjects1And2(t *testing.T) {
	_, b := booted(t)
	for path, want := range map[string]Status{
		"/1": Content, "/1/0": Content, "/2": Content, "/2/0": Content, "/1/5": NotFound,
		"/0": Unauthorized, "/3/0": Unauthorized, "/1/0/1": MethodNotAllowed, "/": MethodNotAllowed,
	} {
		if r := b.Read(lwm2m.MustParsePath(path)); r.Status != want {
			t.Errorf("%s: %s, want %s", path, r.Status, want)
		}
	}
}

func TestBootstrapDeleteHasItsExceptions(t *testing.T) {
	for path, want := range map[string]Status{
		"/0/0": BadRequest, "/21/0": BadRequest, "/3": BadRequest, "/3/0": BadRequest, "/99": BadRequest, "/1/7": BadRequest, "/1/0/0": BadRequest,
		"/0/1": Deleted, "/0": Deleted, "/1": Deleted, "/": Deleted,
	} {
		_, b := booted(t)
		if r := b.Delete(lwm2m.MustParsePath(path)); r.Status != want {
			t.Errorf("%s: %s, want %s", path, r.Status, want)
		}
		if got := discovered(t, b, "/"); !strings.Contains(got, "/0/0,") || !strings.Contains(got, "/21/0") || !strings.Contains(got, "/3/0") {
			t.Errorf("after the Delete of %s: %s", path, got)
		}
	}
	_, b := booted(t)
	b.Delete(lwm2m.Path{})
	if got := discovered(t, b, "/"); strings.Contains(got, "/0/1") || strings.Contains(got, "/1/0") || strings.Contains(got, "/3303/0") {
		t.Errorf("after the Delete of all: %s", got)
	}
}

// written writes the account of a server of the short server id 5.
func written(t *testing.T, b *Bootstrap) {
	t.Helper()
	for path, nodes := range map[string][]lwm2m.Node{
		"/0/7": {
			node("/0/7/0", lwm2m.StringValue("coap://b")), node("/0/7/1", lwm2m.BooleanValue(false)), node("/0/7/2", lwm2m.IntegerValue(3)),
			node("/0/7/10", lwm2m.IntegerValue(5)), node("/0/7/999", lwm2m.IntegerValue(5)),
		},
		"/1": {
			node("/1/2/0", lwm2m.IntegerValue(5)), node("/1/2/1", lwm2m.IntegerValue(60)),
			node("/1/2/6", lwm2m.BooleanValue(true)), node("/1/2/7", lwm2m.StringValue("U")),
		},
	} {
		if r := b.Write(lwm2m.MustParsePath(path), nodes); r.Status != Changed {
			t.Fatalf("%s: %s %s", path, r.Status, r.Reason)
		}
	}
}

func TestFinishTakesOverWhatWasWritten(t *testing.T) {
	d, b := booted(t)
	b.Delete(lwm2m.MustParsePath("/0"))
	written(t, b)
	if a := d.Accounts(); len(a) != 2 || a[0].ShortServerID != 101 {
		t.Errorf("before the Finish: %+v", a)
	}
	if r := b.Finish(); r.Status != Changed {
		t.Fatalf("%s %s", r.Status, r.Reason)
	}
	if a := d.Accounts(); len(a) != 2 || a[0].ShortServerID != 5 || a[0].Security != 7 || a[0].Server != 2 || !a[1].Bootstrap {
		t.Errorf("accounts %+v", a)
	}
	if r := d.Read(Local, lwm2m.MustParsePath("/1/0")); r.Status != NotFound {
		t.Errorf("/1/0 of the server whose /0/1 was deleted: %s", r.Status)
	}
	if r := d.Execute(5, lwm2m.MustParsePath("/1/2/8"), ""); r.Status != Changed {
		t.Errorf("the new server cannot trigger an Update: %s %s", r.Status, r.Reason)
	}
	if r := d.Read(Local, lwm2m.MustParsePath("/2/0/3")); r.Status != Content || r.Nodes[0].Value().Int() != 102 {
		t.Errorf("the owner of what server 101 owned: %+v", r)
	}
}

func TestFinishRefusesWhatDoesNotFitTogether(t *testing.T) {
	for what, change := range map[string]func(b *Bootstrap){
		"object 1 is empty": func(b *Bootstrap) { b.Delete(lwm2m.Path{}) },
		"/1/2/1 is mandatory": func(b *Bootstrap) {
			b.Write(lwm2m.MustParsePath("/1/2"), []lwm2m.Node{node("/1/2/0", lwm2m.IntegerValue(5))})
		},
		"no instance of object 1 has it": func(b *Bootstrap) {
			b.Write(lwm2m.MustParsePath("/0/7/10"), []lwm2m.Node{node("/0/7/10", lwm2m.IntegerValue(6))})
		},
		"security mode 0 needs it": func(b *Bootstrap) {
			b.Write(lwm2m.MustParsePath("/0/7/2"), []lwm2m.Node{node("/0/7/2", lwm2m.IntegerValue(0))})
		},
		"which is not there": func(b *Bootstrap) {
			b.Write(lwm2m.MustParsePath("/0/7/17"), []lwm2m.Node{node("/0/7/17", lwm2m.ObjectLinkValue(21, 9))})
		},
		"have the short server id": func(b *Bootstrap) {
			b.Write(lwm2m.MustParsePath("/1/0/0"), []lwm2m.Node{node("/1/0/0", lwm2m.IntegerValue(5))})
		},
	} {
		d, b := booted(t)
		written(t, b)
		change(b)
		if r := b.Finish(); r.Status != NotAcceptable || !strings.Contains(r.Reason, what) {
			t.Errorf("%s: %s %s", what, r.Status, r.Reason)
		}
		if a := d.Accounts(); len(a) != 2 || a[0].ShortServerID != 101 {
			t.Errorf("%s: accounts %+v", what, a)
		}
	}
}

func TestBootstrapWriteRefusesWhatIsNoValue(t *testing.T) {
	_, b := booted(t)
	for path, n := range map[string]lwm2m.Node{
		"/":      node("/1/0/1", lwm2m.IntegerValue(1)),
		"/99":    node("/99/0/1", lwm2m.IntegerValue(1)),
		"/1/0":   node("/1/0/1", lwm2m.StringValue("soon")),
		"/1/1":   node("/1/0/1", lwm2m.IntegerValue(1)),
		"/1/0/7": node("/1/0/7", lwm2m.StringValue("")),
		"/3":     node("/3/1/0", lwm2m.StringValue("x")),
	} {
		if r := b.Write(lwm2m.MustParsePath(path), []lwm2m.Node{n}); r.Status != BadRequest {
			t.Errorf("%s = %s: %s %s", path, n.Value(), r.Status, r.Reason)
		}
	}
}

func TestAPackReplacesTheObjectsThatItNames(t *testing.T) {
	d, b := booted(t)
	nodes := []lwm2m.Node{
		node("/0/7/0", lwm2m.StringValue("coap://b")), node("/0/7/1", lwm2m.BooleanValue(false)), node("/0/7/2", lwm2m.IntegerValue(3)), node("/0/7/10", lwm2m.IntegerValue(5)),
		node("/1/2/0", lwm2m.IntegerValue(5)), node("/1/2/1", lwm2m.IntegerValue(60)), node("/1/2/6", lwm2m.BooleanValue(true)), node("/1/2/7", lwm2m.StringValue("U")),
	}
	if r := b.Pack(nodes); r.Status != Changed {
		t.Fatalf("%s %s", r.Status, r.Reason)
	}
	if a := d.Accounts(); len(a) != 2 || a[0].ShortServerID != 5 || !a[1].Bootstrap {
		t.Errorf("accounts %+v", a)
	}
	if r := d.Read(Local, lwm2m.MustParsePath("/3303/0")); r.Status != Content {
		t.Errorf("an object that the pack does not name: %s", r.Status)
	}
	_, b = booted(t)
	if r := b.Pack([]lwm2m.Node{node("/0/0/0", lwm2m.StringValue("coap://b"))}); r.Status != BadRequest {
		t.Errorf("over the account of the bootstrap server: %s", r.Status)
	}
}
