package commands

import (
	"context"
	_ "embed"
)

// resultsSchema is the JSON Schema of every line of --output json.
//
//go:embed schema/results.json
var resultsSchema string

// schemaCommand writes schemas.
func schemaCommand() *Command {
	return &Command{
		Name: "schema", Group: GroupTools, Passive: true,
		Summary: "write the JSON Schema of what lwcon writes",
		Help:    "results: each line of --output json.",
		Parameters: []Parameter{
			{Name: "what", Kind: KindEnum, Values: []string{"results"}, Positional: true, Required: true, Summary: "of what"},
		},
		Examples: []string{"schema results"},
		Run: func(context.Context, *Env, Args, Emit) (Result, error) {
			return &Text{"schema", resultsSchema}, nil
		},
	}
}
