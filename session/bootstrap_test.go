package session

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/formats"
	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
	"lwcon/session/coap"
	"lwcon/session/transport"
)

// bootstrapDeviceMade is a device made by hand: it notes what a bootstrap server asks
// and answers as the test says, else as though all were well.
type bootstrapDeviceMade struct {
	t        *testing.T
	endpoint *coap.Endpoint
	asked    []string
	discover string
	answers  map[string]Code // "DELETE /0": the code instead of the right one
	silent   map[string]bool
	formats  []lwm2m.ContentFormat // of the Writes
}

// bootstrapBench is a bootstrap server beside a server on a memory network, and a
// device made by hand.
func bootstrapBench(t *testing.T, accounts BootstrapAccounts, f func(t *testing.T, b *BootstrapServer, d *bootstrapDeviceMade)) {
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{Definitions: objects.New()})
		b := NewBootstrapServer(s, accounts)
		b.Serve(s.Listeners()[0])
		t.Cleanup(b.Close)
		f(t, b, madeDevice(t, network, "192.0.2.7:40001"))
	})
}

// madeDevice is a device made by hand at an address.
func madeDevice(t *testing.T, network *transport.MemoryNetwork, address string) *bootstrapDeviceMade {
	d := &bootstrapDeviceMade{
		t: t, discover: `</>;lwm2m=1.1,</0/0>,</1/0>;ssid=123,</3/0>`,
		answers: map[string]Code{}, silent: map[string]bool{},
	}
	d.endpoint = peer(t, network, address, d.serve)
	return d
}

func (d *bootstrapDeviceMade) serve(r *coap.Request) {
	what := r.Message.Code.Name() + " " + joined(r.Message.Path())
	d.asked = append(d.asked, what)
	if d.silent[what] {
		r.Ignore()
		return
	}
	code := map[coap.Code]Code{coap.GET: Content, coap.PUT: Changed, coap.DELETE: Deleted, coap.POST: Changed}[r.Message.Code]
	if forced := d.answers[what]; forced != 0 {
		code = forced
	}
	answer := coap.NewResponse(code)
	if f, ok := r.Message.ContentFormat(); ok {
		d.formats = append(d.formats, lwm2m.ContentFormat(f))
	}
	if what == "GET /" && code == Content {
		answer.SetContentFormat(uint16(lwm2m.FormatLink))
		answer.Payload = []byte(d.discover)
	}
	if what == "GET /1" && code == Content {
		answer.SetContentFormat(uint16(lwm2m.FormatSenMLJSON))
		answer.Payload = []byte(`[{"n":"/1/0/0","v":1},{"n":"/1/0/1","v":60}]`)
	}
	_ = r.Respond(answer)
}

// ask sends a Bootstrap-Request and waits until nothing goes on any more.
func (d *bootstrapDeviceMade) ask(path string, queries ...string) *coap.Message {
	d.t.Helper()
	method := coap.POST
	if path == "/bspack" {
		method = coap.GET
	}
	m := coap.NewRequest(method, path)
	for _, q := range queries {
		if accept, ok := strings.CutPrefix(q, "accept="); ok {
			var n uint16
			fmt.Sscan(accept, &n)
			m.SetAccept(n)
			continue
		}
		m.AddQuery(q)
	}
	x, err := d.endpoint.Do(deadline(d.t), serverAddress(d.t), m, coap.RequestOptions{})
	if err != nil {
		d.t.Fatal(err)
	}
	synctest.Wait()
	pass(time.Millisecond) // of the bubble: the sequence begins behind the answer
	synctest.Wait()
	return x.Response
}

