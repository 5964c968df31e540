// Lwcon is a test console for OMA LightweightM2M: it plays the LwM2M server, the
// bootstrap server or the client against a live peer, and shows every message
// and payload as a readable tree.
package main

import (
	"context"
	"os"

	"lwcon/commands"
	"lwcon/console"
	"lwcon/lwm2m/objects"
	"lwcon/scenarios"
)

// version is what lwcon says of itself; see CHANGELOG.md.
const version = "0.1.0"

func main() {
	if os.Getenv("GOGC") == "" {
		keepHeapFloor()
	}
	os.Exit(run(os.Args[1:]))
}

// run is the program: flags and environment make the configuration, the console
// does the rest. It returns the exit status.
func run(words []string) int {
	program := console.Program{Table: table(), Definitions: objects.New(), Version: version}
	words, err := configure(&program, words, os.Getenv)
	if err != nil {
		return program.Refuse(err)
	}
	return program.Run(context.Background(), words)
}

// table is every command: those of sessions and payloads, of scenarios, and of a
// console.
func table() commands.Table {
	all := commands.All()
	return all.Append(scenarios.Command(all)...).Append(console.Commands()...)
}
