package objects

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Limits of a definition file; the largest of the registry has 100 KB.
const (
	maxFileSize = 4 << 20 // octets
	maxDepth    = 32      // elements within each other
	maxElements = 100_000
	maxField    = 64 << 10 // octets of text in one element
)

// definition is an object as an XML file has it: text with its place, nothing
// judged yet.
type definition struct {
	element
	schema string // what the file names as its schema
	items  []element
}

// element is an Object or an Item: its attributes and its children that hold text.
type element struct {
	place
	name   string
	fields []field
}

// field is a child element that holds text, or an attribute.
type field struct {
	place
	name, text string
	attribute  bool
}

// place is where something begins in a file, both from 1.
type place struct{ line, column int }

// get returns the first field of a name.
func (e *element) get(name string) (field, bool) {
	for _, f := range e.fields {
		if f.name == name {
			return f, true
		}
	}
	return field{place: e.place, name: name}, false
}

// text returns the text of the first field of a name as one line: no blanks around
// it, one where there are several.
func (e *element) text(name string) string {
	f, _ := e.get(name)
	return strings.Join(strings.Fields(f.text), " ")
}

// foreignError tells that an XML file is well-formed and holds no object.
type foreignError struct{ root string }

func (e *foreignError) Error() string {
	return fmt.Sprintf("expected the root element LWM2M, found %s", e.root)
}

// xmlError is a fault of the XML itself, with its place.
type xmlError struct {
	place
	reason string
}

func (e *xmlError) Error() string { return e.reason }

// parseXML reads the objects of an OMA XML file: LWM2M.xsd 1.0 and 1.1, elements
// in any order and of any namespace, in UTF-8, UTF-16, ISO 8859-1 or
// Windows-1252, with or without a byte order mark. What stands there twice or is
// unknown is kept as it is. An entity that a DTD declares is an error, so that
// nothing outside the file can come in. The error is an *xmlError or a
// *foreignError; the objects before it are returned.
func parseXML(content []byte) ([]definition, error) {
	if len(content) > maxFileSize {
		return nil, &xmlError{place{1, 1}, fmt.Sprintf("expected at most %d octets, found %d", maxFileSize, len(content))}
	}
	decoder := xml.NewDecoder(bytes.NewReader(toUTF8(content)))
	decoder.Entity = xml.HTMLEntity // descriptions are full of &nbsp;
	decoder.CharsetReader = charsetReader
	r := xmlReader{decoder: decoder}
	err := r.read()
	var syntax *xml.SyntaxError
	switch {
	case errors.As(err, &syntax):
		err = &xmlError{place{syntax.Line, 1}, syntax.Msg}
	case err != nil && !errors.As(err, new(*xmlError)) && !errors.As(err, new(*foreignError)):
		err = &xmlError{r.at, err.Error()}
	}
	return r.definitions, err
}

// xmlReader is the state between two tokens.
type xmlReader struct {
	decoder     *xml.Decoder
	at          place // of the token
	schema      string
	definitions []definition
	open        []element // what is open now, the root first
	elements    int
	text        strings.Builder // since the last tag
}

func (r *xmlReader) read() error {
	for {
		line, column := r.decoder.InputPos()
		r.at = place{line, column}
		token, err := r.decoder.Token()
		if err == io.EOF {
			if r.elements == 0 {
				return &xmlError{r.at, "expected the root element LWM2M, found nothing"}
			}
			return nil
		}
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.StartElement:
			err = r.start(token)
		case xml.EndElement:
			r.end()
		case xml.CharData:
			if r.text.Len()+len(token) > maxField {
				err = &xmlError{r.at, fmt.Sprintf("expected at most %d octets of text in an element", maxField)}
			} else {
				r.text.Write(token)
			}
		}
		if err != nil {
			return err
		}
	}
}

// Levels of the elements of a definition, counted from the root.
const (
	levelObject      = 2 // LWM2M/Object
	levelObjectField = 3 // LWM2M/Object/Name
	levelItem        = 4 // LWM2M/Object/Resources/Item
	levelItemField   = 5 // LWM2M/Object/Resources/Item/Name
)

