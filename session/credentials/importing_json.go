package credentials

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"lwcon/session/transport"
)

// listed is one element of a JSON list; servers write it in two ways.
type listed struct {
	Endpoint string `json:"endpoint"`
	TLS      *struct {
		Mode    string          `json:"mode"`
		Details json.RawMessage `json:"details"`
	} `json:"tls,omitempty"`
	OSCORE *oscoreJSON     `json:"oscore,omitempty"`
	PSK    *pskJSON        `json:"psk,omitempty"`
	RPK    json.RawMessage `json:"rpk,omitempty"`
	X509   bool            `json:"x509,omitempty"`
}

// pskJSON is a pre-shared key; the key is hex.
type pskJSON struct {
	Identity string `json:"identity"`
	Key      string `json:"key"`
}

// oscoreJSON is an OSCORE context, all in hex.
type oscoreJSON struct {
	SenderID     string `json:"sid"`
	RecipientID  string `json:"rid"`
	MasterSecret string `json:"msec"`
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
	if err := l.older(); err != nil {
		return nil, err
	}
	var all []*Credential
	take := func(c *Credential, err error) error {
		if err == nil {
			c.Endpoint, c.Origin = l.Endpoint, i.name
			all = append(all, c)
		}
		return err
	}
	var errs []error
	if l.PSK != nil {
		errs = append(errs, take(i.psk(l.Endpoint, l.PSK.Identity, l.PSK.Key)))
	}
	if l.RPK != nil {
		errs = append(errs, take(i.rawKey(l.RPK)))
	}
	if l.X509 {
		errs = append(errs, take(&Credential{Mode: transport.Certificate, Name: l.Endpoint}, nil))
	}
	if l.OSCORE != nil {
		errs = append(errs, take(i.context(l.OSCORE)))
	}
	if len(errs) == 0 {
		return nil, errors.New("expected tls, psk, rpk, x509 or oscore, found none")
	}
	return all, errors.Join(errs...)
}

// older turns the newer way to write an element into the older one.
func (l *listed) older() error {
	if l.TLS == nil {
		return nil
	}
	switch l.TLS.Mode {
	case "psk":
		l.PSK = &pskJSON{}
		if json.Unmarshal(l.TLS.Details, l.PSK) != nil {
			return errors.New("details: expected identity and key, found another shape")
		}
	case "rpk":
		l.RPK = l.TLS.Details
	case "x509":
		l.X509 = true
	default:
		return fmt.Errorf("mode: expected psk, rpk or x509, found %q", l.TLS.Mode)
	}
	return nil
}

// rawKey reads a raw public key.
func (i *importer) rawKey(text json.RawMessage) (*Credential, error) {
	var k rpkJSON
	if err := json.Unmarshal(text, &k); err != nil {
		return nil, errors.New("rpk: expected key, or x and y, found another shape")
	}
	key, err := i.sources.PublicKey("hex:" + k.Key + k.X + k.Y)
	if err != nil {
		return nil, fmt.Errorf("rpk: %w", err)
	}
	return &Credential{Mode: transport.RawPublicKey, PublicKey: key}, nil
}

// context reads an OSCORE context, whose ids are as that server sees them.
func (i *importer) context(o *oscoreJSON) (*Credential, error) {
	c, _, err := i.sources.oscore(&oscoreEntry{
		secret: inHex(o.MasterSecret), senderID: inHex(o.RecipientID), recipientID: inHex(o.SenderID),
	})
	if err != nil {
		return nil, fmt.Errorf("oscore: %w", err)
	}
	return &Credential{OSCORE: c, Mode: transport.NoSecurity}, nil
}

func inHex(text string) *reference { return &reference{text: "hex:" + text} }
