package credentials

import (
	"gopkg.in/yaml.v3"

	"lwcon/session/internal/yamlread"
)

// devices reads the devices: an alias for each, and what is known of it.
//
//	bench-a: {endpoint: "urn:imei:…", psk: {identity: dev1, key: "hex:…"}, tags: [rack], vars: {image: a.bin}}
func (r *reader) devices(n *yaml.Node) {
	r.Mapping(n, "devices", func(key, value *yaml.Node) {
		if len(r.file.Devices) == maxDevices {
			r.Fail(key, "devices: expected at most %d, found more", maxDevices)
			return
		}
		d := Device{Alias: key.Value, Endpoint: key.Value, at: place(key)}
		r.device(value, &d)
		if first, taken := r.endpoints[d.Endpoint]; taken {
			r.Fail(key, "devices.%s: endpoint %q is that of line %d too", d.Alias, d.Endpoint, first.line)
		}
		r.endpoints[d.Endpoint] = d.at
		r.file.Devices = append(r.file.Devices, d)
	})
}

// device reads one device.
func (r *reader) device(n *yaml.Node, d *Device) {
	if yamlread.IsNull(n) {
		return
	}
	what := "devices." + d.Alias
	r.Fields(n, what, []yamlread.Field{
		{Key: "endpoint", Read: func(v *yaml.Node) {
			if r.Text(v, what+".endpoint", &d.Endpoint) && d.Endpoint == "" {
				r.Fail(v, "%s.endpoint: expected a name, found nothing", what)
			}
		}},
		{Key: "psk", Read: func(v *yaml.Node) { d.psk = r.psk(v, what+".psk") }},
		{Key: "rpk", Read: func(v *yaml.Node) { d.rpk = r.rpk(v, what+".rpk") }},
		{Key: "x509", Read: func(v *yaml.Node) { d.x509 = r.x509(v, what+".x509") }},
		{Key: "oscore", Read: func(v *yaml.Node) { d.oscore = r.oscore(v, what+".oscore") }},
		{Key: "tags", Read: func(v *yaml.Node) {
			r.Texts(v, what+".tags", func(_ *yaml.Node, s string) { d.Tags = append(d.Tags, s) })
		}},
		{Key: "vars", Read: func(v *yaml.Node) { r.vars(v, what+".vars", d) }},
	})
	if d.psk != nil && d.psk.identity == "" {
		d.psk.identity = d.Endpoint // the usual case: Core 1.2 §6.2.1
	}
	if d.psk != nil {
		if first, taken := r.identities[d.psk.identity]; taken {
			r.Fail(n, "%s.psk: identity %q is that of line %d too", what, d.psk.identity, first.line)
		}
		r.identities[d.psk.identity] = d.at
	}
}

// psk reads {identity: …, key: …}.
func (r *reader) psk(n *yaml.Node, what string) *pskEntry {
	p := &pskEntry{at: place(n)}
	r.Fields(n, what, []yamlread.Field{
		{Key: "identity", Read: func(v *yaml.Node) {
			var s string
			if !r.Text(v, what+".identity", &s) {
				return
			}
			identity, err := Identity(s)
			if err != nil {
				r.Fail(v, "%s.%v", what, err)
			}
			p.identity = identity
		}},
		{Key: "key", Read: func(v *yaml.Node) { p.key = r.secret(v, what+".key") }},
	})
	if p.key == nil && n.Kind == yaml.MappingNode && !hasKey(n, "key") {
		r.Fail(n, "%s: expected key, found none", what)
	}
	if p.key == nil {
		return nil
	}
	return p
}

// rpk reads {public-key: …}.
func (r *reader) rpk(n *yaml.Node, what string) *reference {
	var key *reference
	r.Fields(n, what, []yamlread.Field{
		{Key: "public-key", Read: func(v *yaml.Node) { key = r.public(v, what+".public-key") }},
	})
	if key == nil && n.Kind == yaml.MappingNode && !hasKey(n, "public-key") {
		r.Fail(n, "%s: expected public-key, found none", what)
	}
	return key
}

// x509 reads {certificate: …}, or {name: …} for a certificate that a trust anchor
// signed and whose name is not the endpoint's.
func (r *reader) x509(n *yaml.Node, what string) *x509Entry {
	x := &x509Entry{at: place(n)}
	r.Fields(n, what, []yamlread.Field{
		{Key: "certificate", Read: func(v *yaml.Node) { x.certificate = r.public(v, what+".certificate") }},
		{Key: "name", Read: func(v *yaml.Node) { r.Text(v, what+".name", &x.name) }},
	})
	if x.certificate == nil && x.name == "" {
		if n.Kind == yaml.MappingNode && !hasKey(n, "certificate") {
			r.Fail(n, "%s: expected certificate or name, found neither", what)
		}
		return nil
	}
	return x
}

// oscore reads an OSCORE context as the client sees it. RFC 8613 §3.2.1.
func (r *reader) oscore(n *yaml.Node, what string) *oscoreEntry {
	o := &oscoreEntry{}
	octets := func(key string, into **reference) yamlread.Field {
		return yamlread.Field{Key: key, Read: func(v *yaml.Node) { *into = r.public(v, what+"."+key) }}
	}
	r.Fields(n, what, []yamlread.Field{
		{Key: "secret", Read: func(v *yaml.Node) { o.secret = r.secret(v, what+".secret") }},
		{Key: "salt", Read: func(v *yaml.Node) { r.maybeEmpty(v, what+".salt", &o.salt) }},
		{Key: "sender-id", Read: func(v *yaml.Node) { r.maybeEmpty(v, what+".sender-id", &o.senderID) }},
		{Key: "recipient-id", Read: func(v *yaml.Node) { r.maybeEmpty(v, what+".recipient-id", &o.recipientID) }},
		octets("id-context", &o.idContext),
		{Key: "algorithm", Read: func(v *yaml.Node) { r.Text(v, what+".algorithm", &o.algorithm) }},
		{Key: "hkdf", Read: func(v *yaml.Node) { r.Text(v, what+".hkdf", &o.hkdf) }},
	})
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for _, key := range [...]string{"secret", "sender-id", "recipient-id"} {
		if !hasKey(n, key) {
			r.Fail(n, "%s: expected secret, sender-id and recipient-id, found no %s", what, key)
		}
	}
	return o
}

// maybeEmpty reads octets of which there may be none: an identifier of OSCORE.
func (r *reader) maybeEmpty(n *yaml.Node, what string, into **reference) {
	var text string
	if r.Text(n, what, &text) {
		if text == "" {
			text = "hex:"
		}
		*into = &reference{text, place(n), what}
	}
}

// vars reads the variables of a device.
func (r *reader) vars(n *yaml.Node, what string, d *Device) {
	r.Mapping(n, what, func(key, value *yaml.Node) {
		var s string
		if len(d.Vars) == maxVars {
			r.Fail(key, "%s: expected at most %d, found more", what, maxVars)
		} else if r.Text(value, what+"."+key.Value, &s) {
			d.Vars = append(d.Vars, Var{key.Value, s})
		}
	})
}

// hasKey says whether a mapping has a key.
func hasKey(n *yaml.Node, name string) bool {
	for _, key := range yamlread.Keys(n) {
		if key.Value == name {
			return true
		}
	}
	return false
}
