package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"lwcon/session/transport/gnutls"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"lwcon": main})
}

// TestScripts runs lwcon as a shell does, by the scripts in testdata/script.
// Beside testscript's own commands they have
//
//	status N lwcon ...   the exit status is N
//	jsonlines            each line of stdout is an object with exactly one of
//	                     command, event, scenario and error
//
// and the condition [gnutls]: raw public keys can be had.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("NO_COLOR", "1")
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name != "gnutls" {
				return false, fmt.Errorf("unknown condition %q", name)
			}
			_, err := gnutls.Load()
			return err == nil, nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"status":    statusIs,
			"jsonlines": jsonLines,
		},
	})
}

// statusIs runs a command and checks its exit status.
func statusIs(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N COMMAND [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("%s: expected exit status %d, found %d", strings.Join(args[1:], " "), want, got)
	}
}

// jsonLines checks the purity of stdout.
func jsonLines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: jsonlines")
	}
	lines := strings.Split(strings.TrimSuffix(ts.ReadFile("stdout"), "\n"), "\n")
	for _, line := range lines {
		var object map[string]json.RawMessage
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			ts.Fatalf("expected one JSON object, found %q: %v", line, err)
		}
		n := 0
		for _, key := range []string{"command", "event", "scenario", "error"} {
			if _, ok := object[key]; ok {
				n++
			}
		}
		if n != 1 {
			ts.Fatalf("expected exactly one of command, event, scenario and error, found %d in %s", n, line)
		}
	}
}

// TestSignalsEndAStreamWithTheirStatus sends SIGINT and SIGTERM to lwcon while
// notifications stream.
func TestSignalsEndAStreamWithTheirStatus(t *testing.T) {
	for signal, want := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		t.Run(signal.String(), func(t *testing.T) {
			c := exec.CommandContext(t.Context(), program(t), "-o", "json", "demo", "observe", "/3303/0/5700")
			c.Env = append(os.Environ(), "HOME="+t.TempDir())
			out, err := c.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewScanner(out)
			if !lines.Scan() || !strings.Contains(lines.Text(), `"observe":1`) {
				t.Errorf("expected the answer to the Observe first, found %q", lines.Text())
			}
			if err := c.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			for lines.Scan() {
			}
			_ = c.Wait() // the status says it
			if got := c.ProcessState.ExitCode(); got != want {
				t.Errorf("expected exit status %d, found %d", want, got)
			}
		})
	}
}

// TestPortInUseSaysWhatToDo listens where somebody listens already.
func TestPortInUseSaysWhatToDo(t *testing.T) {
	taken, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	c := exec.CommandContext(t.Context(), program(t), "-l", "coap://"+taken.LocalAddr().String(), "clients")
	c.Env = append(os.Environ(), "HOME="+t.TempDir())
	said, _ := c.CombinedOutput() // the status says it
	if got := c.ProcessState.ExitCode(); got != 2 {
		t.Errorf("expected exit status 2, found %d", got)
	}
	for _, part := range []string{taken.LocalAddr().String(), "port 0 takes any free one"} {
		if !strings.Contains(string(said), part) {
			t.Errorf("expected %q in what lwcon says, found:\n%s", part, said)
		}
	}
}

// program is lwcon itself, which testscript.Main has put into the path.
func program(t *testing.T) string {
	t.Helper()
	name, err := exec.LookPath("lwcon")
	if err != nil {
		t.Fatal(err)
	}
	return name
}
