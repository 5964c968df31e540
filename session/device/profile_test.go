package device

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lwcon/lwm2m"
	"lwcon/session/internal/yamlread"
)

func TestEveryBuiltInProfileLoads(t *testing.T) {
	if got := strings.Join(Profiles(), " "); got != "bootstrap full minimal thermometer" {
		t.Fatalf("Profiles() = %q", got)
	}
	for _, name := range Profiles() {
		p, err := Load(name, registry(t))
		if err != nil {
			t.Errorf("Load(%q): %v", name, err)
			continue
		}
		if p.Name != name || p.Endpoint != "sim-"+name {
			t.Errorf("Load(%q): name %q, endpoint %q", name, p.Name, p.Endpoint)
		}
	}
}

func TestFullHasEveryTypeAndCoreObject(t *testing.T) {
	p, err := Load("full", registry(t))
	if err != nil {
		t.Fatal(err)
	}
	types := make(map[lwm2m.Type]bool)
	p.tree.walk(lwm2m.Path{}, func(_ *object, _ *instance, e *entry) { types[e.value.Type()] = true })
	for _, name := range lwm2m.TypeNames() {
		if typ, _ := lwm2m.ParseType(name); !types[typ] {
			t.Errorf("no value of type %s", name)
		}
	}
	for id := uint16(1); id <= 7; id++ {
		if p.tree.find(lwm2m.NewPath(id, 0)) == nil {
			t.Errorf("no instance of object %d", id)
		}
	}
}

