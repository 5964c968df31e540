package coap

import (
	"encoding/binary"
	"fmt"
)

// Span is where something stands in a message's bytes: Offset to End, the
// latter not included.
type Span struct{ Offset, End int }

// ScannedOption is one option and where it stands.
type ScannedOption struct {
	Number OptionNumber
	// Name is the registered name, empty for an unknown option.
	Name string
	// Format is the shape that the registry gives the value, FormatOpaque for an
	// unknown option.
	Format OptionFormat
	Value  []byte
	// Span is the whole option, ValueSpan its value.
	Span, ValueSpan Span
}

// Scanned is what Scan found. What could not be read is zero.
type Scanned struct {
	// Message holds all that could be read; its slices are parts of the bytes.
	Message Message
	Stream  bool
	// Header is version, type, token length, code and id; of a stream, length,
	// token length and code.
	Header, Token Span
	Options       []ScannedOption
	// Marker is the payload marker.
	Marker, Payload Span
	// Length is how many bytes the message takes. Of a stream it can be less
	// than were given, and more where the frame is not complete.
	Length int
	// Complete is false where the message breaks off or cannot be read to its
	// end.
	Complete bool
	// Deviations in order of their offset, those about the whole message last.
	Deviations []Deviation
}

// Scan walks a message to its parts and tells each departure from the
// specification. It reads as much as can be read, never fails, and keeps no
// part of b beyond the slices of the result. stream selects the frames of
// RFC 8323; only the first frame is read.
func Scan(b []byte, stream bool) Scanned {
	s := Scanned{Stream: stream}
	w := walker{b: b, stream: stream, out: &s}
	w.walk()
	s.Complete = !w.broken && !w.short
	return s
}

// clean tells whether Scan would find no deviation, at much less cost.
func clean(b []byte, stream bool) bool {
	w := walker{b: b, stream: stream}
	w.walk()
	return !w.deviant
}

// walker goes over a message once. Without out it only learns whether there is
// a deviation.
type walker struct {
	b       []byte // cut to the frame
	stream  bool
	out     *Scanned
	at      int
	code    Code
	before  OptionNumber // the last option's number
	any     bool         // an option came
	deviant bool
	broken  bool // cannot be read further
	short   bool // the frame ends beyond the bytes
}

func (w *walker) report(rule string, offset int, format string, args ...any) {
	w.deviant = true
	if w.out != nil {
		w.out.Deviations = append(w.out.Deviations, deviate(rule, offset, fmt.Sprintf(format, args...)))
	}
}

// stop ends the walk at something that cannot be read.
func (w *walker) stop(rule string, offset int, format string, args ...any) {
	w.broken = true
	w.report(rule, offset, format, args...)
}

func (w *walker) walk() {
	if !w.stream && dtlsRecord(w.b) {
		if w.out != nil {
			w.out.Length = len(w.b)
		}
		w.stop(ruleSecured, 0, "plain CoAP expected at this port, found a record of DTLS: the device is to use coap:// here, or the port of coaps://")
		return
	}
	var tokenLength int
	if w.stream {
		tokenLength = w.streamHeader()
	} else {
		tokenLength = w.datagramHeader()
	}
	if !w.broken {
		w.token(tokenLength)
	}
	for !w.broken && w.at < len(w.b) && w.b[w.at] != payloadMarker {
		w.option()
	}
	if !w.broken {
		w.payload()
	}
	w.wholeMessage()
}

const payloadMarker = 0xff

// datagramHeader reads the four bytes of RFC 7252 §3 and returns the length of
// the token.
func (w *walker) datagramHeader() int {
	const size = 4
	if w.out != nil {
		w.out.Length = len(w.b)
		w.partialHeader()
	}
	if len(w.b) < size {
		w.stop(ruleTruncated, len(w.b), "a header of 4 bytes expected, %d found", len(w.b))
		return 0
	}
	if version := w.b[0] >> 6; version != 1 {
		w.report(ruleVersion, 0, "version 1 expected, %d found", version)
	}
	w.code = Code(w.b[1])
	w.at = size
	return int(w.b[0] & 15)
}

// dtlsRecord says whether a datagram is a record of DTLS rather than a message: as that
// it would be of version 0. RFC 6347 §4.1.
func dtlsRecord(b []byte) bool {
	const head, changeCipherSpec, connectionID, major = 13, 20, 25, 0xfe
	return len(b) >= head && b[0] >= changeCipherSpec && b[0] <= connectionID && b[1] == major
}

