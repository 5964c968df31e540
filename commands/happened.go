package commands

import (
	"lwcon/formats"
	"lwcon/lwm2m"
	"lwcon/session"
)

// Happened is an event of a session: a Register, a notification, …
//
//	{"event":"register","time":"2026-11-23T10:00:00.123Z","endpoint":"dev1","lwm2m":"1.1","lifetime":300,
//	 "binding":"U","queue":false,"address":"192.0.2.7:40001","security":"none","objects":["/1/0","/3/0"],
//	 "links":[…],"raw":"</1/0>,</3/0>","exchange":3}
//	{"event":"notification","time":"…","endpoint":"dev1","path":"/3303/0/5700","observe":12,
//	 "confirmable":false,"values":[…],"exchange":19}
type Happened struct{ session.Event }

// AppendJSON appends the event as one JSON object.
func (h Happened) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("event", h.Kind.String())
	o.moment("time", h.Time)
	o.optional("endpoint", h.Endpoint)
	if h.Simulated {
		o.boolean("simulated", true)
	}
	if h.Server != 0 {
		o.unsigned("ssid", uint64(h.Server))
	}
	switch {
	case h.Notification != nil:
		o.notification(h.Notification)
	case h.Registration != nil:
		o.registration(h.Registration)
		if h.Listed != nil {
			o.paths("added", h.Listed.Added)
			o.paths("removed", h.Listed.Gone)
		}
	case h.Request != nil:
		o.request(h.Request)
	case h.Handshake() != nil:
		o.text("address", h.Handshake().Peer.String())
		o.text("message", h.Handshake().Cause)
		o.optional("hint", h.Handshake().Cure)
	case h.Alert != nil:
		o.text("address", h.Alert.Peer.String())
		o.text("message", h.Alert.Alert.Error())
		o.text("alert", h.Alert.Alert.Name())
		o.integer("number", int64(h.Alert.Alert.Description))
	case h.Misanswered != nil:
		o.text("address", h.Misanswered.Peer.String())
		o.text("request", h.Misanswered.Request.String())
		o.text("answer", h.Misanswered.Answering.String())
	case h.Bootstrap != nil:
		o.asked(h.Bootstrap)
	case h.Step != nil:
		o.step(h.Step)
	case h.Reobserved != nil:
		o.reobserved(h.Reobserved)
	}
	if h.Code != 0 {
		o.text("code", h.Code.String())
	}
	switch {
	case h.Err == nil || h.Handshake() != nil:
	case h.Kind == session.EventDisconnected:
		o.text("cause", h.Err.Error())
	default:
		o.text("failure", h.Err.Error())
	}
	if h.Again > 0 {
		o.seconds("again", h.Again)
	}
	if h.Notification == nil {
		o.deviations(h.Deviations)
	}
	if h.Exchange != 0 {
		o.unsigned("exchange", h.Exchange)
	}
	return o.end()
}

// notification writes what an observed client sent.
func (o *object) notification(n *session.Notification) {
	o.text("path", n.Path.String())
	if len(n.Paths) > 0 {
		o.paths("composite", n.Paths)
	}
	o.unsigned("observe", n.Observation)
	o.boolean("confirmable", n.Confirmable)
	if !n.Fresh {
		o.boolean("fresh", false)
	}
	if n.Ended {
		o.boolean("ended", true)
	}
	if n.Skipped > 0 {
		o.integer("skipped", int64(n.Skipped))
	}
	o.response(&n.Response, func() {})
}

// reobserved writes which observation was begun again, and how that went.
func (o *object) reobserved(r *session.Reobserved) {
	o.text("path", r.Path.String())
	if len(r.Paths) > 0 {
		o.paths("composite", r.Paths)
	}
	o.unsigned("observe", r.Observation)
	if r.Code != 0 {
		o.text("code", r.Code.String())
	}
	if r.Err != nil {
		o.text("failure", r.Err.Error())
	}
}

// request writes what a server asked of a client of ours.
func (o *object) request(r *session.ServerRequest) {
	o.text("operation", r.Operation)
	o.text("path", r.Path.String())
	o.optional("detail", r.Detail)
	if r.Code != 0 {
		o.text("code", r.Code.String())
	}
	if r.Payload != nil {
		o.text("format", r.Payload.Format.String())
		o.tree(r.Payload)
		o.hex("payload", r.Payload.Payload)
	}
}

// registration writes what a client said of itself.
func (o *object) registration(g *session.Registration) {
	o.text("lwm2m", g.Version.String())
	o.seconds("lifetime", g.Lifetime)
	o.text("binding", string(g.Binding))
	o.boolean("queue", g.Queue)
	o.optional("sms", g.SMS)
	o.optional("profiles", g.Profiles)
	if g.Restored {
		o.boolean("restored", true)
	}
	o.text("address", g.Address.String())
	o.text("security", g.Security.String())
	o.text("location", g.Location)
	o.paths("objects", g.Instances())
	o.links("links", registeredLinks(g))
	o.text("raw", g.Raw)
}

// registeredLinks reads the object list as it was sent.
func registeredLinks(g *session.Registration) []lwm2m.Link {
	tree, err := formats.Decode(lwm2m.FormatLink, []byte(g.Raw), formats.Options{})
	if err != nil && tree == nil {
		return nil
	}
	return tree.Links
}
