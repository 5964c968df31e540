package session

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
	"lwcon/session/coap"
)

// versioned runs a test with a client by hand of a version, which answers each
// request as the test says.
func versioned(t *testing.T, version string, answer func(r *coap.Request) *coap.Message, f func(t *testing.T, s *Server, p *coap.Endpoint, e *Endpoint)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{Definitions: objects.New()})
		p := peer(t, network, "192.0.2.7:40001", func(r *coap.Request) {
			if err := r.Respond(answer(r)); err != nil {
				t.Error(err)
			}
		})
		send(t, p, coap.POST, "/rd", []string{"ep=dev", "lt=86400", "lwm2m=" + version}, "</1/0>,</3/0>,</5>,</3303/0>")
		e, err := s.Find("dev")
		if err != nil {
			t.Fatal(err)
		}
		f(t, s, p, e)
	})
}

// saying is an answer with a payload.
func saying(code coap.Code, f lwm2m.ContentFormat, payload string) *coap.Message {
	m := coap.NewResponse(code)
	if payload != "" {
		m.SetContentFormat(uint16(f))
		m.Payload = []byte(payload)
	}
	return m
}

func TestWhatTheVersionDoesNotKnowIsHeldBackUnlessForced(t *testing.T) {
	cbor, lwm2mCBOR := lwm2m.FormatSenMLCBOR, lwm2m.FormatLwM2MCBOR
	depth := 1
	paths := []lwm2m.Path{at("/3/0/0")}
	for name, c := range map[string]struct {
		known, unknown string
		do             func(t *testing.T, e *Endpoint, o RequestOptions) error
	}{
		"read-composite": {"1.1", "1.0", func(t *testing.T, e *Endpoint, o RequestOptions) error {
			_, err := ReadComposite(t.Context(), e, paths, CompositeOptions{RequestOptions: o})
			return err
		}},
		"observe-composite": {"1.1", "1.0", func(t *testing.T, e *Endpoint, o RequestOptions) error {
			_, err := ObserveComposite(t.Context(), e, paths, CompositeOptions{RequestOptions: o})
			return err
		}},
		"resource instance": {"1.1", "1.0", func(t *testing.T, e *Endpoint, o RequestOptions) error {
			_, err := Read(t.Context(), e, at("/3/0/6/0"), ReadOptions{RequestOptions: o})
			return err
		}},
		"delete of a resource instance": {"1.2", "1.1", func(t *testing.T, e *Endpoint, o RequestOptions) error {
			_, err := Delete(t.Context(), e, at("/3/0/11/1"), o)
			return err
		}},
		"senml-cbor": {"1.1", "1.0", func(t *testing.T, e *Endpoint, o RequestOptions) error {
			_, err := Read(t.Context(), e, at("/3/0"), ReadOptions{RequestOptions: o, Accept: &cbor})
			return err
		}},
		"lwm2m-cbor": {"1.2", "1.1", func(t *testing.T, e *Endpoint, o RequestOptions) error {
			_, err := Read(t.Context(), e, at("/3/0"), ReadOptions{RequestOptions: o, Accept: &lwm2mCBOR})
			return err
		}},
		"depth": {"1.2", "1.1", func(t *testing.T, e *Endpoint, o RequestOptions) error {
			_, err := Discover(t.Context(), e, at("/3"), DiscoverOptions{RequestOptions: o, Depth: &depth})
			return err
		}},
		"epmin": {"1.1", "1.0", func(t *testing.T, e *Endpoint, o RequestOptions) error {
			_, err := WriteAttributes(t.Context(), e, at("/3303/0/5700"), lwm2m.Attributes{}.Set(lwm2m.EPMin, 1), o)
			return err
		}},
		"con": {"1.2", "1.1", func(t *testing.T, e *Endpoint, o RequestOptions) error {
			_, err := WriteAttributes(t.Context(), e, at("/3303/0/5700"), lwm2m.Attributes{}.Set(lwm2m.Con, 1), o)
			return err
		}},
		"attributes of an Observe": {"1.2", "1.1", func(t *testing.T, e *Endpoint, o RequestOptions) error {
			_, err := Observe(t.Context(), e, at("/3303/0/5700"), ObserveOptions{RequestOptions: o, Attributes: lwm2m.Attributes{}.Set(lwm2m.PMin, 1)})
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			answer := func(*coap.Request) *coap.Message { asked++; return coap.NewResponse(coap.NotFound) }
			versioned(t, c.known, answer, func(t *testing.T, _ *Server, _ *coap.Endpoint, e *Endpoint) {
				if err := c.do(t, e, RequestOptions{}); err != nil || asked != 1 {
					t.Errorf("version %s: %v, %d requests sent; want it sent", c.known, err, asked)
				}
			})
			asked = 0
			versioned(t, c.unknown, answer, func(t *testing.T, _ *Server, _ *coap.Endpoint, e *Endpoint) {
				err := c.do(t, e, RequestOptions{})
				var gate *VersionError
				if !errors.As(err, &gate) || gate.Needs.String() != c.known || asked != 0 {
					t.Fatalf("version %s: %v, %d requests sent; want it held back until %s", c.unknown, err, asked, c.known)
				}
				if text := err.Error(); !strings.Contains(text, "the device registered "+c.unknown) || !strings.Contains(text, "need "+c.known) {
					t.Errorf("says %q", text)
				}
				if err := c.do(t, e, RequestOptions{Force: true}); err != nil || asked != 1 {
					t.Errorf("forced: %v, %d requests sent", err, asked)
				}
			})
		})
	}
}

