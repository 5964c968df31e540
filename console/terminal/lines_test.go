package terminal

import (
	"context"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"lwcon/session/clock"
)

var errRefused = errors.New("refused")

func TestLinesStopAtTheFirstFailure(t *testing.T) {
	const input = "one\r\n\n  \nrefuse\nthree\nquit\nnever"
	for _, c := range []struct {
		keepGoing bool
		want      []string
	}{
		{false, []string{"one", "refuse"}},
		{true, []string{"one", "refuse", "three", "quit"}},
	} {
		var r ran
		lines := Lines{In: strings.NewReader(input), KeepGoing: c.keepGoing, Execute: func(ctx context.Context, line string) error {
			if err := r.execute(ctx, line); err != nil {
				return err
			}
			if line == "refuse" {
				return errRefused
			}
			return nil
		}}
		reason, err := lines.Run(t.Context())
		if reason != Quit || !errors.Is(err, errRefused) || !strings.HasPrefix(err.Error(), "line 4: ") {
			t.Errorf("keep going %v: %v, %v", c.keepGoing, reason, err)
		}
		if !reflect.DeepEqual(r.got(), c.want) {
			t.Errorf("keep going %v: ran %q, want %q", c.keepGoing, r.got(), c.want)
		}
	}
}

func TestLinesEndWithTheInput(t *testing.T) {
	var r ran
	reason, err := Lines{In: strings.NewReader("a\nlast"), Execute: r.execute}.Run(t.Context())
	if reason != EndOfInput || err != nil || !reflect.DeepEqual(r.got(), []string{"a", "last"}) {
		t.Errorf("%v, %v, ran %q", reason, err, r.got())
	}
}

func TestLinesRefuseALineThatIsTooLong(t *testing.T) {
	var r ran
	reason, err := Lines{In: strings.NewReader("a\n" + strings.Repeat("x", maxPipedLine)), Execute: r.execute}.Run(t.Context())
	if reason != Quit || err == nil || !strings.HasPrefix(err.Error(), "line 2: longer than 1048575 bytes") {
		t.Errorf("%v, %v", reason, err)
	}
}

func TestLinesLeaveACommandThatDoesNotEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	in, out := io.Pipe()
	defer out.Close()
	hang := make(chan struct{})
	defer close(hang)
	go func() { _, _ = io.WriteString(out, "hang\n") }()
	reason, err := Lines{In: in, Clock: clock.Scaled(1000), Execute: func(context.Context, string) error {
		cancel()
		<-hang
		return nil
	}}.Run(ctx)
	if reason != Cancelled || err != nil {
		t.Errorf("%v, %v", reason, err)
	}
}
