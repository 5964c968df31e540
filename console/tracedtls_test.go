package console

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"lwcon/commands"
	"lwcon/console/terminal"
	"lwcon/session/transport"
)

// shownDTLS renders datagrams given in hex, each sent by who received the one before.
func shownDTLS(t *testing.T, level string, datagrams ...string) string {
	t.Helper()
	text := NewText(terminal.Style{}, false, nil)
	text.Wire = level
	peer, err := transport.ParseAddress("192.0.2.7:40001")
	if err != nil {
		t.Fatal(err)
	}
	var f transport.Flights
	var out strings.Builder
	for i, d := range datagrams {
		b, err := hex.DecodeString(strings.ReplaceAll(d, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		r := transport.WireRecord{Remote: peer, Direction: transport.Direction(1 - i%2), Bytes: b}
		read := f.Read(&r)
		out.WriteString(text.Event(&commands.SecureDatagram{
			Time: time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC), Direction: r.Direction, Peer: peer,
			Records: read.Records, Rest: len(read.Rest), Bytes: b,
		}))
	}
	return out.String()
}

var (
	hello = "16fefd 0000 000000000000 003d  01 000031 0000 000000 000031  fefd" + strings.Repeat("11", 32) +
		"00 00 0002c0a8 0100 0005 0036 0001 00"
	refusal = "15fefd 0000 000000000000 0002 0228"
	data    = "17fefd 0001 000000000005 0012" + strings.Repeat("22", 18)
)

func TestATraceShowsHandshakesInALineEach(t *testing.T) {
	want := `dtls  10:00:00.000Z  <- 192.0.2.7:40001  flight 1  ClientHello  74 bytes
dtls  10:00:00.000Z  -> 192.0.2.7:40001  alert fatal handshake_failure (40)  15 bytes
dtls  10:00:00.000Z  <- 192.0.2.7:40001  flight 1  ClientHello  74 bytes  retransmission
`
	if got := shownDTLS(t, commands.TraceSummary, hello, refusal, hello, data); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestAFullTraceShowsEachRecord(t *testing.T) {
	want := `dtls  10:00:00.000Z  <- 192.0.2.7:40001  flight 1  ClientHello  74 bytes
  handshake epoch 0 sequence 0, 61 bytes, ClientHello message 0
    TLS_PSK_WITH_AES_128_CCM_8
    Connection ID of 0 bytes
dtls  10:00:00.000Z  -> 192.0.2.7:40001  application data  epoch 1 sequence 5, 18 bytes encrypted  31 bytes
dtls  10:00:00.000Z  <- 192.0.2.7:40001  flight 5  Certificate 16..20 of 40, 3 bytes that are no whole record  32 bytes
  handshake epoch 0 sequence 7, 16 bytes, Certificate 16..20 of 40 message 2
`
	fragment := "16fefd 0000 000000000007 0010 0b 000028 0002 000010 000004 01020304 161616"
	if got := shownDTLS(t, commands.TraceFull, hello, data, fragment); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestATraceShowsTheRecordsOfTLS(t *testing.T) {
	peer, err := transport.ParseAddress("192.0.2.7:40001")
	if err != nil {
		t.Fatal(err)
	}
	b, err := hex.DecodeString("16030300040e000000" + "140303000101" + "16030300021111" + "1703030003222222" + "15030100020246")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, level := range []string{commands.TraceSummary, commands.TraceFull} {
		var f transport.TLSFlows
		records, octets, rest := f.Read(&transport.WireRecord{Remote: peer, Stream: true, Bytes: b})
		text := NewText(terminal.Style{}, false, nil)
		text.Wire = level
		out.WriteString(text.Event(&commands.SecureDatagram{
			Time: time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC), Stream: true, Peer: peer, Records: records, Rest: len(rest), Bytes: octets,
		}))
	}
	want := `tls  10:00:00.000Z  -> 192.0.2.7:40001  ServerHelloDone, ChangeCipherSpec, Finished (encrypted), encrypted data, alert (encrypted)  37 bytes
tls  10:00:00.000Z  -> 192.0.2.7:40001  ServerHelloDone, ChangeCipherSpec, Finished (encrypted), encrypted data, alert (encrypted)  37 bytes
  handshake 4 bytes, ServerHelloDone of 0 bytes
  change_cipher_spec 1 byte
  handshake 2 bytes encrypted
  application_data 3 bytes encrypted
  alert 2 bytes encrypted
`
	if got := out.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
