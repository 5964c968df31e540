package coap

import "strconv"

// Type is the message type of a datagram; a stream has none. The zero value is
// Confirmable.
type Type uint8

// Message types. RFC 7252 §4.
const (
	Confirmable     Type = 0
	NonConfirmable  Type = 1
	Acknowledgement Type = 2
	Reset           Type = 3
)

// String is CON, NON, ACK or RST.
func (t Type) String() string {
	switch t {
	case Confirmable:
		return "CON"
	case NonConfirmable:
		return "NON"
	case Acknowledgement:
		return "ACK"
	case Reset:
		return "RST"
	}
	return "type " + strconv.Itoa(int(t))
}

// Code says what a message is: class in the upper three bits, detail in the
// lower five. RFC 7252 §3.
type Code uint8

// MakeCode builds a code from class (0-7) and detail (0-31).
func MakeCode(class, detail uint8) Code { return Code(class<<5 | detail&0x1f) }

// Codes of RFC 7252, 7959, 8132 and 8323.
const (
	Empty  Code = 0
	GET    Code = 1
	POST   Code = 2
	PUT    Code = 3
	DELETE Code = 4
	FETCH  Code = 5
	PATCH  Code = 6
	IPATCH Code = 7

	Created  Code = 2<<5 | 1
	Deleted  Code = 2<<5 | 2
	Valid    Code = 2<<5 | 3
	Changed  Code = 2<<5 | 4
	Content  Code = 2<<5 | 5
	Continue Code = 2<<5 | 31

	BadRequest               Code = 4 << 5
	Unauthorized             Code = 4<<5 | 1
	BadOption                Code = 4<<5 | 2
	Forbidden                Code = 4<<5 | 3
	NotFound                 Code = 4<<5 | 4
	MethodNotAllowed         Code = 4<<5 | 5
	NotAcceptable            Code = 4<<5 | 6
	RequestEntityIncomplete  Code = 4<<5 | 8
	Conflict                 Code = 4<<5 | 9
	PreconditionFailed       Code = 4<<5 | 12
	RequestEntityTooLarge    Code = 4<<5 | 13
	UnsupportedContentFormat Code = 4<<5 | 15
	UnprocessableEntity      Code = 4<<5 | 22
	TooManyRequests          Code = 4<<5 | 29

	InternalServerError  Code = 5 << 5
	NotImplemented       Code = 5<<5 | 1
	BadGateway           Code = 5<<5 | 2
	ServiceUnavailable   Code = 5<<5 | 3
	GatewayTimeout       Code = 5<<5 | 4
	ProxyingNotSupported Code = 5<<5 | 5

	CSM     Code = 7<<5 | 1
	Ping    Code = 7<<5 | 2
	Pong    Code = 7<<5 | 3
	Release Code = 7<<5 | 4
	Abort   Code = 7<<5 | 5
)

// Class is the first digit: 0 request, 2 success, 4 client error, 5 server
// error, 7 signalling; 1, 3 and 6 are reserved.
func (c Code) Class() uint8 { return uint8(c >> 5) }

// Detail is the two digits after the dot, 0 to 31.
func (c Code) Detail() uint8 { return uint8(c & 0x1f) }

// String is the code as C.DD: 2.05.
func (c Code) String() string {
	d := c.Detail()
	return string([]byte{'0' + c.Class(), '.', '0' + d/10, '0' + d%10})
}

// Name is the name of the code, "Content" or "GET"; empty for one that is not
// registered.
func (c Code) Name() string {
	switch c.Class() {
	case 0:
		return requestName(c)
	case 2:
		return successName(c)
	case 4, 5:
		return errorName(c)
	case 7:
		return signalName(c)
	}
	return ""
}

// IsRequest tells whether c is a method, registered or not.
func (c Code) IsRequest() bool { return c.Class() == 0 && c != Empty }

// IsResponse tells whether c is of a response class.
func (c Code) IsResponse() bool {
	class := c.Class()
	return class == 2 || class == 4 || class == 5
}

// IsSuccess tells whether c is of class 2.
func (c Code) IsSuccess() bool { return c.Class() == 2 }

// IsSignal tells whether c is a signalling code of a stream. RFC 8323 §5.
func (c Code) IsSignal() bool { return c.Class() == 7 }

// ParseCode reads C.DD, as String writes it.
func ParseCode(s string) (Code, bool) {
	if len(s) != 4 || s[1] != '.' || s[0] < '0' || s[0] > '7' || s[2] < '0' || s[2] > '3' || s[3] < '0' || s[3] > '9' {
		return 0, false
	}
	detail := (s[2]-'0')*10 + s[3] - '0'
	if detail > 31 {
		return 0, false
	}
	return MakeCode(s[0]-'0', detail), true
}

func requestName(c Code) string {
	switch c {
	case Empty:
		return "Empty"
	case GET:
		return "GET"
	case POST:
		return "POST"
	case PUT:
		return "PUT"
	case DELETE:
		return "DELETE"
	case FETCH:
		return "FETCH"
	case PATCH:
		return "PATCH"
	case IPATCH:
		return "iPATCH"
	}
	return ""
}

func successName(c Code) string {
	switch c {
	case Created:
		return "Created"
	case Deleted:
		return "Deleted"
	case Valid:
		return "Valid"
	case Changed:
		return "Changed"
	case Content:
		return "Content"
	case Continue:
		return "Continue"
	}
	return ""
}

func errorName(c Code) string {
	switch c {
	case BadRequest:
		return "Bad Request"
	case Unauthorized:
		return "Unauthorized"
	case BadOption:
		return "Bad Option"
	case Forbidden:
		return "Forbidden"
	case NotFound:
		return "Not Found"
	case MethodNotAllowed:
		return "Method Not Allowed"
	case NotAcceptable:
		return "Not Acceptable"
	case RequestEntityIncomplete:
		return "Request Entity Incomplete"
	case Conflict:
		return "Conflict"
	case PreconditionFailed:
		return "Precondition Failed"
	case RequestEntityTooLarge:
		return "Request Entity Too Large"
	case UnsupportedContentFormat:
		return "Unsupported Content-Format"
	case UnprocessableEntity:
		return "Unprocessable Entity"
	case TooManyRequests:
		return "Too Many Requests"
	}
	return serverErrorName(c)
}

func serverErrorName(c Code) string {
	switch c {
	case InternalServerError:
		return "Internal Server Error"
	case NotImplemented:
		return "Not Implemented"
	case BadGateway:
		return "Bad Gateway"
	case ServiceUnavailable:
		return "Service Unavailable"
	case GatewayTimeout:
		return "Gateway Timeout"
	case ProxyingNotSupported:
		return "Proxying Not Supported"
	}
	return ""
}

func signalName(c Code) string {
	switch c {
	case CSM:
		return "CSM"
	case Ping:
		return "Ping"
	case Pong:
		return "Pong"
	case Release:
		return "Release"
	case Abort:
		return "Abort"
	}
	return ""
}
