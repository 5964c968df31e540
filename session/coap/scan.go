package coap

// Span is where something stands in a message's bytes: Offset to End, the
// latter not included.
type Span struct{ Offset, End int }

// ScannedOption is one option and where it stands.
type ScannedOption struct {
	Number OptionNumber
	// Name is the registered name, empty for an unknown option.
	Name  string
	Value []byte
	// Span is the whole option, ValueSpan its value.
	Span, ValueSpan Span
}

// Scanned is what Scan found. What could not be read is zero.
type Scanned struct {
	// Message holds all that could be read; its slices are parts of the bytes.
	Message Message
	Stream  bool
	// Header is type, code and id, or length and code of a stream.
	Header, Token Span
	Options       []ScannedOption
	// Marker is the payload marker.
	Marker, Payload Span
	// Length is how many bytes the message takes; of a stream, more may follow.
	Length int
	// Complete is false where the message breaks off or cannot be read to its
	// end.
	Complete bool
	// Deviations in order of their offset.
	Deviations []Deviation
}

// Scan walks a message to its parts and tells each departure from the
// specification. It reads as much as can be read, never fails, and does not
// keep b beyond the slices of the result. stream selects the frames of
// RFC 8323; only the first frame is read.
func Scan(b []byte, stream bool) Scanned { return Scanned{} }
