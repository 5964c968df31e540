package device

import (
	"slices"
	"testing"
	"time"

	"lwcon/lwm2m"
)

const misbehaving = `
objects: {3: {0: }}
misbehave:
  - {when: {operation: read, path: /3/0, nth: 2}, do: {code: 5.00}}
  - {when: {operation: read}, do: {payload: "hex:ff00", format: tlv, delay: 2s}}
  - {when: {path: /1}, do: {drop: true, token: 0a0b, rst: yes}}
  - {when: {operation: observe, path: /3303}, do: {ignore: [pmin, cancel]}}
  - {when: {operation: register}, do: {omit-link: [/3/0, /1], payload: ""}}
  - {do: {code: 4.04, payload: sorry}}
`

func TestFirstRuleThatMatchesMisbehaves(t *testing.T) {
	d, _ := start(t, misbehaving)
	for i, c := range []struct {
		operation, path string
		rule            int // index of the rule that acts
	}{
		{"read", "/3/0/1", 1}, // the first of two: the next rule
		{"read", "/3303/0", 1},
		{"read", "/3/0", 0}, // the second at or below /3/0
		{"read", "/3/0", 1},
		{"write", "/1/0/1", 2},
		{"read", "/1/0/1", 1},
		{"observe", "/3303/0/5700", 3},
		{"observe", "/3", 5},
		{"register", "/", 4},
		{"discover", "/3", 5},
	} {
		got := d.Misbehave(c.operation, path(c.path))
		if got != &d.Profile().Rules[c.rule].Action {
			t.Errorf("%d: %s %s: %+v, want what rule %d does", i, c.operation, c.path, got, c.rule)
		}
	}
}

func TestRulesAreReadWhole(t *testing.T) {
	d, _ := start(t, misbehaving)
	want := []Rule{
		{Line: 4, Operation: "read", Path: path("/3/0"), HasPath: true, Nth: 2, Action: Action{Code: InternalServerError}},
		{Line: 5, Operation: "read", Action: Action{
			Payload: "\xff\x00", HasPayload: true, Format: lwm2m.FormatTLV, HasFormat: true, Delay: 2 * time.Second,
		}},
		{Line: 6, Path: path("/1"), HasPath: true, Action: Action{Drop: true, Token: "\x0a\x0b", HasToken: true, Reset: true}},
		{Line: 7, Operation: "observe", Path: path("/3303"), HasPath: true, Action: Action{Ignore: []string{"pmin", "cancel"}}},
		{Line: 8, Operation: "register", Action: Action{OmitLinks: paths("/3/0 /1"), HasPayload: true}},
		{Line: 9, Action: Action{Code: NotFound, Payload: "sorry", HasPayload: true}},
	}
	for i, r := range d.Profile().Rules {
		w := want[i]
		if r.Line != w.Line || r.Operation != w.Operation || r.Path != w.Path || r.HasPath != w.HasPath || r.Nth != w.Nth {
			t.Errorf("rule %d: when %+v, want %+v", i, r, w)
		}
		a, b := r.Action, w.Action
		if !slices.Equal(a.OmitLinks, b.OmitLinks) || !slices.Equal(a.Ignore, b.Ignore) {
			t.Errorf("rule %d: lists %v %v, want %v %v", i, a.OmitLinks, a.Ignore, b.OmitLinks, b.Ignore)
		}
		a.OmitLinks, b.OmitLinks, a.Ignore, b.Ignore = nil, nil, nil, nil
		if a.Code != b.Code || a.Payload != b.Payload || a.HasPayload != b.HasPayload || a.Format != b.Format ||
			a.HasFormat != b.HasFormat || a.Drop != b.Drop || a.Delay != b.Delay || a.Token != b.Token ||
			a.HasToken != b.HasToken || a.Reset != b.Reset {
			t.Errorf("rule %d: do %+v, want %+v", i, a, b)
		}
	}
}

func TestRulesCountForEachDevice(t *testing.T) {
	p := parse(t, "objects: {3: {0: }}\nmisbehave: [{when: {nth: 2}, do: {drop: true}}]")
	a, _ := New(Config{Profile: p})
	b, _ := New(Config{Profile: p})
	if a.Misbehave("read", path("/3")) != nil || b.Misbehave("read", path("/3")) != nil || a.Misbehave("read", path("/3")) == nil {
		t.Error("want the second operation of each device to misbehave")
	}
}

func TestDeviceWithoutRulesBehaves(t *testing.T) {
	d, _ := start(t, bench)
	for _, operation := range Operations() {
		if a := d.Misbehave(operation, path("/3")); a != nil {
			t.Errorf("%s misbehaves: %+v", operation, a)
		}
	}
}
