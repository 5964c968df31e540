package lwm2m

import "testing"

func TestFirmwareStatesAndResultsHaveWords(t *testing.T) {
	for s, want := range map[FirmwareState]string{0: "idle", 1: "downloading", 2: "downloaded", 3: "updating", 4: "state 4", -1: "state -1"} {
		if s.String() != want || s.Meaning() == "" {
			t.Errorf("state %d: %q, %q; want %q", int8(s), s, s.Meaning(), want)
		}
	}
	for r := FirmwareInitial; r <= FirmwareDeferred; r++ {
		if r.String() == "" || r.Meaning() == "" {
			t.Errorf("result %d has no words", int16(r))
		}
	}
	if got := FirmwareResult(42).String(); got != "result 42" {
		t.Errorf("an unknown result: %q", got)
	}
}

func TestFirmwareResultsOfEachVersionOfTheObject(t *testing.T) {
	for _, c := range []struct {
		result     FirmwareResult
		in10, in11 bool
		failed     bool
	}{
		{FirmwareInitial, true, true, false},
		{FirmwareSuccess, true, true, false},
		{FirmwareNoStorage, true, true, true},
		{FirmwareUnsupportedProtocol, true, true, true},
		{FirmwareCancelled, false, true, false},
		{FirmwareDeferred, false, true, false},
		{FirmwareResult(12), false, false, true},
		{FirmwareResult(-1), false, false, true},
	} {
		if c.result.Known(V1_0) != c.in10 || c.result.Known(V1_1) != c.in11 || c.result.Failed() != c.failed {
			t.Errorf("%v: known %v in 1.0, %v in 1.1, failed %v", c.result, c.result.Known(V1_0), c.result.Known(V1_1), c.result.Failed())
		}
	}
}

func TestFirmwareProtocolsAndSchemesAreEachOthersInverse(t *testing.T) {
	for n := int64(-1); n < 7; n++ {
		scheme, ok := FirmwareScheme(n)
		back, found := FirmwareProtocol(scheme)
		if ok != (n >= 0 && n < 6) || found != ok || ok && back != n {
			t.Errorf("%d is %q, %v and back %d, %v", n, scheme, ok, back, found)
		}
	}
}
