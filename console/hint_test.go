package console

import (
	"strings"
	"testing"

	"lwcon/commands"
	"lwcon/console/terminal"
	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
	"lwcon/session"
	"lwcon/session/coap"
)

func TestAHintNamesTheObjectsThatWereMeant(t *testing.T) {
	text := NewText(terminal.Style{}, false, objects.New())
	for _, c := range []struct {
		path  lwm2m.Path
		paths []lwm2m.Path
		want  string
	}{
		{lwm2m.NewPath(1, 1, 0), nil, "objects 1 shows"},
		{lwm2m.Path{}, []lwm2m.Path{lwm2m.NewPath(3, 0, 14), lwm2m.NewPath(3, 0, 0)}, "objects 3 shows"},
		{lwm2m.Path{}, []lwm2m.Path{lwm2m.NewPath(3, 0, 14), lwm2m.NewPath(1, 1, 0)}, "objects 3 and objects 1 show"},
		{lwm2m.NewPath(33605, 0, 1), nil, "what object 33605 allows is not known here"},
	} {
		a := &commands.Answer{Paths: c.paths, Result: session.Result{Path: c.path, Response: session.Response{Code: coap.MethodNotAllowed}}}
		if got := text.refusalHint(a); !strings.HasPrefix(got, c.want) {
			t.Errorf("%v %v: got %q, want %q", c.path, c.paths, got, c.want)
		}
	}
}

func TestErrorsInJSONHaveTheHintOfTheText(t *testing.T) {
	e := &commands.Error{Kind: commands.TimeoutError, Message: "read /3/0: no answer", Exchange: 7}
	if got := (JSON{}).Failure(e); !strings.Contains(got, `"hint":"is the device asleep`) || !strings.Contains(got, "--trace full") {
		t.Errorf("one shot: %s", got)
	}
	if got := (JSON{Further: true}).Failure(e); !strings.Contains(got, "details 7 shows") {
		t.Errorf("where commands follow: %s", got)
	}
	if e.Hint != "" {
		t.Error("the error itself was changed")
	}
}

func TestARefusedObserveOrCancelHasAHint(t *testing.T) {
	text := NewText(terminal.Style{}, false, objects.New())
	set, _, _ := lwm2m.ParseAttributes("pmin=5")
	for _, c := range []struct {
		command string
		sent    lwm2m.Attributes
		want    string
	}{
		{"observe", set, "the device takes no attributes with an Observe"},
		{"observe", lwm2m.Attributes{}, ""},
		{"cancel", set, "the observation is over here all the same"},
	} {
		a := &commands.Answer{Command: c.command, Sent: c.sent, Result: session.Result{Path: lwm2m.NewPath(3303, 0, 5700), Response: session.Response{Code: coap.BadOption}}}
		if got := text.refusalHint(a); !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%s with %v: got %q, want %q", c.command, c.sent, got, c.want)
		}
	}
}

func TestARefusedReadOfTheRootHasAHint(t *testing.T) {
	text := NewText(terminal.Style{}, false, objects.New())
	a := &commands.Answer{Command: "read", Result: session.Result{Endpoint: "dev1", Response: session.Response{Code: coap.BadRequest}}}
	if got := text.Result(a); !strings.Contains(got, "read / of dev1") || !strings.Contains(got, "the root is for composite operations") {
		t.Errorf("got %s", got)
	}
}

func TestABodyThatIsTooLargeTellsHowMuchIsTaken(t *testing.T) {
	text := NewText(terminal.Style{}, false, objects.New())
	a := &commands.Answer{Result: session.Result{Path: lwm2m.NewPath(5, 0, 0), Size1: 2048, Response: session.Response{Code: coap.RequestEntityTooLarge}}}
	if got := text.refusalHint(a); got != "the device takes 2048 bytes at most, it says" {
		t.Errorf("got %q", got)
	}
}
