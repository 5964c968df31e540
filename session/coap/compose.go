package coap

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// Limits of what one option can say of itself. RFC 7252 §3.1.
const (
	maxOptionLength = 65535 + 269
	maxStreamLength = 1<<32 - 1
)

// Composition is a message as somebody wants it, right or wrong.
type Composition struct {
	// Message is what to send. Its token may be longer than is allowed, its type
	// and code anything.
	Message Message
	// Version is the two bits of the version; nil means 1. A stream has none.
	Version *uint8
	// TokenLength is what the header says of the token, 0 to 15, whatever its
	// length is; nil means the truth, at most 15.
	TokenLength *uint8
	// Marker ends the options with a payload marker even where no payload follows.
	Marker bool
	// Tail follows the message as it is. A stream's length does not count it.
	Tail []byte
}

// Compose returns the bytes of a composition: a datagram, or a frame of a stream.
// Unlike Encode it refuses only what the wire has no room for: an option of more
// than 65,804 bytes.
func Compose(c Composition, stream bool) ([]byte, error) {
	m := &c.Message
	var body []byte
	before := OptionNumber(0)
	options := slices.Clone(m.Options)
	slices.SortStableFunc(options, func(a, b Option) int { return int(a.Number) - int(b.Number) })
	for _, o := range options {
		if len(o.Value) > maxOptionLength {
			return nil, fmt.Errorf("option %s: at most %d bytes fit, found %d", o.Number, maxOptionLength, len(o.Value))
		}
		body = appendOption(body, int(o.Number-before), o.Value)
		before = o.Number
	}
	if len(m.Payload) > 0 || c.Marker {
		body = append(append(body, payloadMarker), m.Payload...)
	}
	claimed := uint8(min(len(m.Token), 15))
	if c.TokenLength != nil {
		claimed = *c.TokenLength & 15
	}
	var b []byte
	if stream {
		if int64(len(body)) > maxStreamLength-65805 {
			return nil, fmt.Errorf("message of %d bytes: too long for a frame", len(body))
		}
		b = appendStreamHeader(b, len(body), claimed, m.Code)
	} else {
		version := uint8(1)
		if c.Version != nil {
			version = *c.Version & 3
		}
		b = append(b, version<<6|byte(m.Type&3)<<4|claimed, byte(m.Code))
		b = binary.BigEndian.AppendUint16(b, m.ID)
	}
	b = append(append(b, m.Token...), body...)
	return append(b, c.Tail...), nil
}

// appendOption writes one option behind another whose number is delta less.
func appendOption(b []byte, delta int, value []byte) []byte {
	deltaNibble, deltaMore := fourBits(delta)
	lengthNibble, lengthMore := fourBits(len(value))
	b = append(b, deltaNibble<<4|lengthNibble)
	return append(append(append(b, deltaMore...), lengthMore...), value...)
}

// fourBits writes a delta or length in four bits and what follows them. RFC 7252
// §3.1.
func fourBits(n int) (four byte, more []byte) {
	switch {
	case n < 13:
		return byte(n), nil
	case n < 269:
		return 13, []byte{byte(n - 13)}
	}
	return 14, binary.BigEndian.AppendUint16(nil, uint16(n-269))
}

// appendStreamHeader writes the head of a frame. RFC 8323 §3.2.
func appendStreamHeader(b []byte, length int, token byte, code Code) []byte {
	switch {
	case length < 13:
		b = append(b, byte(length)<<4|token)
	case length < 269:
		b = append(b, 13<<4|token, byte(length-13))
	case length < 65805:
		b = binary.BigEndian.AppendUint16(append(b, 14<<4|token), uint16(length-269))
	default:
		b = binary.BigEndian.AppendUint32(append(b, 15<<4|token), uint32(length-65805))
	}
	return append(b, byte(code))
}
