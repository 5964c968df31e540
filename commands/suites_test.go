package commands

import (
	"slices"
	"strings"
	"testing"
	"time"

	"lwcon/session/transport"
)

func TestSuitesThatLeaveNothingToSpeakAreRefused(t *testing.T) {
	allowed, err := Suites([]string{"TLS1.3"})
	if err != nil {
		t.Fatal(err)
	}
	keys := NewConfiguration()
	if _, err := DemoKeys(DemoX509, keys, time.Now()); err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), Config{Listen: []string{"coaps://127.0.0.1:0"}, Credentials: keys, Suites: allowed})
	if e := Classify(err); e == nil || e.Kind != ConfigError || !strings.Contains(e.Message, "--suites leaves no cipher suite") {
		t.Errorf("got %v", err)
	}
}

func TestAForcedSuiteIsTheOneThatIsSpoken(t *testing.T) {
	const suite transport.CipherSuite = 0x00ae
	env, ctx := securely(t, func(c *Config) { c.Suites = []transport.CipherSuite{suite} })
	registers(t, env, ctx)
	r, _, err := runLine(t, env, ctx, "clients")
	if err != nil || !strings.Contains(string(r.AppendJSON(nil)), suite.String()) {
		t.Errorf("clients %s, %v", r.AppendJSON(nil), err)
	}
}

func TestSuitesAreCompletedBehindTheLastComma(t *testing.T) {
	for prefix, want := range map[string]string{"": "TLS1.3", "TLS1.3,": "TLS1.3,TLS_PSK_WITH_AES_128_CCM_8", "-": "-TLS1.3", "TLS1.3,-TLS_P": "TLS1.3,-TLS_PSK_WITH_AES_128_CCM_8"} {
		found := completeSuites(nil, Args{}, prefix)
		if !slices.ContainsFunc(found, func(c Completion) bool { return c.Text == want }) {
			t.Errorf("%q: no %s in %v", prefix, want, found)
		}
	}
}
