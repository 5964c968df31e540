package commands

import (
	"strings"
	"sync"
	"testing"

	"lwcon/session/transport"
)

func TestWhoWatchesTheWireSeesDatagramsOfDTLS(t *testing.T) {
	env, ctx := securely(t, nil)
	var mu sync.Mutex
	var lines []string
	end := env.Sessions.TapSecured(func(d *SecureDatagram) {
		mu.Lock()
		defer mu.Unlock()
		lines = append(lines, string(d.AppendJSON(nil)))
	})
	registers(t, env, ctx)
	end()
	mu.Lock()
	seen := len(lines)
	mu.Unlock()
	registered := strings.Join(lines, "\n")
	for _, want := range []string{
		`"flight":1,"messages":[{"name":"ClientHello","number":0,`, `"name":"HelloVerifyRequest"`,
		`"cookie":true,"suites":["TLS_PSK_WITH_AES_128_CCM_8",`, `"flight":4,"messages":[{"name":"ServerHello"`, `"cid":8}`,
		`"type":"change_cipher_spec","epoch":0,"sequence":3,"octets":1,"flight":5}`, `"encrypted":true,"flight":6,"finished":true`,
		`"type":"application_data","epoch":1,`,
	} {
		if !strings.Contains(registered, want) {
			t.Errorf("%s is not in\n%s", want, registered)
		}
	}
	for _, line := range lines {
		valid(t, []byte(line))
	}
	if _, _, err := runLine(t, env, ctx, "read /3/0/1 -e dev1"); err != nil || len(lines) != seen {
		t.Errorf("%v, %d lines after the end, %d before", err, len(lines), seen)
	}
}

func TestAnAlertInsideASessionIsShownByItsName(t *testing.T) {
	env, ctx := securely(t, nil)
	registers(t, env, ctx)
	var mu sync.Mutex
	var inner []*SecureDatagram
	closed := make(chan struct{}, 10)
	end := env.Sessions.TapSecured(func(d *SecureDatagram) {
		mu.Lock()
		defer mu.Unlock()
		if d.Inner {
			inner = append(inner, d)
			closed <- struct{}{}
		}
	})
	if _, _, err := runLine(t, env, ctx, "close dev1"); err != nil {
		t.Fatal(err)
	}
	select {
	case <-closed:
	case <-ctx.Done():
		t.Fatal("no alert")
	}
	end()
	for _, d := range inner {
		line := d.AppendJSON(nil)
		valid(t, line)
		if d.Data() ||
			!strings.Contains(string(line), `"encrypted":true,"level":"warning","description":"close_notify","number":0}],"inner":true,`) {
			t.Errorf("%s", line)
		}
	}
}

func TestAnAlertInATraceHasItsName(t *testing.T) {
	var f transport.Flights
	r := transport.WireRecord{Direction: transport.Received, Bytes: []byte("\x15\xfe\xfd\x00\x00\x00\x00\x00\x00\x00\x02\x00\x02\x02\x28junk")}
	d := newSecureDatagram(&f, r)
	line := d.AppendJSON(nil)
	valid(t, line)
	if !strings.Contains(string(line), `"level":"fatal","description":"handshake_failure","number":40}],"rest":4,`) {
		t.Errorf("%s", line)
	}
	if d.Data() {
		t.Error("an alert is data")
	}
}
