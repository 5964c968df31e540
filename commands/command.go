package commands

import (
	"context"
	"strings"
)

// Role is a set of the roles that lwcon can play towards a peer.
type Role uint8

// The roles. A command of no role works without any peer.
const (
	ServerRole Role = 1 << iota
	BootstrapRole
	ClientRole
	AnyRole = ServerRole | BootstrapRole | ClientRole
)

// String names the roles, "server or client".
func (r Role) String() string {
	var names []string
	for i, name := range [...]string{"server", "bootstrap server", "client"} {
		if r&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, " or ")
}

// The groups of commands, in the order in which help lists them.
const (
	GroupCommon    = "common"
	GroupServer    = "server"
	GroupBootstrap = "bootstrap server"
	GroupClient    = "client"
	GroupTools     = "tools"
)

// groups are all groups in order.
var groups = [...]string{GroupCommon, GroupServer, GroupBootstrap, GroupClient, GroupTools}

// Command is one row of the table. It is not changed once in a Table.
type Command struct {
	Name    string   // one word, or two of a group: "objects check"
	Aliases []string // short forms, one word each
	Group   string   // one of the Group constants, or another word
	Summary string   // one line, a sentence without full stop
	Help    string   // paragraphs in full sentences, "" if the summary says all
	Spec    string   // where the specification speaks of it, "" if nowhere
	// Roles are those of which one must be open for the command to run; none
	// for a command that needs no session.
	Roles      Role
	Parameters []Parameter
	Examples   []string // lines that parse
	// Stream says that the command goes on emitting events in one-shot mode
	// (Env.Follow), until --count, --for or the end of its context.
	Stream bool
	// Passive commands only look, so that the events that a wait counts go on
	// counting from the command before.
	Passive bool
	Hidden  bool // left out of help, completion and the reference
	// Run does it. Beside an error there can be a result: what came before.
	// Result and events are not changed by Run once given away.
	Run func(ctx context.Context, env *Env, args Args, emit Emit) (Result, error)
}

// Emit takes an event on its way to whoever asked for the command. Its error
// ends the command.
type Emit func(Event) error

// Result is what a command has to say in the end: one of the structs of this
// package. A nil Result says nothing.
type Result interface {
	// AppendJSON appends the result as one JSON object on one line, without the
	// line's end; its first field is "command".
	AppendJSON(b []byte) []byte
}

// Event is what a command or a session has to say on the way.
type Event interface {
	// AppendJSON appends the event as one JSON object on one line, without the
	// line's end; its first field is "event", or "command" where a streaming
	// command tells its answer before what follows.
	AppendJSON(b []byte) []byte
}

// parameter returns the parameter of a name, nil if there is none.
func (c *Command) parameter(name string) *Parameter { return find(c.Parameters, name) }

// Usage is the command with its parameters on one line:
// "read PATH [--accept FORMAT]".
func (c *Command) Usage() string {
	var b strings.Builder
	b.WriteString(c.Name)
	for i := range c.Parameters {
		b.WriteByte(' ')
		b.WriteString(c.Parameters[i].usage())
	}
	return b.String()
}
