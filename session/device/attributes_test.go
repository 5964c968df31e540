package device

import (
	"testing"

	"lwcon/lwm2m"
)

func TestWriteAttributesAnswersByTheRules(t *testing.T) {
	for _, c := range []struct {
		rule, profile, path, query string
		want                       Status
	}{
		{"an object", bench, "/3303", "pmin=1&pmax=9", Changed},
		{"an instance", bench, "/3303/0", "pmin=1", Changed},
		{"a resource", bench, "/3303/0/5700", "gt=30&lt=10&st=0.5", Changed},
		{"a resource instance", bench, "/3442/0/1120/5", "gt=30", Changed},
		{"a resource instance in 1.0", bench10, "/3442/0/1120/5", "gt=30", MethodNotAllowed},
		{"the root", bench, "/", "pmin=1", MethodNotAllowed},
		{"object 0", bench, "/0/0", "pmin=1", Unauthorized},
		{"an object that is not there", bench, "/4", "pmin=1", NotFound},
		{"a resource that is not there", bench, "/3303/0/5750", "pmin=1", NotFound},
		{"an executable resource", bench, "/3/0/4", "pmin=1", MethodNotAllowed},
		{"a threshold on an instance", bench, "/3303/0", "gt=30", BadRequest},
		{"a threshold on text", bench, "/3303/0/5701", "gt=30", BadRequest},
		{"an edge on a boolean in 1.2", bench12, "/3306/0/5850", "edge=1", Changed},
		{"an edge before 1.2", bench, "/3306/0/5850", "edge=1", BadRequest},
		{"an edge on a number", bench12, "/3303/0/5700", "edge=1", BadRequest},
		{"an edge of 2", bench12, "/3306/0/5850", "edge=2", BadRequest},
		{"epmin in 1.0", bench10, "/3303", "epmin=1", BadRequest},
		{"con in 1.1", bench, "/3303", "con=1", BadRequest},
		{"a negative pmin", bench, "/3303", "pmin=-1", BadRequest},
		{"a negative step", bench, "/3303/0/5700", "st=-1", BadRequest},
		{"a negative threshold", bench, "/3303/0/5700", "gt=-5", Changed},
		{"lt at gt", bench, "/3303/0/5700", "gt=30&lt=30", BadRequest},
		{"a step too wide", bench, "/3303/0/5700", "gt=30&lt=10&st=10", BadRequest},
		{"epmin at epmax", bench, "/3303", "epmin=5&epmax=5", BadRequest},
		{"pmax below pmin is taken", bench, "/3303", "pmin=9&pmax=5", Changed},
	} {
		d, _ := start(t, c.profile)
		set, _, err := lwm2m.ParseAttributes(c.query)
		if err != nil {
			t.Fatalf("%s: %v", c.rule, err)
		}
		if r := d.WriteAttributes(1, path(c.path), set); r.Status != c.want {
			t.Errorf("%s: attributes %s %s: %s (%s), want %s", c.rule, c.path, c.query, r.Status, r.Reason, c.want)
		}
	}
}

func TestWriteAttributesSetsAndUnsets(t *testing.T) {
	d, _ := start(t, bench)
	p := path("/3303/0/5700")
	for _, step := range []struct{ query, want string }{
		{"pmin=5&gt=30", "pmin=5&gt=30"},
		{"pmax=60", "pmin=5&pmax=60&gt=30"},
		{"pmin&gt=40", "pmax=60&gt=40"},
		{"lt", "pmax=60&gt=40"},
		{"pmax&gt", ""},
	} {
		expect(t, d.WriteAttributes(1, p, query(t, step.query)), Changed)
		if got := d.Attributes(1, p).String(); got != step.want {
			t.Errorf("after %s: %s, want %s", step.query, got, step.want)
		}
	}
}

func TestWriteAttributesIsBounded(t *testing.T) {
	d, _ := start(t, bench)
	set := query(t, "pmin=1")
	for server := range uint16(MaxAttributes) {
		expect(t, d.WriteAttributes(server+1, path("/3"), set), Changed)
	}
	expect(t, d.WriteAttributes(1, path("/1"), set), InternalServerError)
	expect(t, d.WriteAttributes(1, path("/3"), query(t, "pmin")), Changed)
	expect(t, d.WriteAttributes(1, path("/1"), set), Changed)
}
