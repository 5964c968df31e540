package device

import (
	"strings"
	"testing"

	"lwcon/lwm2m"
)

func TestWriteAnswersByTheRules(t *testing.T) {
	for _, c := range []struct {
		rule, path string
		mode       WriteMode
		payload    string // words
		want       Status
	}{
		{"a writable resource", "/3/0/14", Replace, "/3/0/14=+02:00", Changed},
		{"the root", "/", Replace, "", MethodNotAllowed},
		{"an object", "/3", Replace, "", MethodNotAllowed},
		{"object 0 is closed", "/0/0", Replace, "", Unauthorized},
		{"an object that is not there", "/4/0", Replace, "", NotFound},
		{"an instance that is not there", "/3303/7", Update, "", NotFound},
		{"a read-only resource", "/3/0/0", Replace, "/3/0/0=me", MethodNotAllowed},
		{"an executable resource", "/3/0/4", Replace, "/3/0/4=x", MethodNotAllowed},
		{"a resource that is not there", "/3/0/99", Replace, "/3/0/99=x", NotFound},
		{"no value", "/3/0/14", Replace, "", BadRequest},
		{"a null", "/3/0/14", Replace, "/3/0/14=null", BadRequest},
		{"a value of another resource", "/3/0/14", Replace, "/3/0/15=x", BadRequest},
		{"a resource instance of a single one", "/3/0/14", Replace, "/3/0/14/0=x", BadRequest},
		{"a partial update of a single resource", "/3/0/14", Update, "/3/0/14=x", MethodNotAllowed},
		{"a link to an instance", "/3442/0/170", Replace, "/3442/0/170=3303:1", Changed},
		{"a link to an object", "/3442/0/170", Replace, "/3442/0/170=3336:65535", Changed},
		{"a link to nothing", "/3442/0/170", Replace, "/3442/0/170=65535:65535", Changed},
		{"a link to an instance that is not there", "/3442/0/170", Replace, "/3442/0/170=3303:9", BadRequest},
		{"a link to an object that is not there", "/3442/0/170", Replace, "/3442/0/170=4:65535", BadRequest},
		{"an unknown binding", "/1/0/7", Replace, "/1/0/7=X", BadRequest},
		{"a binding of 1.0 in 1.1", "/1/0/7", Replace, "/1/0/7=UQ", BadRequest},
		{"an empty binding", "/1/0/7", Replace, "/1/0/7=", BadRequest},
		{"a resource instance", "/3442/0/1120/5", Replace, "/3442/0/1120/5=9", Changed},
		{"a resource instance that is not there", "/3442/0/1120/6", Replace, "/3442/0/1120/6=9", NotFound},
		{"a single value for a multiple resource", "/3442/0/1120", Replace, "/3442/0/1120=9", BadRequest},
		{"one value twice", "/3306/0", Update, "/3306/0/5851=1 /3306/0/5851=2", BadRequest},
		{"a value of the instance", "/3306/0", Update, "/3306/0=1", BadRequest},
		{"another instance's value", "/3303/0", Update, "/3303/1/5701=Cel", BadRequest},
		{"an instance with one read-only resource", "/3303/0", Update, "/3303/0/5700=1", MethodNotAllowed},
		{"nothing for an instance", "/3306/0", Update, "", Changed},
		{"an unknown resource in an instance", "/3306/0", Update, "/3306/0/9999=1 /3306/0/5851=2", Changed},
		{"an unsupported resource in an instance", "/3306/0", Update, "/3306/0/5852=1", Changed},
	} {
		d, _ := start(t, bench)
		before := readAll(t, d, "/3306")
		r := d.Write(1, path(c.path), c.mode, nodes(t, strings.Fields(c.payload)...))
		if r.Status != c.want {
			t.Errorf("%s: write %s: %s (%s), want %s", c.rule, c.path, r.Status, r.Reason, c.want)
		}
		if after := readAll(t, d, "/3306"); !r.Status.Success() && after != before {
			t.Errorf("%s: refused, but changed to\n%s", c.rule, after)
		}
	}
}

