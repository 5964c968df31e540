package coap

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/plgd-dev/go-coap/v3/message"
)

func TestScanNamesEachDeviationAndReadsTheRest(t *testing.T) {
	for _, c := range []struct {
		name, hex string
		stream    bool
		rules     string
		offset    int
		complete  bool
	}{
		{"nothing", "", false, ruleTruncated, 0, false},
		{"three bytes", "400100", false, ruleTruncated, 3, false},
		{"version 2", "80010001 b133", false, ruleVersion, 0, true},
		{"a ClientHello", "16feff0000000000000000000a01000009 00000000000000", false, ruleSecured, 0, false},
		{"token of 9", "49010001 123456789012345678 b133", false, ruleTokenLength, 0, true},
		{"token cut", "4401000101", false, ruleTruncated, 5, false},
		{"delta 15", "40010001 f0", false, ruleOptionNibble, 4, false},
		{"length 15", "40010001 1f", false, ruleOptionNibble, 4, false},
		{"option cut", "40010001 b5727365", false, ruleOptionTruncated, 4, false},
		{"delta cut", "40010001 e0 01", false, ruleOptionTruncated, 4, false},
		{"number too high", "40010001 e0ffff", false, ruleOptionNumber, 4, false},
		{"marker alone", "40010001 ff", false, ruleMarker, 4, true},
		{"Content-Format 0 as a byte", "60450001 c100", false, ruleUintLeadingZero, 4, true},
		{"Observe of 4 bytes", "50450001 6400000001", false, ruleOptionLength, 4, true},
		{"critical 9999", "40010001 e02602", false, ruleUnknownCritical, 4, true},
		{"Accept twice", "40010001 d10470 0170", false, ruleOptionRepeated, 7, true},
		{"path not UTF-8", "40010001 b2c328", false, ruleStringEncoding, 4, true},
		{"SZX 7", "40010001 d1 0a 07", false, ruleBlockReserved, 4, true},
		{"Empty with a token", "41000001 aa", false, ruleEmptyMessage, 4, true},
		{"Empty with a payload", "40000001 ffaa", false, ruleEmptyMessage, 4, true},
		{"class 1", "40200001", false, ruleCodeClass, 1, true},
		{"class 6", "40c00001", false, ruleCodeClass, 1, true},
		{"signal on a datagram", "40e10001", false, ruleSignalOnDatagram, 1, true},
		{"ACK with a request", "60010001", false, ruleAckRequest, 1, true},
		{"RST with a code", "70450001", false, ruleTypeForCode, 0, true},
		{"NON Empty", "50000001", false, ruleTypeForCode, 0, true},
		{"frame cut", "d0", true, ruleTruncated, 1, false},
		{"frame shorter than its length", "5001 b133", true, ruleTruncated, 4, false},
		{"Empty on a stream", "0000", true, ruleStreamEmptyMessage, 1, true},
		{"Max-Message-Size of 5 bytes", "60e1 250000000001", true, ruleOptionLength, 2, true},
		{"well-formed", "44021234a1b2c3d4b27264", false, "", 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := unhex(t, c.hex)
			got := Scan(b, c.stream)
			if rules(got.Deviations) != c.rules || got.Complete != c.complete {
				t.Fatalf("got %v, complete %v; want %q, complete %v", got.Deviations, got.Complete, c.rules, c.complete)
			}
			if len(got.Deviations) > 0 && got.Deviations[0].Offset != c.offset {
				t.Errorf("offset %d, want %d", got.Deviations[0].Offset, c.offset)
			}
			if clean(b, c.stream) != (c.rules == "") {
				t.Errorf("clean is %v", clean(b, c.stream))
			}
		})
	}
}

func TestScanReadsABrokenMessageAsFarAsItGoes(t *testing.T) {
	got := Scan(unhex(t, "82010007 aabb b133 d2 0a"), false)
	if got.Message.Code != GET || got.Message.ID != 7 || !bytes.Equal(got.Message.Token, []byte{0xaa, 0xbb}) {
		t.Errorf("got %v", got.Message)
	}
	if len(got.Options) != 2 || got.Options[0].Name != "Uri-Path" || got.Options[0].ValueSpan != (Span{7, 8}) {
		t.Errorf("options %+v", got.Options)
	}
	if rules(got.Deviations) != ruleVersion+" "+ruleOptionTruncated {
		t.Errorf("deviations %v", got.Deviations)
	}
}

