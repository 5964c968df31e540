package transport

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
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

func TestAServerThatIsSilentAboutAWrongKeyIsToldOfWhenTheTimeIsOver(t *testing.T) {
	securely(t, knowing("dev1", "0123456789abcdef"), SecureOptions{}, func(t *testing.T, b *securedBench) {
		inner, err := b.network.Datagram("192.0.2.7:40001")
		if err != nil {
			t.Fatal(err)
		}
		server, _ := ParseAddress("192.0.2.1:5684")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(context.DeadlineExceeded) }) // sooner than it is given up by itself
		_, err = NewDTLSClient(ctx, inner, server, "x", pskOf("dev1", "fedcba9876543210"), SecureOptions{})
		if err == nil || errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), `the key of PSK identity "dev1" is not the same`) {
			t.Errorf("got %v", err)
		}
	})
}

func TestASilentServerIsNotWaitedForLong(t *testing.T) {
	for name, c := range map[string]struct {
		patience, want time.Duration
		said           string
	}{
		"by default": {0, silenceTime, "no answer to our ClientHello, sent 5 times in 20s: nobody speaks DTLS there"},
		"by wish":    {2 * time.Minute, 2 * time.Minute, "no answer to our ClientHello, sent 7 times in 2m0s"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				network := NewMemoryNetwork()
				deafLink, err := network.Datagram("192.0.2.1:5684")
				if err != nil {
					t.Fatal(err)
				}
				defer deafLink.Close()
				inner, err := network.Datagram("192.0.2.7:40001")
				if err != nil {
					t.Fatal(err)
				}
				begun := time.Now()
				server, _ := ParseAddress("192.0.2.1:5684")
				_, err = NewDTLSClient(t.Context(), inner, server, "x", pskOf("dev1", "0123456789abcdef"), SecureOptions{Patience: c.patience})
				if err == nil || !strings.Contains(err.Error(), c.said) {
					t.Errorf("got %v, want %q", err, c.said)
				}
				if waited := time.Since(begun); waited != c.want {
					t.Errorf("it took %v, want %v", waited, c.want)
				}
			})
		})
	}
}
