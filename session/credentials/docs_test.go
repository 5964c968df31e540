package credentials

import (
	"os"
	"strings"
	"testing"
)

func TestTheExampleReads(t *testing.T) {
	f, err := Load("../../examples/lwcon.yaml", false)
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Devices) != 5 || f.Device("bench-a") == nil {
		t.Errorf("devices: %+v", f.Devices)
	}
}

func TestThePageNamesEveryKeyAndNotation(t *testing.T) {
	text := string(must(os.ReadFile("../../docs/credentials.md")))
	words := []string{
		"lwcon", "defaults", "profiles", "devices", "own", "bootstrap", "certificate", "private-key", "public-key", "trust", "server",
		"endpoint", "psk", "rpk", "x509", "oscore", "tags", "vars", "identity", "key", "name",
		"secret", "salt", "sender-id", "recipient-id", "id-context", "algorithm", "hkdf",
	}
	for _, w := range words {
		if !strings.Contains(text, "`"+w+"`") {
			t.Errorf("docs/credentials.md does not name `%s`", w)
		}
	}
	for _, n := range notations {
		if !strings.Contains(text, "| `"+n+":") {
			t.Errorf("docs/credentials.md does not name %s:", n)
		}
	}
}