func TestWriteChecksTheRange(t *testing.T) {
	d, _ := start(t, "lwm2m: 1.2\nobjects: {3: {0: }, 2: {0: {0: 3, 1: 0, 2: {1: 15}, 3: 1}}}")
	expect(t, d.Write(1, path("/2/0/2"), Update, nodes(t, "/2/0/2/1=32")), BadRequest)
	expect(t, d.Write(1, path("/2/0/2"), Update, nodes(t, "/2/0/2/1=31")), Changed)
	expect(t, d.Write(1, path("/2/0/2"), Update, nodes(t, "/2/0/2/1=-1")), BadRequest)
}

func TestWriteTakesValuesThatLoseNothing(t *testing.T) {
	for _, c := range []struct {
		path  string
		value lwm2m.Value
		want  string // "" where it is refused
	}{
		{"/3306/0/5851", lwm2m.FloatValue(20), "20"},
		{"/3306/0/5851", lwm2m.UnsignedValue(20), "20"},
		{"/3306/0/5851", lwm2m.FloatValue(20.5), ""},
		{"/3306/0/5851", lwm2m.FloatValue(1e300), ""},
		{"/3306/0/5851", lwm2m.StringValue("20"), ""},
		{"/3306/0/5851", lwm2m.UnsignedValue(1 << 63), ""},
		{"/3442/0/125", lwm2m.IntegerValue(20), "20"},
		{"/3442/0/125", lwm2m.IntegerValue(-1), ""},
		{"/3442/0/170", lwm2m.StringValue("3:0"), "3:0"},
		{"/3442/0/110", lwm2m.CoreLinkValue("</3>"), "</3>"},
		{"/3442/0/110", lwm2m.OpaqueValue("abc"), ""},
		{"/3306/0/5850", lwm2m.IntegerValue(1), ""},
	} {
		d, _ := start(t, bench)
		n := lwm2m.NewNode(lwm2m.KindValue, path(c.path), c.value, lwm2m.Span{}, 0)
		r := d.Write(1, path(c.path), Replace, []lwm2m.Node{n})
		if c.want == "" {
			expect(t, r, BadRequest)
			continue
		}
		expect(t, r, Changed)
		if got := readAll(t, d, c.path); got != c.path+"="+c.want {
			t.Errorf("wrote %s %s: %s, want %s", c.value.Type(), c.value, got, c.want)
		}
	}
}

func TestReplaceOfAnInstanceRemovesOptionalWritableResources(t *testing.T) {
	d, _ := start(t, bench)
	expect(t, d.Write(1, path("/3/0"), Replace, nodes(t, "/3/0/14=+02:00")), Changed)
	want := lines("/3/0/0=ACME", "/3/0/6/0=1", "/3/0/6/1=5", "/3/0/11/0=0", "/3/0/14=+02:00", "/3/0/16=U")
	if got := readAll(t, d, "/3/0"); got != want {
		t.Errorf("after the Replace:\n%s\nwant 15 gone, the rest as it was:\n%s", got, want)
	}
	expect(t, d.Execute(1, path("/3/0/4"), ""), Changed)
	expect(t, d.Write(1, path("/3/0/15"), Replace, nodes(t, "/3/0/15=UTC")), Changed)
}

func TestReplaceOfAnInstanceNeedsItsMandatoryResources(t *testing.T) {
	d, _ := start(t, bench)
	before := readAll(t, d, "/1/0")
	expect(t, d.Write(1, path("/1/0"), Replace, nodes(t, "/1/0/1=60")), BadRequest)
	if got := readAll(t, d, "/1/0"); got != before {
		t.Errorf("refused, but changed to\n%s", got)
	}
	expect(t, d.Write(1, path("/1/0"), Replace, nodes(t, "/1/0/1=60", "/1/0/6=false", "/1/0/7=U")), Changed)
	if got, want := readAll(t, d, "/1/0"), lines("/1/0/0=1", "/1/0/1=60", "/1/0/6=false", "/1/0/7=U"); got != want {
		t.Errorf("after the Replace:\n%s\nwant\n%s", got, want)
	}
}

