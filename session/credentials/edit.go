package credentials

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"lwcon/session/internal/yamlread"
	"lwcon/session/transport"
)

// Entry is a credential as it is written into a file.
type Entry struct {
	*Credential
	Text string // the key by its notation, as it is to stand there; "": by hex:
}

// Edited is what became of a file.
type Edited struct {
	Created bool // the file was not there before
	Closed  bool // its mode was open, and is 0600 now: it holds a secret
}

// Put writes entries into the section devices of a file, in the place of those of
// the same endpoint and mode. Everything else stays, comments too. A file that is
// not there is made, of mode 0600.
func Put(path string, entries []Entry) (Edited, error) {
	return edit(path, putAll(entries))
}

// putAll is the change that writes entries.
func putAll(entries []Entry) func(root *yaml.Node) error {
	return func(root *yaml.Node) error {
		devices := member(root, "devices")
		if devices == nil {
			devices = &yaml.Node{Kind: yaml.MappingNode}
			root.Content = append(root.Content, scalar("devices"), devices)
		}
		if yamlread.IsNull(devices) {
			*devices = yaml.Node{Kind: yaml.MappingNode}
		}
		if devices.Kind != yaml.MappingNode {
			return errors.New("devices: expected a mapping")
		}
		index := deviceIndex(devices)
		for i := range entries {
			put(devices, index, &entries[i])
		}
		return nil
	}
}

// deviceIndex finds the node of a device by its endpoint name.
func deviceIndex(devices *yaml.Node) map[string]*yaml.Node {
	index := make(map[string]*yaml.Node, len(devices.Content)/2)
	for i := 0; i+1 < len(devices.Content); i += 2 {
		name := devices.Content[i].Value
		if endpoint := member(devices.Content[i+1], "endpoint"); endpoint != nil {
			name = endpoint.Value
		}
		index[name] = devices.Content[i+1]
	}
	return index
}

// put writes one entry.
func put(devices *yaml.Node, index map[string]*yaml.Node, e *Entry) {
	node := index[e.Endpoint]
	if node == nil {
		node = flow()
		alias := e.Alias
		if alias == "" {
			alias = e.Endpoint
		} else if alias != e.Endpoint {
			set(node, "endpoint", scalar(e.Endpoint))
		}
		devices.Content = append(devices.Content, scalar(alias), node)
		index[e.Endpoint] = node
	}
	if node.Kind != yaml.MappingNode {
		*node = *flow()
	}
	set(node, e.ModeName(), e.node())
}

// node is the mapping of one mode.
func (e *Entry) node() *yaml.Node {
	text := func(octets []byte) *yaml.Node {
		if e.Text != "" {
			return quoted(e.Text)
		}
		return quoted("hex:" + hexOf(octets))
	}
	n := flow()
	switch {
	case e.OSCORE != nil:
		set(n, "secret", text(e.OSCORE.Secret.Octets()))
		if len(e.OSCORE.Salt) > 0 {
			set(n, "salt", quoted("hex:"+hexOf(e.OSCORE.Salt)))
		}
		set(n, "sender-id", quoted("hex:"+hexOf(e.OSCORE.SenderID)))
		set(n, "recipient-id", quoted("hex:"+hexOf(e.OSCORE.RecipientID)))
		if e.OSCORE.IDContext != nil {
			set(n, "id-context", quoted("hex:"+hexOf(e.OSCORE.IDContext)))
		}
		for _, name := range [...]struct{ key, value string }{{"algorithm", e.OSCORE.Algorithm}, {"hkdf", e.OSCORE.HKDF}} {
			if name.value != "" {
				set(n, name.key, quoted(name.value))
			}
		}
	case e.Mode == transport.PreSharedKey:
		if e.Identity != e.Endpoint {
			set(n, "identity", scalar(Printable(e.Identity)))
		}
		set(n, "key", text(e.Key.Octets()))
	case e.Mode == transport.RawPublicKey:
		set(n, "public-key", text(e.PublicKey.SPKI))
	case e.Certificate != nil:
		set(n, "certificate", text(e.Certificate.Raw))
	default:
		set(n, "name", scalar(e.Name))
	}
	return n
}