// expect holds what was asked of the device against what should have been.
func (d *bootstrapDeviceMade) expect(want ...string) {
	d.t.Helper()
	if !slices.Equal(d.asked, want) {
		d.t.Errorf("asked of the device:\n\t%s\nwant\n\t%s", strings.Join(d.asked, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// accounts is the account of lwcon's own server for everybody.
func ownAccounts() BootstrapAccounts { return BootstrapAccounts{Default: AdvertisedAccount("coap")} }

// steps are those in the log, "bs-write /0/1 2.04".
func steps(b *BootstrapServer) (list []string, last *BootstrapStep) {
	events := b.server.Log().Reader(0)
	for {
		e, _, ok := events.TryNext()
		if !ok {
			return list, last
		}
		if e.Step != nil {
			last = e.Step
			list = append(list, fmt.Sprintf("%s %s %s", e.Step.Operation, e.Step.Path, e.Step.Code))
		}
	}
}

func TestBootstrapRunsTheWholeSequence(t *testing.T) {
	bootstrapBench(t, ownAccounts(), func(t *testing.T, b *BootstrapServer, d *bootstrapDeviceMade) {
		if r := d.ask("/bs", "ep=dev"); r.Code != Changed {
			t.Fatalf("Bootstrap-Request: %v", r.Code)
		}
		d.expect("GET /", "DELETE /0", "DELETE /1", "PUT /0/1", "PUT /1/0", "GET /", "GET /1", "POST /bs")
		list, last := steps(b)
		if len(list) != 8 || list[7] != "bs-finish / 2.04" || !last.Last {
			t.Errorf("steps %q", list)
		}
		if c := b.Latest("dev"); c.Phase() != BootstrapFinished {
			t.Errorf("phase %v", c.Phase())
		}
	})
}

func TestBootstrapNeverWritesOverItsOwnAccount(t *testing.T) {
	for discover, want := range map[string]string{
		`</>;lwm2m=1.1,</0/0>,</3/0>`:                               "PUT /0/1",
		`</>;lwm2m=1.2,</0/0>;ssid=5;uri="coap://a",</0/1>`:         "PUT /0/0",
		`lwm2m="1.0",</0/0>;ssid=5,</0/1>`:                          "PUT /0/0",
		`</>;lwm2m=1.1,</0/0>,</0/1>;ssid=5,</0/2>;ssid=6`:          "PUT /0/1",
		`</>;lwm2m=1.1,</0>,</3/0>`:                                 "PUT /0/0",
		`</>;lwm2m=1.1,</0/0>,</21/0>,</0/1>;ssid=1,</21/1>;ssid=1`: "PUT /0/1",
	} {
		bootstrapBench(t, ownAccounts(), func(t *testing.T, b *BootstrapServer, d *bootstrapDeviceMade) {
			d.discover = discover
			d.ask("/bs", "ep=dev")
			if !slices.Contains(d.asked, want) {
				t.Errorf("%s: asked %q, want %s", discover, d.asked, want)
			}
		})
	}
}

func TestWhereDiscoverIsRefusedTheUsualInstancesAreLeftAlone(t *testing.T) {
	bootstrapBench(t, ownAccounts(), func(t *testing.T, b *BootstrapServer, d *bootstrapDeviceMade) {
		d.answers["GET /"] = MethodNotAllowed
		d.ask("/bs", "ep=dev")
		d.expect("GET /", "DELETE /0", "DELETE /1", "PUT /0/2", "PUT /1/0", "POST /bs")
	})
}

func TestLinksOfAnAccountFollowItsInstances(t *testing.T) {
	a := &BootstrapAccount{Write: []lwm2m.Node{
		value("/0/0/0", lwm2m.StringValue("coap://a")), value("/0/0/17", lwm2m.ObjectLinkValue(21, 0)),
		value("/21/0/0", lwm2m.OpaqueValue("secret")),
	}}
	places := a.place([]lwm2m.Path{at("/0/0"), at("/21/0")}, nil)
	n := places.node(a.Write[1], &placeholders{})
	if n.Path() != at("/0/1/17") || n.Value().Link() != (lwm2m.Objlnk{Object: 21, Instance: 1}) {
		t.Errorf("found %s = %s, want /0/1/17 = 21:1", n.Path(), n.Value())
	}
}

func TestPlaceholdersAreFilled(t *testing.T) {
	bootstrapBench(t, BootstrapAccounts{Default: &BootstrapAccount{Write: []lwm2m.Node{
		value("/0/0/0", lwm2m.StringValue("coap://${advertise}")), value("/0/0/3", lwm2m.OpaqueValue("${endpoint}")),
	}}}, func(t *testing.T, b *BootstrapServer, d *bootstrapDeviceMade) {
		d.ask("/bs", "ep=dev")
		events := b.server.Log().Reader(0)
		for {
			e, _, ok := events.TryNext()
			if !ok {
				t.Fatal("no Write")
			}
			if e.Step == nil || e.Step.Operation != "bs-write" {
				continue
			}
			if got := fmt.Sprint(e.Step.Tree.Nodes[0].Value(), " ", e.Step.Tree.Nodes[1].Value().Text()); got != "coap://192.0.2.1:5683 dev" {
				t.Errorf("written %s", got)
			}
			return
		}
	})
}

func TestTheAdvertisedPortIsThatOfTheScheme(t *testing.T) {
	bootstrapBench(t, ownAccounts(), func(t *testing.T, b *BootstrapServer, d *bootstrapDeviceMade) {
		stream, err := transport.NewMemoryNetwork().Stream("192.0.2.1:5700")
		if err == nil {
			_, err = b.server.Listen(stream)
		}
		if err != nil {
			t.Fatal(err)
		}
		d.ask("/bs", "ep=dev")
		for _, advertise := range []string{"", "198.51.100.1", "198.51.100.1:7"} {
			b.SetAdvertise(advertise)
			fill := b.Latest("").placeholders()
			var got []string
			for _, text := range []string{"coap://${advertise}", "coap+tcp://${advertise}/x", "${advertise}"} {
				got = append(got, fill.fill(lwm2m.StringValue(text)).Text())
			}
			want := map[string]string{
				"":               "coap://192.0.2.1:5683 coap+tcp://192.0.2.1:5700/x 192.0.2.1:5683",
				"198.51.100.1":   "coap://198.51.100.1:5683 coap+tcp://198.51.100.1:5700/x 198.51.100.1:5683",
				"198.51.100.1:7": "coap://198.51.100.1:7 coap+tcp://198.51.100.1:7/x 198.51.100.1:7",
			}[advertise]
			if strings.Join(got, " ") != want {
				t.Errorf("%q: got %s, want %s", advertise, strings.Join(got, " "), want)
			}
		}
	})
}

func TestAnEndpointWithoutAccountIsRefused(t *testing.T) {
	own := &BootstrapAccount{Write: AdvertisedAccount("coap").Write}
	bootstrapBench(t, BootstrapAccounts{ByEndpoint: map[string]*BootstrapAccount{"known": own}}, func(t *testing.T, b *BootstrapServer, d *bootstrapDeviceMade) {
		if r := d.ask("/bs", "ep=stranger"); r.Code != BadRequest {
			t.Errorf("unknown endpoint: %v", r.Code)
		}
		if r := d.ask("/bs"); r.Code != BadRequest {
			t.Errorf("no endpoint: %v", r.Code)
		}
		if r := d.ask("/bs", "ep=known", "pct=60"); r.Code != coap.UnsupportedContentFormat {
			t.Errorf("pct of a format that cannot be: %v", r.Code)
		}
		d.expect()
		if r := d.ask("/bs", "ep=known"); r.Code != Changed || len(d.asked) == 0 {
			t.Errorf("known: %v, %q", r.Code, d.asked)
		}
	})
}

func TestThePreferredFormatIsHonoured(t *testing.T) {
	for query, want := range map[string]lwm2m.ContentFormat{
		"pct=112": lwm2m.FormatSenMLCBOR, "pct=110": lwm2m.FormatSenMLJSON, "pct=11544": lwm2m.FormatLwM2MCBOR,
		"pct=11542": lwm2m.FormatTLV, "x=1": lwm2m.FormatTLV,
	} {
		bootstrapBench(t, ownAccounts(), func(t *testing.T, b *BootstrapServer, d *bootstrapDeviceMade) {
			d.ask("/bs", "ep=dev", query)
			if len(d.formats) != 2 || d.formats[0] != want || d.formats[1] != want {
				t.Errorf("%s: written in %v, want %v", query, d.formats, want)
			}
		})
	}
}

func TestAnotherFormatIsTriedWhereOneIsRefused(t *testing.T) {
	bootstrapBench(t, ownAccounts(), func(t *testing.T, b *BootstrapServer, d *bootstrapDeviceMade) {
		d.answers["PUT /0/1"] = coap.UnsupportedContentFormat
		d.ask("/bs", "ep=dev")
		if !slices.Equal(d.formats, []lwm2m.ContentFormat{lwm2m.FormatTLV, lwm2m.FormatSenMLCBOR, lwm2m.FormatSenMLJSON}) {
			t.Errorf("tried %v", d.formats)
		}
		if list, last := steps(b); last.Succeeded() || slices.Contains(d.asked, "POST /bs") {
			t.Errorf("expected the sequence to end, found %q", list)
		}
	})
}

func TestARefusedWriteEndsTheSequenceWithoutFinish(t *testing.T) {
	bootstrapBench(t, ownAccounts(), func(t *testing.T, b *BootstrapServer, d *bootstrapDeviceMade) {
		d.answers["DELETE /0"], d.answers["PUT /1/0"] = BadRequest, BadRequest
		d.ask("/bs", "ep=dev")
		d.expect("GET /", "DELETE /0", "DELETE /1", "PUT /0/1", "PUT /1/0")
		if c := b.Latest(""); c.Phase() != BootstrapFailed {
			t.Errorf("phase %v", c.Phase())
		}
	})
}

func TestTheSequenceStopsWhereItIsTold(t *testing.T) {
	bootstrapBench(t, ownAccounts(), func(t *testing.T, b *BootstrapServer, d *bootstrapDeviceMade) {
		b.SetStopBefore(StageFinish)
		d.ask("/bs", "ep=dev")
		if slices.Contains(d.asked, "POST /bs") {
			t.Fatalf("asked %q", d.asked)
		}
		c := b.Find("dev")
		if c == nil || c.Next() != StageFinish {
			t.Fatalf("found %+v", c)
		}
		if r, err := BootstrapRead(t.Context(), c, at("/1"), ReadOptions{}); err != nil || r.Code != Content {
			t.Errorf("bs-read: %+v, %v", r, err)
		}
		report, err := b.Run(t.Context(), c, BootstrapOptions{})
		if err != nil || report.Code() != Changed || len(report.Steps) != 1 || report.Phase != BootstrapFinished {
			t.Errorf("going on: %+v, %v", report, err)
		}
	})
}

func TestARefusedFinishIsExplainedAndCanBeRepeated(t *testing.T) {
	account := AdvertisedAccount("coap")
	account.Write = slices.DeleteFunc(account.Write, func(n lwm2m.Node) bool { return n.Path() == at("/1/0/0") || n.Path() == at("/0/0/2") })
	bootstrapBench(t, BootstrapAccounts{Default: account}, func(t *testing.T, b *BootstrapServer, d *bootstrapDeviceMade) {
		d.answers["POST /bs"] = coap.NotAcceptable
		d.ask("/bs", "ep=dev")
		_, last := steps(b)
		notes := strings.Join(last.Notes, "\n")
		for _, want := range []string{"/1/0/0 is mandatory", "/0/0/2, the security mode, is not in the account", "/0/0/10 is 1, and no instance of object 1"} {
			if !strings.Contains(notes, want) {
				t.Errorf("notes %q, want %q", notes, want)
			}
		}
		delete(d.answers, "POST /bs")
		c := b.Find("dev")
		if c == nil {
			t.Fatal("the bootstrap is not open any more")
		}
		if r, err := BootstrapFinish(t.Context(), c, RequestOptions{}); err != nil || r.Code != Changed || c.Phase() != BootstrapFinished {
			t.Errorf("Finish again: %+v, %v", r, err)
		}
	})
}

func TestADeviceThatVanishesEndsTheSequence(t *testing.T) {
	bootstrapBench(t, ownAccounts(), func(t *testing.T, b *BootstrapServer, d *bootstrapDeviceMade) {
		d.silent["PUT /0/1"] = true
		d.ask("/bs", "ep=dev")
		pass(2 * time.Minute)
		synctest.Wait()
		_, last := steps(b)
		if last.Operation != "bs-write" || !errors.Is(last.Err, coap.ErrTimeout) || !last.Last {
			t.Errorf("last step %+v", last)
		}
	})
}

func TestASecondRequestEndsTheFirstBootstrap(t *testing.T) {
	bootstrapBench(t, ownAccounts(), func(t *testing.T, b *BootstrapServer, d *bootstrapDeviceMade) {
		d.silent["PUT /0/1"] = true
		d.ask("/bs", "ep=dev")
		first := b.Latest("dev")
		d.silent, d.asked = map[string]bool{}, nil
		d.ask("/bs", "ep=dev")
		d.expect("GET /", "DELETE /0", "DELETE /1", "PUT /0/1", "PUT /1/0", "GET /", "GET /1", "POST /bs")
		if first.Phase() != BootstrapFailed || b.Latest("dev").Phase() != BootstrapFinished {
			t.Errorf("phases %v and %v", first.Phase(), b.Latest("dev").Phase())
		}
	})
}

func TestABootstrapIsClaimedByWhoWaitsForIt(t *testing.T) {
	bootstrapBench(t, ownAccounts(), func(t *testing.T, b *BootstrapServer, d *bootstrapDeviceMade) {
		claimed := make(chan *BootstrapClient, 1)
		go func() {
			c, err := b.Claim(t.Context(), "de*", false, nil)
			if err != nil {
				t.Error(err)
			}
			claimed <- c
		}()
		synctest.Wait()
		if r := d.ask("/bspack", "ep=dev", "accept=112"); r.Code != MethodNotAllowed {
			t.Errorf("a pack where a sequence is wanted: %v", r.Code)
		}
		d.ask("/bs", "ep=dev")
		c := <-claimed
		d.expect()
		if r, err := BootstrapDiscover(t.Context(), c, lwm2m.Path{}, RequestOptions{}); err != nil || r.Code != Content {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

func TestAPackCarriesTheWholeAccount(t *testing.T) {
	for _, f := range []lwm2m.ContentFormat{lwm2m.FormatSenMLJSON, lwm2m.FormatSenMLCBOR, lwm2m.FormatLwM2MCBOR} {
		bootstrapBench(t, ownAccounts(), func(t *testing.T, b *BootstrapServer, d *bootstrapDeviceMade) {
			r := d.ask("/bspack", "ep=dev", "acc=1", fmt.Sprintf("accept=%d", f))
			if r.Code != Content {
				t.Fatalf("%v: %v", f, r.Code)
			}
			tree, err := formats.Decode(f, r.Payload, formats.Options{})
			if err != nil || tree.Find(at("/0/0/10")) == nil || tree.Find(at("/1/0/1")) == nil || len(tree.Nodes) != 11 {
				t.Errorf("%v: %+v, %v", f, tree, err)
			}
			d.expect()
		})
	}
}

func TestAPackIsRefusedAsTheSpecificationSays(t *testing.T) {
	bootstrapBench(t, ownAccounts(), func(t *testing.T, b *BootstrapServer, d *bootstrapDeviceMade) {
		if r := d.ask("/bspack", "ep=dev", "accept=11542"); r.Code != coap.NotAcceptable {
			t.Errorf("as TLV: %v", r.Code)
		}
		b.SetPackRefusal(coap.NotImplemented)
		if r := d.ask("/bspack", "ep=dev", "accept=112"); r.Code != coap.NotImplemented {
			t.Errorf("refused by the setting: %v", r.Code)
		}
		if r := d.ask("/bs", "ep=dev"); r.Code != Changed || !slices.Contains(d.asked, "POST /bs") {
			t.Errorf("the fall-back: %v, %q", r.Code, d.asked)
		}
	})
}

func TestABootstrapOnlyListenerTakesNoRegistration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := transport.NewMemoryNetwork()
		link, err := network.Datagram("192.0.2.1:5683")
		if err != nil {
			t.Fatal(err)
		}
		s := NewServer(ServerConfig{Definitions: objects.New()})
		t.Cleanup(func() { s.Close() })
		b := NewBootstrapServer(s, ownAccounts())
		t.Cleanup(b.Close)
		if _, err := b.Listen(link); err != nil {
			t.Fatal(err)
		}
		d := madeDevice(t, network, "192.0.2.7:40001")
		if r := send(t, d.endpoint, coap.POST, "/rd", []string{"ep=dev", "lwm2m=1.1", "lt=60"}, "</1/0>,</3/0>"); r.Code != NotFound {
			t.Errorf("Register: %v", r.Code)
		}
		if r := d.ask("/bs", "ep=dev"); r.Code != Changed || !slices.Contains(d.asked, "POST /bs") {
			t.Errorf("Bootstrap-Request: %v, %q", r.Code, d.asked)
		}
	})
}

func TestARegisterBeforeTheFinishIsNoted(t *testing.T) {
	bootstrapBench(t, ownAccounts(), func(t *testing.T, b *BootstrapServer, d *bootstrapDeviceMade) {
		b.SetStopBefore(StageFinish)
		d.ask("/bs", "ep=dev")
		send(t, d.endpoint, coap.POST, "/rd", []string{"ep=dev", "lwm2m=1.1", "lt=600", "b=U"}, "</1/0>,</3/0>")
		e, err := b.server.Find("dev")
		if err != nil {
			t.Fatal(err)
		}
		if found := e.Registration().Deviations; !slices.ContainsFunc(found, func(v lwm2m.Deviation) bool { return v.Rule == ruleBeforeFinish }) {
			t.Errorf("deviations %v", found)
		}
	})
}

func TestKeysAreMaskedInSteps(t *testing.T) {
	const key = "correct horse battery staple"
	account := AdvertisedAccount("coap")
	account.Write = append(account.Write, value("/0/0/5", lwm2m.OpaqueValue(key)))
	account.Write = slices.DeleteFunc(account.Write, func(n lwm2m.Node) bool { return n.Path() == at("/0/0/5") && n.Value().Text() == "" })
	bootstrapBench(t, BootstrapAccounts{Default: account}, func(t *testing.T, b *BootstrapServer, d *bootstrapDeviceMade) {
		d.ask("/bs", "ep=dev")
		events := b.server.Log().Reader(0)
		seen := 0
		for {
			e, _, ok := events.TryNext()
			if !ok {
				break
			}
			e = MaskEvent(e)
			if e.Step == nil || e.Step.Tree == nil {
				continue
			}
			if strings.Contains(e.Step.Tree.Payload, key) {
				t.Errorf("%s %s shows the key", e.Step.Operation, e.Step.Path)
			}
			for i := range e.Step.Tree.Nodes {
				if n := &e.Step.Tree.Nodes[i]; Secret(n.Path()) {
					seen++
					if strings.Contains(n.Value().Text(), "horse") {
						t.Errorf("%s shows the key", n.Path())
					}
				}
			}
		}
		if seen != 1 {
			t.Errorf("expected the key once, masked; found it %d times", seen)
		}
	})
}

func TestAKeyWrittenAsItsHexDigitsIsSuspected(t *testing.T) {
	nodes := []lwm2m.Node{value("/0/0/5", lwm2m.OpaqueValue("00112233445566778899aabbccddeeff"))}
	if notes := suspectKeys(nodes); len(notes) != 1 || strings.Contains(notes[0], "0011") {
		t.Errorf("notes %q", notes)
	}
	if notes := suspectKeys([]lwm2m.Node{value("/0/0/5", lwm2m.OpaqueValue("\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff"))}); len(notes) != 0 {
		t.Errorf("notes %q", notes)
	}
}
