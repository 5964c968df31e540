package session

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// parse reads a Register as the server does, without a message around it.
func parse(queries, payload string) (*Registration, Code) {
	g := &Registration{Version: lwm2m.V1_0, Lifetime: defaultLifetime, Binding: lwm2m.DefaultBinding}
	r := registerReader{registration: g}
	r.queries(strings.Split(queries, "&"))
	r.objectList([]byte(payload))
	return g, r.strict
}

func ruleNames(g *Registration) []lwm2m.RuleID {
	var names []lwm2m.RuleID
	for _, d := range g.Deviations {
		names = append(names, d.Rule)
	}
	return names
}

func TestRegisterReadsAllThatAClientSays(t *testing.T) {
	g, strict := parse("ep=dev1&lt=300&lwm2m=1.1&b=UT&Q&sms=491701234567&pid=6:27354b9a&vendor=x",
		`</>;ct="60 110 112",</1>;ver=1.1,</1/0>,</3/0>,</3303>;ver=1.1,</3303/0>,</3303/1>,</5>`)
	if strict != coap.Conflict || !slices.Equal(ruleNames(g), []lwm2m.RuleID{ruleProfile}) {
		t.Fatalf("refused with %v for %v", strict, g.Deviations)
	}
	if g.Endpoint != "dev1" || g.Lifetime != 300*time.Second || g.Version != lwm2m.V1_1 || g.Binding != "UT" ||
		!g.Queue || g.SMS != "491701234567" || g.Profiles != "6:27354b9a" || !slices.Equal(g.Extra, []string{"vendor=x"}) {
		t.Errorf("parameters: %+v", g)
	}
	if got := fmt.Sprint(g.Instances()); got != "[/1/0 /3/0 /5 /3303/0 /3303/1]" {
		t.Errorf("instances %s", got)
	}
	if got := fmt.Sprint(g.Formats); got != "[cbor senml-json senml-cbor]" {
		t.Errorf("formats %s", got)
	}
	for object, want := range map[uint16]lwm2m.Version{1: 0x0101, 3303: 0x0101, 4: 0x0102, 5: lwm2m.V1_0, 3: lwm2m.V1_1} {
		if got := g.ObjectVersion(object); got != want {
			t.Errorf("object %d: version %s, want %s", object, got, want)
		}
	}
}

func TestRegisterFindsTheObjectsBelowAnAlternatePath(t *testing.T) {
	g, strict := parse("ep=dev1&lt=300&lwm2m=1.0", `</lwm2m>;rt="oma.lwm2m";ct=11543,</lwm2m/1/0>,</lwm2m/3/0>`)
	if strict != 0 || g.Root != "/lwm2m" || fmt.Sprint(g.Instances()) != "[/1/0 /3/0]" || !g.Announces(lwm2m.FormatJSON) {
		t.Errorf("strict %v, root %q, instances %v, formats %v, %v", strict, g.Root, g.Instances(), g.Formats, g.Deviations)
	}
}

func TestRegisterNamesEachDeviation(t *testing.T) {
	const list = "</1/0>,</3/0>"
	for _, c := range []struct {
		queries, payload string
		rule             lwm2m.RuleID
		strict           Code // of a strict server, 0 if it accepts
	}{
		{"lt=60&lwm2m=1.0", list, ruleNoEndpoint, BadRequest},
		{"ep=" + strings.Repeat("x", 4096) + "&lt=60&lwm2m=1.0", list, ruleEndpointLength, 0},
		{"ep=a\x1b[2Jb&lt=60&lwm2m=1.0", list, ruleEndpointControl, 0},
		{"ep=a\xffb&lt=60&lwm2m=1.0", list, ruleEndpointControl, 0},
		{"ep=a&lt=60", list, ruleNoVersion, BadRequest},
		{"ep=a&lt=60&lwm2m=one", list, ruleVersion, BadRequest},
		{"ep=a&lt=60&lwm2m=2.0", list, ruleVersion, PreconditionFailed},
		{"ep=a&lwm2m=1.0", list, ruleNoLifetime, 0},
		{"ep=a&lwm2m=1.1", list, ruleNoLifetime, BadRequest},
		{"ep=a&lt=-1&lwm2m=1.0", list, ruleLifetime, BadRequest},
		{"ep=a&lt=4294967296&lwm2m=1.0", list, ruleLifetime, BadRequest},
		{"ep=a&lt=60&lwm2m=1.0&b=UX", list, ruleBinding, 0},
		{"ep=a&lt=60&lwm2m=1.0&b=USQ", list, ruleBinding, BadRequest},
		{"ep=a&lt=60&lwm2m=1.2&pid=oma:foo", "", ruleProfile, coap.Conflict},
		{"ep=a&lt=60&lwm2m=1.0&Q", list, ruleQueueSyntax, BadRequest},
		{"ep=a&lt=60&lwm2m=1.1&b=UQ", list, ruleQueueSyntax, BadRequest},
		{"ep=a&lt=60&lwm2m=1.1&Q=1", list, ruleQueueSyntax, BadRequest},
		{"ep=a&lt=60&lwm2m=1.0&sms=+49170", list, ruleSMSNumber, 0},
		{"ep=a&ep=b&lt=60&lwm2m=1.0", list, ruleQueryTwice, BadRequest},
		{"ep=a&lt=60&lwm2m=1.0", "", ruleNoObjects, BadRequest},
		{"ep=a&lt=60&lwm2m=1.0", "</1/0>, </3/0>", ruleLinkBlank, BadRequest},
		{"ep=a&lt=60&lwm2m=1.0", "</1/0>,,</3/0>", ruleObjectList, BadRequest},
		{"ep=a&lt=60&lwm2m=1.0", "</1/0>,</3/0>;ver=1.1", ruleInstanceVersion, BadRequest},
		{"ep=a&lt=60&lwm2m=1.0", "</1/0>,</3>;ver=new,</3/0>", ruleObjectVersion, BadRequest},
		{"ep=a&lt=60&lwm2m=1.0", "</0/0>,</1/0>,</3/0>", ruleForbiddenObject, 0},
		{"ep=a&lt=60&lwm2m=1.0", "</1/0>", ruleMandatoryObject, 0},
		{"ep=a&lt=60&lwm2m=1.0", "</1/0>,</3/0/11>", ruleResourceLink, BadRequest},
		{"ep=a&lt=60&lwm2m=1.0", "</1/0>,</3/0>,</3303/x>", ruleLinkTarget, BadRequest},
		{"ep=a&lt=60&lwm2m=1.0", "</1/0>,</3/0>,</3/0>", ruleLinkTwice, 0},
	} {
		g, strict := parse(c.queries, c.payload)
		if !slices.Contains(ruleNames(g), c.rule) || strict != c.strict {
			t.Errorf("%.60q, %q: found %v, a strict server answers %v; want %s, %v", c.queries, c.payload, g.Deviations, strict, c.rule, c.strict)
		}
	}
}