// The thermometer must do what the scenario of the documentation asks of it.
func TestThermometerStandsInTheScenario(t *testing.T) {
	p, err := Load("thermometer", registry(t))
	if err != nil {
		t.Fatal(err)
	}
	clock := &stopped{now: epoch}
	d, err := New(Config{Profile: p, Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	r := d.Read(1, path("/3/0"))
	expect(t, r, Content)
	for _, id := range []uint16{0, 1, 2, 3, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16, 21} {
		if !strings.Contains(show(r.Nodes)+"\n", lwm2m.NewPath(3, 0, id).String()) {
			t.Errorf("/3/0/%d is missing", id)
		}
	}
	if got := readAll(t, d, "/3/0/16"); got != "/3/0/16=U" {
		t.Error(got)
	}
	expect(t, d.Write(1, path("/3/0/14"), Replace, nodes(t, "/3/0/14=+02:00")), Changed)
	if got := d.Read(1, path("/1/0/1")).Nodes[0].Value().Int(); got <= 20 {
		t.Errorf("lifetime %d, want above 20", got)
	}
	o, _ := d.Observe(1, path(v), lwm2m.Attributes{})
	if got := strings.Fields(play(t, d, clock, o, "", 60)); len(got) != 60 {
		t.Errorf("%d notifications in a minute, want one a second", len(got))
	}
	if got := showEffects(d.Execute(1, path("/3/0/4"), "").Effects); got != "reboot" {
		t.Errorf("execute /3/0/4: effects %q", got)
	}
}

// The profile of the documentation.
const documented = `
lwcon: 1
endpoint: sim-thermo
lwm2m: "1.1"
lifetime: 300
binding: U
queue: false
objects:
  3: {0: {0: ACME, 1: T-1000, 9: {ramp: {from: 100, to: 0, every: 10s}}, 4: {execute: reboot}, 14: "+01:00"}}
  3303: {0: {5700: {sine: {mean: 21, amplitude: 3, period: 60s}}, 5701: Cel}}
misbehave:
  - {when: {operation: read, path: /3/0, nth: 2}, do: {code: 5.00}}
`

func TestProfileOfTheDocumentationLoads(t *testing.T) {
	p := parse(t, documented)
	if p.Endpoint != "sim-thermo" || p.Version != lwm2m.V1_1 || p.Lifetime != 5*time.Minute || p.Binding != "U" || p.Queue || len(p.Rules) != 1 {
		t.Errorf("profile %+v", p)
	}
	d, _ := start(t, documented)
	if got, want := readAll(t, d, "/1"), lines("/1/0/0=1", "/1/0/1=300", "/1/0/6=true", "/1/0/7=U"); got != want {
		t.Errorf("/1:\n%s\nwant\n%s", got, want)
	}
	want := lines("/3/0/0=ACME", "/3/0/1=T-1000", "/3/0/9=100", "/3/0/11/0=0", "/3/0/14=+01:00", "/3/0/16=U")
	if got := readAll(t, d, "/3"); got != want {
		t.Errorf("/3:\n%s\nwant\n%s", got, want)
	}
	expect(t, d.Execute(1, path("/1/0/8"), ""), Changed)
}

func TestScalarsAreTakenByTheirText(t *testing.T) {
	d, _ := start(t, `objects: {3: {0: {0: yes, 1: 08, 2: 4.00, 3: +02:00, 14: 1e3, 15: ~, 17: null, 18: 0x1F, 19: ""}}, 3442: {0: {110: !!int 7}}}`)
	want := lines("/3/0/0=yes", "/3/0/1=08", "/3/0/2=4.00", "/3/0/3=+02:00", "/3/0/11/0=0", "/3/0/14=1e3",
		"/3/0/15=~", "/3/0/16=U", "/3/0/17=null", "/3/0/18=0x1F", "/3/0/19=")
	if got := readAll(t, d, "/3"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestMultipleResourcesAreMappingsOrLists(t *testing.T) {
	d, _ := start(t, `objects: {3: {0: {6: [1, 5], 7: {3: 12, 1: 5}, 8: {}}}}`)
	want := lines("/3/0/6/0=1", "/3/0/6/1=5", "/3/0/7/1=5", "/3/0/7/3=12", "/3/0/8")
	if got := readAll(t, d, "/3/0"); !strings.HasPrefix(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestOpaqueIsHexOrSaysWhatItIs(t *testing.T) {
	d, _ := start(t, `objects: {3: {0: }, 3442: {0: {1150: ["00ff", "hex:0102", "base64:AQID", "text:hi"]}}}`)
	want := lines("/3442/0/1150/0=00ff", "/3442/0/1150/1=0102", "/3442/0/1150/2=010203", "/3442/0/1150/3=6869")
	if got := readAll(t, d, "/3442/0/1150"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestAnchorsAndAliases(t *testing.T) {
	d, _ := start(t, "objects: {3: {0: }, 3303: {0: &sensor {5700: 7}, 1: *sensor}}")
	if got, want := readAll(t, d, "/3303"), lines("/3303/0/5700=7", "/3303/1/5700=7"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestErrorsOfProfilesSayWhereAndWhat(t *testing.T) {
	const device = "objects: {3: {0: }"
	for _, c := range []struct{ text, where, what string }{
		{"", "test.yaml", "found nothing"},
		{"[]", "test.yaml:1:1", "expected a mapping, found a list"},
		{"x: [", "test.yaml", "line 1"},
		{"lwcon: 2\n" + device + "}", "test.yaml:1:8", "expected 1, found 2: a newer lwcon reads that"},
		{"endpont: x\n" + device + "}", "test.yaml:1:1", `the nearest is "endpoint"`},
		{"lwm2m: 1.3\n" + device + "}", "test.yaml:1:8", "expected 1.0, 1.1 or 1.2"},
		{"lifetime: soon\n" + device + "}", "test.yaml:1:11", "expected a duration"},
		{"lifetime: -5s\n" + device + "}", "test.yaml:1:11", "expected a duration"},
		{"queue: maybe\n" + device + "}", "test.yaml:1:8", "expected true or false"},
		{"binding: X\n" + device + "}", "test.yaml:1:1", `found "X"`},
		{"endpoint: [a]\n" + device + "}", "test.yaml:1:11", "found a list"},
		{"endpoint: a\nendpoint: b\n" + device + "}", "test.yaml:2:1", "comes twice"},
		{"lifetime: 300", "test.yaml:1:1", "expected objects"},
		{"objects: {3303: {0: {5700: 1}}}", "test.yaml:1:10", "expected object 3"},
		{"objects:\n  4711: {}\n  3: {0: }", "test.yaml:2:3", "no definition"},
		{"objects:\n  x: {}", "test.yaml:2:3", "expected an id from 0 to 65534"},
		{"objects:\n  65535: {}", "test.yaml:2:3", "expected an id from 0 to 65534"},
		{"objects: {3: {0: }, 03: {}}", "test.yaml:1:21", "comes twice"},
		{"objects: {3: {1: }}", "test.yaml:1:15", "expected 0"},
		{"objects: {3: {0: , 00: }}", "test.yaml:1:20", "comes twice"},
		{"objects: {3: [0]}", "test.yaml:1:14", "found a list"},
		{"objects: {3: {0: {999: x}}}", "test.yaml:1:19", "the nearest is 22 (ExtDevInfo)"},
		{"objects: {3: {0: {0: x, 00: y}}}", "test.yaml:1:25", "comes twice"},
		{"objects: {3: {0: {9: full}}}", "test.yaml:1:22", "expected an integer"},
		{"objects: {3: {0: {9: 101}}}", "test.yaml:1:22", "expected 0..100, found 101"},
		{"objects: {3: {0: {9: [1]}}}", "test.yaml:1:22", "expected a value of type integer or a behaviour"},
		{"objects: {3: {0: {6: 1}}}", "test.yaml:1:22", "expected instances of a multiple resource"},
		{"objects: {3: {0: {6: {0: 1, 00: 2}}}}", "test.yaml:1:29", "comes twice"},
		{"objects: {3: {0: {22: [\"9:9\"]}}}", "test.yaml:1:24", "expected a link to an object instance"},
		{"objects: {3: {0: {9: {rmp: {}}}}}", "test.yaml:1:23", `the nearest is "ramp"`},
		{"objects: {3: {0: {9: {}}}}", "test.yaml:1:22", "expected one behaviour"},
		{"objects: {3: {0: {9: {counter: , now: }}}}", "test.yaml:1:22", "expected one behaviour, found 2"},
		{"objects: {3: {0: {9: {ramp: {form: 1}}}}}", "test.yaml:1:30", `the nearest is "from"`},
		{"objects: {3: {0: {9: {ramp: {step: 0}}}}}", "test.yaml:1:29", "above 0"},
		{"objects: {3: {0: {9: {ramp: {to: NaN}}}}}", "test.yaml:1:34", "expected a number"},
		{"objects: {3: {0: {9: {ramp: {every: 1ms}}}}}", "test.yaml:1:37", "at least 10ms"},
		{"objects: {3: {0: {9: {random-walk: {min: 5, max: 1}}}}}", "test.yaml:1:36", "min < max"},
		{"objects: {3: {0: {9: {sequence: []}}}}", "test.yaml:1:33", "expected values"},
		{"objects: {3: {0: {9: {sequence: [1, 200]}}}}", "test.yaml:1:37", "expected 0..100"},
		{"objects: {3: {0: {0: {counter: }}}}", "test.yaml:1:22", "numeric type"},
		{"objects: {3: {0: {9: {now: }}}}", "", ""},
		{"objects: {3: {0: {0: {now: }}}}", "test.yaml:1:22", "of type time"},
		{"objects: {3: {0: {9: {sine: {digits: 12}}}}}", "test.yaml:1:38", "from 0 to 9"},
		{"objects: {3: {0: {4: {execute: rebot}}}}", "test.yaml:1:32", `the nearest is "reboot"`},
		{"objects: {3: {0: {4: {fail: 4}}}}", "test.yaml:1:29", "such as 4.05"},
		{"objects: {3: {0: {4: reboot}}}", "test.yaml:1:22", "expected a mapping"},
		{"objects: {3: {0: }, 3303: {0: {5701: Cel}}}", "test.yaml:1:28", "mandatory resource 5700 (Sensor Value) is missing; write 5700:"},
		{"objects: {1: {0: , 1: }, 3: {0: }}", "test.yaml:1:15", "mandatory resource 0 (Short Server ID)"},
		{device + "}\nmisbehave: {}", "test.yaml:2:12", "expected a list"},
		{device + "}\nmisbehave: [{when: {operation: raed}, do: {drop: true}}]", "test.yaml:2:32", `the nearest is "read"`},
		{device + "}\nmisbehave: [{when: {path: /x/y/z}, do: {drop: true}}]", "test.yaml:2:27", "path"},
		{device + "}\nmisbehave: [{when: {nth: 0}, do: {drop: true}}]", "test.yaml:2:26", "from 1"},
		{device + "}\nmisbehave: [{when: {}}]", "test.yaml:2:13", "expected do"},
		{device + "}\nmisbehave: [{do: {code: 4.5}}]", "test.yaml:2:25", "such as 4.05"},
		{device + "}\nmisbehave: [{do: {format: tvl}}]", "test.yaml:2:27", `the nearest is "tlv"`},
		{device + "}\nmisbehave: [{do: {token: 010203040506070809}}]", "test.yaml:2:26", "up to 8 octets"},
		{device + "}\nmisbehave: [{do: {ignore: pmni}}]", "test.yaml:2:27", `the nearest is "pmin"`},
	} {
		_, err := Parse("test.yaml", c.text, registry(t))
		if c.where == "" {
			if err != nil {
				t.Errorf("%q: %v, want no error", c.text, err)
			}
			continue
		}
		var one *ProfileError
		if !errors.As(err, &one) {
			t.Errorf("%q: %v, want a *ProfileError", c.text, err)
			continue
		}
		if got := err.Error(); !strings.HasPrefix(got, c.where+": ") || !strings.Contains(got, c.what) {
			t.Errorf("%q:\n%s\nwant %s: … %s", c.text, got, c.where, c.what)
		}
	}
}

func TestAllErrorsOfAProfileAreTold(t *testing.T) {
	_, err := Parse("test.yaml", "objects: {3: {0: {9: 101, 10: x, 999: }}}\nqueue: 7", registry(t))
	if got := strings.Count(err.Error(), "\n") + 1; got != 4 {
		t.Errorf("%d errors, want 4:\n%v", got, err)
	}
	many := "objects:\n"
	for id := range 100 {
		many += "  " + strings.Repeat("x", id+1) + ": {}\n"
	}
	_, err = Parse("test.yaml", many, registry(t))
	if got := strings.Count(err.Error(), "\n") + 1; got != yamlread.MaxErrors {
		t.Errorf("%d errors, want at most %d", got, yamlread.MaxErrors)
	}
}

func TestLimitsOfProfiles(t *testing.T) {
	if _, err := Parse("test.yaml", strings.Repeat("#", MaxProfileSize+1), registry(t)); err == nil || !strings.Contains(err.Error(), "octets") {
		t.Errorf("a file too long: %v", err)
	}
	bomb := "a: &a [" + strings.Repeat("1, ", 900) + "1]\nobjects: {3: {0: {6: *a"
	for range 700 {
		bomb += "}, 3: {0: {6: *a"
	}
	if _, err := Parse("test.yaml", bomb+"}}}", registry(t)); err == nil {
		t.Error("an unknown key and a bomb of aliases are taken")
	}
	var b strings.Builder
	b.WriteString("objects:\n  3: {0: }\n  3303:\n")
	for id := range MaxProfileInstances {
		b.WriteString("    " + lwm2m.NewPath(uint16(id)).String()[1:] + ": {5700: 1}\n")
	}
	if _, err := Parse("test.yaml", b.String(), registry(t)); err == nil || !strings.Contains(err.Error(), "object instances") {
		t.Errorf("too many instances: %v", err)
	}
}

func TestLoadTakesNamesAndFiles(t *testing.T) {
	if _, err := Load("thermometr", registry(t)); err == nil || !strings.Contains(err.Error(), `the nearest is "thermometer"`) {
		t.Errorf("a misspelt name: %v", err)
	}
	file := filepath.Join(t.TempDir(), "mine.yaml")
	if _, err := Load(file, registry(t)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	if err := os.WriteFile(file, []byte(documented), 0o600); err != nil {
		t.Fatal(err)
	}
	if p, err := Load(file, registry(t)); err != nil || p.Name != "mine" {
		t.Errorf("Load(%s) = %+v, %v", file, p, err)
	}
	if text, ok := Source("minimal"); !ok || !strings.Contains(text, "lwcon: 1") {
		t.Error("Source does not give the text of a profile")
	}
}

func TestDeviceNeedsAProfile(t *testing.T) {
	if _, err := New(Config{}); err == nil {
		t.Error("a device of no profile was made")
	}
	d, err := New(Config{Profile: parse(t, bench), Endpoint: "other"})
	if err != nil || d.Endpoint() != "other" {
		t.Errorf("endpoint %q, %v", d.Endpoint(), err)
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range Profiles() {
		text, _ := Source(name)
		f.Add(text)
	}
	f.Add(documented)
	f.Add(misbehaving)
	f.Add(shared)
	objects := registry(f)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse("fuzz.yaml", text, objects)
		if (err == nil) != (p != nil) {
			t.Fatalf("profile %v with error %v", p, err)
		}
		if err != nil {
			return
		}
		c := &stopped{now: epoch}
		d, err := New(Config{Profile: p, Clock: c})
		if err != nil {
			t.Fatal(err)
		}
		for _, seconds := range []float64{0, 1, 3600, 1e9} {
			c.now = at(seconds)
			for _, n := range d.ReadComposite(Local, []lwm2m.Path{{}}).Nodes {
				r := lwm2m.FindResource(d, n.Path())
				if n.HasValue() && n.Value().Type() != r.Type {
					t.Fatalf("%s is of type %s, want %s", n.Path(), n.Value().Type(), r.Type)
				}
			}
			if next, ok := d.NextChange(c.now, lwm2m.Path{}); ok && !next.After(c.now) {
				t.Fatalf("the next change after %v is at %v", c.now, next)
			}
		}
	})
}