func TestAnnouncedFormatIsUsedWhateverTheVersion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{})
		p := peer(t, network, "192.0.2.7:40001", nil)
		send(t, p, coap.POST, "/rd", []string{"ep=dev", "lt=300", "lwm2m=1.0"}, `</>;ct=112,</1/0>,</3/0>`)
		e, err := s.Find("dev")
		if err != nil {
			t.Fatal(err)
		}
		f := lwm2m.FormatSenMLCBOR
		if _, err := Read(t.Context(), e, at("/3/0"), ReadOptions{Accept: &f}); err != nil {
			t.Error(err)
		}
	})
}

func TestWriteTakesTheFormatThatTheClientAnsweredIn(t *testing.T) {
	var written lwm2m.ContentFormat
	answer := func(r *coap.Request) *coap.Message {
		if r.Message.Code == coap.GET {
			return saying(coap.Content, lwm2m.FormatSenMLJSON, `[{"bn":"/1/0/","n":"1","v":86400}]`)
		}
		f, _ := r.Message.ContentFormat()
		written = lwm2m.ContentFormat(f)
		return coap.NewResponse(coap.Changed)
	}
	versioned(t, "1.1", answer, func(t *testing.T, _ *Server, _ *coap.Endpoint, e *Endpoint) {
		nodes := []lwm2m.Node{lwm2m.NewNode(lwm2m.KindValue, at("/1/0/1"), lwm2m.IntegerValue(60), lwm2m.Span{}, 0)}
		for _, want := range []lwm2m.ContentFormat{lwm2m.FormatTLV, lwm2m.FormatSenMLJSON} {
			if _, err := Write(t.Context(), e, at("/1/0"), nodes, WriteOptions{Partial: true}); err != nil || written != want {
				t.Errorf("wrote %s, %v; want %s", written, err, want)
			}
			if _, err := Read(t.Context(), e, at("/1/0"), ReadOptions{}); err != nil {
				t.Fatal(err)
			}
		}
		if got := e.AnsweredFormats(); len(got) != 1 || got[0] != lwm2m.FormatSenMLJSON {
			t.Errorf("answered in %v", got)
		}
	})
}

