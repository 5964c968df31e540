// Package commands holds the verbs of lwcon: one table, used by the prompt, by
// one-shot calls of the shell and by the steps of scenarios.
//
// A Command is a row: its name, its parameters, what it does. From the row come
// the parsing of a typed line, the keys of a scenario's step, the flags of a
// one-shot call, completion, help and docs/commands.md. Running one gives a
// Result, on its way Events, both data with a documented JSON form; nothing
// here prints. Open makes the live sessions that the commands of a role need.
package commands
