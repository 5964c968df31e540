package coap

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// MaxToken is the longest token in bytes. RFC 7252 §3.
const MaxToken = 8

// Message is one CoAP message. A message that was received is not changed by
// anybody and may be kept; its slices share one copy of the bytes.
type Message struct {
	Type Type
	Code Code
	// ID is the message id; a stream has none.
	ID uint16
	// Token has 0 to 8 bytes. In a request given to Do, nil lets the endpoint
	// choose one; an empty one that is not nil is sent as it is.
	Token []byte
	// Options are sorted by number.
	Options Options
	// Payload is nil where there is none.
	Payload []byte
}

// NewRequest returns a confirmable request. The path's slashes part its
// segments: "/3/0", "3/0"; "" and "/" have none.
func NewRequest(method Code, path string) *Message {
	m := &Message{Code: method}
	m.SetPath(path)
	return m
}

// NewResponse returns a message with the code.
func NewResponse(code Code) *Message { return &Message{Code: code} }

// Clone copies the message, options and payload included.
func (m *Message) Clone() *Message {
	c := *m
	c.Token = slices.Clone(m.Token)
	c.Payload = slices.Clone(m.Payload)
	c.Options = slices.Clone(m.Options)
	for i := range c.Options {
		c.Options[i].Value = slices.Clone(c.Options[i].Value)
	}
	return &c
}

// String is a line for people: CON 0.01 GET [a1b2] /3/0, 0 bytes.
func (m *Message) String() string {
	s := fmt.Sprintf("%s %s", m.Type, m.Code)
	if name := m.Code.Name(); name != "" {
		s += " " + name
	}
	if len(m.Token) > 0 {
		s += fmt.Sprintf(" [%x]", m.Token)
	}
	if m.Code.IsRequest() {
		s += " /" + strings.Join(m.Path(), "/")
	}
	return fmt.Sprintf("%s, %d bytes", s, len(m.Payload))
}

// Path returns the segments of the Uri-Path options.
func (m *Message) Path() []string { return m.Options.Strings(URIPath) }

// SetPath replaces the Uri-Path options by the segments between slashes.
func (m *Message) SetPath(path string) { m.setSegments(URIPath, path) }

// LocationPath returns the segments of the Location-Path options.
func (m *Message) LocationPath() []string { return m.Options.Strings(LocationPath) }

// SetLocationPath replaces the Location-Path options by the segments between
// slashes.
func (m *Message) SetLocationPath(path string) { m.setSegments(LocationPath, path) }

func (m *Message) setSegments(n OptionNumber, path string) {
	m.Options.Remove(n)
	path = strings.TrimPrefix(path, "/")
	if path == "" {
		return
	}
	const usual = 6 // an operation's path and a few options more
	if m.Options == nil {
		m.Options = make(Options, 0, usual)
	}
	values := []byte(path) // one copy for all segments
	for len(values) > 0 {
		end := bytes.IndexByte(values, '/')
		if end < 0 {
			m.Options.Add(n, values)
			return
		}
		m.Options.Add(n, values[:end:end])
		values = values[end+1:]
	}
	m.Options.Add(n, nil) // the path ends with a slash
}

// Queries returns the Uri-Query options.
func (m *Message) Queries() []string { return m.Options.Strings(URIQuery) }

// AddQuery adds a Uri-Query option.
func (m *Message) AddQuery(query string) { m.Options.Add(URIQuery, []byte(query)) }

// ContentFormat returns the format of the payload and whether it is stated.
func (m *Message) ContentFormat() (uint16, bool) { return m.uint16(ContentFormat) }

// SetContentFormat states the format of the payload.
func (m *Message) SetContentFormat(format uint16) { m.Options.SetUint(ContentFormat, uint64(format)) }

// Accept returns the format wished for and whether one is.
func (m *Message) Accept() (uint16, bool) { return m.uint16(Accept) }

// SetAccept states the format wished for.
func (m *Message) SetAccept(format uint16) { m.Options.SetUint(Accept, uint64(format)) }

func (m *Message) uint16(n OptionNumber) (uint16, bool) {
	v, found := m.Options.Uint(n)
	if v > 0xffff {
		return 0, false
	}
	return uint16(v), found
}

// Observe returns the Observe option: 0 to register and 1 to deregister in a
// request, the sequence number in a notification.
func (m *Message) Observe() (uint32, bool) {
	v, found := m.Options.Uint(Observe)
	return uint32(v & 0xffffff), found
}

// SetObserve sets the Observe option; 24 bits are sent.
func (m *Message) SetObserve(n uint32) { m.Options.SetUint(Observe, uint64(n&0xffffff)) }

// ETag returns the first ETag option, nil where there is none.
func (m *Message) ETag() []byte {
	v, _ := m.Options.Get(ETag)
	return v
}

// MaxAge returns how many seconds the answer stays fresh; 60 where it does not
// say. RFC 7252 §5.10.5.
func (m *Message) MaxAge() uint32 {
	const byDefault = 60
	v, found := m.Options.Uint(MaxAge)
	if !found {
		return byDefault
	}
	return uint32(v)
}

// Block1 returns the Block1 option.
func (m *Message) Block1() (Block, bool) { return m.block(Block1) }

// Block2 returns the Block2 option.
func (m *Message) Block2() (Block, bool) { return m.block(Block2) }

func (m *Message) block(n OptionNumber) (Block, bool) {
	v, found := m.Options.Get(n)
	if !found {
		return Block{}, false
	}
	return parseBlock(v)
}

// SetBlock1 sets the Block1 option.
func (m *Message) SetBlock1(b Block) { m.Options.Set(Block1, b.Value()) }

// SetBlock2 sets the Block2 option.
func (m *Message) SetBlock2(b Block) { m.Options.Set(Block2, b.Value()) }

// Size1 returns the size of the request's body in bytes, where stated.
func (m *Message) Size1() (uint32, bool) { return m.uint32(Size1) }

// Size2 returns the size of the response's body in bytes, where stated.
func (m *Message) Size2() (uint32, bool) { return m.uint32(Size2) }

func (m *Message) uint32(n OptionNumber) (uint32, bool) {
	v, found := m.Options.Uint(n)
	if v > 0xffffffff {
		return 0, false
	}
	return uint32(v), found
}

// RequestTag returns the first Request-Tag option. RFC 9175 §3.
func (m *Message) RequestTag() ([]byte, bool) { return m.Options.Get(RequestTag) }

// NoResponse returns the classes of responses that the client does not want:
// bit 1 for 2.xx, bit 3 for 4.xx, bit 4 for 5.xx; 0 where it wants all. RFC
// 7967 §2.1.
func (m *Message) NoResponse() uint8 {
	v, _ := m.Options.Uint(NoResponse)
	return uint8(v)
}
