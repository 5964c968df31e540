package session

import (
	"fmt"
	"strings"
	"testing"

	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
	"lwcon/session/device"
	"lwcon/session/transport"
)

// updatableOnLoopback is a server and a registered device of updatable on
// sockets.
func updatableOnLoopback(t *testing.T, firmware string) (*Server, *Endpoint) {
	t.Helper()
	ctx := deadline(t)
	link, err := transport.ListenUDP(ctx, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := NewServer(ServerConfig{Definitions: objects.New()})
	t.Cleanup(func() { s.Close() })
	if _, err := s.Listen(link); err != nil {
		t.Fatal(err)
	}
	profile, err := device.Parse("test.yaml", fmt.Sprintf(updatable, firmware, 2), objects.New())
	if err != nil {
		t.Fatal(err)
	}
	d, err := device.New(device.Config{Profile: profile})
	if err != nil {
		t.Fatal(err)
	}
	up, server, err := transport.DialUDP(ctx, link.Address().String())
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewClient(ClientConfig{Device: d, Dial: Linked(up, server)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(deadline(t)) })
	if r, err := c.Register(ctx); err != nil || r.Code != Created {
		t.Fatalf("register: %+v, %v", r, err)
	}
	e, err := s.Find("")
	if err != nil {
		t.Fatal(err)
	}
	return s, e
}

func TestFirmwareIsPulledByHTTP(t *testing.T) {
	_, e := updatableOnLoopback(t, "{}")
	r, err := PullFirmware(deadline(t), e, FirmwarePullOptions{File: fileOf(package5(50_000)), HTTP: true})
	if err != nil || !r.Reached || r.Octets != 50_000 || r.Downloads != 1 || !strings.HasPrefix(r.URI, "http://127.0.0.1:") {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestFirmwareIsPulledByCoAPOverSockets(t *testing.T) {
	_, e := updatableOnLoopback(t, "{}")
	r, err := PullFirmware(deadline(t), e, FirmwarePullOptions{File: fileOf(package5(50_000))})
	if err != nil || !r.Reached || r.Octets != 50_000 || !strings.HasPrefix(r.URI, "coap://127.0.0.1:") {
		t.Errorf("%+v, %v", r, err)
	}
	if r, err = PullFirmware(deadline(t), e, FirmwarePullOptions{File: fileOf(package5(2000)), Advertise: "localhost"}); err != nil || !r.Reached ||
		!strings.HasPrefix(r.URI, "coap://localhost:") {
		t.Errorf("by a name: %+v, %v", r, err)
	}
}

func TestHTTPDownloadThatIsCutGoesOnOrIsLost(t *testing.T) {
	cut := fileOf(package5(50_000))
	cut.CutAfter = 3
	_, e := updatableOnLoopback(t, "{retries: 2}")
	r, err := PullFirmware(deadline(t), e, FirmwarePullOptions{File: cut, HTTP: true})
	if err != nil || r.Reached || r.After.Result != lwm2m.FirmwareConnectionLost {
		t.Errorf("cut for good: %+v, %v", r, err)
	}
	r, err = PullFirmware(deadline(t), e, FirmwarePullOptions{URI: strings.Replace(r.URI, "/fw/", "/none/", 1)})
	if err != nil || r.After.Result != lwm2m.FirmwareConnectionLost && r.After.Result != lwm2m.FirmwareInvalidURI {
		t.Errorf("nobody there: %+v, %v", r, err)
	}
}
