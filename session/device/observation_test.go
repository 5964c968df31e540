package device

import (
	"fmt"
	"strings"
	"testing"

	"lwcon/lwm2m"
)

// play runs an observation as its carrier does and returns when it notified and
// what the values were: "5:22 10:23". The script is words SECOND:PATH=VALUE for
// what the device itself writes, SECOND:PATH?QUERY for a Write-Attributes.
func play(t *testing.T, d *Device, c *stopped, o *Observation, script string, until float64) string {
	t.Helper()
	steps := strings.Fields(script)
	var told []string
	due, next := o.Due(c.now)
	if due {
		t.Fatal("a notification is due right after the first answer")
	}
	for {
		when := at(until + 1)
		if !next.IsZero() {
			when = next
		}
		if len(steps) > 0 && !at(second(t, steps[0])).After(when) {
			when = at(second(t, steps[0]))
		}
		if when.After(at(until)) {
			return strings.Join(told, " ")
		}
		if when.Before(c.now) {
			t.Fatalf("the clock would go back from %v to %v", c.now, when)
		}
		c.now = when
		for len(steps) > 0 && !at(second(t, steps[0])).After(c.now) {
			step(t, d, steps[0])
			steps = steps[1:]
		}
		if due, next = o.Due(c.now); due {
			n := o.Notify(c.now)
			told = append(told, fmt.Sprintf("%v:%s", c.now.Sub(epoch).Seconds(), said(n)))
			if n.Status != Content {
				return strings.Join(told, " ")
			}
			if due, next = o.Due(c.now); due {
				t.Fatal("a notification is due right after another")
			}
		} else if !next.IsZero() && !next.After(c.now) {
			t.Fatalf("nothing is due at %v, yet it is to be asked again at %v", c.now, next)
		}
	}
}

// said returns the values of a notification, or its code, with ! if it is to be
// confirmed.
func said(n Notification) string {
	text := n.Status.String()
	if n.Status == Content {
		var values []string
		for i := range n.Nodes {
			if n.Nodes[i].HasValue() {
				values = append(values, n.Nodes[i].Value().String())
			}
		}
		text = strings.Join(values, ",")
	}
	if n.Confirmable {
		text += "!"
	}
	return text
}

