package coap

import (
	"encoding/binary"
	"fmt"
)

// maxBuiltToken is what the token length field can say.
const maxBuiltToken = 15

// Build returns the bytes of a message that need not be legal, for SendRaw: a
// token of up to 15 bytes, values of any length for any option, any type and
// code, and a payload marker without payload where Payload is empty but not
// nil. Only what cannot be written is an error: options out of order, and
// lengths beyond their fields.
func Build(m *Message, stream bool) ([]byte, error) {
	if len(m.Token) > maxBuiltToken {
		return nil, fmt.Errorf("token: at most %d bytes can be written, %d given", maxBuiltToken, len(m.Token))
	}
	body, err := appendOptions(nil, m.Options)
	if err != nil {
		return nil, err
	}
	if m.Payload != nil {
		body = append(append(body, payloadMarker), m.Payload...)
	}
	b := datagramHead(m)
	if stream {
		b = streamHead(m, len(body))
	}
	return append(append(b, m.Token...), body...), nil
}

func datagramHead(m *Message) []byte {
	b := []byte{1<<6 | byte(m.Type&3)<<4 | byte(len(m.Token)), byte(m.Code)}
	return binary.BigEndian.AppendUint16(b, m.ID)
}

// streamHead writes the length in its shortest form. RFC 8323 §3.2.
func streamHead(m *Message, length int) []byte {
	const oneByte, twoBytes, fourBytes = 13, 269, 65805
	token := byte(len(m.Token))
	var b []byte
	switch {
	case length < oneByte:
		b = []byte{byte(length)<<4 | token}
	case length < twoBytes:
		b = []byte{13<<4 | token, byte(length - oneByte)}
	case length < fourBytes:
		b = binary.BigEndian.AppendUint16([]byte{14<<4 | token}, uint16(length-twoBytes))
	default:
		b = binary.BigEndian.AppendUint32([]byte{15<<4 | token}, uint32(length-fourBytes))
	}
	return append(b, byte(m.Code))
}

func appendOptions(b []byte, options Options) ([]byte, error) {
	const highest = 0xffff + 269
	var before OptionNumber
	for _, o := range options {
		if o.Number < before {
			return nil, fmt.Errorf("option %d: stands after option %d, but deltas cannot be negative", o.Number, before)
		}
		if len(o.Value) > highest {
			return nil, fmt.Errorf("option %d: at most %d bytes can be written, %d given", o.Number, highest, len(o.Value))
		}
		delta, deltaBytes := nibble(int(o.Number - before))
		length, lengthBytes := nibble(len(o.Value))
		b = append(b, delta<<4|length)
		b = append(append(append(b, deltaBytes...), lengthBytes...), o.Value...)
		before = o.Number
	}
	return b, nil
}

// nibble is the four bits of a delta or length and the bytes that extend them.
// RFC 7252 §3.1.
func nibble(n int) (byte, []byte) {
	switch {
	case n < 13:
		return byte(n), nil
	case n < 269:
		return 13, []byte{byte(n - 13)}
	}
	return 14, binary.BigEndian.AppendUint16(nil, uint16(n-269))
}
