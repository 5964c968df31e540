package session

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
)

const firmwareProfile = `lwcon: 1
endpoint: thermo
lifetime: 300
objects:
  3: {0: {3: 1.0.0}}
  5: {0: {9: 1}}
firmware: {update: 5s, version: 2.0.0}
`

func TestFirmwareUpdateTakesItsTimeAndReboots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{Definitions: objects.New()})
		_, e := simulated(t, s, network, firmwareProfile)
		ctx := t.Context()
		state := func(want string) {
			t.Helper()
			if r, err := Read(ctx, e, at("/5/0/3"), ReadOptions{}); err != nil || shown(r) != "2.05 /5/0/3="+want {
				t.Errorf("state %v, %v; want %s", r, err, want)
			}
		}
		image := []lwm2m.Node{value("/5/0/0", lwm2m.OpaqueValue(strings.Repeat("x", 3000)))}
		if r, err := Write(ctx, e, at("/5/0/0"), image, WriteOptions{}); err != nil || r.Code != Changed {
			t.Fatalf("push: %+v, %v", r, err)
		}
		state("2")
		if r, err := Execute(ctx, e, at("/5/0/2"), "", RequestOptions{}); err != nil || r.Code != Changed {
			t.Fatalf("update: %+v, %v", r, err)
		}
		state("3")
		pass(10 * time.Second)
		if got := kinds(s); !strings.HasSuffix(got, "register") || !strings.HasPrefix(got, "register ") {
			t.Errorf("events after the update: %s, want a new register at the end", got)
		}
		e, err := s.Find("thermo")
		if err != nil {
			t.Fatal(err)
		}
		if r, err := Read(ctx, e, at("/3/0/3"), ReadOptions{}); err != nil || shown(r) != "2.05 /3/0/3=2.0.0" {
			t.Errorf("firmware version %v, %v", r, err)
		}
	})
}