func second(t *testing.T, word string) (s float64) {
	t.Helper()
	if _, err := fmt.Sscanf(word, "%g:", &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func step(t *testing.T, d *Device, word string) {
	t.Helper()
	_, action, _ := strings.Cut(word, ":")
	var r Result
	switch {
	case strings.Contains(action, "?"):
		where, text, _ := strings.Cut(action, "?")
		r = d.WriteAttributes(1, path(where), query(t, text))
	case strings.HasPrefix(action, "-"):
		r = d.Delete(Local, path(action[1:]))
	case strings.HasPrefix(action, "+"):
		list := nodes(t, action[1:])
		r = d.Create(Local, list[0].Path().Cut(lwm2m.LevelObject), list)
	default:
		n := nodes(t, action)
		r = d.Write(Local, n[0].Path().Cut(lwm2m.LevelResource), Update, n)
	}
	if !r.Status.Success() {
		t.Fatalf("%s: %s (%s)", word, r.Status, r.Reason)
	}
}

// v is the resource that most of the scripts move; it begins at 20.
const v = "/3303/0/5700"

func TestNotificationsOfOneValue(t *testing.T) {
	for _, c := range []struct {
		rule       string
		attributes string // words PATH?QUERY
		script     string
		until      float64
		want       string
	}{
		{"nothing changes, nothing is said", "", "", 1e6, ""},
		{"any change", "", "1:V=22 2:V=23 2.5:V=23 3:V=22", 9, "1:22 2:23 3:22"},
		{"pmin holds a change back", "V?pmin=5", "1:V=22", 9, "5:22"},
		{"pmin holds several back, the last value counts", "V?pmin=5", "1:V=22 2:V=23 4:V=24", 9, "5:24"},
		{"pmin holds a change back that is undone: it is sent all the same", "V?pmin=5", "1:V=22 2:V=20", 9, "5:20"},
		{"a change after pmin goes out at once", "V?pmin=5", "7:V=22", 9, "7:22"},
		{"a change at pmin goes out at once", "V?pmin=5", "5:V=22", 9, "5:22"},
		{"pmin counts from the last notification", "V?pmin=5", "7:V=22 8:V=23", 20, "7:22 12:23"},
		{"pmax without change", "V?pmax=10", "", 35, "10:20 20:20 30:20"},
		{"pmax counts from the last notification", "V?pmax=10", "4:V=21", 25, "4:21 14:21 24:21"},
		{"pmax of 0 is none", "V?pmax=0", "", 1e6, ""},
		{"pmax below pmin is none", "V?pmin=5&pmax=3", "1:V=21", 1e6, "5:21"},
		{"pmax at pmin is a beat", "V?pmin=5&pmax=5", "1:V=21 7:V=22", 16, "5:21 10:22 15:22"},
		{"gt up and down", "V?gt=25", "1:V=24 2:V=26 3:V=30 4:V=25 5:V=20", 9, "2:26 4:25"},
		{"lt down and up", "V?lt=15", "1:V=16 2:V=14 3:V=10 4:V=15 5:V=20", 9, "2:14 4:15"},
		{"st sums up", "V?st=1", "1:V=20.5 2:V=21 3:V=21.5 4:V=20", 9, "2:21 4:20"},
		{"a condition held back by pmin is sent, though it holds no more", "V?pmin=5&gt=25", "1:V=26 2:V=20", 9, "5:20"},
		{"pmax goes out whatever the conditions say", "V?pmax=10&gt=25", "1:V=24", 15, "10:24"},
		{"st and pmin", "V?st=1&pmin=5", "1:V=22 6:V=22.5 7:V=23.5 8:V=25", 20, "5:22 10:25"},
		{"epmin holds the evaluation back", "V?epmin=5", "6:V=21 7:V=22", 20, "6:21 11:22"},
		{"what comes and goes between evaluations is not seen", "V?epmin=5&gt=25", "6:V=21 7:V=30 9:V=21", 20, ""},
		{"epmin before pmin", "V?epmin=2&pmin=10", "1:V=21 3:V=22", 20, "10:22"},
		{"epmax does not make a notification", "V?epmax=5", "", 100, ""},
		{"epmax begins the time of epmin anew", "V?epmin=5&epmax=10", "12:V=21", 30, "15:21"},
		{"conditions written one after the other contradict: any change", "V?gt=10 V?lt=30", "1:V=20.1", 9, "1:20.1"},
		{"the nearest level wins", "/3303?pmin=20 /3303/0?pmin=10 V?pmin=5", "1:V=21", 30, "5:21"},
		{"the instance before the object", "/3303?pmin=20 /3303/0?pmin=10", "1:V=21", 30, "10:21"},
		{"the object before the account", "/1/0/2=30 /3303?pmin=20", "1:V=21", 40, "20:21"},
		{"the account", "/1/0/2=30 /1/0/3=40", "1:V=21", 75, "30:21 70:21"},
		{"levels complete each other", "/3303?pmax=10 V?pmin=5", "1:V=21", 20, "5:21 15:21"},
		{"all at once", "V?pmin=2&pmax=30&epmin=1&epmax=20&gt=25&lt=15&st=3", "1:V=22 2:V=24 3:V=26 4:V=23", 40, "2:24 4:23 34:23"},
		{"st and gt, one of them is enough", "V?gt=45&st=10", "1:V=38 2:V=44 3:V=46 4:V=50 5:V=62", 9, "1:38 3:46 5:62"},
		{"lt, gt and st together", "V?lt=10&gt=30&st=5", "1:V=24 2:V=29 3:V=31 4:V=9 5:V=11", 9, "2:29 3:31 4:9 5:11"},
		{"epmin and pmax", "V?epmin=10&pmax=4", "1:V=21", 13, "4:21 8:21 12:21"},
		{"attributes written later hold at once", "", "1:V?pmin=5 2:V=21", 9, "5:21"},
		{"a pmax written later counts from the last notification", "", "3:V?pmax=10", 15, "10:20"},
		{"attributes unset later hold no more", "V?pmin=50", "1:V=21 2:V?pmin", 9, "2:21"},
		{"a default written later holds at once", "", "3:/1/0/3=10", 15, "10:20"},
		{"another server's attributes do not hold", "", "1:V=21", 9, "1:21"},
		{"what is deleted ends it", "", "3:-/3303/0", 9, "3:4.04"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			d, clock := start(t, strings.Replace(bench, "5: 60", "5: 60, 2: 0, 3: 0", 1))
			for _, word := range strings.Fields(c.attributes) {
				step(t, d, "0:"+strings.Replace(word, "V", v, 1))
			}
			expect(t, d.WriteAttributes(2, path(v), query(t, "pmin=100")), Changed)
			o, r := d.Observe(1, path(v), lwm2m.Attributes{})
			expect(t, r, Content)
			if got := play(t, d, clock, o, strings.ReplaceAll(c.script, "V", v), c.until); got != c.want {
				t.Errorf("notified %q, want %q", got, c.want)
			}
		})
	}
}

func TestNotificationsOfABoolean(t *testing.T) {
	const b = "/3306/0/5850"
	for _, c := range []struct{ rule, query, script, want string }{
		{"any change", "", "1:B=true 2:B=false", "1:true 2:false"},
		{"rising", "edge=1", "1:B=true 2:B=false 3:B=true", "1:true 3:true"},
		{"falling", "edge=0", "1:B=true 2:B=false 3:B=true 4:B=false", "2:false 4:false"},
		{"rising, held back", "edge=1&pmin=5", "1:B=true 2:B=false", "5:false"},
	} {
		d, clock := start(t, bench12)
		if c.query != "" {
			expect(t, d.WriteAttributes(1, path(b), query(t, c.query)), Changed)
		}
		o, r := d.Observe(1, path(b), lwm2m.Attributes{})
		expect(t, r, Content)
		if got := play(t, d, clock, o, strings.ReplaceAll(c.script, "B", b), 9); got != c.want {
			t.Errorf("%s: notified %q, want %q", c.rule, got, c.want)
		}
	}
}

func TestNotificationsOfSeveralValues(t *testing.T) {
	for _, c := range []struct {
		rule, path, attributes, script string
		until                          float64
		want                           string
	}{
		{"all values of an instance", "/3306/0", "", "1:/3306/0/5851=60", 9, "1:false,60,idle"},
		{"all instances of an object", "/3303", "", "1:/3303/1/5700=4", 9, "1:20,Cel,4"},
		{"a multiple resource", "/3442/0/1120", "", "1:/3442/0/1120/5=9", 9, "1:1,9"},
		{"the resource instance before the resource", "/3442/0/1120", "/3442/0/1120?pmin=20 /3442/0/1120/5?pmin=5", "1:/3442/0/1120/5=9", 19, "5:1,9"},
		{"a resource instance alone", "/3442/0/1120/5", "/3442/0/1120?pmin=4", "1:/3442/0/1120/0=9 2:/3442/0/1120/5=8", 19, "4:8"},
		{"a resource instance comes", "/3442/0/1120", "", "1:/3442/0/1120/7=3", 9, "1:1,2,3"},
		{"a resource instance goes", "/3442/0/1120", "/3442/0/1120?pmin=5", "1:-/3442/0/1120/5", 9, "5:1"},
		{"an instance comes", "/3303", "/3303?pmin=5", "1:+/3303/4/5700=1", 9, "5:20,Cel,-3.5,1"},
		{"an instance goes", "/3303", "", "1:-/3303/0", 9, "1:-3.5"},
		{"the last instance goes, the object stays", "/16", "", "1:-/16/0", 9, "1:"},
		{"an instance comes where none was", "/3336", "/3336?pmin=5", "1:+/3336/0/5750=x", 9, "5:,,x"},
		{"pmax of an object without instances", "/3336", "/3336?pmax=4", "", 9, "4: 8:"},
		{"something else changes", "/3306/0", "", "1:/3303/0/5700=1", 9, ""},
		{"a condition of one member", "/3306/0", "/3306/0/5851?st=10", "1:/3306/0/5851=55 2:/3306/0/5853=on", 9, "2:false,55,on"},
		{"pmin of one member", "/3306/0", "/3306/0/5851?pmin=5", "1:/3306/0/5851=55 2:/3306/0/5853=on 3:/3306/0/5851=56", 9, "2:false,55,on 7:false,56,on"},
		{"pmax of one member", "/3306/0", "/3306/0/5851?pmax=5", "2:/3306/0/5853=on", 9, "2:false,50,on 7:false,50,on"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			d, clock := start(t, bench)
			for _, word := range strings.Fields(c.attributes) {
				step(t, d, "0:"+word)
			}
			o, r := d.Observe(1, path(c.path), lwm2m.Attributes{})
			expect(t, r, Content)
			if got := play(t, d, clock, o, c.script, c.until); got != c.want {
				t.Errorf("notified %q, want %q", got, c.want)
			}
		})
	}
}

