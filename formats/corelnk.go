package formats

import (
	"errors"
	"fmt"

	"lwcon/formats/linkformat"
)

// wrongLinks says what is wrong first in a text that should be link-format, ""
// if nothing is.
func wrongLinks(text string) string {
	_, found, err := linkformat.Parse(text)
	if len(found) > 0 {
		return fmt.Sprintf("octet %d of the text: %s (%s)", found[0].Offset, found[0].Message, found[0].Rule)
	}
	var syntax *SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Sprintf("octet %d of the text: %s", syntax.Offset, syntax.Reason)
	}
	return ""
}
