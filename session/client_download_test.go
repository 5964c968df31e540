package session

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
	"lwcon/session/coap"
	"lwcon/session/transport"
)

// fileHost is a host with one file at 192.0.2.50, and a device of updatable
// that can reach it. odd answers in its place where it says so.
func fileHost(t *testing.T, firmware string, image []byte, odd func(r *coap.Request, b coap.Block) bool, f func(t *testing.T, e *Endpoint, c *Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{Definitions: objects.New()})
		c, e := simulated(t, s, network, strings.NewReplacer("%[1]s", firmware, "%[2]d", "2").Replace(updatable))
		c.config.DialHost = func(_ context.Context, address string) (transport.Link, transport.Address, error) {
			a, err := transport.ParseAddress(address)
			if err != nil {
				return nil, a, err
			}
			link, err := network.Datagram("192.0.2.7:40002")
			return link, a, err
		}
		peer(t, network, "192.0.2.50:5683", func(r *coap.Request) {
			b, _ := r.Message.Block2()
			if odd(r, b) {
				return
			}
			from := min(int(b.Offset()), len(image))
			to := min(from+b.Size(), len(image))
			m := coap.NewResponse(coap.Content)
			b.More = to < len(image)
			m.SetBlock2(b)
			m.Options.Set(coap.ETag, []byte{1})
			m.Payload = image[from:to]
			_ = r.Respond(m)
		})
		f(t, e, c)
	})
}

// pullFrom pulls a package from that host.
func pullFrom(t *testing.T, e *Endpoint) *FirmwareReport {
	t.Helper()
	r, err := PullFirmware(t.Context(), e, FirmwarePullOptions{URI: "coap://192.0.2.50/a.bin?v=1"})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestDownloadFromAnotherHost(t *testing.T) {
	asked := ""
	fileHost(t, "{checksum: none}", package5(3000), func(r *coap.Request, b coap.Block) bool {
		asked = joined(r.Message.Path()) + "?" + strings.Join(r.Message.Queries(), "&")
		return false
	}, func(t *testing.T, e *Endpoint, c *Client) {
		if r := pullFrom(t, e); !r.Reached || asked != "/a.bin?v=1" {
			t.Errorf("%+v, asked for %s", r, asked)
		}
	})
}

func TestDownloadGoesOnWhereItWasCut(t *testing.T) {
	for retries, want := range map[string]lwm2m.FirmwareResult{"0": lwm2m.FirmwareConnectionLost, "1": lwm2m.FirmwareInitial} {
		var began time.Time
		blocks := 0
		fileHost(t, "{retries: "+retries+"}", package5(3000), func(r *coap.Request, b coap.Block) bool {
			blocks++
			if b.Number == 0 {
				began = time.Now()
			}
			if b.Number == 1 && time.Since(began) < time.Minute {
				r.Ignore()
				return true
			}
			return false
		}, func(t *testing.T, e *Endpoint, c *Client) {
			r := pullFrom(t, e)
			if r.After.Result != want || r.Reached != (want == 0) {
				t.Errorf("%s retries: %s", retries, r.Verdict)
			}
			if want == 0 && blocks != 4 {
				t.Errorf("%d blocks were asked for, want 0 1 1 2", blocks)
			}
		})
	}
}

func TestDownloadOfWhatIsNoFileFails(t *testing.T) {
	answer := func(change func(m *coap.Message, b coap.Block)) func(r *coap.Request, b coap.Block) bool {
		return func(r *coap.Request, b coap.Block) bool {
			m := coap.NewResponse(coap.Content)
			m.Options.Set(coap.ETag, []byte{1})
			m.Payload = make([]byte, b.Size())
			b.More = true
			m.SetBlock2(b)
			change(m, b)
			_ = r.Respond(m)
			return true
		}
	}
	for name, c := range map[string]struct {
		change func(m *coap.Message, b coap.Block)
		want   lwm2m.FirmwareResult
	}{
		"4.04":        {func(m *coap.Message, _ coap.Block) { *m = *coap.NewResponse(coap.NotFound) }, lwm2m.FirmwareInvalidURI},
		"5.00":        {func(m *coap.Message, _ coap.Block) { *m = *coap.NewResponse(coap.InternalServerError) }, lwm2m.FirmwareConnectionLost},
		"short block": {func(m *coap.Message, _ coap.Block) { m.Payload = m.Payload[:10] }, lwm2m.FirmwareConnectionLost},
		"wrong block": {func(m *coap.Message, b coap.Block) { b.Number, b.More = b.Number+1, true; m.SetBlock2(b) }, lwm2m.FirmwareConnectionLost},
		"endless":     {func(*coap.Message, coap.Block) {}, lwm2m.FirmwareNoStorage},
		"ever another": {func(m *coap.Message, b coap.Block) {
			m.Options.Set(coap.ETag, []byte{byte(time.Now().UnixNano()), byte(b.Number)})
		}, lwm2m.FirmwareNoStorage},
		"4 GB": {func(m *coap.Message, _ coap.Block) { m.Options.SetUint(coap.Size2, 1<<32-1) }, lwm2m.FirmwareNoStorage},
	} {
		fileHost(t, "{space: 100000}", nil, answer(c.change), func(t *testing.T, e *Endpoint, _ *Client) {
			if r := pullFrom(t, e); r.After.Result != c.want || r.After.State != lwm2m.FirmwareIdle {
				t.Errorf("%s: %s, want result %d", name, r.Verdict, c.want)
			}
		})
	}
}

func TestClientThatClosesEndsItsDownload(t *testing.T) {
	fileHost(t, "{}", package5(3000), func(r *coap.Request, b coap.Block) bool {
		r.Ignore()
		return true
	}, func(t *testing.T, e *Endpoint, c *Client) {
		uri := []lwm2m.Node{value("/5/0/1", lwm2m.StringValue("coap://192.0.2.50/a.bin"))}
		if r, err := Write(t.Context(), e, at("/5/0/1"), uri, WriteOptions{}); err != nil || r.Code != Changed {
			t.Fatalf("%+v, %v", r, err)
		}
		pass(time.Second)
		began := time.Now()
		_ = c.Close(t.Context())
		if took := time.Since(began); took > time.Second {
			t.Errorf("it took %v", took)
		}
	})
}