func TestNotificationsOfBehaviours(t *testing.T) {
	const profile = `
objects:
  3: {0: {9: {ramp: {from: 100, to: 0, every: 10s}}}}
  3303: {0: {5700: {sequence: [1, 2, 2, 5]}}}
`
	for _, c := range []struct {
		rule, path, query string
		until             float64
		want              string
	}{
		{"each change", "/3/0/9", "", 35, "10:99 20:98 30:97"},
		{"pmin", "/3/0/9", "pmin=15", 50, "15:99 30:97 45:96"},
		{"st", "/3/0/9", "st=3", 65, "30:97 60:94"},
		{"gt", "/3/0/9", "gt=97", 65, "30:97"},
		{"a beat without change", v, "", 5, "1:2 3:5 4:1 5:2"},
		{"epmin looks seldom", v, "epmin=2", 9, "2:2 4:1 6:2 8:1"},
	} {
		d, clock := start(t, profile)
		if c.query != "" {
			expect(t, d.WriteAttributes(1, path(c.path), query(t, c.query)), Changed)
		}
		o, r := d.Observe(1, path(c.path), lwm2m.Attributes{})
		expect(t, r, Content)
		if got := play(t, d, clock, o, "", c.until); got != c.want {
			t.Errorf("%s: notified %q, want %q", c.rule, got, c.want)
		}
	}
}

