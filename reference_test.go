package main

import (
	"flag"
	"os"
	"testing"

	"lwcon/commands"
)

var update = flag.Bool("update", false, "renew docs/commands.md")

func TestTheReferenceIsThatOfTheTable(t *testing.T) {
	const page = "docs/commands.md"
	want := table().Reference()
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil || string(got) != want {
		t.Errorf("%s is stale (%v): go test . -update renews it", page, err)
	}
}

func TestNoTwoCommandsShareAName(t *testing.T) {
	seen := map[string]string{}
	for _, c := range table().Commands {
		for _, name := range append([]string{c.Name}, c.Aliases...) {
			if other, taken := seen[name]; taken {
				t.Errorf("%s: taken by %s and %s", name, other, c.Name)
			}
			seen[name] = c.Name
		}
	}
}

func TestEveryCommandOfTheProgramHasAnExampleThatParses(t *testing.T) {
	all := table()
	for _, c := range all.Commands {
		if c.Summary == "" || len(c.Examples) == 0 {
			t.Errorf("%s: expected a summary and an example", c.Name)
		}
		for _, example := range c.Examples {
			words, err := commands.Words(example)
			if err == nil {
				_, err = all.Parse(words)
			}
			if err != nil {
				t.Errorf("%s: example %q: %v", c.Name, example, err)
			}
		}
	}
}
