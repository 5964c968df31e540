package coap

import (
	"errors"
	"fmt"

	"github.com/plgd-dev/go-coap/v3/message"
	"github.com/plgd-dev/go-coap/v3/message/codes"
	tcpcoder "github.com/plgd-dev/go-coap/v3/tcp/coder"
	udpcoder "github.com/plgd-dev/go-coap/v3/udp/coder"
)

const (
	// usualOptions is how many options a message has room for without a second
	// allocation.
	usualOptions = 8
	// maxOptions bounds what one message can make us keep: 32 bytes each.
	maxOptions = 4096
)

// errMalformed is wrapped by every error of decode.
var errMalformed = errors.New("malformed message")

// Encode returns the bytes of a message: a datagram, or a frame of a stream,
// which has neither type nor id. RFC 7252 §3, RFC 8323 §3.2. It fails for a
// token of more than 8 bytes; options and payload are sent as they are.
func Encode(m *Message, stream bool) ([]byte, error) {
	var space [usualOptions]message.Option
	options := message.Options(space[:0])
	for _, o := range m.Options {
		options = append(options, message.Option{ID: message.OptionID(o.Number), Value: o.Value})
	}
	b := make([]byte, encodedRoom(m, stream))
	foreign := message.Message{
		Token:     m.Token,
		Options:   options,
		Code:      codes.Code(m.Code),
		Payload:   m.Payload,
		MessageID: int32(m.ID),
		Type:      message.Type(m.Type),
	}
	var n int
	var err error
	if stream {
		n, err = tcpcoder.DefaultCoder.Encode(foreign, b)
	} else {
		n, err = udpcoder.DefaultCoder.Encode(foreign, b)
	}
	if err != nil {
		return nil, fmt.Errorf("encode %v: %w", m.Code, err)
	}
	return b[:n:n], nil
}

// encodedRoom is how many bytes the message takes, to a few: answers are kept
// for minutes, so that what they waste adds up.
func encodedRoom(m *Message, stream bool) int {
	room := 4 + len(m.Token) + len(m.Payload)
	if stream {
		room += 2 // length of 4 bytes and code in place of four bytes
	}
	if len(m.Payload) > 0 {
		room++ // marker
	}
	var before OptionNumber
	for _, o := range m.Options {
		room += 1 + extension(int(o.Number-before)) + extension(len(o.Value)) + len(o.Value)
		before = o.Number
	}
	return room
}

// extension is how many bytes extend a delta or length. RFC 7252 §3.1.
func extension(n int) int {
	switch {
	case n < 13:
		return 0
	case n < 269:
		return 1
	}
	return 2
}

// Decode reads a message that takes the whole of b. It is for messages that
// are well-formed; Scan reads all others. The message's slices are parts of b.
// Elective options of an illegal length are left out, as RFC 7252 §5.4.3 asks.
func Decode(b []byte, stream bool) (*Message, error) {
	held := new(struct {
		message Message
		options [usualOptions]Option
	})
	held.message.Options = held.options[:0]
	var d decoder
	if err := d.decode(b, stream, &held.message); err != nil {
		return nil, err
	}
	return &held.message, nil
}

// decoder holds the codec's own form of a message, which escapes to the heap:
// one that is used again saves two allocations a message. It is not safe for
// concurrent use.
type decoder struct {
	foreign *message.Message
	options message.Options
}

// decode reads b into m, whose options have room that is to be used.
func (d *decoder) decode(b []byte, stream bool, m *Message) error {
	if d.foreign == nil {
		d.foreign = new(message.Message)
		d.options = make(message.Options, 0, 4*usualOptions)
	}
	*d.foreign = message.Message{Options: d.options[:0]}
	n, err := decodeForeign(b, stream, d.foreign)
	if errors.Is(err, message.ErrOptionsTooSmall) {
		*d.foreign = message.Message{Options: make(message.Options, 0, maxOptions)}
		n, err = decodeForeign(b, stream, d.foreign)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errMalformed, err)
	}
	if n != len(b) {
		return fmt.Errorf("%w: %d bytes follow the message", errMalformed, len(b)-n)
	}
	fromForeign(d.foreign, m)
	clear(d.foreign.Options) // it keeps no bytes
	return nil
}

func decodeForeign(b []byte, stream bool, m *message.Message) (int, error) {
	if stream {
		return tcpcoder.DefaultCoder.Decode(b, m)
	}
	return udpcoder.DefaultCoder.Decode(b, m)
}

func fromForeign(foreign *message.Message, m *Message) {
	m.Type = Type(foreign.Type)
	m.Code = Code(foreign.Code)
	m.ID = uint16(foreign.MessageID)
	m.Token = foreign.Token
	m.Payload = foreign.Payload
	for _, o := range foreign.Options {
		m.Options = append(m.Options, Option{OptionNumber(o.ID), o.Value})
	}
}
