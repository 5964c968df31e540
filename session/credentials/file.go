package credentials

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"gopkg.in/yaml.v3"

	"lwcon/session/internal/yamlread"
)

// FileName is what the file is called where nobody says otherwise.
const FileName = "lwcon.yaml"

// Version is the number of the file's format, the value of "lwcon".
const Version = 1

// Limits of a file.
const (
	maxDevices  = 100_000
	maxProfiles = 1_000
	maxVars     = 1_000 // of one device
	maxSize     = 16 << 20
)

// Error tells what in lwcon.yaml is wrong, and where. It shows no value, since
// each could be a secret.
type Error = yamlread.Error

// File is what lwcon.yaml says. Secrets are not looked up yet: a Store does that.
// It is not changed once read.
type File struct {
	Name     string // as it was given
	Defaults []Setting
	Profiles []Profile
	Devices  []Device
	Own      Own
	// ProfileIDs are what profile ids of clients stand for.
	ProfileIDs []ProfileID

	bootstrap []writtenAccount
}

// Setting is a value that holds for a flag of the program where neither the
// command line nor the environment gives one.
type Setting struct {
	Flag   string
	Values []string // one, but of flags that can be repeated
	at     position
}

// Profile is a set of settings with a name.
type Profile struct {
	Name     string
	Settings []Setting
}

// Device is what the file says of one device.
type Device struct {
	Alias    string // its key
	Endpoint string // the name it registers by; its alias where the file says none
	Tags     []string
	Vars     []Var // of scenarios that run on it

	psk    *pskEntry
	rpk    *reference // the public key
	x509   *x509Entry
	oscore *oscoreEntry
	at     position
}

// Var is a variable of scenarios.
type Var struct{ Name, Value string }

// Own is what lwcon proves itself with, and whom it trusts.
type Own struct {
	certificate *reference
	privateKey  *reference
	publicKey   *reference
	trust       []*reference
	server      *reference
}

// position is where something stands in the file; line 0 is nowhere.
type position struct{ line, column int }

// reference is a key as the file writes it, and where. Its text may be a secret.
type reference struct {
	text string
	at   position
	what string // devices.bench-a.psk.key
}

// pskEntry is a pre-shared key of a device.
type pskEntry struct {
	identity string
	key      *reference
	at       position
}

// x509Entry is the certificate of a device, or the name in it.
type x509Entry struct {
	certificate *reference
	name        string
	at          position
}

// oscoreEntry is an OSCORE context, seen from the client. RFC 8613 §3.1.
type oscoreEntry struct {
	secret, salt, senderID, recipientID, idContext *reference
	algorithm, hkdf                                string
}

// Load reads a file. The error is an *Error, several joined, or a *ModeError for
// a file that holds a secret itself and is open to group or others, unless any
// mode will do.
func Load(name string, anyMode bool) (*File, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	file, holds, err := parse(name, string(text))
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err == nil && holds && !anyMode {
		if err := closed(name, info.Mode()); err != nil {
			return nil, err
		}
	}
	return file, nil
}

// Parse reads the text of a file, which is named in errors.
func Parse(name, text string) (*File, error) {
	file, _, err := parse(name, text)
	return file, err
}

// Directory is what file names in the file are relative to.
func (f *File) Directory() string { return filepath.Dir(f.Name) }

// Fail returns an error about a setting.
func (f *File) Fail(s Setting, format string, args ...any) error {
	return &Error{File: f.Name, Line: s.at.line, Column: s.at.column, Reason: fmt.Sprintf(format, args...)}
}

// Device returns the device of an endpoint name, or else of an alias; nil if
// there is none.
func (f *File) Device(name string) *Device {
	var found *Device
	for i := range f.Devices {
		d := &f.Devices[i]
		if d.Endpoint == name {
			return d
		}
		if d.Alias == name {
			found = d
		}
	}
	return found
}

// Aliases maps the aliases of devices to their endpoint names.
func (f *File) Aliases() map[string]string {
	aliases := map[string]string{}
	for i := range f.Devices {
		if d := &f.Devices[i]; d.Alias != d.Endpoint {
			aliases[d.Alias] = d.Endpoint
		}
	}
	return aliases
}

// reader reads a file.
type reader struct {
	yamlread.Document
	file   *File
	inline bool // a secret stands in the file itself
	// identities are the PSK identities and where each came first.
	identities map[string]position
	endpoints  map[string]position
}

