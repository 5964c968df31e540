package commands

import (
	"context"
	"strings"

	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
)

// ObjectList is the objects that are known, or those that a search found.
//
//	{"command":"objects","objects":[{"id":3303,"name":"Temperature","version":"1.1","resources":[…]}]}
type ObjectList struct {
	Words   []string // searched for; none: all
	Matches []objects.Match
}

// AppendJSON appends the list as one JSON object. Of an object that was found by
// its resources, those are listed.
func (l *ObjectList) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("command", "objects")
	o.list("objects", len(l.Matches), func(i int, in *object) {
		m := &l.Matches[i]
		in.definition(m.Object)
		if len(m.Resources) > 0 {
			in.list("resources", len(m.Resources), func(k int, in *object) {
				in.resource(m.Object.Resource(m.Resources[k]))
			})
		}
	})
	return o.end()
}

// ObjectTable is one object with all its resources.
//
//	{"command":"objects","objects":[{"id":3303,…,"resources":[{"id":5700,"name":"Sensor Value",
//	 "operations":"R","multiple":false,"mandatory":true,"type":"float"}]}],"versions":["1.0","1.1"]}
//
// "further" is how many other objects the same words find with --search.
type ObjectTable struct {
	Object   *lwm2m.Object
	Versions []lwm2m.Version // all that are known, the oldest first
	Further  int             // other objects that the same words find
	Words    []string        // what was asked for
}

// AppendJSON appends the object as one JSON object.
func (t *ObjectTable) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("command", "objects")
	o.list("objects", 1, func(_ int, in *object) {
		in.definition(t.Object)
		in.list("resources", len(t.Object.Resources), func(k int, in *object) { in.resource(&t.Object.Resources[k]) })
	})
	var versions []string
	for _, v := range t.Versions {
		versions = append(versions, v.String())
	}
	o.texts("versions", versions)
	if t.Further > 0 {
		o.integer("further", int64(t.Further))
	}
	return o.end()
}

// definition writes what is known of an object, without its resources.
func (o *object) definition(d *lwm2m.Object) {
	o.unsigned("id", uint64(d.ID))
	o.text("name", d.Name)
	o.text("version", d.Version.String())
	if d.Enabler != 0 {
		o.text("lwm2m", d.Enabler.String())
	}
	o.boolean("multiple", d.Multiple)
	o.boolean("mandatory", d.Mandatory)
}

// resource writes what is known of a resource.
func (o *object) resource(r *lwm2m.Resource) {
	o.unsigned("id", uint64(r.ID))
	o.text("name", r.Name)
	o.text("operations", r.Operations.String())
	o.boolean("multiple", r.Multiple)
	o.boolean("mandatory", r.Mandatory)
	o.text("type", r.Type.String())
	o.optional("range", r.Range)
	o.optional("units", r.Units)
}

// objectsCommand lists, searches and shows object definitions.
func objectsCommand() *Command {
	return &Command{
		Name: "objects", Group: GroupCommon, Passive: true,
		Summary: "list the known objects, search them, or show one as a table",
		Help:    "An id, or the whole name of one object, shows that object; other words, and all words with --search, search the names of objects and resources.",
		Spec:    "Core 1.2 §7.1",
		Parameters: []Parameter{
			{Name: "word", Word: "ID | NAME | WORD", Positional: true, Repeated: true, Summary: "what to show or to search", Complete: completeObjectNames},
			{Name: "search", Kind: KindSwitch, Summary: "search, even if the words are the name of one object"},
			{Name: "version", Word: "VERSION", Summary: "the version of the object; else the newest, or that of the device"},
		},
		Examples: []string{"objects", "objects temperature", "objects temperature --search", "objects 3303", "objects Device --version 1.0"},
		Run: func(_ context.Context, env *Env, args Args, _ Emit) (Result, error) {
			if env.Definitions == nil {
				return nil, usage("objects: no definitions are loaded here")
			}
			words := args.Texts("word")
			version := lwm2m.Version(0)
			if args.Has("version") {
				v, err := lwm2m.ParseVersion(args.Text("version"))
				if err != nil {
					return nil, usage("%v", err)
				}
				version = v
			}
			if id, ok := env.oneObject(words); ok && !args.Switch("search") {
				return env.objectTable(id, version, words)
			}
			if version != 0 {
				return nil, usage("objects: --version needs the id or the name of one object")
			}
			found := env.Definitions.Search(words...)
			if len(found) == 0 {
				return nil, usage("objects %s: expected an id, or words of a name, found no object that has them", strings.Join(words, " ")).
					hinting("--objects DIR loads definitions")
			}
			return &ObjectList{words, found}, nil
		},
	}
}

// oneObject is the object that words mean, if they are the id or the whole name
// of one.
func (env *Env) oneObject(words []string) (uint16, bool) {
	if len(words) == 0 {
		return 0, false
	}
	if p, err := lwm2m.ParsePath(words[0]); err == nil && len(words) == 1 && p.Level() == lwm2m.LevelObject && p.Prefix() == "" {
		return p.Object(), true
	}
	id, err := env.resolver(nil).Object(strings.Join(words, ""))
	return id, err == nil
}

// objectTable shows one object.
func (env *Env) objectTable(id uint16, version lwm2m.Version, words []string) (Result, error) {
	o := env.Definitions.Object(id, version)
	if o == nil {
		return nil, usage("object %d: not known", id).hinting("--objects DIR loads definitions")
	}
	versions := env.Definitions.Versions(id)
	if version != 0 && o.Version != version {
		known := make([]string, len(versions))
		for i, v := range versions {
			known[i] = v.String()
		}
		return nil, usage("object %d: expected a version that is known, %s, found %s", id, listed(known), version)
	}
	t := &ObjectTable{Object: o, Versions: versions, Words: words}
	if _, err := lwm2m.ParsePath(words[0]); err != nil { // a name
		t.Further = max(len(env.Definitions.Search(words...))-1, 0)
	}
	return t, nil
}

// completeObjectNames offers the names of objects.
func completeObjectNames(env *Env, _ Args, _ string) []Completion {
	if env.Definitions == nil {
		return nil
	}
	var found []Completion
	for o := range env.Definitions.All() {
		found = append(found, Completion{Text: objects.Compact(o.Name), Summary: lwm2m.NewPath(o.ID).String() + " " + o.Version.String()})
	}
	return found
}
