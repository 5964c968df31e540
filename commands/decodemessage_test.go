package commands

import (
	"strings"
	"testing"
)

func TestAMessageHasTheFormOfTheContract(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{
			"decode-message 42021234a1b2b27264412811283c2f302f313e",
			`{"error":`, // an option longer than the message
		},
		{
			"decode-message 42021234a1b2b272641128ff3c2f312f303e",
			`{"command":"decode-message","message":{"type":"CON","code":"0.02","id":4660,"token":"a1b2","options":[` +
				`{"number":11,"name":"Uri-Path","value":"7264","text":"rd"},` +
				`{"number":12,"name":"Content-Format","value":"28","text":"40 link-format"}],"payload":"3c2f312f303e"},` +
				`"format":"link-format","links":[{"uri":"/1/0","attributes":{}}]}`,
		},
		{
			"decode-message --tcp 01e242",
			`{"command":"decode-message","message":{"code":"7.02","token":"42","options":[],"payload":""}}`,
		},
		{
			"decode-message --at /3/0 6145000303c22d16ffc10964",
			`{"command":"decode-message","message":{"type":"ACK","code":"2.05","id":3,"token":"03","options":[` +
				`{"number":12,"name":"Content-Format","value":"2d16","text":"11542 tlv"}],"payload":"c10964"},` +
				`"format":"tlv","values":[{"path":"/3/0/9","name":"Battery Level","type":"integer","value":100}]}`,
		},
	} {
		if got := jsonOf(t, c.line); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s:\n got %s\nwant %s", c.line, got, c.want)
		}
	}
}

func TestAMessageThatBreaksOffTellsWhatCouldBeRead(t *testing.T) {
	r, err := offline(t, "decode-message 4402123401")
	e, ok := err.(*Error)
	if !ok || e.Format != "coap" || e.Scanned == nil || ExitStatus(r, err) != ExitPayload {
		t.Fatalf("got %#v, want a payload error and exit 4", err)
	}
	if line := string(e.AppendJSON(nil)); !strings.Contains(line, `"message":{"type":"CON","code":"0.02","id":4660`) {
		t.Errorf("got %s, want type, code and id", line)
	}
}

func TestAPayloadThatDoesNotDecodeLeavesTheMessageReadable(t *testing.T) {
	const line = "decode-message --at /3/0 6145000303c22d16ffc20964"
	r, err := offline(t, line)
	if err != nil || r.(*Message).Problem == nil || r.(*Message).Problem.Offset < 9 {
		t.Fatalf("got %+v, %v, want the message and its problem, counted in octets of the message", r, err)
	}
	r, err = offline(t, line+" --strict")
	if ExitStatus(r, err) != ExitPayload {
		t.Errorf("--strict: %v, want exit 4", err)
	}
}

func TestOctetsBehindAMessageOfAStreamAreNamed(t *testing.T) {
	r, err := offline(t, "decode-message --tcp 00e100e1")
	if err != nil || len(r.(*Message).Deviations) != 1 || r.(*Message).Deviations[0].Offset != 2 {
		t.Errorf("got %+v, %v", r, err)
	}
}

func TestAPartOfABodyIsNotReadAsAPayload(t *testing.T) {
	r, err := offline(t, "decode-message 6145000303c22d16b108ffc109") // Block2 0/1/16
	if err != nil || r.(*Message).Tree != nil {
		t.Errorf("got %+v, %v, want no tree", r, err)
	}
}
