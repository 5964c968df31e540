package credentials

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"lwcon/session/transport"
)

// Export writes a list of credentials in a format, secrets and all, and says how
// many it could not hold: CSV and lines hold pre-shared keys only, JSON no
// certificates, and of an OSCORE context no more than secret and ids.
func Export(format string, list []*Credential) (text []byte, left int, err error) {
	switch format {
	case FormatJSON:
		return exportJSON(list)
	case FormatCSV:
		return exportCSV(list)
	case FormatYAML:
		entries := make([]Entry, len(list))
		for i, c := range list {
			entries[i] = Entry{Credential: c}
		}
		text, err = changedText(FileName, fmt.Appendf(nil, "lwcon: %d\n", Version), putAll(entries))
		return text, 0, err
	case FormatLines:
		return exportLines(list)
	}
	return nil, 0, fmt.Errorf("format %q: expected one of %s", format, strings.Join(Formats(), ", "))
}

// exportLines writes IDENTITY:HEX.
func exportLines(list []*Credential) (text []byte, left int, err error) {
	for _, c := range list {
		if c.Mode != transport.PreSharedKey {
			left++
			continue
		}
		text = fmt.Appendf(text, "%s:%x\n", Printable(c.Identity), c.Key.Octets())
	}
	return text, left, nil
}

// exportCSV writes endpoint,identity,key with a header.
func exportCSV(list []*Credential) (text []byte, left int, err error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	errs := []error{w.Write([]string{"endpoint", "identity", "key"})}
	for _, c := range list {
		if c.Mode != transport.PreSharedKey {
			left++
			continue
		}
		errs = append(errs, w.Write([]string{c.Endpoint, Printable(c.Identity), "hex:" + hexOf(c.Key.Octets())}))
	}
	w.Flush()
	return b.Bytes(), left, errors.Join(append(errs, w.Error())...)
}

// exportJSON writes the list that Import reads.
func exportJSON(list []*Credential) (text []byte, left int, err error) {
	type mode struct {
		Mode    string `json:"mode"`
		Details any    `json:"details,omitempty"`
	}
	type element struct {
		Endpoint string      `json:"endpoint"`
		TLS      *mode       `json:"tls,omitempty"`
		OSCORE   *oscoreJSON `json:"oscore,omitempty"`
	}
	all := []element{}
	for _, c := range list {
		switch {
		case c.OSCORE != nil && len(c.OSCORE.Salt)+len(c.OSCORE.IDContext)+len(c.OSCORE.Algorithm)+len(c.OSCORE.HKDF) == 0:
			all = append(all, element{Endpoint: c.Endpoint, OSCORE: &oscoreJSON{ // as the server sees it
				SenderID: hexOf(c.OSCORE.RecipientID), RecipientID: hexOf(c.OSCORE.SenderID), MasterSecret: hexOf(c.OSCORE.Secret.Octets()),
			}})
		case c.OSCORE != nil || c.Mode == transport.Certificate && (c.Certificate != nil || c.Name != c.Endpoint):
			left++
		case c.Mode == transport.PreSharedKey:
			all = append(all, element{Endpoint: c.Endpoint, TLS: &mode{"psk", pskJSON{Printable(c.Identity), hexOf(c.Key.Octets())}}})
		case c.Mode == transport.RawPublicKey:
			all = append(all, element{Endpoint: c.Endpoint, TLS: &mode{"rpk", rpkJSON{Key: hexOf(c.PublicKey.SPKI)}}})
		default:
			all = append(all, element{Endpoint: c.Endpoint, TLS: &mode{Mode: "x509"}})
		}
	}
	text, err = json.MarshalIndent(all, "", "  ")
	return append(text, '\n'), left, err
}
