package device

import (
	"strings"
	"testing"
	"time"
)

func TestExecuteAnswersByTheRules(t *testing.T) {
	for _, c := range []struct {
		rule, path, arguments string
		want                  Status
		effects               string
	}{
		{"reboot", "/3/0/4", "", Changed, "reboot"},
		{"arguments", "/3/0/4", "0='x',1", Changed, "reboot"},
		{"arguments that cannot be read", "/3/0/4", "x", BadRequest, ""},
		{"factory reset", "/3/0/5", "", Changed, "factory-reset"},
		{"disable", "/1/0/4", "", Changed, "disable@1/1m0s"},
		{"update trigger", "/1/0/8", "0='U'", Changed, "update@1"},
		{"bootstrap trigger", "/1/0/9", "", Changed, "bootstrap@1"},
		{"a readable resource", "/3/0/0", "", MethodNotAllowed, ""},
		{"a multiple resource", "/3/0/6", "", MethodNotAllowed, ""},
		{"an instance", "/3/0", "", MethodNotAllowed, ""},
		{"a resource instance", "/3/0/6/0", "", MethodNotAllowed, ""},
		{"an object", "/3", "", MethodNotAllowed, ""},
		{"a resource that is not there", "/3/0/99", "", NotFound, ""},
		{"an instance that is not there", "/3/1/4", "", NotFound, ""},
		{"object 0", "/0/0/0", "", Unauthorized, ""},
	} {
		d, _ := start(t, strings.Replace(bench, "5: 60", "4: , 5: 60, 9: ", 1))
		r := d.Execute(1, path(c.path), c.arguments)
		if r.Status != c.want || showEffects(r.Effects) != c.effects {
			t.Errorf("%s: execute %s: %s (%s), effects %q; want %s, %q",
				c.rule, c.path, r.Status, r.Reason, showEffects(r.Effects), c.want, c.effects)
		}
	}
}

func TestExecuteFailsOrWaitsByTheProfile(t *testing.T) {
	for text, want := range map[string]Result{
		"":                                      {Status: Changed},
		"{execute: nothing}":                    {Status: Changed},
		"{fail: 4.05}":                          {Status: MethodNotAllowed},
		"{delay: 2s}":                           {Status: Changed, Delay: 2 * time.Second},
		"{execute: {fail: 5.00, delay: 500ms}}": {Status: InternalServerError, Delay: 500 * time.Millisecond},
		"{execute: {act: reboot, delay: 1m}}":   {Status: Changed, Delay: time.Minute},
		"{execute: reboot, delay: 3}":           {Status: Changed, Delay: 3 * time.Second},
	} {
		d, _ := start(t, "objects: {3: {0: {4: "+text+"}}}")
		r := d.Execute(1, path("/3/0/4"), "")
		if r.Status != want.Status || r.Delay != want.Delay {
			t.Errorf("4: %s: %s after %v, want %s after %v", text, r.Status, r.Delay, want.Status, want.Delay)
		}
		reboots := showEffects(r.Effects) == "reboot"
		if wants := r.Status.Success() && !strings.Contains(text, "nothing"); reboots != wants {
			t.Errorf("4: %s: effects %q", text, showEffects(r.Effects))
		}
	}
}

func TestFactoryResetIsTheProfileAgain(t *testing.T) {
	d, _ := start(t, bench)
	before := show(d.ReadComposite(Local, paths("/")).Nodes)
	expect(t, d.Write(1, path("/3/0/14"), Replace, nodes(t, "/3/0/14=x")), Changed)
	expect(t, d.Create(1, path("/3336"), nil), Created)
	expect(t, d.WriteAttributes(1, path("/3"), query(t, "pmin=5")), Changed)
	expect(t, d.Execute(1, path("/3/0/5"), ""), Changed)
	if after := show(d.ReadComposite(Local, paths("/")).Nodes); after != before {
		t.Errorf("after the reset:\n%s\nwant\n%s", after, before)
	}
	if got := d.Attributes(1, path("/3")); !got.Empty() {
		t.Errorf("attributes %s survived", got)
	}
}

func TestResetErrorCodeLeavesOneInstanceOfZero(t *testing.T) {
	d, _ := start(t, "objects: {3: {0: {11: {0: 1, 1: 8}, 12: }}}")
	expect(t, d.Execute(1, path("/3/0/12"), ""), Changed)
	if got := readAll(t, d, "/3/0/11"); got != "/3/0/11/0=0" {
		t.Errorf("error codes\n%s", got)
	}
}

func TestDisableWithoutTimeoutIsForADay(t *testing.T) {
	d, _ := start(t, "objects: {1: {0: {4: }}, 3: {0: }}")
	if got := showEffects(d.Execute(1, path("/1/0/4"), "").Effects); got != "disable@1/24h0m0s" {
		t.Errorf("effects %q", got)
	}
}

func TestUpdateTriggerTakesATransportOfTheBinding(t *testing.T) {
	d, _ := start(t, "lwm2m: \"1.2\"\nobjects: {1: {0: {0: 1, 7: UT, 8: }}, 3: {0: }}")
	for arguments, want := range map[string]Status{"": Changed, "0='U'": Changed, "0='T'": Changed, "0='S'": BadRequest, "0": BadRequest, "1='S'": Changed} {
		if r := d.Execute(1, path("/1/0/8"), arguments); r.Status != want {
			t.Errorf("%q: %s (%s), want %s", arguments, r.Status, r.Reason, want)
		}
	}
}
