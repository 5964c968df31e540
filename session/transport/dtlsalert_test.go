package transport

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestAnAlertThatLeavesIsPlainAndNamesAnUnknownIdentity(t *testing.T) {
	head := []byte{0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 7}
	record := func(kind byte, rest ...byte) []byte { return append(append([]byte{kind}, head...), rest...) }
	for name, c := range map[string]struct {
		in, want []byte
		unknown  bool
	}{
		"plain":                     {record(21, 0, 2, 2, 80), record(21, 0, 2, 2, 80), false},
		"unknown":                   {record(21, 0, 2, 2, 80), record(21, 0, 2, 2, 115), true},
		"another of an unknown one": {record(21, 0, 2, 2, 40), record(21, 0, 2, 2, 40), true},
		"wrapped":                   {record(25, 1, 2, 3, 0, 3, 2, 40, 21), record(21, 0, 2, 2, 40), false},
		"wrapped without octets":    {record(25, 0, 3, 2, 80, 21), record(21, 0, 2, 2, 115), true},
		"no alert":                  {record(22, 0, 2, 2, 80), record(22, 0, 2, 2, 80), true},
	} {
		r := &handshakeRecord{nobody: c.unknown}
		if got := mendAlert(c.in, r.alertFor); !bytes.Equal(got, c.want) {
			t.Errorf("%s: got % x, want % x", name, got, c.want)
		}
	}
	encrypted := record(21, 0, 2, 2, 80)
	encrypted[4] = 1 // epoch
	if got := mendAlert(encrypted, (&handshakeRecord{nobody: true}).alertFor); !bytes.Equal(got, encrypted) {
		t.Errorf("an encrypted one became % x", got)
	}
}

func TestAServerThatIsSilentAboutAWrongKeyIsNotWaitedForLong(t *testing.T) {
	securely(t, knowing("dev1", "0123456789abcdef"), SecureOptions{}, func(t *testing.T, b *securedBench) {
		begun := time.Now()
		_, _, err := b.dial("192.0.2.7:40001", pskOf("dev1", "fedcba9876543210"), SecureOptions{})
		var failure *HandshakeError
		if !errors.As(err, &failure) || !strings.Contains(failure.Cause, "nothing that can be read came since our ChangeCipherSpec") || !strings.Contains(failure.Cure, "and the identity") {
			t.Errorf("got %v", err)
		}
		if waited := time.Since(begun); waited > 2*stuckTime {
			t.Errorf("it took %v", waited)
		}
	})
}
