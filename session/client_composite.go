package session

import (
	"lwcon/formats"
	"lwcon/lwm2m"
	"lwcon/session/device"
)

// fetch answers a Read-Composite, or begins an Observe-Composite.
// Spec: Core 1.2 §6.3.8, §6.4.3.
func (q *served) fetch() {
	paths, ok := q.list()
	if !ok {
		return
	}
	if q.operation == "observe-composite" {
		q.begin(func(parameters lwm2m.Attributes) (*device.Observation, device.Result) {
			return q.client.device.ObserveComposite(q.server(), paths, parameters)
		})
		return
	}
	q.result = q.client.device.ReadComposite(q.server(), paths)
	q.content()
}

// list decodes the body of a composite read: a list of paths.
func (q *served) list() ([]lwm2m.Path, bool) {
	f, ok := q.compositeFormat()
	if !ok {
		return nil, false
	}
	tree, err := decoded(f, q.request.Message.Payload, formats.Options{PathList: true})
	q.payload = tree
	if err != nil {
		q.refuse(device.BadRequest, err.Error())
		return nil, false
	}
	paths := make([]lwm2m.Path, len(tree.Nodes))
	for i := range tree.Nodes {
		paths[i] = tree.Nodes[i].Path()
		q.misbehave(paths[i])
	}
	return paths, true
}

// compositeFormat returns the format of a composite request's body; else it
// holds the refusal. Spec: Core 1.2 §7.4.
func (q *served) compositeFormat() (lwm2m.ContentFormat, bool) {
	number, ok := q.request.Message.ContentFormat()
	f := lwm2m.ContentFormat(number)
	version := q.client.device.Version()
	switch {
	case q.path.Level() != lwm2m.LevelRoot:
		q.refuse(device.MethodNotAllowed, "a composite operation has its paths in the body")
	case version < lwm2m.V1_1:
		q.refuse(device.MethodNotAllowed, "composite operations need LwM2M 1.1")
	case !ok:
		q.refuse(device.BadRequest, "no Content-Format")
	case f.Since() == 0 || f.Since() > version || !f.CarriesMany() || f.Canonical() == lwm2m.FormatTLV || f.Canonical() == lwm2m.FormatJSON:
		q.refuse(device.UnsupportedContentFormat, "content format "+f.String())
	default:
		return f, true
	}
	return f, false
}

// writeComposite answers a Write-Composite. Spec: Core 1.2 §6.3.9.
func (q *served) writeComposite() {
	f, ok := q.compositeFormat()
	if !ok {
		return
	}
	tree, err := decoded(f, q.request.Message.Payload, formats.Options{Definitions: q.client.device})
	q.payload = tree
	if err != nil {
		q.refuse(device.BadRequest, err.Error())
		return
	}
	for i := range tree.Nodes {
		q.misbehave(tree.Nodes[i].Path())
	}
	if q.pretend() {
		return
	}
	q.result = q.client.device.WriteComposite(q.server(), tree.Nodes)
}