func (r *xmlReader) start(token xml.StartElement) error {
	one := element{place: r.at, name: token.Name.Local}
	r.elements++
	for i, a := range token.Attr {
		if slices.ContainsFunc(token.Attr[:i], func(b xml.Attr) bool { return b.Name == a.Name }) {
			return &xmlError{r.at, fmt.Sprintf("%s: expected each attribute once, found %s again", one.name, a.Name.Local)}
		}
	}
	switch {
	case len(r.open) == 0 && one.name != "LWM2M":
		return &foreignError{one.name}
	case len(r.open) >= maxDepth:
		return &xmlError{r.at, fmt.Sprintf("expected at most %d elements within each other", maxDepth)}
	case r.elements > maxElements:
		return &xmlError{r.at, fmt.Sprintf("expected at most %d elements", maxElements)}
	}
	r.open = append(r.open, one)
	r.text.Reset()
	switch level := len(r.open); {
	case level == 1:
		for _, a := range token.Attr {
			if strings.HasSuffix(strings.ToLower(a.Name.Local), "schemalocation") {
				r.schema = a.Value
			}
		}
	case level == levelObject:
		one.addAttributes(token)
		r.definitions = append(r.definitions, definition{element: one, schema: r.schema})
	case level == levelItem && one.name == "Item" && r.open[level-2].name == "Resources":
		one.addAttributes(token)
		object := r.object()
		object.items = append(object.items, one)
	}
	return nil
}

func (e *element) addAttributes(token xml.StartElement) {
	for _, a := range token.Attr {
		e.fields = append(e.fields, field{place: e.place, name: a.Name.Local, text: a.Value, attribute: true})
	}
}

func (r *xmlReader) object() *definition { return &r.definitions[len(r.definitions)-1] }

func (r *xmlReader) end() {
	level := len(r.open)
	closed := r.open[level-1]
	f := field{place: closed.place, name: closed.name, text: r.text.String()}
	switch {
	case level == levelObjectField:
		object := r.object()
		object.fields = append(object.fields, f)
	case level == levelItemField && r.open[level-2].name == "Item":
		if object := r.object(); len(object.items) > 0 {
			item := &object.items[len(object.items)-1]
			item.fields = append(item.fields, f)
		}
	}
	r.open = r.open[:level-1]
	r.text.Reset()
}

// toUTF8 takes a byte order mark away, and what UTF-16 it announces.
func toUTF8(content []byte) []byte {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(content, []byte("\xef\xbb\xbf")):
		return content[3:]
	case bytes.HasPrefix(content, []byte("\xff\xfe")):
		order = binary.LittleEndian
	case bytes.HasPrefix(content, []byte("\xfe\xff")):
		order = binary.BigEndian
	default:
		return content
	}
	units := make([]uint16, 0, len(content)/2)
	for at := 2; at+1 < len(content); at += 2 {
		units = append(units, order.Uint16(content[at:]))
	}
	return []byte(string(utf16.Decode(units)))
}

// windows1252 is what the octets 0x80 to 0x9f mean there; ISO 8859-1 has nothing
// that could be shown in their place.
const windows1252 = "€\ufffd‚ƒ„…†‡ˆ‰Š‹Œ\ufffdŽ\ufffd\ufffd‘’“”•–—˜™š›œ\ufffdžŸ"

// charsetReader reads the encoding that an XML declaration names.
func charsetReader(label string, input io.Reader) (io.Reader, error) {
	switch strings.ToLower(label) {
	case "utf-8", "utf8", "us-ascii", "ascii", "utf-16", "utf-16le", "utf-16be": // UTF-16 is UTF-8 by now
		return input, nil
	case "iso-8859-1", "latin1", "windows-1252", "cp1252":
	default:
		return nil, fmt.Errorf("encoding %q: expected UTF-8, UTF-16, ISO-8859-1 or Windows-1252", label)
	}
	octets, err := io.ReadAll(input)
	if err != nil {
		return nil, err
	}
	high := []rune(windows1252)
	text := make([]byte, 0, len(octets)+len(octets)/8)
	for _, c := range octets {
		if c >= 0x80 && c <= 0x9f {
			text = utf8.AppendRune(text, high[c-0x80])
		} else {
			text = utf8.AppendRune(text, rune(c))
		}
	}
	return bytes.NewReader(text), nil
}
