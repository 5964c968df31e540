package device

import "testing"

func TestEveryBuiltInProfileLoads(t *testing.T) {
	if len(Profiles()) < 3 {
		t.Fatalf("Profiles() = %q, want at least three", Profiles())
	}
	for _, name := range Profiles() {
		if _, err := Load(name, registry(t)); err != nil {
			t.Errorf("Load(%q): %v", name, err)
		}
	}
}