func TestUpdateOfAnInstanceNeverRemoves(t *testing.T) {
	d, _ := start(t, bench)
	expect(t, d.Write(1, path("/3/0"), Update, nodes(t, "/3/0/14=+02:00")), Changed)
	want := lines("/3/0/0=ACME", "/3/0/6/0=1", "/3/0/6/1=5", "/3/0/11/0=0", "/3/0/14=+02:00", "/3/0/15=Europe/Berlin", "/3/0/16=U")
	if got := readAll(t, d, "/3/0"); got != want {
		t.Errorf("after the Update:\n%s\nwant\n%s", got, want)
	}
}

func TestMultipleResourceIsReplacedOrUpdated(t *testing.T) {
	const p = "/3442/0/1120"
	for _, c := range []struct {
		rule    string
		mode    WriteMode
		payload []string
		want    string
	}{
		{"Replace replaces the set", Replace, []string{p + "/1=7"}, p + "/1=7"},
		{"Replace by nothing empties it", Replace, nil, p},
		{"Replace by the empty resource empties it", Replace, []string{p}, p},
		{"Update adds and overwrites", Update, []string{p + "/1=7", p + "/5=8"}, lines(p+"/0=1", p+"/1=7", p+"/5=8")},
		{"Update by nothing changes nothing", Update, nil, lines(p+"/0=1", p+"/5=2")},
	} {
		d, _ := start(t, bench)
		expect(t, d.Write(1, path(p), c.mode, nodes(t, c.payload...)), Changed)
		if got := readAll(t, d, p); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.rule, got, c.want)
		}
	}
}

func TestWriteOfOneInstanceLeavesItsSiblings(t *testing.T) {
	d, _ := start(t, bench)
	expect(t, d.Write(1, path("/3442/0/1120/5"), Replace, nodes(t, "/3442/0/1120/5=9")), Changed)
	if got, want := readAll(t, d, "/3442/0/1120"), lines("/3442/0/1120/0=1", "/3442/0/1120/5=9"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestWriteTellsWhatAServerMustHear(t *testing.T) {
	for _, c := range []struct{ word, want string }{
		{"/1/0/1=60", "lifetime@1"},
		{"/1/0/1=300", ""},
		{"/1/0/7=UT", "binding@1"},
		{"/1/0/7=U", ""},
		{"/1/0/6=false", ""},
	} {
		d, _ := start(t, bench)
		r := d.Write(1, path(c.word[:6]), Replace, nodes(t, c.word))
		expect(t, r, Changed)
		if got := showEffects(r.Effects); got != c.want {
			t.Errorf("write %s: effects %q, want %q", c.word, got, c.want)
		}
		if r.Effects[0].Kind != EffectValues || r.Effects[0].Path != path(c.word[:6]) {
			t.Errorf("write %s: first effect %v, want values at the path", c.word, r.Effects[0])
		}
	}
}

func TestWriteBoundsResourceInstances(t *testing.T) {
	d, _ := start(t, bench)
	var list []lwm2m.Node
	for id := range uint16(MaxResourceInstances + 1) {
		list = append(list, lwm2m.NewNode(lwm2m.KindValue, path("/3442/0/1120").Child(id), lwm2m.IntegerValue(1), lwm2m.Span{}, 0))
	}
	expect(t, d.Write(1, path("/3442/0/1120"), Replace, list), InternalServerError)
	expect(t, d.Write(1, path("/3442/0/1120"), Replace, list[1:]), Changed)
}

func TestWrittenProfileIsNotSharedWithOtherDevices(t *testing.T) {
	p := parse(t, bench)
	a, _ := New(Config{Profile: p})
	b, _ := New(Config{Profile: p})
	expect(t, a.Write(1, path("/3/0/14"), Replace, nodes(t, "/3/0/14=+05:00")), Changed)
	if got := readAll(t, b, "/3/0/14"); got != "/3/0/14=+01:00" {
		t.Errorf("the other device has %s", got)
	}
}
