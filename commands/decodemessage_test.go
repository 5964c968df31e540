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
			"decode-message 42021234a1b2b2726411283465703d78056c743d3630096c776d326d3d312e31ff3c2f312f303e2c3c2f332f303e",
			`{"command":"decode-message","message":{"type":"CON","code":"0.02","id":4660,"token":"a1b2","options":[` +
				`{"number":11,"name":"Uri-Path","value":"7264","text":"rd"},` +
				`{"number":12,"name":"Content-Format","value":"28","text":"40 link-format"},` +
				`{"number":15,"name":"Uri-Query","value":"65703d78","text":"ep=x"},{"number":15,"name":"Uri-Query","value":"6c743d3630","text":"lt=60"},` +
				`{"number":15,"name":"Uri-Query","value":"6c776d326d3d312e31","text":"lwm2m=1.1"}],"payload":"3c2f312f303e2c3c2f332f303e"},` +
				`"format":"link-format","links":[{"uri":"/1/0","attributes":{}},{"uri":"/3/0","attributes":{}}]}`,
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

func TestTheOptionsOfSignallingAreNumbersToo(t *testing.T) {
	for hex, want := range map[string]string{
		"20e12104":   `"name":"Max-Message-Size","value":"04","text":"4"`,
		"30e1220480": `"name":"Max-Message-Size","value":"0480","text":"1152"`,
		"20e4410a":   `"name":"Hold-Off","value":"0a","text":"10"`,
	} {
		if got := jsonOf(t, "decode-message --tcp "+hex); !strings.Contains(got, want) {
			t.Errorf("%s: got %s, want %s", hex, got, want)
		}
	}
}

func TestAMessageThatBreaksOffTellsWhatCouldBeRead(t *testing.T) {
	r, err := offline(t, "decode-message 4402123401")
	e, ok := err.(*Error)
	if !ok || e.Format != "coap" || e.Whole == nil || ExitStatus(r, err) != ExitPayload {
		t.Fatalf("got %#v, want a payload error and exit 4", err)
	}
	if line := string(e.AppendJSON(nil)); !strings.Contains(line, `"message":{"type":"CON","code":"0.02","id":4660`) {
		t.Errorf("got %s, want type, code and id", line)
	}
}

func TestAPayloadOfAMessageThatDoesNotDecodeIsAnError(t *testing.T) {
	const line = "decode-message --at /3/0 6145000303c22d16ffc10964c20a"
	r, err := offline(t, line)
	e, ok := err.(*Error)
	if !ok || e.Format != "tlv" || e.Offset != 12 || ExitStatus(r, err) != ExitPayload || !strings.HasPrefix(e.Message, "message at octet 12: tlv payload /3/0: expected") {
		t.Fatalf("got %+v, %v, want exit 4 and octets of the message", r, err)
	}
	text := string(e.AppendJSON(nil))
	for _, want := range []string{`"message":{"type":"ACK"`, `"values":[{"path":"/3/0/9"`, `"offset":12`} {
		if !strings.Contains(text, want) {
			t.Errorf("got %s, want %s in it", text, want)
		}
	}
	valid(t, []byte(text))
}

func TestAMessageIsReadAsWhatItIsFor(t *testing.T) {
	for _, c := range []struct{ name, hex, want string }{
		{
			"Read-Composite", "40050001c1705170ff83a100662f332f302f30a100662f332f302f39a100662f312f302f31",
			`"paths":["/3/0/0","/3/0/9","/1/0/1"]}`,
		},
		{"Observe-Composite", "4005000160611170ff81a100662f332f302f30", ""},
		{"Read-Composite of nothing", "40050001c170ff80", `"paths":[]}`},
		{
			"Send", "40020001b264701170ff81a200662f332f302f390201",
			`"values":[{"path":"/3/0/9","name":"Battery Level","type":"integer","value":1}]}`,
		},
		{
			"Create without instance", "40020001b433333033122d16ffe4164441ac0000",
			`"values":[{"path":"/3303/*/5700","name":"Sensor Value","type":"float","value":21.5}]}`,
		},
		{
			"Create with instance", "40020001b433333033122d16ff0707e4164441ac0000",
			`"values":[{"path":"/3303/7/5700","name":"Sensor Value","type":"float","value":21.5}]}`,
		},
		{
			"Write, keys below the path", "40030001b1310130122d18ffa10119012c",
			`"values":[{"path":"/1/0/1","name":"Lifetime","type":"integer","value":300}]}`,
		},
		{
			"partial Write", "40020001b1310130122d18ffa10119012c",
			`"values":[{"path":"/1/0/1","name":"Lifetime","type":"integer","value":300}]}`,
		},
		{
			"Write-Composite", "40070001c22d18ffa1830100011903e8", "",
		},
		{
			"Execute", "40020001b1350130013210ff303d2755272c35",
			`"arguments":[{"id":0,"value":"U"},{"id":5}]}`,
		},
		{
			"Execute without arguments", "40020001b13501300132", `"payload":""}}`,
		},
		{
			"Write of text", "40030001b13301300231341 0ff2b30323a3030",
			`"values":[{"path":"/3/0/14","name":"UTC Offset","type":"string","value":"+02:00"}]}`,
		},
		{
			"Write-Attributes", "40030001b43333303301300435373030" + "46706d696e3d35" + "026774",
			`"attributes":{"pmin":5,"gt":null}}`,
		},
		{
			"Observe with attributes", "4001000160" + "5433333033013004" + "35373030" + "46706d696e3d35",
			`"attributes":{"pmin":5}}`,
		},
		{"Register", "40020001b2726411283465703d78056c743d3630096c776d326d3d312e31ff3c2f312f303e2c3c2f332f303e", `"links":[{"uri":"/1/0","attributes":{}},{"uri":"/3/0","attributes":{}}]}`},
		{"Update", "40020001b2726401351128ff3c2f312f303e2c3c2f332f303e", `"links":[{"uri":"/1/0","attributes":{}},{"uri":"/3/0","attributes":{}}]}`},
	} {
		got := jsonOf(t, "decode-message "+strings.ReplaceAll(c.hex, " ", ""))
		if !strings.HasSuffix(got, c.want) || strings.Contains(got, "deviations") || strings.Contains(got, "error") {
			t.Errorf("%s:\n got %s\nwant …%s and no deviation", c.name, got, c.want)
		}
		valid(t, []byte(got))
	}
}

