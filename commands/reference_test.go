package commands

import (
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "renew generated pages")

// referencePage is where the reference is kept.
const referencePage = "../docs/commands.md"

func TestTheReferenceIsThatOfTheTable(t *testing.T) {
	want := All().Reference()
	if *update {
		if err := os.MkdirAll("../docs", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(referencePage, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(referencePage)
	if err != nil || string(got) != want {
		t.Errorf("%s is stale (%v): go test ./commands -update renews it", referencePage, err)
	}
}
