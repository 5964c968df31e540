package credentials

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
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

// csv reads endpoint,identity,key, or identity,key; a first line that names these
// columns puts them in its own order. The semicolon parts too.
func (i *importer) csv(text []byte) ([]*Credential, error) {
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord, r.TrimLeadingSpace, r.Comment = -1, true, '#'
	if line, _, _ := strings.Cut(string(text), "\n"); strings.Contains(line, ";") && !strings.Contains(line, ",") {
		r.Comma = ';'
	}
	var all []*Credential
	columns := []string(nil)
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		var parse *csv.ParseError
		if errors.As(err, &parse) {
			return nil, &Error{File: i.name, Line: parse.Line, Column: parse.Column, Reason: parse.Err.Error()}
		}
		if err != nil {
			return nil, err
		}
		if columns == nil {
			if columns = header(record); columns != nil {
				continue
			}
			columns = []string{"endpoint", "identity", "key"}[3-min(3, max(2, len(record))):]
		}
		line, _ := r.FieldPos(0)
		if len(record) != len(columns) {
			return nil, &Error{File: i.name, Line: line, Column: 1, Reason: fmt.Sprintf("expected %d columns (%s), found %d", len(columns), strings.Join(columns, ", "), len(record))}
		}
		field := func(name string) string {
			if at := slices.Index(columns, name); at >= 0 {
				return record[at]
			}
			return ""
		}
		identity := field("identity")
		if identity == "" {
			identity = field("endpoint")
		}
		c, err := i.psk(field("endpoint"), identity, field("key"))
		if err != nil {
			return nil, &Error{File: i.name, Line: line, Column: 1, Reason: err.Error()}
		}
		all = append(all, c)
	}
}

// header is the columns that a first line names, nil if it is no header.
func header(record []string) []string {
	columns := make([]string, len(record))
	known := 0
	for i, name := range record {
		columns[i] = strings.ToLower(strings.TrimSpace(name))
		if slices.Contains([]string{"endpoint", "identity", "key"}, columns[i]) {
			known++
		}
	}
	if known < 2 || !slices.Contains(columns, "key") {
		return nil
	}
	return columns
}

// listed is one element of a JSON list; servers write it in two ways.
type listed struct {
	Endpoint string `json:"endpoint"`
	TLS      *struct {
		Mode    string          `json:"mode"`
		Details json.RawMessage `json:"details"`
	} `json:"tls,omitempty"`
	OSCORE *struct {
		SenderID     string `json:"sid"`
		RecipientID  string `json:"rid"`
		MasterSecret string `json:"msec"`
	} `json:"oscore,omitempty"`
	PSK  *pskJSON        `json:"psk,omitempty"`
	RPK  json.RawMessage `json:"rpk,omitempty"`
	X509 bool            `json:"x509,omitempty"`
}

// pskJSON is a pre-shared key; the key is hex.
type pskJSON struct {
	Identity string `json:"identity"`
	Key      string `json:"key"`
}

// rpkJSON is a raw public key: SubjectPublicKeyInfo in hex, or the coordinates of
// a point.
type rpkJSON struct {
	Key string `json:"key,omitempty"`
	X   string `json:"x,omitempty"`
	Y   string `json:"y,omitempty"`
}

// json reads a list, or one element.
func (i *importer) json(text []byte) ([]*Credential, error) {
	var list []listed
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) {
		text = append(append([]byte("["), text...), ']')
	}
	if err := json.Unmarshal(text, &list); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return nil, fmt.Errorf("%s: expected JSON, found something else at octet %d", i.name, syntax.Offset)
		}
		return nil, fmt.Errorf(`%s: expected a list of {"endpoint":…,"tls":{"mode":…,"details":{…}}}, found JSON of another shape`, i.name)
	}
	var all []*Credential
	for n := range list {
		found, err := i.element(&list[n])
		if err != nil {
			return nil, fmt.Errorf("%s: element %d (%s): %w", i.name, n+1, Printable(list[n].Endpoint), err)
		}
		all = append(all, found...)
	}
	return all, nil
}

// element reads one element: a credential for each way that it names.
func (i *importer) element(l *listed) ([]*Credential, error) {
	if l.Endpoint == "" {
		return nil, errors.New("expected endpoint, found none")
	}
	if t := l.TLS; t != nil {
		var err error
		switch t.Mode {
		case "psk":
			l.PSK = &pskJSON{}
			err = json.Unmarshal(t.Details, l.PSK)
		case "rpk":
			l.RPK = t.Details
		case "x509":
			l.X509 = true
		default:
			return nil, fmt.Errorf("mode: expected psk, rpk or x509, found %q", t.Mode)
		}
		if err != nil {
			return nil, errors.New("details: expected identity and key, found another shape")
		}
	}
	var all []*Credential
	if l.PSK != nil {
		c, err := i.psk(l.Endpoint, l.PSK.Identity, l.PSK.Key)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	if l.RPK != nil {
		var k rpkJSON
		if err := json.Unmarshal(l.RPK, &k); err != nil {
			return nil, errors.New("rpk: expected key, or x and y, found another shape")
		}
		key, err := i.sources.PublicKey("hex:" + k.Key + k.X + k.Y)
		if err != nil {
			return nil, fmt.Errorf("rpk: %w", err)
		}
		all = append(all, &Credential{Endpoint: l.Endpoint, Origin: i.name, Mode: transport.RawPublicKey, PublicKey: key})
	}
	if l.X509 {
		all = append(all, &Credential{Endpoint: l.Endpoint, Origin: i.name, Mode: transport.Certificate, Name: l.Endpoint})
	}
	if o := l.OSCORE; o != nil {
		c, _, err := i.sources.oscore(&oscoreEntry{
			secret: inHex(o.MasterSecret), senderID: inHex(o.RecipientID), recipientID: inHex(o.SenderID), // as that server sees them
		})
		if err != nil {
			return nil, fmt.Errorf("oscore: %w", err)
		}
		all = append(all, &Credential{Endpoint: l.Endpoint, Origin: i.name, OSCORE: c, Mode: transport.NoSecurity})
	}
	if len(all) == 0 {
		return nil, errors.New("expected tls, psk, rpk, x509 or oscore, found none")
	}
	return all, nil
}

func inHex(text string) *reference { return &reference{text: "hex:" + text} }
