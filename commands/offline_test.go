package commands

import (
	"context"
	"strings"
	"testing"

	"lwcon/lwm2m/objects"
)

// offlineSessions are sessions with nothing open.
func offlineSessions(t *testing.T) *Sessions {
	t.Helper()
	s, err := Open(t.Context(), Config{Definitions: objects.New()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return s
}

// offline runs a line without any session.
func offline(t *testing.T, line string) (Result, error) {
	t.Helper()
	env := &Env{Table: All(), Definitions: objects.New(), Version: "test"}
	r, _, err := runLine(t, env, t.Context(), line)
	return r, err
}

// jsonOf is the JSON form of what a line leads to.
func jsonOf(t *testing.T, line string) string {
	t.Helper()
	r, err := offline(t, line)
	if err != nil {
		return string(Classify(err).AppendJSON(nil))
	}
	return string(r.AppendJSON(nil))
}

func TestOfflineResultsHaveTheFormOfTheContract(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{
			"decode --format 11542 --at Device/0 c10964",
			`{"command":"decode","path":"/3/0","format":"tlv","values":[{"path":"/3/0/9","name":"Battery Level","type":"integer","value":100}],"payload":"c10964"}`,
		},
		{
			"decode --format link-format '</3/0>;pmin=10;obs'",
			`{"command":"decode","path":"/","format":"link-format","links":[{"uri":"/3/0","attributes":{"pmin":"10","obs":null}}],"payload":"3c2f332f303e3b706d696e3d31303b6f6273"}`,
		},
		{
			"decode --format attributes 'pmin&pmax=60&gt=2.5'",
			`{"command":"decode","format":"attributes","attributes":{"pmin":null,"pmax":60,"gt":2.5},"payload":"706d696e26706d61783d36302667743d322e35"}`,
		},
		{
			"decode --format execute-arguments \"0='U',5\"",
			`{"command":"decode","format":"execute-arguments","arguments":[{"id":0,"value":"U"},{"id":5}],"payload":"303d2755272c35"}`,
		},
		{
			"decode --format execute-arguments ''",
			`{"command":"decode","format":"execute-arguments","arguments":[],"payload":""}`,
		},
		{
			`decode --format senml-json --path-list '[{"n":"/3/0/0"},{"n":"/6"}]'`,
			`{"command":"decode","path":"/","format":"senml-json","paths":["/3/0/0","/6"],"payload":"5b7b226e223a222f332f302f30227d2c7b226e223a222f36227d5d"}`,
		},
		{
			"encode --format tlv --at /3/0 9=100",
			`{"command":"encode","path":"/3/0","format":"tlv","octets":3,"payload":"c10964"}`,
		},
		{
			"encode --format attributes pmin=5 gt!",
			`{"command":"encode","path":"/","format":"attributes","octets":9,"text":"pmin=5&gt","payload":"706d696e3d35266774"}`,
		},
		{
			"encode --format execute-arguments 0=x 1",
			`{"command":"encode","path":"/","format":"execute-arguments","octets":7,"text":"0='x',1","payload":"303d2778272c31"}`,
		},
		{
			"encode --format text --at /3/0/9 100",
			`{"command":"encode","path":"/3/0/9","format":"text","octets":3,"text":"100","payload":"313030"}`,
		},
	} {
		t.Run(c.line, func(t *testing.T) {
			if got := jsonOf(t, c.line); got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestAPayloadThatDoesNotDecodeTellsWhatCameBefore(t *testing.T) {
	r, err := offline(t, "decode --format tlv --at /3/0 c10964c20a")
	e, ok := err.(*Error)
	if !ok || e.Kind != PayloadError || e.Format != "tlv" || e.Offset < 3 || ExitStatus(r, err) != ExitPayload {
		t.Fatalf("got %#v, want a payload error and exit 4", err)
	}
	if line := string(e.AppendJSON(nil)); !strings.Contains(line, `"values":[{"path":"/3/0/9"`) || !strings.Contains(line, `"payload":"c10964c20a"`) {
		t.Errorf("got %s, want the value before and the payload", line)
	}
}

func TestStrictMakesADeviationAnError(t *testing.T) {
	for _, format := range []string{"attributes pmin=5&&pmax=60", "execute-arguments '0, 1'", "text ' 5'"} {
		line := "decode --at /3/0/9 --format " + format
		if r, err := offline(t, line); err != nil || len(r.(*Decoded).Deviations) == 0 {
			t.Errorf("%s: %v, want a result with a deviation", line, err)
		}
		r, err := offline(t, line+" --strict")
		if e, ok := err.(*Error); !ok || e.Rule == "" || ExitStatus(r, err) != ExitPayload {
			t.Errorf("%s --strict: %v, want a payload error that names the rule", line, err)
		}
	}
}

func TestTypesComeFromTheCommandLine(t *testing.T) {
	for line, want := range map[string]string{
		"decode --format tlv --at /31000/0 --type float c40141ac0000":              `"type":"float","value":21.5`,
		"decode --format tlv --at /31000/0 --type /31000/0/1=opaque c40141ac0000":  `"type":"opaque","value":"41ac0000"`,
		"decode --format tlv --at /31000/0 --type /31000=integer c40141ac0000":     `"type":"integer","value":1101791232`,
		"decode --format tlv --at /31000/0 --type /31000/*/1=float c40141ac0000":   `"type":"float","value":21.5`,
		"decode --format tlv --at /31000/0 c40141ac0000":                           `"guess":true`,
		"decode --format tlv --at /3/0 --type Device/0/BatteryLevel=string c10964": `"type":"string","value":"d"`,
	} {
		if got := jsonOf(t, line); !strings.Contains(got, want) {
			t.Errorf("%s: got %s, want %s", line, got, want)
		}
	}
}

func TestWhatIsEncodedDecodesToTheSame(t *testing.T) {
	const values = "/3/0/0=ACME /3/0/9=100 /3/0/13=1700000000 /3/0/14=+02:00"
	for _, format := range []string{"tlv", "senml-json", "senml-cbor", "json", "lwm2m-cbor"} {
		r, err := offline(t, "encode --at /3/0 --format "+format+" "+values)
		if err != nil {
			t.Errorf("%s: %v", format, err)
			continue
		}
		payload := fields(t, r)["payload"].(string)
		d, err := offline(t, "decode --at /3/0 --input hex --format "+format+" "+payload)
		if err != nil || len(d.(*Decoded).Deviations) > 0 {
			t.Errorf("%s %s: %v, %v", format, payload, d, err)
			continue
		}
		var got []string
		nodes := d.(*Decoded).Tree.Nodes
		for i := range nodes {
			got = append(got, nodes[i].Path().String()+"="+nodes[i].Value().String())
		}
		if strings.Join(got, " ") != values {
			t.Errorf("%s: got %s", format, got)
		}
	}
}

func TestWhatCannotBeEncodedIsWrongUsage(t *testing.T) {
	for _, line := range []string{
		"encode --format tlv --at /3/0 9=soon", "encode --format tlv --at /3/0 9", "encode --format text --at /3/0 0=a 1=b",
		"encode --format attributes pmin=-1", "encode --format attributes dim=2", "encode --format execute-arguments 10=x",
		"encode --format 50 /3/0/9=1", "encode --format tlv --at /3/0 Nonsense=1",
	} {
		if r, err := offline(t, line); ExitStatus(r, err) != ExitUsage {
			t.Errorf("%s: %v, want exit 2", line, err)
		}
	}
}

func TestALocationIsAmbiguousUntilADeviceRegisteredOne(t *testing.T) {
	_, err := offline(t, "decode --format tlv --at Location/0 00")
	if e, ok := err.(*Error); !ok || e.Kind != UsageError || !strings.Contains(e.Message, "6, 3336") {
		t.Errorf("got %v, want an error that lists the ids", err)
	}
}

func TestObjectsAreListedSearchedAndShown(t *testing.T) {
	for line, want := range map[string]string{
		"objects":                      `{"id":3,"name":"Device"`,
		"objects temperature":          `"id":3303,"name":"Temperature"`,
		"objects 3303":                 `"id":5700,"name":"Sensor Value","operations":"R","multiple":false,"mandatory":true,"type":"float"`,
		"objects Device --version 1.0": `"version":"1.0"`,
	} {
		if got := jsonOf(t, line); !strings.Contains(got, want) {
			t.Errorf("%s: got %.300s, want %s", line, got, want)
		}
	}
	for _, line := range []string{"objects 65000", "objects temperature --version 1.0 x"} {
		if r, err := offline(t, line); ExitStatus(r, err) != ExitUsage {
			t.Errorf("%s: %v, want exit 2", line, err)
		}
	}
}

func TestEveryExampleThatNeedsNoPeerRuns(t *testing.T) {
	for _, c := range All().Commands {
		if c.Roles != 0 || c.Name == "listen" || c.Name == "connect" || c.Name == "simulate" || c.Name == "close" || c.Name == "sleep" || c.Name == "objects check" || strings.HasPrefix(c.Name, "decode") || strings.HasPrefix(c.Name, "credentials ") || strings.HasPrefix(c.Name, "keys ") {
			continue
		}
		for _, line := range c.Examples {
			env := &Env{Table: All(), Sessions: offlineSessions(t), Definitions: objects.New()}
			if _, _, err := runLine(t, env, t.Context(), line); err != nil {
				t.Errorf("%s: %v", line, err)
			}
		}
	}
}

func TestACommandOfARoleThatIsNotOpenIsNoPeer(t *testing.T) {
	for _, c := range All().Commands {
		if c.Roles == 0 {
			continue
		}
		env := &Env{Table: All(), Sessions: offlineSessions(t), Definitions: objects.New()}
		r, _, err := runLine(t, env, t.Context(), c.Examples[0])
		if e, ok := err.(*Error); !ok || e.Kind != NoPeerError || e.Hint == "" || ExitStatus(r, err) != ExitNoAnswer {
			t.Errorf("%s: %v, want no-peer with a hint", c.Examples[0], err)
		}
	}
}
