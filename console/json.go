package console

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"lwcon/commands"
)

// JSON renders for scripts: one object on a line, and nothing else.
type JSON struct {
	Further bool // further commands can follow, in the same process
}

// Result renders what a command returned.
func (JSON) Result(r commands.Result) string {
	if r == nil {
		return ""
	}
	return jsonLine(r.AppendJSON(nil))
}

// Event renders what happened.
func (JSON) Event(e commands.Event) string { return jsonLine(e.AppendJSON(nil)) }

// Failure renders why a command failed; an interrupt is no failure of it.
func (j JSON) Failure(err error) string {
	if errors.Is(err, context.Canceled) {
		return ""
	}
	e := *commands.Classify(err)
	e.Hint = failureHint(&e, j.Further)
	return jsonLine(e.AppendJSON(nil))
}

// jsonLine ends an object's line. Control characters that JSON lets stand in a
// string, DEL and those of C1, are escaped too: a terminal acts on them.
func jsonLine(object []byte) string {
	line := string(object)
	if strings.ContainsFunc(line, unicode.IsControl) {
		var b strings.Builder
		for _, r := range line {
			if unicode.IsControl(r) {
				fmt.Fprintf(&b, `\u%04x`, r)
			} else {
				b.WriteRune(r)
			}
		}
		line = b.String()
	}
	return line + "\n"
}
