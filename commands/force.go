package commands

import (
	"errors"
	"strconv"

	"lwcon/session"
)

// forceParameter sends what the version that the device registered does not
// know.
func forceParameter() Parameter {
	return Parameter{Name: "force", Kind: KindSwitch, Summary: "send it even if the version that the device registered does not know it"}
}

// tooNew adds the way around to the error of a request that was held back.
func tooNew(e *Error) {
	var gate *session.VersionError
	if errors.As(e.Err, &gate) {
		e.Hint = "--force sends it anyway"
	}
}

// formatCount writes a number.
func formatCount(n uint64) string { return strconv.FormatUint(n, 10) }