func TestADeviationOfAQueryOrOfArgumentsStandsInTheMessage(t *testing.T) {
	for hex, want := range map[string]string{
		// pmin= and gt=1e3 of a Write-Attributes
		"40030001b43333303301300435373030" + "45706d696e3d" + "0667743d316533": `"attributes":{"pmin":null,"gt":1000},"deviations":[` +
			`{"rule":"attributes-empty-value","path":"/3303/0/5700","offset":21,`,
		// arguments 0,,1
		"40020001b1350130013210ff302c2c31": `"arguments":[{"id":0},{"id":1}],"deviations":[{"rule":"execute-arguments-empty","path":"/5/0/2","offset":14,`,
		// gt=abc
		"40030001b43333303301300435373030" + "4667743d616263": `"attributes":{},"deviations":[{"rule":"attributes-number","path":"/3303/0/5700","offset":20,`,
	} {
		if got := jsonOf(t, "decode-message "+hex); !strings.Contains(got, want) {
			t.Errorf("%s:\n got %s\nwant %s", hex, got, want)
		}
	}
}

func TestAPayloadWithoutContentFormatIsReadAndNamed(t *testing.T) {
	for _, c := range []struct{ name, line, rule, want string }{
		{"PUT /3/0/14", "decode-message 40030001b1330130023134ff2b30323a3030", "request-no-content-format", `"value":"+02:00"`},
		{"Execute", "decode-message 40020001b13501300132ff30", "request-no-content-format", `"arguments":[{"id":0}]`},
		{"Register", "decode-message 40020001b27264ff3c2f312f303e", "register-content-format", `"uri":"/1/0"`},
		{"2.05", "decode-message --at /3/0/9 60450001ff313030", "response-no-content-format", `"value":100`},
		{"2.05 of TLV", "decode-message --at /3/0 60450001ffc10964", "response-no-content-format", `looks like tlv`},
	} {
		got := jsonOf(t, c.line)
		if !strings.Contains(got, `"rule":"`+c.rule) || !strings.Contains(got, c.want) {
			t.Errorf("%s: got %s, want %s and %s", c.name, got, c.rule, c.want)
		}
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

func TestTheRulesOfALiveServerHoldForAMessageByItself(t *testing.T) {
	for _, c := range []struct {
		name, hex string
		want      []string // how each deviation begins
	}{
		{"a Register of text", "40020001b27264103465703d78056c743d3630096c776d326d3d312e31ff3c2f312f303e2c3c2f332f303e", []string{"register-content-format at octet 7"}},
		{"an Update of text", "40020001b27264013510ff3c2f312f303e2c3c2f332f303e", []string{"register-content-format at octet 9"}},
		{"an Update by PUT", "40030001b272640135466c743d333030", []string{"update-method at octet 1"}},
		{"a Register by PUT", "40030001b2726411283465703d78056c743d3630096c776d326d3d312e31ff3c2f312f303e2c3c2f332f303e", []string{"update-unknown-location at octet 1"}},
		{"keys and no device", "40020001b2726411283465703d78056c743d3630096c776d326d3d312e31ff3c2f312f303e2c3c2f302f303e2c3c2f32312f303e", []string{"register-forbidden-object /0/0 at octet 38", "register-forbidden-object /21/0 at octet 45", "register-mandatory-object"}},
		{"a resource", "40020001b2726411283465703d78056c743d3630096c776d326d3d312e31ff3c2f312f303e2c3c2f332f302f393e", []string{"register-resource-link /3/0/9 at octet 38"}},
		{"a version at an instance", "40020001b2726411283465703d78056c743d3630096c776d326d3d312e31ff3c2f312f303e2c3c2f332f303e3b7665723d312e31", []string{"register-version-on-instance /3/0 at octet 38"}},
		{"queries", "40020001b2726411283465703d78056c743d2d31096c776d326d3d312e3103513d31ff3c2f312f303e2c3c2f332f303e", []string{"register-lifetime at octet 15", "register-queue-syntax at octet 31"}},
		{"no queries", "40020001b272641128ff3c2f312f303e2c3c2f332f303e", []string{"register-no-endpoint", "register-no-version", "register-no-lifetime"}},
		{"an Update with a name", "40020001b2726401354465703d78", []string{"update-parameter at octet 10"}},
		{"an Update of queue mode", "40020001b27264013543623d550151", []string{}},
		{"Non-confirmable", "50020001b272640135456c743d3630", []string{"register-non-confirmable"}},
		{"a Send of TLV", "40020001b26470122d16ffc10964", []string{"send-content-format at octet 7"}},
		{"a Send without format", "40020001b26470ff5b7b226e223a222f332f302f39222c2276223a317d5d", []string{"send-content-format at octet 8"}},
		{"a Send of keys", "40020001b26470116eff5b7b226e223a222f302f302f32222c2276223a337d5d", []string{"send-object /0/0/2 at octet 11"}},
		{"a notification of nothing", "504500016101", []string{"notification-no-payload at octet 6"}},
		{"a Write-Attributes with a payload", "40030001b133013001391036706d696e3d35ff313030", []string{"write-attributes-payload /3/0/9 at octet 10"}},
		{"a Write-Attributes with a format", "40030001b133013001391036706d696e3d35", []string{"write-attributes-payload /3/0/9 at octet 10"}},
	} {
		r, err := offline(t, "decode-message "+c.hex)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		found := r.(*Message).Deviations
		if len(found) != len(c.want) {
			t.Errorf("%s: got %v, want %q", c.name, found, c.want)
			continue
		}
		for i, want := range c.want {
			if got := found[i].String(); !strings.HasPrefix(got, want) {
				t.Errorf("%s: got %s, want %s", c.name, got, want)
			}
		}
	}
}

func TestAPayloadBesideAttributesIsThatOfAWrite(t *testing.T) {
	// PUT /1/0?pmin=5 of LwM2M CBOR with keys below the path, which only a Write may have
	got := jsonOf(t, "decode-message 40030001b1310130122d1836706d696e3d35ffa10119012c")
	for _, want := range []string{`"attributes":{"pmin":5}`, `"path":"/1/0/1","name":"Lifetime","type":"integer","value":300`, `"rule":"write-attributes-payload"`} {
		if !strings.Contains(got, want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if strings.Contains(got, "lwm2m-cbor-relative-path") {
		t.Errorf("got %s, want no deviation for the keys of a Write", got)
	}
}

func TestAnEmptyPayloadEndsTheMessage(t *testing.T) {
	for hex, want := range map[string]int{"60450001c22d16": 7, "60450001c0": 5} {
		r, err := offline(t, "decode-message --at /3/0/9 "+hex)
		if found := r.(*Message).Deviations; err != nil || len(found) != 1 || found[0].Offset != want {
			t.Errorf("%s: got %v, %v, want octet %d", hex, found, err, want)
		}
	}
}

func TestAnErrorOfAMessageHasItsFormatAndPath(t *testing.T) {
	for line, want := range map[string]string{
		"decode-message --strict 40030001b1330130013910ff31303020":               `"format":"text","offset":15,"path":"/3/0/9","rule":"text-blank"`,
		"decode-message --strict 40020001b1350130013210ff302c2c31":               `"format":"execute-arguments","offset":14,"path":"/5/0/2"`,
		"decode-message --strict 40030001b433333033013004353730304667743d616263": `"format":"attributes","offset":20,"path":"/3303/0/5700"`,
		"decode-message --strict 504500016101":                                   `"format":"coap","offset":6,"path":"/","rule":"notification-no-payload"`,
		"decode --format execute-arguments --at /5/0/2 hello --strict":           `"format":"execute-arguments","offset":0,"path":"/5/0/2"`,
		"decode --format attributes --at /3/0/9 pmin=abc --strict":               `"format":"attributes","offset":5,"path":"/3/0/9"`,
		"decode --format attributes --at /3/0/9 pmin= --strict":                  `"format":"attributes","offset":4,"path":"/3/0/9"`,
	} {
		if got := jsonOf(t, line); !strings.Contains(got, want) {
			t.Errorf("%s:\n got %s\nwant %s", line, got, want)
		}
	}
}