// parse reads the text of a file, and says whether it holds a secret itself.
func parse(name, text string) (file *File, holds bool, err error) {
	r := &reader{
		Document:   yamlread.Document{File: name, Discreet: true, Larger: maxSize / yamlread.MaxSize},
		file:       &File{Name: name},
		identities: map[string]position{}, endpoints: map[string]position{},
	}
	if strings.Trim(text, " \t\r\n") != "" {
		if root := r.Document.Parse(text); root != nil {
			r.read(root)
		}
	}
	return r.file, r.inline, r.Err()
}

// read reads the whole document.
func (r *reader) read(root *yaml.Node) {
	f := r.file
	r.Fields(root, "lwcon.yaml", []yamlread.Field{
		{Key: "lwcon", Read: func(v *yaml.Node) { r.Format(v, Version) }},
		{Key: "defaults", Read: func(v *yaml.Node) { f.Defaults = r.settings(v, "defaults") }},
		{Key: "profiles", Read: r.profiles},
		{Key: "devices", Read: r.devices},
		{Key: "own", Read: r.own},
		{Key: "bootstrap", Read: r.bootstrap},
		{Key: "profile-ids", Read: r.profileIDs},
	})
}

// settings reads a mapping of flags.
func (r *reader) settings(n *yaml.Node, what string) []Setting {
	var all []Setting
	r.Mapping(n, what, func(key, value *yaml.Node) {
		s := Setting{Flag: key.Value, at: place(key)}
		if value.Kind != yaml.ScalarNode && value.Kind != yaml.SequenceNode || yamlread.IsNull(value) {
			r.Fail(value, "%s.%s: expected a value or a list of values, found %s", what, key.Value, r.Describe(value))
			return
		}
		r.Texts(value, what+"."+key.Value, func(at *yaml.Node, text string) {
			if key.Value == "psk" {
				_, secret, err := SplitPSK(text)
				r.inline = r.inline || err == nil && Inline(secret)
			}
			s.Values = append(s.Values, text)
		})
		all = append(all, s)
	})
	return all
}

// profiles reads the sets of settings.
func (r *reader) profiles(n *yaml.Node) {
	r.Mapping(n, "profiles", func(key, value *yaml.Node) {
		if len(r.file.Profiles) == maxProfiles {
			r.Fail(key, "profiles: expected at most %d, found more", maxProfiles)
			return
		}
		r.file.Profiles = append(r.file.Profiles, Profile{key.Value, r.settings(value, "profiles."+key.Value)})
	})
}

// own reads what lwcon proves itself with.
func (r *reader) own(n *yaml.Node) {
	o := &r.file.Own
	r.Fields(n, "own", []yamlread.Field{
		{Key: "certificate", Read: func(v *yaml.Node) { o.certificate = r.public(v, "own.certificate") }},
		{Key: "private-key", Read: func(v *yaml.Node) { o.privateKey = r.secret(v, "own.private-key") }},
		{Key: "public-key", Read: func(v *yaml.Node) { o.publicKey = r.public(v, "own.public-key") }},
		{Key: "trust", Read: func(v *yaml.Node) {
			r.Texts(v, "own.trust", func(at *yaml.Node, text string) {
				o.trust = append(o.trust, &reference{text, place(at), "own.trust"})
			})
		}},
		{Key: "server", Read: func(v *yaml.Node) { o.server = r.public(v, "own.server") }},
	})
	if o.privateKey == nil && (o.certificate != nil || o.publicKey != nil) {
		r.Fail(n, "own: expected private-key with certificate or public-key, found none")
	}
}

// public reads where a key stands that is no secret; nil if it is not right.
func (r *reader) public(n *yaml.Node, what string) *reference {
	var text string
	if !r.Text(n, what, &text) {
		return nil
	}
	if text == "" {
		r.Fail(n, "%s: expected hex:, base64: or file: and a key, found nothing", what)
		return nil
	}
	return &reference{text, place(n), what}
}

// secret reads where a secret stands.
func (r *reader) secret(n *yaml.Node, what string) *reference {
	found := r.public(n, what)
	r.inline = r.inline || found != nil && Inline(found.text)
	return found
}

// place is where a node stands.
func place(n *yaml.Node) position { return position{n.Line, n.Column} }
