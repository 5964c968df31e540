package formats

import (
	"fmt"
	"slices"

	"lwcon/formats/rules"
	"lwcon/lwm2m"
)

// noteOldNumber notes that a payload came under the number which its format had
// before the registration; that is the error of a strict decoding.
func noteOldNumber(tree *lwm2m.Tree, old, registered lwm2m.ContentFormat, o *Options) error {
	d := lwm2m.Deviation{
		Rule: rules.FormatOldNumber, Path: tree.At,
		Message: fmt.Sprintf("expected content format %d (%s), found %s, its number before the registration", registered, registered.MediaType(), old),
	}
	if o.Strict {
		return &SyntaxError{Format: old, Path: d.Path, Reason: d.Message, Rule: d.Rule}
	}
	tree.Deviations = slices.Insert(tree.Deviations, 0, d)
	return nil
}
