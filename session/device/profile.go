package device

import (
	"embed"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"lwcon/lwm2m"
	"lwcon/session/internal/yamlread"
)

// Profile is what a profile file says of a kind of device. It is not changed
// once loaded, and any number of devices share it.
type Profile struct {
	Name     string // of the file, without directory and extension
	Endpoint string
	Version  lwm2m.Version // of the enabler
	Lifetime time.Duration
	Binding  lwm2m.Binding
	Queue    bool
	Awake    time.Duration // in queue mode, after a message; 0: as long as an answer can take
	Firmware Firmware      // how updates of object 5 go
	Rules    []Rule        // misbehaviour

	tree   *tree
	access *lwm2m.Object // the definition of object 2; nil if it is not known
	oscore *lwm2m.Object // the same of object 21
}

// builtin holds the profiles that come with the program.
//
//go:embed profiles/*.yaml
var builtin embed.FS

// Profiles lists the names of the profiles that come with the program.
func Profiles() []string {
	entries, err := builtin.ReadDir("profiles")
	if err != nil {
		return nil
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return names
}

// Source returns the file of a profile that comes with the program; false if
// there is none of that name.
func Source(name string) (string, bool) {
	text, err := builtin.ReadFile("profiles/" + name + ".yaml")
	return string(text), err == nil
}

// Load reads a profile: one that comes with the program by its name, or a file.
// What has a slash, a backslash or the ending .yaml or .yml is a file. The
// errors of the file are *ProfileError, joined.
func Load(name string, registry lwm2m.Registry) (*Profile, error) {
	if !strings.ContainsAny(name, `/\`) && !strings.HasSuffix(name, ".yaml") && !strings.HasSuffix(name, ".yml") {
		text, ok := Source(name)
		if !ok {
			return nil, fmt.Errorf("profile %q: expected one of %s, or a file ending in .yaml; the nearest is %q",
				name, strings.Join(Profiles(), ", "), yamlread.Nearest(name, Profiles()))
		}
		return Parse(name+".yaml", text, registry)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("profile: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, MaxProfileSize+1))
	if err != nil {
		return nil, fmt.Errorf("profile %s: %w", name, err)
	}
	return Parse(name, string(text), registry)
}

// Defaults of a profile that does not say it.
const (
	DefaultVersion  = lwm2m.V1_1
	DefaultLifetime = 86400 * time.Second
)

// profileVersion is the number of the profile format, the value of "lwcon".
const profileVersion = 1

// Parse reads the text of a profile; the file is named in errors. Values are
// typed by the definitions of the registry, which must know every object and
// resource. An object has the version that LwM2M of that version implies; if
// the profile has a resource that came later, the newest.
func Parse(file, text string, registry lwm2m.Registry) (*Profile, error) {
	base := filepath.Base(file)
	p := &Profile{
		Name: strings.TrimSuffix(strings.TrimSuffix(base, ".yaml"), ".yml"), Version: DefaultVersion,
		Lifetime: DefaultLifetime, Binding: lwm2m.DefaultBinding, Firmware: Firmware{Update: defaultUpdateTime, Push: defaultPushTime}, tree: &tree{},
	}
	l := &loader{Document: yamlread.Document{File: file}, profile: p, registry: registry}
	if root := l.Document.Parse(text); root != nil {
		l.load(root)
	}
	if err := l.Err(); err != nil {
		return nil, err
	}
	return p, nil
}

// loader reads a profile.
type loader struct {
	yamlread.Document
	profile   *Profile
	registry  lwm2m.Registry
	links     []placedLink
	instances int
	places    map[lwm2m.Path]*yaml.Node // of object instances
}

// placedLink is an object link and where it stands, to be followed once all is
// read.
type placedLink struct {
	at   *yaml.Node
	path lwm2m.Path
	link lwm2m.Objlnk
}

// load reads the whole document. The head comes first, wherever it stands, as
// values depend on it.
func (l *loader) load(n *yaml.Node) {
	var objects, rules *yaml.Node
	p := l.profile
	l.fields(n, "profile", []field{
		{"lwcon", func(v *yaml.Node) { l.Format(v, profileVersion) }},
		{"endpoint", func(v *yaml.Node) { l.Text(v, "endpoint", &p.Endpoint) }},
		{"lwm2m", l.version},
		{"lifetime", func(v *yaml.Node) { l.Duration(v, "lifetime", 0, &p.Lifetime) }},
		{"binding", l.binding},
		{"queue", func(v *yaml.Node) { l.Boolean(v, "queue", &p.Queue) }},
		{"awake", func(v *yaml.Node) { l.Duration(v, "awake", 0, &p.Awake) }},
		{"objects", func(v *yaml.Node) { objects = v }},
		{"firmware", l.firmware},
		{"misbehave", func(v *yaml.Node) { rules = v }},
	})
	if p.Endpoint == "" {
		p.Endpoint = "lwcon-" + p.Name
	}
	if reason := checkBinding(p.Binding, p.Version); reason != "" && l.Failures() == 0 {
		l.Fail(n, "binding: %s", reason)
	}
	if objects == nil {
		l.Fail(n, "profile: expected objects, found none")
		return
	}
	l.objects(objects)
	if rules != nil {
		l.rules(rules)
	}
}

func (l *loader) version(v *yaml.Node) {
	var s string
	if !l.Text(v, "lwm2m", &s) {
		return
	}
	version, err := lwm2m.ParseVersion(s)
	if err != nil || !slices.Contains([]lwm2m.Version{lwm2m.V1_0, lwm2m.V1_1, lwm2m.V1_2}, version) {
		l.Fail(v, "lwm2m: expected 1.0, 1.1 or 1.2, found %q", s)
		return
	}
	l.profile.Version = version
}

func (l *loader) binding(v *yaml.Node) {
	var s string
	if l.Text(v, "binding", &s) {
		l.profile.Binding = lwm2m.Binding(s)
	}
}
