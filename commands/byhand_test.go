package commands

import (
	"strings"
	"testing"
	"testing/synctest"

	"lwcon/session/coap"
	"lwcon/session/transport"
)

// sent is the first message of an exchange that went out.
func sent(t *testing.T, x *Exchanged) *coap.Message {
	t.Helper()
	for _, m := range x.Messages {
		if m.Direction == transport.Sent {
			return &m.Scanned.Message
		}
	}
	t.Fatal("nothing was sent")
	return nil
}

func TestARequestByHandIsAnswered(t *testing.T) {
	live(t, func(b *bench) {
		x := b.do("coap GET /3/0/0 --option 2048=2a --option Uri-Query=text:a=b --token 0102 --message-id 7 --accept text").(*Exchanged)
		m := sent(t, x)
		if x.Code != coap.Content || m.ID != 7 || string(m.Token) != "\x01\x02" || len(m.Queries()) != 1 || !m.Options.Has(2048) {
			t.Errorf("got %v and sent %v %+v", x.Code, m, m.Options)
		}
		if ExitStatus(b.do("coap GET /3/99"), nil) != ExitRefused {
			t.Error("a refusal is no exit 1")
		}
		if x := b.do("coap get /3/0/0 --non").(*Exchanged); sent(t, x).Type != coap.NonConfirmable || x.Code != coap.Content {
			t.Errorf("NON: %+v", x)
		}
		x = b.do("coap PUT /3/0/14 --payload text:+03:00 --content-format text").(*Exchanged)
		if got := shown(t, b.do("read /3/0/14")); x.Code != coap.Changed || got != "2.05 /3/0/14=+03:00" {
			t.Errorf("PUT: %v, %s", x.Code, got)
		}
	})
}

func TestAnIllegalMessageIsSentAsItIs(t *testing.T) {
	for _, c := range []struct{ line, sent, came string }{
		{"coap 0.00 --message-id 9", "40000009", "70000009"},
		{"coap GET /3 --stated-token-length 9 --message-id 1", "49010001b133", "70000001"},
		{"coap GET /3 --version 2 --message-id 1", "80010001b133", ""},
		{"coap GET /3 --marker --message-id 2", "40010002b133ff", "70000002"},
		{"coap GET --token 010203040506070809 --message-id 3", "49010003010203040506070809", "70000003"},
		{"coap 2.05 --type ACK --message-id 4 --token 0a", "6145000" + "40a", ""},
		{"coap 1.00 --append 0102 --message-id 5", "402000050102", "70000005"},
		{"raw 40 00 00 0b", "4000000b", "7000000b"},
		{"raw ff", "ff", ""},
	} {
		t.Run(c.line, func(t *testing.T) {
			live(t, func(b *bench) {
				x := b.do(c.line).(*Exchanged)
				var out, in string
				for _, m := range x.Messages {
					if m.Direction == transport.Sent {
						out = hexText(m.Bytes)
					} else {
						in = hexText(m.Bytes)
					}
				}
				if out != c.sent || in != c.came {
					t.Errorf("sent %s, came %q, want %s, %q", out, in, c.sent, c.came)
				}
			})
		})
	}
}

func hexText(b []byte) string {
	const digits = "0123456789abcdef"
	var s strings.Builder
	for _, c := range b {
		s.WriteByte(digits[c>>4])
		s.WriteByte(digits[c&15])
	}
	return s.String()
}

func TestAMessageThatNobodyAnswersEndsAfterItsTime(t *testing.T) {
	live(t, func(b *bench) {
		start := b.env.clock().Now()
		x := b.do("coap 2.05 --type NON --for 7s").(*Exchanged)
		if took := b.env.clock().Now().Sub(start); took.Seconds() != 7 || x.Code != coap.Empty {
			t.Errorf("took %v, code %v", took, x.Code)
		}
	})
}

func TestARequestByHandThatIsNotAnsweredIsATimeoutWithWhatPassed(t *testing.T) {
	live(t, func(b *bench) {
		b.do("set link lose 100%")
		r, _, err := b.try("coap GET /3/0 --retransmissions 1 --ack-timeout 1s")
		b.do("set link lose 0%")
		x, ok := r.(*Exchanged)
		if !ok || ExitStatus(r, err) != ExitNoAnswer {
			t.Fatalf("got %v, %v", r, err)
		}
		var notes []string
		for _, m := range x.Messages {
			notes = append(notes, m.Note)
		}
		if got := strings.Join(notes, ","); got != ",fault: lost,retransmission 1,fault: lost" {
			t.Errorf("notes %s", got)
		}
	})
}

