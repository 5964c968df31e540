package scenarios

import (
	"os"
	"strings"
	"testing"

	"lwcon/scenarios/report"
)

func TestThePageNamesEveryKeyVerdictAndVariable(t *testing.T) {
	text, err := os.ReadFile("../docs/scenarios.md")
	if err != nil {
		t.Fatal(err)
	}
	words := append(StepKeys(), matchNames()...)
	words = append(words, "lwcon", "scenario", "tags", "ets", "requires", "simulate", "vars", "cases", "setup", "steps", "teardown")
	for name := range predefined() {
		if name == "server" {
			name = "server.ssid"
		}
		words = append(words, name)
	}
	for _, w := range words {
		if !strings.Contains(string(text), "`"+w+"`") {
			t.Errorf("docs/scenarios.md does not name `%s`", w)
		}
	}
	for _, v := range report.Verdicts() {
		if !strings.Contains(string(text), "| "+string(v)+" |") {
			t.Errorf("docs/scenarios.md does not name %s", v)
		}
	}
}
