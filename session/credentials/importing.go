package credentials

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"lwcon/session/transport"
)

// The formats of lists of credentials.
const (
	FormatYAML  = "yaml"  // lwcon.yaml
	FormatJSON  = "json"  // [{"endpoint":…,"tls":{"mode":"psk","details":{"identity":…,"key":HEX}}}]
	FormatCSV   = "csv"   // endpoint,identity,key
	FormatLines = "lines" // IDENTITY:HEX
)

// Formats are the formats of lists of credentials.
func Formats() []string { return []string{FormatYAML, FormatJSON, FormatCSV, FormatLines} }

// Import reads a list of credentials. The format "" is guessed. Keys that say
// nothing of themselves are read by the notation bare, hex where it is "". An
// error names the line or the element, and no key.
func Import(name string, text []byte, format, bare string, sources Sources) ([]*Credential, error) {
	if format == "" {
		format = guess(text)
	}
	i := importer{name: name, bare: bare, sources: sources}
	if i.bare == "" {
		i.bare = "hex"
	}
	switch format {
	case FormatYAML:
		return i.yaml(text)
	case FormatJSON:
		return i.json(text)
	case FormatCSV:
		return i.csv(text)
	}
	return i.lines(text)
}

// guess is the format that a text looks like.
func guess(text []byte) string {
	first := string(bytes.TrimSpace(text))
	line, _, _ := strings.Cut(first, "\n")
	switch {
	case strings.HasPrefix(first, "[") || strings.HasPrefix(first, "{"):
		return FormatJSON
	case strings.HasPrefix(first, "lwcon:") || strings.Contains("\n"+first, "\ndevices:"):
		return FormatYAML
	case strings.ContainsAny(line, ",;"):
		return FormatCSV
	}
	return FormatLines
}

// importer reads a list.
type importer struct {
	name    string // of the file
	bare    string
	sources Sources
}

// psk makes a credential of texts.
func (i *importer) psk(endpoint, identity, key string) (*Credential, error) {
	id, err := Identity(identity)
	if err != nil {
		return nil, err
	}
	if name, _ := notation(key); name == "" {
		key = i.bare + ":" + key
	}
	secret, err := i.sources.PSK(key)
	if err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	if endpoint == "" {
		endpoint = id
	}
	return &Credential{Endpoint: endpoint, Origin: i.name, Mode: transport.PreSharedKey, Identity: id, Key: secret}, nil
}

// yaml reads another lwcon.yaml.
func (i *importer) yaml(text []byte) ([]*Credential, error) {
	f, err := Parse(i.name, string(text))
	if err != nil {
		return nil, err
	}
	var all []*Credential
	var errs []error
	for k := range f.Devices {
		found, err := i.sources.credentials(f, &f.Devices[k])
		all, errs = append(all, found...), append(errs, err)
	}
	return all, errors.Join(errs...)
}

// lines reads IDENTITY:HEX, one a line; # begins a remark.
func (i *importer) lines(text []byte) ([]*Credential, error) {
	var all []*Credential
	for n, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		at := strings.LastIndexByte(line, ':')
		if at < 0 {
			return nil, &Error{File: i.name, Line: n + 1, Column: 1, Reason: "expected IDENTITY:KEY, found no colon"}
		}
		identity, key := line[:at], line[at+1:]
		if before := strings.LastIndexByte(identity, ':'); before >= 0 {
			if name, _ := notation(line[before+1:]); name != "" {
				identity, key = line[:before], line[before+1:]
			}
		}
		c, err := i.psk("", identity, key)
		if err != nil {
			return nil, &Error{File: i.name, Line: n + 1, Column: 1, Reason: err.Error()}
		}
		all = append(all, c)
	}
	return all, nil
}