func TestGatewayPrefixLeadsEveryPath(t *testing.T) {
	var asked []string
	answer := func(r *coap.Request) *coap.Message {
		asked = append(asked, r.Message.Code.Name()+" "+joined(r.Message.Path()))
		switch {
		case r.Message.Code == coap.PUT:
			asked = append(asked, string(r.Message.Payload))
			return coap.NewResponse(coap.Changed)
		case r.Message.Code == coap.POST:
			m := coap.NewResponse(coap.Created)
			m.SetLocationPath("/dev1/3303/2")
			return m
		}
		return saying(coap.Content, lwm2m.FormatSenMLJSON, `[{"bn":"/dev1/3303/0/","n":"5700","v":21.5}]`)
	}
	versioned(t, "1.1", answer, func(t *testing.T, s *Server, p *coap.Endpoint, e *Endpoint) {
		r, err := Read(t.Context(), e, at("/dev1/3303/0"), ReadOptions{})
		if err != nil || shown(r) != "2.05 /dev1/3303/0/5700=21.5" || len(r.Deviations) != 0 || r.Tree.Nodes[0].Name() == "" {
			t.Errorf("%v, %v, %v", shown(r), r.Deviations, err)
		}
		f := lwm2m.FormatSenMLJSON
		node := lwm2m.NewNode(lwm2m.KindValue, at("/dev1/3303/0/5750"), lwm2m.StringValue("x"), lwm2m.Span{}, 0)
		if _, err := Write(t.Context(), e, at("/dev1/3303/0"), []lwm2m.Node{node}, WriteOptions{Format: &f}); err != nil {
			t.Error(err)
		}
		made := lwm2m.NewNode(lwm2m.KindValue, at("/dev1/3303/*/5750"), lwm2m.StringValue("x"), lwm2m.Span{}, 0)
		c, err := Create(t.Context(), e, at("/dev1/3303"), []lwm2m.Node{made}, CreateOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if c.Created != at("/dev1/3303/2") {
			t.Errorf("created %v", c.Created)
		}
		text := strings.Join(asked, "\n")
		for _, want := range []string{"GET /dev1/3303/0", "PUT /dev1/3303/0", `"/dev1/3303/0/5750"`, "POST /dev1/3303"} {
			if !strings.Contains(text, want) {
				t.Errorf("asked\n%s\nwant %q", text, want)
			}
		}
		m := coap.NewRequest(coap.POST, "/dp")
		m.SetContentFormat(110)
		m.Payload = []byte(`[{"n":"/dev1/9999/0/1","v":1}]`)
		x, err := p.Do(t.Context(), serverAddress(t), m, coap.RequestOptions{})
		if err != nil || x.Response.Code != coap.Changed {
			t.Errorf("Send of an end device: %v, %v", x.Response, err)
		}
	})
}

func TestNamesBelowAnAlternatePathAreShownWithoutIt(t *testing.T) {
	for _, root := range []string{"lwm2m", "a/b"} {
		t.Run(root, func(t *testing.T) { namesBelow(t, root) })
	}
}

func namesBelow(t *testing.T, root string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{Definitions: objects.New()})
		var body string
		p := peer(t, network, "192.0.2.7:40001", func(r *coap.Request) {
			m := saying(coap.Content, lwm2m.FormatSenMLJSON, `[{"n":"/`+root+`/3/0/0","vs":"ACME"}]`)
			if r.Message.Code == coap.FETCH {
				body = string(r.Message.Payload)
			}
			if err := r.Respond(m); err != nil {
				t.Error(err)
			}
		})
		send(t, p, coap.POST, "/rd", []string{"ep=dev", "lt=300", "lwm2m=1.1"}, strings.ReplaceAll(`</ROOT>;rt="oma.lwm2m";ct=110,</ROOT/1/0>,</ROOT/3/0>`, "ROOT", root))
		e, err := s.Find("dev")
		if err != nil {
			t.Fatal(err)
		}
		if r, err := Read(t.Context(), e, at("/3/0"), ReadOptions{}); err != nil || shown(r) != "2.05 /3/0/0=ACME" || len(r.Deviations) != 0 {
			t.Errorf("%s, %v, %v", shown(r), r.Deviations, err)
		}
		if r, err := ReadComposite(t.Context(), e, []lwm2m.Path{at("/3/0/0")}, CompositeOptions{}); err != nil || shown(r) != "2.05 /3/0/0=ACME" {
			t.Errorf("composite: %v, %v", r, err)
		}
		if !strings.Contains(body, `"/`+root+`/3/0/0"`) {
			t.Errorf("the list of paths is %s", body)
		}
	})
}