func TestScanSpansCoverTheMessageWithoutGaps(t *testing.T) {
	for _, v := range vectors(t) {
		if string(v.Expected) == `"error"` {
			continue
		}
		b := unhex(t, v.Hex)
		s := Scan(b, v.Kind == "coap-tcp")
		at := 0
		spans := []Span{s.Header, s.Token}
		for _, o := range s.Options {
			spans = append(spans, o.Span)
		}
		if s.Marker != (Span{}) {
			spans = append(spans, s.Marker, s.Payload)
		}
		for _, span := range spans {
			if span.Offset != at {
				t.Errorf("%s: a span begins at %d, want %d", v.Name, span.Offset, at)
			}
			at = span.End
		}
		if at != len(b) {
			t.Errorf("%s: the spans end at %d of %d", v.Name, at, len(b))
		}
	}
}

func TestRulesAreSortedDistinctAndComplete(t *testing.T) {
	all := Rules()
	if !slices.IsSortedFunc(all, func(a, b Rule) int { return bytes.Compare([]byte(a.ID), []byte(b.ID)) }) {
		t.Error("not sorted")
	}
	for i, r := range all {
		if r.ID == "" || r.Section == "" || r.Sentence == "" || i > 0 && all[i-1].ID == r.ID {
			t.Errorf("rule %+v", r)
		}
	}
	if deviate(ruleWrongToken, 0, "").Section == "" {
		t.Error("a deviation without its section")
	}
}

// formatRules are those that the codec, too, takes for errors.
func formatRules() []string {
	return []string{ruleTruncated, ruleVersion, ruleTokenLength, ruleOptionNibble, ruleOptionTruncated, ruleOptionNumber, ruleMarker}
}

func FuzzScanAgreesWithTheCodec(f *testing.F) {
	for _, v := range vectors(f) {
		b := []byte(nil)
		for i := 0; i+1 < len(v.Hex); i += 2 {
			b = append(b, fromHex(v.Hex[i])<<4|fromHex(v.Hex[i+1]))
		}
		f.Add(b, v.Kind == "coap-tcp")
	}
	f.Fuzz(func(t *testing.T, b []byte, stream bool) {
		s := Scan(b, stream)
		if clean(b, stream) != (len(s.Deviations) == 0) {
			t.Fatalf("clean disagrees with %v", s.Deviations)
		}
		whole := b
		if stream && s.Length < len(b) {
			whole = b[:s.Length]
		}
		m, err := Decode(whole, stream)
		broken := slices.ContainsFunc(s.Deviations, func(d Deviation) bool { return slices.Contains(formatRules(), d.Rule) })
		if len(s.Options) > maxOptions && errors.Is(err, message.ErrOptionsTooSmall) {
			return
		}
		if broken != (err != nil) {
			t.Fatalf("scan says %v, the codec %v", s.Deviations, err)
		}
		if err != nil {
			return
		}
		agree(t, &s, m)
		again, err := Encode(m, stream)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := Decode(again, stream); err != nil || !n.Options.Equal(m.Options) || !bytes.Equal(n.Payload, m.Payload) || !bytes.Equal(n.Token, m.Token) {
			t.Fatalf("encoded to %x: %v", again, err)
		}
	})
}

func fromHex(c byte) byte {
	if c >= 'a' {
		return c - 'a' + 10
	}
	return c - '0'
}

// agree holds the scanned message against the decoded one, from which the codec
// leaves out option 0 and elective options of a length that it knows as illegal.
func agree(t *testing.T, s *Scanned, m *Message) {
	t.Helper()
	var kept Options
	for _, o := range s.Message.Options {
		if o.Number != 0 && (o.Number.Critical() || !illegalForCodec(s, o)) {
			kept = append(kept, o)
		}
	}
	if !kept.Equal(m.Options) {
		t.Fatalf("options %v, the codec reads %v", kept, m.Options)
	}
	n := &s.Message
	if n.Code != m.Code || !bytes.Equal(n.Token, m.Token) || !bytes.Equal(n.Payload, m.Payload) || !s.Stream && (n.ID != m.ID || n.Type != m.Type) {
		t.Fatalf("scanned %v, decoded %v", n, m)
	}
}

func illegalForCodec(s *Scanned, o Option) bool {
	code := s.Message.Code
	definitions := message.CoapOptionDefs
	switch {
	case !s.Stream:
	case code == CSM:
		definitions = message.TCPSignalCSMOptionDefs
	case code == Ping || code == Pong:
		definitions = message.TCPSignalPingPongOptionDefs
	case code == Release:
		definitions = message.TCPSignalReleaseOptionDefs
	case code == Abort:
		definitions = message.TCPSignalAbortOptionDefs
	}
	d, known := definitions[message.OptionID(o.Number)]
	return known && (d.ValueFormat == message.ValueUnknown || uint32(len(o.Value)) < d.MinLen || uint32(len(o.Value)) > d.MaxLen)
}
