package device

import (
	"fmt"
	"strconv"
	"strings"
)

// Status is how an operation ended: the octet of the CoAP response code that
// answers it, class·32 + detail. The zero Status stands for none.
// Spec: Core 1.2 §6.3, RFC 7252 §12.1.2.
type Status uint8

// The statuses that a device answers with.
const (
	Created                  Status = 2<<5 | 1
	Deleted                  Status = 2<<5 | 2
	Changed                  Status = 2<<5 | 4
	Content                  Status = 2<<5 | 5
	BadRequest               Status = 4 << 5
	Unauthorized             Status = 4<<5 | 1
	NotFound                 Status = 4<<5 | 4
	MethodNotAllowed         Status = 4<<5 | 5
	NotAcceptable            Status = 4<<5 | 6
	RequestEntityTooLarge    Status = 4<<5 | 13
	UnsupportedContentFormat Status = 4<<5 | 15
	InternalServerError      Status = 5 << 5
	NotImplemented           Status = 5<<5 | 1
	ServiceUnavailable       Status = 5<<5 | 3
)

// String writes the code as scripts do: "2.05"; "" for none.
func (s Status) String() string {
	if s == 0 {
		return ""
	}
	return fmt.Sprintf("%d.%02d", s>>5, s&31)
}

// Success says whether the status is a 2.xx.
func (s Status) Success() bool { return s>>5 == 2 }

// ParseStatus reads what String writes: a class 0 to 7, a dot and two digits
// from 00 to 31.
func ParseStatus(text string) (Status, error) {
	class, detail, ok := strings.Cut(text, ".")
	c, err1 := strconv.ParseUint(class, 10, 3)
	d, err2 := strconv.ParseUint(detail, 10, 5)
	if !ok || err1 != nil || err2 != nil || len(class) != 1 || len(detail) != 2 {
		return 0, fmt.Errorf("code %q: expected a class and two digits such as 4.05", text)
	}
	return Status(c<<5 | d), nil
}