// partialHeader shows as much of a header as is there.
func (w *walker) partialHeader() {
	m := &w.out.Message
	if len(w.b) > 0 {
		m.Type = Type(w.b[0] >> 4 & 3)
	}
	if len(w.b) > 1 {
		m.Code = Code(w.b[1])
	}
	if len(w.b) > 3 {
		m.ID = binary.BigEndian.Uint16(w.b[2:])
	}
	w.out.Header = Span{0, min(4, len(w.b))}
}

// streamHeader reads length and code of RFC 8323 §3.2 and returns the length of
// the token.
func (w *walker) streamHeader() int {
	if len(w.b) == 0 {
		w.stop(ruleTruncated, 0, "a frame expected, nothing found")
		return 0
	}
	size, known := frameSize(w.b)
	extra := 0
	if nibble := w.b[0] >> 4; nibble > 12 {
		extra = 1 << (nibble - 13)
	}
	token := int(w.b[0] & 15)
	if !known || len(w.b) < 2+extra {
		w.stop(ruleTruncated, len(w.b), "a header of %d bytes expected, %d found", 2+extra, len(w.b))
		return 0
	}
	w.code = Code(w.b[1+extra])
	w.at = 2 + extra
	if w.out != nil {
		w.out.Length = size
		w.out.Message.Code = w.code
		w.out.Header = Span{0, w.at}
	}
	if size > len(w.b) {
		w.short = true // what is there is read
		w.report(ruleTruncated, len(w.b), "a frame of %d bytes expected, %d found", size, len(w.b))
	} else {
		w.b = w.b[:size]
	}
	return token
}

func (w *walker) token(length int) {
	if length > MaxToken {
		w.report(ruleTokenLength, 0, "a token of at most 8 bytes expected, %d found", length)
	}
	end := w.at + length
	if end > len(w.b) {
		w.stop(ruleTruncated, len(w.b), "a token of %d bytes expected, %d found", length, len(w.b)-w.at)
		end = len(w.b)
	}
	if w.out != nil {
		w.out.Token = Span{w.at, end}
		w.out.Message.Token = w.b[w.at:end:end]
	}
	w.at = end
}

func (w *walker) payload() {
	if w.at >= len(w.b) {
		return
	}
	marker := w.at
	w.at++
	if w.at == len(w.b) {
		w.report(ruleMarker, marker, "a payload expected after the marker, nothing found")
	}
	if w.out != nil {
		w.out.Marker = Span{marker, w.at}
		w.out.Payload = Span{w.at, len(w.b)}
		if w.at < len(w.b) {
			w.out.Message.Payload = w.b[w.at:]
		}
	}
}

// wholeMessage checks what takes header and rest together.
func (w *walker) wholeMessage() {
	if len(w.b) < 2 {
		return
	}
	switch class := w.code.Class(); {
	case class == 1 || class == 3 || class == 6:
		w.report(ruleCodeClass, w.codeOffset(), "code %v is of a reserved class", w.code)
	case class == 7 && !w.stream:
		w.report(ruleSignalOnDatagram, 1, "code %v belongs to streams", w.code)
	case w.code == Empty && w.stream:
		w.report(ruleStreamEmptyMessage, w.codeOffset(), "an Empty message on a stream")
	}
	if w.stream {
		return
	}
	if w.code == Empty && (len(w.b) > 4 || w.b[0]&15 != 0) {
		w.report(ruleEmptyMessage, min(4, len(w.b)-1), "an Empty message of 4 bytes expected, %d found", len(w.b))
	}
	kind := Type(w.b[0] >> 4 & 3)
	switch {
	case kind == Acknowledgement && w.code.IsRequest():
		w.report(ruleAckRequest, 1, "ACK with the request code %v", w.code)
	case kind == Reset && w.code != Empty, kind == NonConfirmable && w.code == Empty:
		w.report(ruleTypeForCode, 0, "%v does not go with code %v", kind, w.code)
	}
}

func (w *walker) codeOffset() int {
	if !w.stream {
		return 1
	}
	if nibble := w.b[0] >> 4; nibble > 12 {
		return 1 + 1<<(nibble-13)
	}
	return 1
}
