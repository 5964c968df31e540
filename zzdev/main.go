package main

import (
	"context"
	"fmt"
	"os"

	"lwcon/commands"
	"lwcon/lwm2m/objects"
)

func main() {
	table := commands.All()
	flags, rest, err := commands.ParseFlags(os.Args[1:], commands.ProgramFlags(), nil)
	var r commands.Result
	if err == nil {
		env := &commands.Env{Table: table, Definitions: objects.New(), Version: "dev", Input: os.Stdin, Follow: true}
		r, err = table.Do(context.Background(), env, rest, func(e commands.Event) error { fmt.Println(string(e.AppendJSON(nil))); return nil })
	}
	if err != nil {
		fmt.Println(string(commands.Classify(err).AppendJSON(nil)))
	} else if t, ok := r.(*commands.Text); ok && flags.Text("output") != "json" {
		fmt.Print(t.Body)
	} else {
		fmt.Println(string(r.AppendJSON(nil)))
	}
	os.Exit(commands.ExitStatus(r, err))
}