// Delete removes the credentials of endpoints from a file, and says whether there
// were any; a device that has nothing else is removed with them.
func Delete(path string, endpoints []string) (found bool, err error) {
	_, err = edit(path, func(root *yaml.Node) error {
		devices := member(root, "devices")
		if devices == nil || devices.Kind != yaml.MappingNode {
			return nil
		}
		var kept []*yaml.Node
		for i := 0; i+1 < len(devices.Content); i += 2 {
			key, device := devices.Content[i], devices.Content[i+1]
			name := key.Value
			if endpoint := member(device, "endpoint"); endpoint != nil {
				name = endpoint.Value
			}
			if slices.Contains(endpoints, name) {
				left, had := strip(device)
				found = found || had
				if had && !left {
					continue
				}
			}
			kept = append(kept, key, device)
		}
		devices.Content = kept
		return nil
	})
	return found, err
}

// strip removes the credentials of a device, and says whether anything is left
// beside its name, and whether there were any.
func strip(device *yaml.Node) (left, had bool) {
	var kept []*yaml.Node
	for i := 0; i+1 < len(device.Content); i += 2 {
		switch device.Content[i].Value {
		case "psk", "rpk", "x509", "oscore":
			had = true
			continue
		case "endpoint":
		default:
			left = true
		}
		kept = append(kept, device.Content[i], device.Content[i+1])
	}
	device.Content = kept
	return left, had
}

// edit changes a file as a whole: what comes out must read, or nothing is
// written.
func edit(path string, change func(root *yaml.Node) error) (Edited, error) {
	var done Edited
	text, err := os.ReadFile(path)
	var mode os.FileMode = 0o600
	switch {
	case errors.Is(err, fs.ErrNotExist):
		done.Created, text = true, []byte(fmt.Sprintf("lwcon: %d\n", Version))
	case err != nil:
		return done, err
	default:
		info, err := os.Stat(path)
		if err != nil {
			return done, err
		}
		mode = info.Mode().Perm()
	}
	changed, err := changedText(path, text, change)
	if err != nil {
		return done, err
	}
	_, holds, err := parse(path, string(changed))
	if err != nil {
		return done, err
	}
	if holds && runtime.GOOS != "windows" && mode&0o077 != 0 {
		mode, done.Closed = mode&^0o077, true
	}
	if bytes.Equal(changed, text) && !done.Created && !done.Closed {
		return done, nil
	}
	return done, Replace(path, changed, mode)
}

// changedText is the text of a file after a change.
func changedText(path string, text []byte, change func(root *yaml.Node) error) ([]byte, error) {
	if _, _, err := parse(path, string(text)); err != nil {
		return nil, err
	}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(document.Content) == 0 {
		document = yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{{Kind: yaml.MappingNode}}}
	}
	if err := change(document.Content[0]); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	if err := errors.Join(encoder.Encode(&document), encoder.Close()); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return b.Bytes(), nil
}

// Replace writes a file beside the old one and puts it in its place, so that a
// reader never sees half of it. A link stays a link.
func Replace(path string, content []byte, mode os.FileMode) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	directory := filepath.Dir(path)
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(directory, ".lwcon-*") // of mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Chmod(mode), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // why it could not be written is the error to tell
	}
	return err
}

// Relative is a key by its notation as a file at a path has to write it: a file
// name that is relative to a directory, "" for the working one, becomes one
// relative to that file, and what was bare says what it was taken for.
func Relative(path, directory, text string) string {
	name, rest := notation(text)
	switch {
	case name == "":
		return "text:" + text
	case name != "file" || filepath.IsAbs(rest):
		return text
	}
	absolute, err := filepath.Abs(filepath.Join(directory, rest))
	if err != nil {
		return text
	}
	base, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return "file:" + absolute
	}
	if relative, err := filepath.Rel(base, absolute); err == nil && !strings.HasPrefix(relative, "..") {
		return "file:" + relative
	}
	return "file:" + absolute
}

// member is the value of a key, nil if there is none.
func member(n *yaml.Node, key string) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			if v := n.Content[i+1]; v.Kind != yaml.AliasNode {
				return v
			}
			return n.Content[i+1].Alias
		}
	}
	return nil
}

// set gives a key a value.
func set(n *yaml.Node, key string, value *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			n.Content[i+1] = value
			return
		}
	}
	n.Content = append(n.Content, scalar(key), value)
}

// flow is an empty mapping on one line.
func flow() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle} }

// scalar is a text, quoted where YAML would take it for something else.
func scalar(text string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(text)
	if strings.ContainsAny(text, ":{}[],#&*!|>'\"%@`") {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

// quoted is a text in quotes.
func quoted(text string) *yaml.Node {
	n := scalar(text)
	n.Style = yaml.DoubleQuotedStyle
	return n
}