func TestASimulatedDeviceSendsByHandToItsServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		for _, l := range b.env.Sessions.Server().Listeners() {
			if err := l.Close(); err != nil { // the client role alone is left
				t.Fatal(err)
			}
		}
		r, _, err := b.try("coap POST /rd?ep=x --payload text:</3> --retransmissions 0 --ack-timeout 1s")
		x, ok := r.(*Exchanged)
		if !ok || ExitStatus(r, err) != ExitNoAnswer || x.Peer != "192.0.2.1:5683" {
			t.Errorf("got %+v, %v, want a request to the server that nobody answers", r, err)
		}
	})
}

func TestHostileWordsOfRequestsAreUsageErrors(t *testing.T) {
	live(t, func(b *bench) {
		before := b.env.Sessions.Exchanges().Newest()
		for _, line := range []string{
			"read /3/0 --option", "read /3/0 --option x=1", "read /3/0 --option 65536=00", "read /3/0 --option 17=zz",
			"read /3/0 --option 17=uint:-1", "read /3/0 --token 010203040506070809", "read /3/0 --token xyz",
			"read /3/0 --message-id 65536", "read /3/0 --message-id -1", "read /3/0 --block 100", "read /3/0 --ack-timeout 0s",
			"read /3/0 --retransmissions 31", "read /3/0 --nstart 70000", "read /3/0 --token-length 9",
			"coap", "coap FOO /3", "coap 8.00", "coap 2.32", "coap GET --stated-token-length 16", "coap GET --version 4",
			"coap GET --type FOO", "coap GET --append x", "coap GET --to http://x", "coap GET --to x",
			"raw", "raw zz", "set block 100", "set nstart x", "set ack-timeout never", "set non maybe",
			"set link lose 101%", "set link lose -1%", "set link lose NaN", "set link lose 2", "set link delay -1s", "set link delay 2h",
			"set link coap://192.0.2.99:1 lose 1%", "set link seed x", "set answer register 9.99", "set answer register 0.00",
			"set answer notification 4.00", "set answer-delay soon", "set link mangle 1%",
			"trace --rotate 10MB", "trace --files 3", "trace --stop --to x", "trace --to /nowhere/x.pcapng", "trace --to x --rotate 1", "trace --to x --rotate 10XB",
		} {
			r, _, err := b.try(line)
			if e, ok := err.(*Error); !ok || ExitStatus(r, err) != ExitUsage {
				t.Errorf("%s: %v (%v), want exit 2", line, err, e)
			}
		}
		if after := b.env.Sessions.Exchanges().Newest(); after != before {
			t.Errorf("something was sent: exchanges %d to %d", before, after)
		}
	})
}

func TestRequestFlagsReachTheWireOfEveryOperation(t *testing.T) {
	for _, line := range []string{
		"read /3/0/0", "write /3/0/14 +02:00", "execute /3/0/4", "discover /3", "attributes /3303/0/5700 pmin=1",
		"observe /3303/0/5700", "create /3303 --instance 9 5700=1", "read-composite /3/0/0", "write-composite /3/0/14=+02:00",
		"observe-composite /3303/0/5700",
	} {
		t.Run(line, func(t *testing.T) {
			live(t, func(b *bench) {
				if _, _, err := b.try(line + " --non --option 2050=abcd --token 0a0b --message-id 4711"); err != nil {
					t.Fatal(err)
				}
				d := b.do("details").(*Details)
				m := d.request().Scanned.Message
				v, _ := m.Options.Get(2050)
				if m.Type != coap.NonConfirmable || m.ID != 4711 || string(m.Token) != "\x0a\x0b" || string(v) != "\xab\xcd" {
					t.Errorf("sent %v id %d %+v", &m, m.ID, m.Options)
				}
			})
		})
	}
}

func TestSettingsAreTheDefaultsOfRequestsAndFlagsWin(t *testing.T) {
	live(t, func(b *bench) {
		b.do("set non on")
		b.do("set token-length 7")
		b.do("set block 64")
		b.do("read /3/0/0")
		m := b.do("details").(*Details).request().Scanned.Message
		if m.Type != coap.NonConfirmable || len(m.Token) != 7 {
			t.Errorf("sent %v", &m)
		}
		b.do("read /3/0/0 --non=false --token-length 2")
		if m = b.do("details").(*Details).request().Scanned.Message; m.Type != coap.Confirmable || len(m.Token) != 2 {
			t.Errorf("flags do not win: %v", &m)
		}
		s := fields(t, b.do("set"))["settings"].(map[string]any)
		if s["non"] != "on" || s["token-length"] != "7" || s["block"] != "64" || s["nstart"] != "default (1)" {
			t.Errorf("settings %v", s)
		}
		for _, line := range []string{"set block default", "set token-length default", "set ack-timeout default", "set retransmissions default", "set nstart default"} {
			b.do(line)
		}
		if p := b.env.Request.Parameters; p != (coap.Parameters{}) {
			t.Errorf("still set: %+v", p)
		}
	})
}

