package console

import (
	"strings"
	"testing"
	"time"

	"lwcon/commands"
	"lwcon/console/terminal"
	"lwcon/lwm2m"
	"lwcon/session"
	"lwcon/session/transport"
)

func TestAClientTellsHowItSpeaksSecurely(t *testing.T) {
	for name, c := range map[string]struct {
		security transport.SecurityMode
		session  *transport.SessionState
		want     string // "" for no such line
	}{
		"plain":              {transport.NoSecurity, nil, ""},
		"gone":               {transport.PreSharedKey, nil, "session  none now: the device is out of reach until it connects anew"},
		"with an ID":         {transport.PreSharedKey, &transport.SessionState{Protocol: "DTLS 1.2", Suite: 0xc0a8, CID: true}, "session  DTLS 1.2, TLS_PSK_WITH_AES_128_CCM_8, identity dev\\x1b1, with a Connection ID\n"},
		"without one":        {transport.RawPublicKey, &transport.SessionState{Protocol: "DTLS 1.2"}, "session  DTLS 1.2, identity dev\\x1b1, without a Connection ID: another address needs another handshake\n"},
		"without need of it": {transport.Certificate, &transport.SessionState{Protocol: "TLS 1.3", Suite: 0x1301}, "session  TLS 1.3, TLS_AES_128_GCM_SHA256, identity dev\\x1b1\n"},
	} {
		text := NewText(terminal.Style{}, false, nil).Result(&commands.Clients{
			Detail: true, Registrations: []*session.Registration{{Endpoint: "dev1", Security: c.security}},
			States: []commands.ClientState{{Session: c.session, Identity: "dev\x1b1"}},
		})
		got := strings.Join(strings.Fields(text), " ")
		if want := strings.Join(strings.Fields(c.want), " "); !strings.Contains(got, want) || want == "" && strings.Contains(got, "session ") {
			t.Errorf("%s: %q is not in\n%s", name, c.want, text)
		}
	}
}

func TestAnUpdateTellsTheBindingAndQueueModeThatHoldNow(t *testing.T) {
	g := &session.Registration{Endpoint: "dev1", Lifetime: 300 * time.Second, Binding: "UT", Queue: true, Address: transport.NewAddress("dev1")}
	for _, plain := range []bool{false, true} {
		got := NewText(terminal.Style{}, plain, nil).Event(commands.Happened{Event: session.Event{
			Kind: session.EventUpdate, Endpoint: "dev1", Registration: g, Exchange: 9,
			Listed:     &session.ListChange{Added: []lwm2m.Path{lwm2m.NewPath(3303, 1)}, Gone: []lwm2m.Path{lwm2m.NewPath(5, 0)}},
			Deviations: []lwm2m.Deviation{{Rule: "update-parameter", Offset: -1, Message: `parameter "foo" is none of an Update`}},
		}})
		for _, want := range []string{"lifetime 300 s", "binding UT queue mode, new /3303/1, gone /5/0", "exchange 9", "update-parameter"} {
			if !strings.Contains(got, want) {
				t.Errorf("plain %v: %q is not in\n%s", plain, want, got)
			}
		}
	}
}

func TestARegisterTellsItsProfiles(t *testing.T) {
	g := &session.Registration{Endpoint: "dev1", Version: lwm2m.V1_2, Binding: "U", Profiles: "oma:base", Address: transport.NewAddress("dev1")}
	text := NewText(terminal.Style{}, false, nil)
	for what, got := range map[string]string{
		"the event":    text.Event(commands.Happened{Event: session.Event{Kind: session.EventRegister, Endpoint: "dev1", Registration: g}}),
		"clients":      text.Result(&commands.Clients{Registrations: []*session.Registration{g}}),
		"clients dev1": text.Result(&commands.Clients{Registrations: []*session.Registration{g}, Detail: true}),
	} {
		if !strings.Contains(got, "oma:base") {
			t.Errorf("%s does not tell the profile:\n%s", what, got)
		}
	}
}