func TestRegisterUsesWhatCanBeUsedOfABadList(t *testing.T) {
	g, _ := parse("ep=a&lt=60&lwm2m=1.0", "</1/0>,</3/0/11>,</99999/0>,garbage")
	if got := fmt.Sprint(g.Instances()); got != "[/1/0 /3/0]" {
		t.Errorf("instances %s, want what is usable: [/1/0 /3/0]", got)
	}
	if g.Raw != "</1/0>,</3/0/11>,</99999/0>,garbage" {
		t.Errorf("raw %q is not the list as sent", g.Raw)
	}
}

func TestRegisterOf10000LinksStaysWithinTheLimits(t *testing.T) {
	var list strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&list, ",</%d/%d/7>", 3000+i/100, i%100)
	}
	g, _ := parse("ep=a&lt=60&lwm2m=1.0", list.String()[1:])
	if len(g.Instances()) != maxLinks {
		t.Errorf("%d instances kept, want the limit of %d", len(g.Instances()), maxLinks)
	}
	if len(g.Deviations) != maxDeviations {
		t.Errorf("%d deviations kept, want the limit of %d", len(g.Deviations), maxDeviations)
	}
	if last := g.Deviations[maxDeviations-1].Message; !strings.Contains(last, "more deviations") {
		t.Errorf("the last deviation %q does not sum up the rest", last)
	}
}

func TestEveryRuleIsDescribed(t *testing.T) {
	seen := map[lwm2m.RuleID]bool{}
	for _, r := range Rules() {
		if seen[r.ID] || r.Summary == "" || r.Section == "" || strings.ToLower(string(r.ID)) != string(r.ID) {
			t.Errorf("rule %+v: named twice, or without a sentence and a section", r)
		}
		seen[r.ID] = true
	}
}

func TestWhatIsRightHasNoDeviation(t *testing.T) {
	for _, queries := range []string{"b=U", "b=UQ", "b=S", "b=SQ", "b=US", "b=UQS", "vendor=x"} {
		if g, strict := parse("ep=a&lt=600&lwm2m=1.0&"+queries, "</1/0>,</3/0>"); strict != 0 || len(g.Deviations) != 0 {
			t.Errorf("%s: %v, %v", queries, strict, g.Deviations)
		}
	}
}

func TestAMistakeOfAListIsNamedOnce(t *testing.T) {
	for payload, want := range map[string]lwm2m.RuleID{
		"</1/0>, </3/0>":           ruleLinkBlank,
		"</1/0>,</3/0>;ver=1.0":    ruleInstanceVersion,
		"</1/0>,</3/0>,,</3303/0>": ruleObjectList,
	} {
		if g, _ := parse("ep=a&lt=600&lwm2m=1.0", payload); !slices.Equal(ruleNames(g), []lwm2m.RuleID{want}) {
			t.Errorf("%s: %v, want %s", payload, g.Deviations, want)
		}
	}
	if g, _ := parse("ep=a&lt=600&lwm2m=1.2&pid=oma:foo", ""); !slices.Equal(ruleNames(g), []lwm2m.RuleID{ruleProfile}) {
		t.Errorf("profiles alone: %v", g.Deviations)
	}
}
