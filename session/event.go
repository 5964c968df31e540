package session

import (
	"time"

	"lwcon/lwm2m"
	"lwcon/session/transport"
)

// EventKind says what happened.
type EventKind uint8

// The kinds of events.
const (
	EventRegister EventKind = iota
	EventUpdate
	EventDeregister
	EventExpired  // the lifetime passed without an Update
	EventReplaced // the registration that a new Register of the same endpoint ended
	EventMoved    // the endpoint answers from a new address
	EventAsleep
	EventAwake
	EventNotification
	EventSend
	EventRequest // a server's request to the client role
	EventDeviation
	EventHandshake // a client tried to speak securely and failed
	EventReobserve // an observation was begun again after a new Register
	EventBootstrapRequest
	EventBootstrapStep // what a bootstrap server did to a device
	EventAlert         // a peer ended its secure session with an alert
	EventDisconnected  // the connection or session of an endpoint is gone, its registration is not
	EventMisanswered   // a request of a client was answered wrongly, as SetAnswering asked for
)

var eventNames = [...]string{
	"register", "update", "deregister", "expired", "replaced", "moved", "asleep", "awake",
	"notification", "send", "request", "deviation", "handshake", "reobserve", "bootstrap-request", "bootstrap-step", "alert", "disconnected", "misanswered",
}

// String returns the name that results and scenarios use.
func (k EventKind) String() string {
	if int(k) < len(eventNames) {
		return eventNames[k]
	}
	return "unknown"
}

// ParseEventKind reads what String writes.
func ParseEventKind(name string) (EventKind, bool) {
	for k, n := range eventNames {
		if n == name {
			return EventKind(k), true
		}
	}
	return 0, false
}

// Event is something that happened without being asked for. It is not changed
// once in a Log.
type Event struct {
	Number       uint64 // position in the log, from 1
	Time         time.Time
	Endpoint     string // the endpoint's name, "" where none is known
	Exchange     uint64 // number of the exchange, 0 if none
	Kind         EventKind
	Simulated    bool            // it happened to a client of ours, not to a server
	Server       uint16          // of Simulated: the short server id, where the device has several servers
	Code         Code            // of what a simulated device asked: the answer; 0 if there was none
	Err          error           // of the same: why there was no answer; of EventDisconnected: what ended the connection, nil if the peer closed it; of EventHandshake: a *transport.HandshakeError
	Again        time.Duration   // of a Register that failed: when the next one follows; 0: none does
	Registration *Registration   // of registration events, as it was then
	Listed       *ListChange     // of EventUpdate: how its list differs from the one before, nil if it does not
	Notification *Notification   // of EventNotification
	Request      *ServerRequest  // of EventRequest
	Reobserved   *Reobserved     // of EventReobserve
	Bootstrap    *BootstrapAsked // of EventBootstrapRequest
	Step         *BootstrapStep  // of EventBootstrapStep
	Alert        *PeerAlert      // of EventAlert
	Misanswered  *Misanswered    // of EventMisanswered
	Deviations   []lwm2m.Deviation
}

// Handshake is the handshake that failed, of EventHandshake; else nil.
func (e *Event) Handshake() *transport.HandshakeError {
	if e.Kind != EventHandshake {
		return nil
	}
	h, _ := e.Err.(*transport.HandshakeError)
	return h
}

// Failed says whether it is something that a simulated device asked for, and did
// not get.
func (e *Event) Failed() bool {
	return e.Kind != EventDisconnected && e.Kind != EventHandshake && (e.Err != nil || e.Code != 0 && !e.Code.IsSuccess())
}

// Notification is what an observed client sent.
type Notification struct {
	Observation uint64 // number of the observation
	Path        lwm2m.Path
	Paths       []lwm2m.Path // of a composite observation
	Sequence    uint32       // the Observe option
	Confirmable bool
	Fresh       bool // false for one that came late or twice: to be shown, not used
	Ended       bool // the client ended the observation with it
	Skipped     int  // notifications passed over before it while a long one was being fetched
	Response    Response
}

// ServerRequest is what a server asked of a client of ours, and what it got.
type ServerRequest struct {
	Operation string // "read", "write", …
	Path      lwm2m.Path
	Detail    string // arguments or attributes, as sent
	Payload   *lwm2m.Tree
	Code      Code // of our answer; 0 if a rule of misbehaviour kept it back
}
