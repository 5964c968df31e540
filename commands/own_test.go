package commands

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"lwcon/session"
)

func TestOwnInstancesComeAndGo(t *testing.T) {
	live(t, func(b *bench) {
		for _, c := range []struct{ line, code, path string }{
			{"add /3303 5700=7.5", "2.01", "/3303/1"},
			{"add /3303/9 5700=8", "2.01", "/3303/9"},
			{"add /3303/9", "4.00", "/3303/9"},
			{"add /3/0/22/0 3303:0", "2.01", "/3/0/22/0"},
			{"add /3/0/22/1 3303:9", "2.01", "/3/0/22/1"},
			{"add /3/0/22/1 3303:9", "4.00", "/3/0/22/1"},
			{"add /3301", "2.01", "/3301/0"},
			{"add /3301/0/5605", "2.01", "/3301/0/5605"},
			{"add /3301/0/5700", "4.00", "/3301/0/5700"},
			{"remove /3303/1", "2.02", "/3303/1"},
			{"remove /3303/1", "4.04", "/3303/1"},
			{"remove /3/0/22/1", "2.02", "/3/0/22/1"},
			{"remove /3/0/22", "2.02", "/3/0/22"},
			{"put /3303/9/5700 text", "", ""},
		} {
			r, _, err := b.try(c.line)
			if c.code == "" {
				if err == nil {
					t := b.t
					t.Errorf("%s: %+v, want a wrong type", c.line, r)
				}
				continue
			}
			if err != nil {
				b.t.Errorf("%s: %v", c.line, err)
				continue
			}
			if w := r.(*Own); session.Code(w.Status).String() != c.code || w.Path.String() != c.path {
				b.t.Errorf("%s: %s %s (%s), want %s %s", c.line, w.Status, w.Path, w.Reason, c.code, c.path)
			}
		}
		if got := string(b.do("instances /3303").AppendJSON(nil)); !strings.Contains(got, `"instances":["/3303/0","/3303/9"]`) {
			b.t.Errorf("got %s", got)
		}
		b.do("sleep 1s")
		var c struct{ Clients []struct{ Objects []string } }
		if err := json.Unmarshal(b.do("clients").AppendJSON(nil), &c); err != nil {
			b.t.Fatal(err)
		}
		if got := strings.Join(c.Clients[0].Objects, " "); got != "/1/0 /3/0 /3301/0 /3303/0 /3303/9" {
			b.t.Errorf("the server knows %s", got)
		}
	})
}

func TestSendHeedsMute(t *testing.T) {
	live(t, func(b *bench) {
		if r := b.do("send /3303/0 --format senml-json").(*Answer); r.Code != session.Changed {
			b.t.Errorf("got %+v", r)
		}
		b.do("put /1/0/23 true")
		if _, _, err := b.try("send /3303/0"); !errors.Is(err, session.ErrMuted) {
			b.t.Errorf("got %v", err)
		}
		if r := b.do("send /3303/0 --force --server 1").(*Answer); r.Code != session.Changed {
			b.t.Errorf("got %+v", r)
		}
		for _, wrong := range []string{"send /3303/0 --server 9", "send /3303/0 --format tlv", "update --server 70000"} {
			if r, _, err := b.try(wrong); err == nil {
				b.t.Errorf("%s: %+v", wrong, r)
			}
		}
	})
}

func TestMisbehaviourIsSetLive(t *testing.T) {
	live(t, func(b *bench) {
		b.do("misbehave read /3/0 --nth 2 --code 5.00 --payload text:broken")
		b.do("misbehave any --delay 2s")
		b.do("misbehave discover --omit-link /3303/0 --ignore accept --drop --rst --token 00ff --format cbor")
		m := b.do("misbehave").(*Misbehaviour)
		want := "read /3/0 --nth 2 --code 5.00 --payload hex:62726f6b656e|any --delay 2s|" +
			"discover --format cbor --drop --token 00ff --rst --omit-link /3303/0 --ignore accept"
		var rules []string
		for i := range m.Rules {
			rules = append(rules, RuleText(&m.Rules[i]))
		}
		if got := strings.Join(rules, "|"); got != want {
			b.t.Errorf("got  %s\nwant %s", got, want)
		}
		for i, code := range []session.Code{session.Content, session.InternalServerError, session.Content} {
			if r := b.do("read /3/0/0").(*Answer); r.Code != code {
				b.t.Errorf("read %d: %+v, want %v", i, r, code)
			}
		}
		if m := b.do("misbehave off 2").(*Misbehaviour); len(m.Rules) != 2 {
			b.t.Errorf("got %+v", m)
		}
		if m := b.do("misbehave off").(*Misbehaviour); len(m.Rules) != 0 {
			b.t.Errorf("got %+v", m)
		}
		for _, wrong := range []string{"misbehave read", "misbehave nonsense --drop", "misbehave read --code 99", "misbehave read --token 000102030405060708", "misbehave off 3"} {
			if r, _, err := b.try(wrong); ExitStatus(r, err) != ExitUsage {
				b.t.Errorf("%s: %+v, %v", wrong, r, err)
			}
		}
	})
}

func TestOfflineDeviceIsSilent(t *testing.T) {
	live(t, func(b *bench) {
		b.do("set offline on")
		if s := b.do("status").(*Status); s.Devices[0].State != "offline" || s.Devices[0].SSID != 1 {
			b.t.Errorf("got %+v", s.Devices)
		}
		if _, _, err := b.try("read /3/0/0"); err == nil {
			b.t.Error("it answers")
		}
		if r, _, err := b.try("update"); !errors.Is(err, session.ErrOffline) || ExitStatus(r, err) != ExitNoAnswer {
			b.t.Errorf("got %v", err)
		}
		b.do("set offline off")
		b.do("read /3/0/0")
	})
}

func TestOwnSecretsAreMasked(t *testing.T) {
	live(t, func(b *bench) {
		b.do("put /0/0/5 " + hex.EncodeToString([]byte(secretKeyText)))
		for _, line := range []string{"get /0/0/5", "get /0"} {
			if shown := b.do(line).AppendJSON(nil); leaked(shown) || !strings.Contains(string(shown), "2a2a2a2a") {
				b.t.Errorf("%s: %s", line, shown)
			}
		}
		b.do("set show-secrets on")
		if shown := b.do("get /0/0/5").AppendJSON(nil); !leaked(shown) {
			b.t.Errorf("show-secrets on: %s", shown)
		}
		for _, line := range []string{"put /0/0/5 0011", "add /0/1 5=0011", "add /0 0=coap://x 5=0011"} {
			if !b.env.Table.HoldsSecret(line) {
				b.t.Errorf("%s enters the history", line)
			}
		}
	})
}

func TestWhatADeviceDoesNotGetIsAnEventToo(t *testing.T) {
	live(t, func(b *bench) {
		b.do("set answer register 4.03")
		if r := b.do("register").(*Answer); r.Code.String() != "4.03" {
			b.t.Errorf("got %+v", r)
		}
		var events []string
		cursor := b.client.Log().Reader(0)
		for e, _, ok := cursor.TryNext(); ok; e, _, ok = cursor.TryNext() {
			if !e.Simulated {
				continue
			}
			valid(b.t, Happened{e}.AppendJSON(nil))
			events = append(events, e.Kind.String()+" "+e.Code.String()+" "+e.Again.String())
		}
		if got := strings.Join(events, ", "); got != "register 2.01 0s, register 4.03 1m0s" {
			b.t.Errorf("events %s", got)
		}
	})
}