func TestObserveParametersDisplaceAttachedAttributes(t *testing.T) {
	d, clock := start(t, bench12)
	expect(t, d.WriteAttributes(1, path(v), query(t, "pmin=5&pmax=60&gt=25")), Changed)
	o, r := d.Observe(1, path(v), query(t, "pmin=5&pmax=10"))
	expect(t, r, Content)
	if got, want := play(t, d, clock, o, "1:"+v+"=21", 26), "5:21 15:21 25:21"; got != want {
		t.Errorf("notified %q, want %q", got, want)
	}
	if got := showLinks(d.Discover(1, path(v), 0).Links); strings.Contains(got, "pmax=10") {
		t.Errorf("Discover shows a parameter: %s", got)
	}
}

func TestObserveRefuses(t *testing.T) {
	d, _ := start(t, bench12)
	old, _ := start(t, bench)
	for _, c := range []struct {
		rule   string
		device *Device
		path   string
		query  string
		want   Status
	}{
		{"parameters before 1.2", old, v, "pmin=1", BadRequest},
		{"parameters that contradict", d, v, "lt=30&gt=10", BadRequest},
		{"a negative step", d, v, "st=-1", BadRequest},
		{"a threshold at an instance", d, "/3303/0", "gt=1", BadRequest},
		{"what is not readable", d, "/3/0/4", "", MethodNotAllowed},
		{"what is not there", d, "/3/0/99", "", NotFound},
		{"object 0", d, "/0", "", Unauthorized},
		{"the root", d, "/", "", MethodNotAllowed},
	} {
		o, r := c.device.Observe(1, path(c.path), query(t, c.query))
		if r.Status != c.want || o != nil {
			t.Errorf("%s: %s (%s), observation %v; want %s and none", c.rule, r.Status, r.Reason, o, c.want)
		}
	}
	if o, r := d.ObserveComposite(1, paths(v), query(t, "gt=1")); r.Status != BadRequest || o != nil {
		t.Errorf("a threshold for a composite observation: %s", r.Status)
	}
}

