package commands

import (
	"context"
	"errors"

	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
)

// Checked is what the registry would object to in a definition file.
//
//	{"command":"objects check","file":"34567.xml","faults":[{"line":17,"column":9,"severity":"failure","message":"…"}]}
type Checked struct {
	File     string
	Findings []objects.Finding
}

// Refused says whether the registry would refuse the file.
func (c *Checked) Refused() bool {
	for i := range c.Findings {
		if c.Findings[i].Severity == lwm2m.Failure {
			return true
		}
	}
	return false
}

// AppendJSON appends the findings as one JSON object.
func (c *Checked) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("command", "objects check")
	o.text("file", c.File)
	o.list("faults", len(c.Findings), func(i int, in *object) {
		f := &c.Findings[i]
		in.integer("line", int64(f.Line))
		in.integer("column", int64(f.Column))
		in.text("severity", f.Severity.String())
		in.text("message", f.Message)
	})
	return o.end()
}

// objectsCheckCommand holds a definition file against the rules of the registry.
func objectsCheckCommand() *Command {
	return &Command{
		Name: "objects check", Group: GroupCommon, Passive: true,
		Summary: "hold an object definition (OMA XML) against the rules of the registry",
		Help:    "A failure is what the registry would refuse, and ends with status 1; warnings and notes are worth a look.",
		Spec:    "Core 1.2 §7.1",
		Parameters: []Parameter{
			{Name: "file", Kind: KindFile, Positional: true, Required: true, Summary: "the XML file"},
		},
		Examples: []string{"objects check 34567.xml"},
		Run: func(_ context.Context, env *Env, args Args, _ Emit) (Result, error) {
			registry := env.Definitions
			if registry == nil {
				registry = objects.New()
			}
			name := args.Text("file")
			found, err := objects.CheckFile(env.fileName(name), registry)
			if err != nil {
				return nil, usage("%v", err)
			}
			return &Checked{name, found}, nil
		},
	}
}

// LoadDefinitions is the registry of the embedded objects and those of OMA XML
// files in some directories, or in files by their own name. What can be
// understood of a file with mistakes is loaded all the same: beside the error,
// an *Error of kind config that names each mistake, the registry can be used. The
// warnings are of files that hold no object, and of objects that are defined twice.
func LoadDefinitions(paths []string) (registry *objects.Registry, warnings []string, err error) {
	registry = objects.New()
	if len(paths) == 0 {
		return registry, nil, nil
	}
	loaded, notes, err := objects.Load(paths...)
	registry = registry.With(loaded...)
	for _, n := range notes {
		warnings = append(warnings, "--objects: "+n.Error())
	}
	if err == nil {
		return registry, warnings, nil
	}
	e := failure(ConfigError, "%v", err)
	e.Err = err
	var file *objects.FileError
	if errors.As(err, &file) {
		e.Hint = "objects check " + Quote(file.File) + " tells more"
	}
	return registry, warnings, e
}
