package commands

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lwcon/lwm2m/objects"
)

// securely opens a listener of coaps on loopback, with what else is to be.
func securely(t *testing.T, change func(*Config)) (*Env, context.Context) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	keys := NewConfiguration()
	if err := keys.AddPSK("dev1=hex:00112233445566778899aabbccddeeff"); err != nil {
		t.Fatal(err)
	}
	c := Config{Listen: []string{"coaps://127.0.0.1:0"}, Definitions: objects.New(), Credentials: keys}
	if change != nil {
		change(&c)
	}
	s, err := Open(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return &Env{Table: All(), Sessions: s, Definitions: objects.New(), Version: "test"}, ctx
}

// registers connects a device and lets it register.
func registers(t *testing.T, env *Env, ctx context.Context) {
	t.Helper()
	for _, line := range []string{"connect " + env.Sessions.URIs()[0] + " thermometer --client dev1", "read /3/0/0 -e dev1"} {
		if r, _, err := runLine(t, env, ctx, line); err != nil || ExitStatus(r, err) != ExitSuccess {
			t.Fatalf("%s: %v, %v", line, r, err)
		}
	}
}

func TestTheKeyLogHasTheSecretsOfSessionsAndSoHaveCaptures(t *testing.T) {
	directory := t.TempDir()
	name, captured := filepath.Join(directory, "keys.log"), filepath.Join(directory, "x.pcapng")
	env, ctx := securely(t, func(c *Config) { c.KeyLog = name })
	r, _, err := runLine(t, env, ctx, "trace --to "+captured)
	if err != nil || !strings.Contains(r.(*Settings).Warning, "everybody who has "+captured) {
		t.Errorf("%+v, %v", r, err)
	}
	registers(t, env, ctx)
	if _, _, err := runLine(t, env, ctx, "trace --stop"); err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(name)
	line, _, _ := bytes.Cut(log, []byte("\n"))
	if err != nil || !bytes.HasPrefix(line, []byte("CLIENT_RANDOM ")) || len(line) != len("CLIENT_RANDOM ")+64+1+96 {
		t.Fatalf("key log %q, %v", log, err)
	}
	if b, err := os.ReadFile(captured); err != nil || !bytes.Contains(b, line) {
		t.Errorf("the capture of %d octets has no secrets, %v", len(b), err)
	}
}

func TestATraceWithSecretsShowsWhatASessionThatBeganBeforeCarries(t *testing.T) {
	for flags, want := range map[string]bool{"": false, " --secrets": true} {
		env, ctx := securely(t, nil)
		registers(t, env, ctx)
		name := filepath.Join(t.TempDir(), "x.pcapng")
		r, _, err := runLine(t, env, ctx, "trace --to "+name+flags)
		if err != nil || (r.(*Settings).Warning != "") != want {
			t.Errorf("%+v, %v", r, err)
		}
		for _, line := range []string{"read /3/0/1 -e dev1", "trace --stop"} {
			if _, _, err := runLine(t, env, ctx, line); err != nil {
				t.Fatal(err)
			}
		}
		b, err := os.ReadFile(name)
		if found := bytes.Contains(b, []byte("T-1000")); err != nil || found != want {
			t.Errorf("trace --to%s: the answer can be read: %v, want %v; %v", flags, found, want, err)
		}
	}
}

func TestAClientTellsOfItsSecureSession(t *testing.T) {
	env, ctx := securely(t, nil)
	registers(t, env, ctx)
	r, _, err := runLine(t, env, ctx, "clients dev1")
	if err != nil {
		t.Fatal(err)
	}
	line := r.AppendJSON(nil)
	valid(t, line)
	const want = `"session":{"protocol":"DTLS 1.2","suite":"TLS_PSK_WITH_AES_128_CCM_8","identity":"dev1","connection-id":true}`
	if !strings.Contains(string(line), want) {
		t.Errorf("%s is not in %s", want, line)
	}
}

func TestAKeyLogThatCannotBeIsSaid(t *testing.T) {
	name := filepath.Join(t.TempDir(), "none", "keys.log")
	_, err := Open(t.Context(), Config{KeyLog: name})
	if e := Classify(err); e == nil || e.Kind != ConfigError || !strings.Contains(e.Message, "--key-log "+name+": no such file") {
		t.Errorf("got %v", err)
	}
	var warned []string
	open := filepath.Join(t.TempDir(), "keys.log")
	if err := os.WriteFile(open, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), Config{KeyLog: open, Warn: func(text string) { warned = append(warned, text) }})
	if err != nil || len(warned) != 1 || !strings.Contains(warned[0], "chmod 600") {
		t.Errorf("%v, warned %q", err, warned)
	}
	_ = s.Close(t.Context())
}