func TestCompositeObservation(t *testing.T) {
	for _, c := range []struct {
		rule, paths, attributes, script string
		until                           float64
		want                            string
	}{
		{"all that is listed", "/3303/1 /3306/0/5851", "", "1:/3303/1/5700=4", 9, "1:4,50"},
		{"304: pmin and pmax of one path", "/1/0/1 /3/0/11/0 /3/0/16", "/1/0/1?pmin=30&pmax=45", "1:/3/0/16=UT", 80, "30:300,0,UT 75:300,0,UT"},
		{"308: an instance comes", "/16/0 /16/1", "/16/0?pmin=30&pmax=45", "46:+/16/1/0/0=11", 122, "45:a,b 75:a,b,11 120:a,b,11"},
		{"309: an instance goes", "/16/0 /3303/1", "/16/0?pmin=30&pmax=45", "46:-/3303/1", 122, "45:a,b,-3.5 75:a,b 120:a,b"},
		{"310: attributes come", "/1/0/1 /3/0/0", "", "1:/3?pmax=5", 12, "5:300,ACME 10:300,ACME"},
		{"nothing of it is there", "/4 /5", "", "1:/3303/1/5700=4", 9, ""},
	} {
		t.Run(c.rule, func(t *testing.T) {
			d, clock := start(t, bench)
			for _, word := range strings.Fields(c.attributes) {
				step(t, d, "0:"+word)
			}
			o, r := d.ObserveComposite(1, paths(c.paths), lwm2m.Attributes{})
			expect(t, r, Content)
			if got := play(t, d, clock, o, c.script, c.until); got != c.want {
				t.Errorf("notified %q, want %q", got, c.want)
			}
		})
	}
}

func TestCompositeParametersLeaveThresholdsAttached(t *testing.T) {
	d, clock := start(t, bench12)
	expect(t, d.WriteAttributes(1, path(v), query(t, "pmin=50&gt=25")), Changed)
	o, r := d.ObserveComposite(1, paths(v), query(t, "pmin=2"))
	expect(t, r, Content)
	if got, want := play(t, d, clock, o, "1:"+v+"=24 3:"+v+"=26", 9), "3:26"; got != want {
		t.Errorf("notified %q, want %q", got, want)
	}
}

func TestConfirmable(t *testing.T) {
	const day = 24 * 3600
	for _, c := range []struct {
		rule, path, attributes, script string
		until                          float64
		want                           string
	}{
		{"not by itself", v, "", "1:V=21", 9, "1:21"},
		{"con=1", v, "V?con=1", "1:V=21", 9, "1:21!"},
		{"con=1 of one member", "/3303", "V?con=1", "1:/3303/1/5700=1", 9, "1:20,Cel,1!"},
		{"the nearest level wins", v, "/3303?con=1 V?con=0", "1:V=21", 9, "1:21"},
		{"the account", v, "/1/0/26=1", "1:V=21", 9, "1:21!"},
		{"once a day", v, fmt.Sprintf("V?pmax=%d", day/2), "", 2*day + 1, "43200:20 86400:20! 129600:20 172800:20!"},
	} {
		d, clock := start(t, strings.Replace(bench12, "5: 60", "5: 60, 26: 0", 1))
		for _, word := range strings.Fields(c.attributes) {
			step(t, d, "0:"+strings.Replace(word, "V", v, 1))
		}
		o, r := d.Observe(1, path(c.path), lwm2m.Attributes{})
		expect(t, r, Content)
		if got := play(t, d, clock, o, strings.ReplaceAll(c.script, "V", v), c.until); got != c.want {
			t.Errorf("%s: notified %q, want %q", c.rule, got, c.want)
		}
	}
}

func TestIgnoredAttributesAreNotHeeded(t *testing.T) {
	d, clock := start(t, bench)
	expect(t, d.WriteAttributes(1, path(v), query(t, "pmin=50&gt=25")), Changed)
	o, r := d.Observe(1, path(v), lwm2m.Attributes{})
	expect(t, r, Content)
	o.Ignore("pmin", "cancel")
	if got, want := play(t, d, clock, o, "1:"+v+"=24 2:"+v+"=26", 9), "2:26"; got != want {
		t.Errorf("notified %q, want %q: pmin ignored, gt not", got, want)
	}
}

func TestDecisionAllocatesNothing(t *testing.T) {
	d, c := start(t, bench)
	expect(t, d.WriteAttributes(1, path(v), query(t, "pmin=1&pmax=600&gt=30&lt=10&st=0.5")), Changed)
	o, _ := d.Observe(1, path(v), lwm2m.Attributes{})
	c.now = at(5)
	if n := testing.AllocsPerRun(100, func() { o.Due(c.now) }); n != 0 {
		t.Errorf("a decision makes %v allocations", n)
	}
}
