package commands

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/lwm2m/objects"
	"lwcon/session"
	"lwcon/session/coap"
	"lwcon/session/credentials"
	"lwcon/session/transport"
)

// bootstrapBench is lwcon as a bootstrap server, and a device that asks it and
// answers whatever comes with success.
func bootstrapBench(t *testing.T, file string, f func(b *bench, ask func(path string) coap.Code)) {
	synctest.Test(t, func(t *testing.T) {
		network := transport.NewMemoryNetwork()
		server, err := network.Datagram("192.0.2.1:5783")
		if err != nil {
			t.Fatal(err)
		}
		device, err := network.Datagram("192.0.2.7:40001")
		if err != nil {
			t.Fatal(err)
		}
		c := NewConfiguration()
		if file != "" {
			parsed, err := credentials.Parse("lwcon.yaml", file)
			if err != nil {
				t.Fatal(err)
			}
			c.file.Store(parsed)
		}
		s, err := Open(t.Context(), Config{
			BootstrapLinks: []transport.Link{server}, Definitions: objects.New(), Seed: 1, Advertise: "192.0.2.1:5683", Credentials: c,
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close(context.Background()) })
		endpoint, err := coap.NewEndpoint(coap.Config{Link: device, Handler: func(r *coap.Request) {
			codes := map[coap.Code]coap.Code{coap.GET: coap.Content, coap.PUT: coap.Changed, coap.DELETE: coap.Deleted, coap.POST: coap.Changed}
			m := coap.NewResponse(codes[r.Message.Code])
			if r.Message.Code == coap.GET && len(r.Message.Path()) == 0 {
				m.SetContentFormat(40)
				m.Payload = []byte("</>;lwm2m=1.0,</0/0>,</3/0>")
			}
			_ = r.Respond(m)
		}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { endpoint.Close() })
		b := &bench{t: t, env: &Env{Table: All(), Sessions: s, Definitions: objects.New(), Version: "test"}}
		f(b, func(path string) coap.Code {
			m := coap.NewRequest(coap.POST, path)
			m.AddQuery("ep=dev1")
			x, err := endpoint.Do(t.Context(), server.Address(), m, coap.RequestOptions{})
			if err != nil {
				t.Fatal(err)
			}
			return x.Response.Code
		})
	})
}

func TestBootstrapWaitsForADeviceAndShowsEachStep(t *testing.T) {
	bootstrapBench(t, "", func(b *bench, ask func(string) coap.Code) {
		b.env.Follow, b.env.Wait = true, time.Minute
		go func() {
			<-time.After(time.Second) // once the command waits
			if code := ask("/bs"); code != coap.Changed {
				b.t.Errorf("Bootstrap-Request: %v", code)
			}
		}()
		r, events, err := b.try("bootstrap")
		done, ok := r.(*Bootstrapped)
		if err != nil || !ok || done.Phase != session.BootstrapFinished || done.Refused() {
			b.t.Fatalf("%+v, %v", r, err)
		}
		var kinds []string
		for _, e := range events {
			h := e.(Happened)
			if h.Step != nil {
				kinds = append(kinds, h.Step.Operation+" "+h.Step.Path.String())
			} else {
				kinds = append(kinds, h.Kind.String())
			}
		}
		const want = "bootstrap-request, bs-discover /, bs-delete /0, bs-delete /1, bs-write /0/1, bs-write /1/0, bs-discover /, bs-finish /"
		if got := strings.Join(kinds, ", "); got != want {
			b.t.Errorf("events %s, want %s", got, want)
		}
	})
}

func TestBootstrapDoesNotMissADeviceThatAskedBefore(t *testing.T) {
	bootstrapBench(t, "", func(b *bench, ask func(string) coap.Code) {
		b.do("set timeout 10s")
		ask("/bs")
		<-time.After(time.Second)
		if r := b.do("bootstrap").(*Bootstrapped); r.Phase != session.BootstrapFinished || len(r.Steps) != 7 {
			b.t.Errorf("%+v", r.BootstrapReport)
		}
	})
}

func TestBootstrapByHand(t *testing.T) {
	bootstrapBench(t, "", func(b *bench, ask func(string) coap.Code) {
		b.do("set stop-before discover")
		ask("/bs")
		<-time.After(time.Second)
		for line, code := range map[string]coap.Code{
			"bs-discover": coap.Content, "bs-delete /0": coap.Deleted, "bs-write /1/0 0=1 1=300 6=false 7=U": coap.Changed,
			"bs-write /0/1/0 coap://192.0.2.1": coap.Changed, "bs-read /1": coap.Content,
		} {
			if a, ok := b.do(line).(*Answer); !ok || a.Code != code {
				b.t.Errorf("%s: %+v", line, a)
			}
		}
		if a := b.do("bs-finish").(*Answer); a.Code != coap.Changed {
			b.t.Errorf("bs-finish: %v", a.Code)
		}
		if _, _, err := b.try("bs-discover"); Classify(err).Kind != NoPeerError {
			b.t.Errorf("after the Finish: %v", err)
		}
	})
}

func TestBootstrapTakesAnAccountFromTheLine(t *testing.T) {
	bootstrapBench(t, "", func(b *bench, ask func(string) coap.Code) {
		b.do("set stop-before discover")
		ask("/bs")
		<-time.After(time.Second)
		r := b.do("bootstrap --remove /1 /0/5/0=coap://192.0.2.9 /1/0/0=1").(*Bootstrapped)
		var did []string
		for _, s := range r.Steps {
			did = append(did, s.Operation+s.Path.String())
		}
		if got := strings.Join(did, " "); got != "bs-discover/ bs-delete/1 bs-write/0/5 bs-write/1/0 bs-discover/ bs-finish/" {
			b.t.Errorf("did %s", got)
		}
	})
}

func TestTheAccountsOfTheFileAreGiven(t *testing.T) {
	const file = `bootstrap:
  dev1: {write: {/0/0/0: "coap://${advertise}", /0/0/3: "${endpoint}", /0/0/5: "hex:0011", /0/0/16: {0: 49320}, /1/0/0: 1}}
`
	bootstrapBench(t, file, func(b *bench, ask func(string) coap.Code) {
		ask("/bs")
		<-time.After(time.Second)
		r := b.do("bootstrap").(*Bootstrapped)
		for _, s := range r.Steps {
			if s.Operation != "bs-write" || s.Path.Object() != 0 {
				continue
			}
			line := string((&Bootstrapped{&session.BootstrapReport{Steps: []*session.BootstrapStep{s}}}).AppendJSON(nil))
			if !strings.Contains(line, "coap://192.0.2.1:5683") || strings.Contains(line, `"value":"0011"`) || !strings.Contains(line, "49320") {
				b.t.Errorf("%s", line)
			}
			return
		}
		b.t.Errorf("no Write of object 0: %+v", r.BootstrapReport)
	})
}
