package formats

import (
	"errors"
	"fmt"
	"slices"

	"lwcon/formats/codec"
	"lwcon/formats/linkformat"
	"lwcon/formats/rules"
	"lwcon/lwm2m"
)

// noteOldNumber notes that a payload came under the number which its format had
// before the registration; that is the error of a strict decoding.
func noteOldNumber(tree *lwm2m.Tree, old, registered lwm2m.ContentFormat, o *Options) error {
	d := lwm2m.Deviation{Rule: rules.FormatOldNumber, Path: tree.At, Message: fmt.Sprintf("expected content format %d (%s), found %s, its number before the registration", registered, registered.MediaType(), old)}
	return add(tree, d, o)
}

// checkCoreLinks notes the values of type Corelnk that are not link-format, the
// first codec.MaxSame of them.
func checkCoreLinks(tree *lwm2m.Tree, o *Options) error {
	listed := 0
	for i := range tree.Nodes {
		n := &tree.Nodes[i]
		if n.Type() != lwm2m.CoreLink || listed == codec.MaxSame {
			continue
		}
		wrong := wrongLinks(n.Value().Text())
		if wrong == "" {
			continue
		}
		d := lwm2m.Deviation{Rule: rules.ValueCoreLink, Path: n.Path(), Offset: int(n.ValueSpan().Start), Message: wrong}
		listed++
		if err := add(tree, d, o); err != nil {
			return err
		}
	}
	return nil
}

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

// add puts a deviation into a tree, in the order of the payload; under
// Options.Strict it is the error.
func add(tree *lwm2m.Tree, d lwm2m.Deviation, o *Options) error {
	if o.Strict {
		return &SyntaxError{Format: tree.Format, Offset: d.Offset, Path: d.Path, Reason: d.Message, Rule: d.Rule}
	}
	at := 0
	for at < len(tree.Deviations) && tree.Deviations[at].Offset <= d.Offset {
		at++
	}
	tree.Deviations = slices.Insert(tree.Deviations, at, d)
	return nil
}
