package console

import (
	"context"
	"errors"

	"lwcon/commands"
)

// JSON renders for scripts: one object on a line, and nothing else.
type JSON struct{}

// Result renders what a command returned.
func (JSON) Result(r commands.Result) string {
	if r == nil {
		return ""
	}
	return string(append(r.AppendJSON(nil), '\n'))
}

// Event renders what happened.
func (JSON) Event(e commands.Event) string { return string(append(e.AppendJSON(nil), '\n')) }

// Failure renders why a command failed; an interrupt is no failure of it.
func (JSON) Failure(err error) string {
	if errors.Is(err, context.Canceled) {
		return ""
	}
	return string(append(commands.Classify(err).AppendJSON(nil), '\n'))
}
