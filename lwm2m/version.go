package lwm2m

import (
	"fmt"
	"strconv"
	"strings"
)

// Version is a version of the enabler or of an object, MAJOR.MINOR, as
// major·256 + minor, so that versions compare as numbers. 0 stands for none.
type Version uint16

// The versions of the enabler.
const (
	V1_0 Version = 0x0100
	V1_1 Version = 0x0101
	V1_2 Version = 0x0102
)

// ParseVersion reads "1.1".
func ParseVersion(text string) (Version, error) {
	major, minor, ok := strings.Cut(text, ".")
	a, err1 := strconv.ParseUint(major, 10, 8)
	b, err2 := strconv.ParseUint(minor, 10, 8)
	if !ok || err1 != nil || err2 != nil {
		return 0, fmt.Errorf("version %q: expected MAJOR.MINOR such as 1.1", text)
	}
	return Version(a<<8 | b), nil
}

// String writes "1.1"; "" for 0.
func (v Version) String() string {
	if v == 0 {
		return ""
	}
	return strconv.Itoa(int(v>>8)) + "." + strconv.Itoa(int(v&0xff))
}
