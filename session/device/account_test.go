package device

import (
	"slices"
	"testing"
	"time"

	"lwcon/lwm2m"
)

func TestAccountsJoinObjects0And1(t *testing.T) {
	d, _ := start(t, `
objects:
  0:
    0: {0: "coaps://bs.example", 1: true, 2: 0, 3: "text:who", 4: "", 5: "text:secret", 11: 10, 12: 60}
    2: {0: "coap://b.example", 1: false, 2: 3, 3: "", 4: "", 5: "", 10: 102}
    3: {0: "coap://nobody.example", 1: false, 2: 3, 3: "", 4: "", 5: "", 10: 103}
    5: {0: "coaps://a.example", 1: false, 2: 2, 3: "hex:01", 4: "hex:02", 5: "hex:03", 10: 101, 13: 1, 14: a.example, 15: 0}
  1: {0: {0: 101}, 7: {0: 102}}
  3: {0: }
`)
	want := []Account{
		{Security: 2, Server: 7, ShortServerID: 102, URI: "coap://b.example", Mode: ModeNone, Usage: 3, OSCORE: NoInstance},
		{
			Security: 5, Server: 0, ShortServerID: 101, URI: "coaps://a.example", Mode: ModeCertificate, Identity: "\x01",
			ServerKey: "\x02", Secret: "\x03", Matching: 1, ServerName: "a.example", Usage: 0, OSCORE: NoInstance,
		},
		{
			Security: 0, Server: NoInstance, Bootstrap: true, URI: "coaps://bs.example", Identity: "who", Secret: "secret",
			HoldOff: 10 * time.Second, Timeout: time.Minute, Usage: 3, OSCORE: NoInstance,
		},
	}
	if got := d.Accounts(); !slices.Equal(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

func TestProfileWithoutObject0HasAnAccountForEachServer(t *testing.T) {
	p := parse(t, "objects: {1: {0: {0: 5}, 1: {0: 6}}, 3: {0: }}")
	d, err := New(Config{Profile: p.At("coap://here")})
	if err != nil {
		t.Fatal(err)
	}
	a := d.Accounts()
	if len(a) != 2 || a[0].ShortServerID != 5 || a[0].URI != "coap://here" || a[0].Mode != ModeNone || a[1].ShortServerID != 6 || a[1].URI != "" {
		t.Errorf("got %+v", a)
	}
	if same := parse(t, "objects: {3: {0: }}"); len(same.tree.accounts()) != 1 {
		t.Errorf("got %+v, want one account", same.tree.accounts())
	}
}

func TestProfileOfABootstrapServerAloneHasNoOtherAccount(t *testing.T) {
	p := parse(t, `objects: {0: {0: {0: "", 1: true, 2: 3, 3: "", 4: "", 5: ""}}, 3: {0: }}`).At("coap://bs")
	if a := p.tree.accounts(); len(a) != 1 || !a[0].Bootstrap || a[0].URI != "coap://bs" {
		t.Errorf("got %+v", a)
	}
}

func TestAProfileOverStreamsHasTheirBinding(t *testing.T) {
	for _, c := range []struct{ profile, uri, want string }{
		{`lwm2m: "1.1"`, "coap+tcp://here", "T T UT"},
		{`lwm2m: "1.1"`, "coaps+tcp://here", "T T UT"},
		{`lwm2m: "1.1"`, "coaps://here", "U U U"},
		{`lwm2m: "1.0"`, "coap+tcp://here", "U U U"},
		{"lwm2m: \"1.1\"\nbinding: US", "coap+tcp://here", "US US US"},
	} {
		p := parse(t, c.profile+"\nobjects: {3: {0: }}")
		d, err := New(Config{Profile: p.At(c.uri)})
		if err != nil {
			t.Fatal(err)
		}
		server := d.tree.find(path("/1/0"))
		got := string(d.Registration(1).Binding) + " " + server.text(serverBinding) + " " + d.tree.find(path("/3/0")).text(deviceBinding)
		if got != c.want || string(p.Binding) == "T" {
			t.Errorf("%q at %s: got %s, want %s", c.profile, c.uri, got, c.want)
		}
	}
}

func TestChangedAccountsAreAnEffect(t *testing.T) {
	d, _ := start(t, bench)
	accounts := func(r Result) bool {
		return slices.ContainsFunc(r.Effects, func(e Effect) bool { return e.Kind == EffectAccounts })
	}
	if r := d.Write(Local, path("/1/0/1"), Replace, nodes(t, "/1/0/1=60")); accounts(r) {
		t.Error("another lifetime changes no account")
	}
	if r := d.Write(Local, path("/0/0/0"), Replace, nodes(t, "/0/0/0=coap://there")); !accounts(r) {
		t.Errorf("another URI does: %+v", r)
	}
	if r := d.Create(Local, path("/1"), nodes(t, "/1/1/0=2", "/1/1/1=60", "/1/1/6=true", "/1/1/7=U")); accounts(r) {
		t.Errorf("half an account is none: %+v", r)
	}
}

func TestRetryFollowsObject1(t *testing.T) {
	d, _ := start(t, "objects: {1: {0: {0: 1, 13: 4, 14: 3, 15: true, 16: false, 17: 3, 18: 10, 19: 100, 20: 2}, 1: {0: 2}}, 3: {0: }}")
	r := d.Retry(1)
	if r != (Retry{true, 4, 3 * time.Second, true, false, 3, 10 * time.Second, 100 * time.Second, 2}) {
		t.Errorf("got %+v", r)
	}
	want := []time.Duration{10, 20, 100, 10, 20} // seconds after each failed attempt
	for failed, w := range want {
		if wait, more := r.Wait(failed + 1); wait != w*time.Second || !more {
			t.Errorf("after %d: %v, %v; want %v", failed+1, wait, more, w*time.Second)
		}
	}
	if wait, more := r.Wait(6); more || wait != 100*time.Second {
		t.Errorf("after both sequences: %v, %v; want no more", wait, more)
	}
	if r := d.Retry(2); r.Ordered || r.Block || !r.Bootstrap || r.Count != 5 || r.Timer != time.Minute || r.SequenceDelay != 24*time.Hour || r.Sequences != 1 {
		t.Errorf("defaults: got %+v", r)
	}
}

func TestAccountsOfSharedProfilesShareTheirTree(t *testing.T) {
	p := parse(t, bench)
	q := p.At("coap://x")
	if p.tree.find(path("/3303/0")) != q.tree.find(path("/3303/0")) || p.tree.find(lwm2m.NewPath(0, 0)).text(securityURI) != "" {
		t.Error("At must change nothing but the URI of a copy")
	}
}
