package commands

import (
	"time"

	"lwcon/session"
)

// Cursor is a place in the log of events, from which a wait counts: behind an
// event, at a time.
type Cursor struct {
	number uint64
	at     time.Time
}

// CursorBehind is the place behind an event.
func CursorBehind(e session.Event) Cursor { return Cursor{e.Number, e.Time} }

// Cursor is the place from which a wait would count now: the beginning of the
// last command that was not Passive.
func (env *Env) Cursor() Cursor { return Cursor{env.since, env.sinceTime} }

// Seek makes waits count from another place, until the next command that is not
// Passive: a scenario's wait for a subscription counts from where that began.
func (env *Env) Seek(c Cursor) { env.since, env.sinceTime = c.number, c.at }
