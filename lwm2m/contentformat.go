package lwm2m

import (
	"strconv"
	"strings"
)

// ContentFormat is a CoAP Content-Format or Accept number. Unknown numbers are
// kept. Spec: Core 1.2 §7.4, RFC 7252 §12.3.
type ContentFormat uint16

// The content formats of LwM2M.
const (
	FormatText      ContentFormat = 0     // text/plain
	FormatLink      ContentFormat = 40    // application/link-format
	FormatOpaque    ContentFormat = 42    // application/octet-stream
	FormatCBOR      ContentFormat = 60    // application/cbor, one value (1.1)
	FormatSenMLJSON ContentFormat = 110   // application/senml+json (1.1)
	FormatSenMLCBOR ContentFormat = 112   // application/senml+cbor (1.1)
	FormatETCHJSON  ContentFormat = 320   // application/senml-etch+json (1.2)
	FormatETCHCBOR  ContentFormat = 322   // application/senml-etch+cbor (1.2)
	FormatTLV       ContentFormat = 11542 // application/vnd.oma.lwm2m+tlv
	FormatJSON      ContentFormat = 11543 // application/vnd.oma.lwm2m+json (1.0)
	FormatLwM2MCBOR ContentFormat = 11544 // application/vnd.oma.lwm2m+cbor (1.2)

	// Numbers from before the registration at IANA, still sent by old devices.
	FormatOldText   ContentFormat = 1541
	FormatOldTLV    ContentFormat = 1542
	FormatOldJSON   ContentFormat = 1543
	FormatOldOpaque ContentFormat = 1544
)

// formatRow is what is known of a content format.
type formatRow struct {
	number ContentFormat
	name   string // as scripts write it
	media  string
	since  Version
	text   bool
	many   bool // carries more than one value
}

var formatRows = [...]formatRow{
	{FormatText, "text", "text/plain", V1_0, true, false},
	{FormatLink, "link-format", "application/link-format", V1_0, true, false},
	{FormatOpaque, "opaque", "application/octet-stream", V1_0, false, false},
	{FormatCBOR, "cbor", "application/cbor", V1_1, false, false},
	{FormatSenMLJSON, "senml-json", "application/senml+json", V1_1, true, true},
	{FormatSenMLCBOR, "senml-cbor", "application/senml+cbor", V1_1, false, true},
	{FormatETCHJSON, "senml-etch-json", "application/senml-etch+json", V1_2, true, true},
	{FormatETCHCBOR, "senml-etch-cbor", "application/senml-etch+cbor", V1_2, false, true},
	{FormatTLV, "tlv", "application/vnd.oma.lwm2m+tlv", V1_0, false, true},
	{FormatJSON, "json", "application/vnd.oma.lwm2m+json", V1_0, true, true},
	{FormatLwM2MCBOR, "lwm2m-cbor", "application/vnd.oma.lwm2m+cbor", V1_2, false, true},
}

// row finds what is known of a format or of the one it is an old number of.
func (f ContentFormat) row() *formatRow {
	canonical := f.Canonical()
	for i := range formatRows {
		if formatRows[i].number == canonical {
			return &formatRows[i]
		}
	}
	return nil
}

// Canonical returns the registered number for one of the numbers from before
// the registration, else f.
func (f ContentFormat) Canonical() ContentFormat {
	switch f {
	case FormatOldText:
		return FormatText
	case FormatOldTLV:
		return FormatTLV
	case FormatOldJSON:
		return FormatJSON
	case FormatOldOpaque:
		return FormatOpaque
	}
	return f
}

// String returns the name that results and flags use; the number for an old
// number and for a format that LwM2M does not know.
func (f ContentFormat) String() string {
	if r := f.row(); r != nil && r.number == f {
		return r.name
	}
	return strconv.Itoa(int(f))
}

// MediaType returns the media type, "" if unknown.
func (f ContentFormat) MediaType() string {
	if r := f.row(); r != nil {
		return r.media
	}
	return ""
}

// Since returns the first LwM2M version with the format, 0 if it
// is none of LwM2M's.
func (f ContentFormat) Since() Version {
	if r := f.row(); r != nil {
		return r.since
	}
	return 0
}

// Known says whether the format is one of LwM2M's, an old number included.
func (f ContentFormat) Known() bool { return f.row() != nil }

// Textual says whether payloads of the format are text.
func (f ContentFormat) Textual() bool {
	r := f.row()
	return r != nil && r.text
}

// CarriesMany says whether a payload of the format can hold the values of a
// whole instance or of a multiple resource.
func (f ContentFormat) CarriesMany() bool {
	r := f.row()
	return r != nil && r.many
}

// ParseContentFormat reads a name, a media type or a number.
func ParseContentFormat(text string) (ContentFormat, bool) {
	for i := range formatRows {
		if r := &formatRows[i]; strings.EqualFold(text, r.name) || strings.EqualFold(text, r.media) {
			return r.number, true
		}
	}
	n, err := strconv.ParseUint(text, 10, 16)
	return ContentFormat(n), err == nil
}

// ContentFormats lists the formats of LwM2M by number.
func ContentFormats() []ContentFormat {
	formats := make([]ContentFormat, len(formatRows))
	for i := range formatRows {
		formats[i] = formatRows[i].number
	}
	return formats
}
