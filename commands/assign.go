package commands

import (
	"strings"

	"lwcon/lwm2m"
)

// assigning reads PATH=VALUE words: relative to a path, typed by definitions or
// by --type.
type assigning struct {
	env         *Env
	at          lwm2m.Path
	definitions lwm2m.Definitions // nil: nothing is known
	typeOf      func(lwm2m.Path) (lwm2m.Type, bool)
}

// nodes reads words into nodes. PATH! is a null, which deletes.
func (a *assigning) nodes(words []string) ([]lwm2m.Node, error) {
	nodes := make([]lwm2m.Node, 0, len(words))
	for _, w := range words {
		n, err := a.node(w)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, n)
	}
	return nodes, nil
}

// node reads one word.
func (a *assigning) node(word string) (lwm2m.Node, error) {
	name, text, ok := strings.Cut(word, "=")
	if unset, null := strings.CutSuffix(word, "!"); !ok && null {
		p, err := a.path(unset)
		return lwm2m.NewNode(lwm2m.KindValue, p, lwm2m.Value{}, lwm2m.Span{}, 0).WithDefinition(lwm2m.FindResource(a.definitions, p)), err
	}
	if !ok {
		return lwm2m.Node{}, usage("%q: expected PATH=VALUE such as 5700=21.5", word)
	}
	p, err := a.path(name)
	if err != nil {
		return lwm2m.Node{}, err
	}
	if p.Level() < lwm2m.LevelResource {
		return lwm2m.Node{}, usage("%q: expected the path of a resource, found %s", word, p)
	}
	return a.valueNode(p, text)
}

// valueNode reads the value of a resource.
func (a *assigning) valueNode(p lwm2m.Path, text string) (lwm2m.Node, error) {
	r := lwm2m.FindResource(a.definitions, p)
	var t lwm2m.Type
	known := false
	if a.typeOf != nil {
		t, known = a.typeOf(p)
	}
	if !known && r != nil && r.Type != lwm2m.None {
		t, known = r.Type, true
	}
	v, err := a.env.value(t, known, text)
	if err != nil {
		e := Classify(err)
		e.Message = p.String() + ": " + e.Message
		return lwm2m.Node{}, e
	}
	kind := lwm2m.KindValue
	return lwm2m.NewNode(kind, p, v, lwm2m.Span{}, 0).WithDefinition(r), nil
}

// path reads the path of an assignment: with a leading "/" as it is, else below
// the path that the assignments are relative to, if it fits there.
func (a *assigning) path(text string) (lwm2m.Path, error) {
	if strings.HasPrefix(text, "/") || a.at.Level() == lwm2m.LevelRoot {
		return a.env.path(text, a.definitions)
	}
	p := a.at
	segments := strings.Split(text, "/")
	if len(segments)+p.Level() > lwm2m.LevelResourceInstance {
		return a.env.path(text, a.definitions)
	}
	for _, s := range segments {
		child, err := a.env.child(p, s, a.definitions)
		if err != nil {
			return p, err
		}
		p = child
	}
	return p, nil
}
