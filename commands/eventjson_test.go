package commands

import (
	"errors"
	"testing"
	"time"

	"lwcon/session"
	"lwcon/session/transport"
)

func TestAnEventThatFailedHasOneKindOfLine(t *testing.T) {
	wrong := errors.New("no answer")
	for _, e := range []session.Event{
		{Kind: session.EventRegister, Time: time.Unix(0, 0).UTC(), Simulated: true, Endpoint: "dev1", Err: wrong, Again: time.Minute},
		{Kind: session.EventReobserve, Time: time.Unix(0, 0).UTC(), Endpoint: "dev1", Reobserved: &session.Reobserved{Err: wrong}},
		{Kind: session.EventBootstrapStep, Time: time.Unix(0, 0).UTC(), Endpoint: "dev1", Step: &session.BootstrapStep{Operation: "write", Err: wrong}},
		{Kind: session.EventAlert, Time: time.Unix(0, 0).UTC(), Endpoint: "dev1", Alert: &session.PeerAlert{Alert: transport.AlertError{Description: 20}}},
		{Kind: session.EventMisanswered, Time: time.Unix(0, 0).UTC(), Endpoint: "dev1", Misanswered: &session.Misanswered{Request: session.EventUpdate, Answering: session.Answering{Silent: true}}},
		{Kind: session.EventDisconnected, Time: time.Unix(0, 0).UTC(), Endpoint: "dev1", Registration: &session.Registration{Endpoint: "dev1"}},
		{Kind: session.EventHandshake, Time: time.Unix(0, 0).UTC(), Err: &transport.HandshakeError{Cause: "no answer", Cure: "look at the port"}},
	} {
		valid(t, Happened{e}.AppendJSON(nil))
	}
}