func TestRetransmissionsAndTimeoutsOfOneRequest(t *testing.T) {
	live(t, func(b *bench) {
		b.do("set link received lose 100%")
		start := b.env.clock().Now()
		_, _, err := b.try("read /3/0/0 --ack-timeout 1s --retransmissions 0")
		took := b.env.clock().Now().Sub(start)
		b.do("set link received lose 0%")
		if ExitStatus(nil, err) != ExitNoAnswer || took.Seconds() > 1.5 || took.Seconds() < 1 {
			t.Errorf("took %v, %v", took, err)
		}
	})
}

func TestABodyIsShownAsOneAndInBlocks(t *testing.T) {
	live(t, func(b *bench) {
		b.do("read /3 --block 16 --accept senml-json")
		d := b.do("details").(*Details)
		if len(d.Bodies) != 1 || d.Bodies[0].Blocks < 3 || d.Bodies[0].Tree == nil || len(d.Bodies[0].Tree.Nodes) == 0 || d.Bodies[0].Problem != nil {
			t.Fatalf("got %+v", d.Bodies)
		}
		in := 0
		for _, m := range d.Messages {
			if m.Direction == transport.Received {
				in++
			}
		}
		if in != d.Bodies[0].Blocks {
			t.Errorf("%d messages, %d blocks", in, d.Bodies[0].Blocks)
		}
	})
}

func TestDetailsTellTheLineThatRepeatsTheExchange(t *testing.T) {
	for line, want := range map[string]string{
		"read /3/0/0":                        "read /3/0/0",
		"read /3/0 --accept tlv":             "read /3/0 --accept tlv",
		"read /3 --block 32":                 "read /3 --block 32",
		"read /3/0 --option 2050=2a --non":   "read /3/0 --non --option 2050=2a",
		"discover /3/0":                      "discover /3/0",
		"execute /3/0/4":                     "execute /3/0/4",
		"execute /3/0/4 0=x":                 `execute /3/0/4 --arguments "0='x'"`,
		"observe /3303/0/5700":               "observe /3303/0/5700",
		"attributes /3303/0/5700 pmin=5 gt!": "attributes /3303/0/5700 pmin=5 gt!",
		"delete /3303/0":                     "delete /3303/0",
		"write /3/0/14 +02:00 --format text": "coap PUT /3/0/14 --content-format text --payload 2b30323a3030",
		"coap GET /a?b&c=d --accept 65000":   "coap GET /a?b&c=d --accept 65000",

		"read /3/0/0 --token a1b2 --message-id 4711":    "read /3/0/0 --token a1b2 --message-id 4711",
		`execute /3/0/4 --token ""`:                     `execute /3/0/4 --token ''`,
		"write /3/0/14 +02:00 --format text --block 16": "coap PUT /3/0/14 --content-format text --payload 2b30323a3030",
		"write /3/0/14 abcdefghijklmnopqr --format text --block 16 --non": "coap PUT /3/0/14 --content-format text" +
			" --payload 6162636465666768696a6b6c6d6e6f707172 --block 16 --non",
		"observe /3303/0/5700 pmin=5 --force":    "observe /3303/0/5700 pmin=5",
		"coap GET /3 --block 32":                 "read /3 --block 32",
		"coap GET /3/0 --option Block2=12 --non": "coap GET /3/0 --non --option 23=12",
		"coap GET /3/0 --version 1":              "raw VARIES",
		"raw 40010001b1332130":                   "raw 40010001b1332130",
	} {
		t.Run(line, func(t *testing.T) {
			live(t, func(b *bench) {
				r := b.do(line)
				number := "0"
				switch r := r.(type) {
				case *Answer:
					number = uintText(r.Exchange)
				case *Exchanged:
					number = uintText(r.Number)
				}
				d := b.do("details " + number + " --command").(*Details)
				if strings.HasSuffix(want, "VARIES") {
					d.Line, want = "raw VARIES"+d.Line[strings.Index(d.Line, " --endpoint"):], "raw VARIES"
				}
				if want += " --endpoint thermo"; d.Line != want {
					t.Fatalf("got %s, want %s", d.Line, want)
				}
				words, err := Words(d.Line)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := b.env.Table.Parse(words); err != nil {
					t.Errorf("%s: %v", d.Line, err)
				}
			})
		})
	}
}

func uintText(n uint64) string {
	var digits []byte
	for ; n > 0; n /= 10 {
		digits = append([]byte{byte('0' + n%10)}, digits...)
	}
	return string(digits)
}
