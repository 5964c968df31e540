package device

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lwcon/lwm2m"
	"lwcon/session/clock"
)

// stopped is a clock that stands until the test moves it. A device only asks it
// for the time.
type stopped struct{ now time.Time }

func (c *stopped) Now() time.Time { return c.now }

func (c *stopped) AfterFunc(time.Duration, func()) clock.Timer {
	panic("a device does not wait by itself")
}

func (c *stopped) NewTimer(time.Duration) clock.Timer {
	panic("a device does not wait by itself")
}

// epoch is when the devices of the tests start their life.
var epoch = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// at returns the time so many seconds after the start.
func at(seconds float64) time.Time { return epoch.Add(time.Duration(seconds * float64(time.Second))) }

// parse reads a profile that must be right.
func parse(t testing.TB, text string) *Profile {
	t.Helper()
	p, err := Parse("test.yaml", text, registry(t))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// start makes a device of a profile with a stopped clock.
func start(t testing.TB, profile string) (*Device, *stopped) {
	t.Helper()
	c := &stopped{now: epoch}
	d, err := New(Config{Profile: parse(t, profile), Clock: c, Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	return d, c
}

// bench is the profile of most tests: server 1, its own device, sensors,
// actuators and the test object.
const bench = `
lwm2m: "1.1"
lifetime: 300
objects:
  1: {0: {0: 1, 5: 60}}
  3: {0: {0: ACME, 5: , 6: {0: 1, 1: 5}, 12: , 14: "+01:00", 15: Europe/Berlin}}
  16: {0: {0: {0: a, 1: b}}}
  3303: {0: {5700: 20, 5701: Cel}, 1: {5700: -3.5}}
  3306: {0: {5850: false, 5851: 50, 5853: idle}}
  3336: {}
  3442: {0: {0: , 1: , 2: , 3: , 4: {}, 110: text, 125: 7, 170: "3:0", 1120: {0: 1, 5: 2}}}
`

// bench12 is the same in LwM2M 1.2.
var bench12 = strings.Replace(bench, `"1.1"`, `"1.2"`, 1)

// bench10 is the same in LwM2M 1.0.
var bench10 = strings.Replace(bench, `"1.1"`, `"1.0"`, 1)

// versioned has an object in another version than goes without saying.
const versioned = "objects: {3: {0: }, 3303: {0: {5700: 1, 5750: x}}}"

// path is the path of a text.
func path(text string) lwm2m.Path { return lwm2m.MustParsePath(text) }

// nodes makes the nodes of a payload of words PATH=VALUE, where the value is
// parsed by the type of the resource; PATH alone is a node without value and
// PATH=null a null.
func nodes(t testing.TB, words ...string) []lwm2m.Node {
	t.Helper()
	definitions := registry(t)
	var list []lwm2m.Node
	for _, word := range words {
		where, text, hasValue := strings.Cut(word, "=")
		p := path(where)
		kind, v := lwm2m.KindEmpty, lwm2m.Value{}
		if hasValue {
			kind = lwm2m.KindValue
		}
		if hasValue && text != "null" {
			typ := lwm2m.String
			if r := definitions.Object(p.Object(), 0).Resource(p.Resource()); r != nil && r.Type != lwm2m.None {
				typ = r.Type
			}
			var err error
			if v, err = lwm2m.ParseValue(typ, text); err != nil {
				t.Fatal(err)
			}
		}
		list = append(list, lwm2m.NewNode(kind, p, v, lwm2m.Span{}, 0))
	}
	return list
}

// show writes nodes as nodes reads them, one a line.
func show(list []lwm2m.Node) string {
	var lines []string
	for i := range list {
		line := list[i].Path().String()
		if list[i].HasValue() {
			line += "=" + list[i].Value().String()
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// showLinks writes links as link-format does.
func showLinks(links []lwm2m.Link) string {
	var parts []string
	for _, l := range links {
		text := "<" + l.Target + ">"
		for _, a := range l.Attributes {
			text += ";" + a.Name
			if a.HasValue {
				text += "=" + a.Value
			}
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ",")
}

// showEffects writes effects as words, those on values left out.
func showEffects(effects []Effect) string {
	var words []string
	for _, e := range effects {
		if e.Kind == EffectValues {
			continue
		}
		word := e.Kind.String()
		if e.Server != 0 {
			word += fmt.Sprintf("@%d", e.Server)
		}
		if e.Duration != 0 {
			word += "/" + e.Duration.String()
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// expect fails the test unless a result has a status, and a reason where it is
// a refusal.
func expect(t testing.TB, r Result, want Status) {
	t.Helper()
	if r.Status != want {
		t.Fatalf("status %s (%s), want %s", r.Status, r.Reason, want)
	}
	if !want.Success() && r.Reason == "" {
		t.Error("a refusal without a reason")
	}
}

// readAll returns all that the device itself can read at a path.
func readAll(t testing.TB, d *Device, p string) string {
	t.Helper()
	r := d.Read(Local, path(p))
	if r.Status != Content {
		return r.Status.String()
	}
	return show(r.Nodes)
}

// lines joins its arguments as show does.
func lines(parts ...string) string { return strings.Join(parts, "\n") }
