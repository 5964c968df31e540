package session

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
	"lwcon/session/coap"
)

// rulesOf are the rules that deviations are of.
func rulesOf(found []lwm2m.Deviation) []lwm2m.RuleID {
	list := make([]lwm2m.RuleID, len(found))
	for i := range found {
		list[i] = found[i].Rule
	}
	return list
}

// logged are the rules of all events of a server behind a reader.
func logged(r *Reader) []lwm2m.RuleID {
	var list []lwm2m.RuleID
	for {
		e, _, ok := r.TryNext()
		if !ok {
			return list
		}
		list = append(list, rulesOf(e.Deviations)...)
	}
}

// hostile answers the first request with one message, each further one with the
// next, the last again and again.
func hostile(messages ...*coap.Message) func(*coap.Request) *coap.Message {
	return func(*coap.Request) *coap.Message {
		m := messages[0]
		if len(messages) > 1 {
			messages = messages[1:]
		}
		return m.Clone()
	}
}

func TestAnswersAreDiagnosed(t *testing.T) {
	read := func(path string) func(*testing.T, *Endpoint) (*Result, error) {
		return func(t *testing.T, e *Endpoint) (*Result, error) { return Read(t.Context(), e, at(path), ReadOptions{}) }
	}
	attributes := func(t *testing.T, e *Endpoint) (*Result, error) {
		return WriteAttributes(t.Context(), e, at("/3303/0/5700"), lwm2m.Attributes{}.Set(lwm2m.PMin, 5), RequestOptions{})
	}
	refusal := func(c coap.Code) *coap.Message { return coap.NewResponse(c) }
	links := func(text string) *coap.Message { return saying(coap.Content, lwm2m.FormatLink, text) }
	discover := func(t *testing.T, e *Endpoint) (*Result, error) {
		return Discover(t.Context(), e, at("/3"), DiscoverOptions{})
	}
	execute := func(t *testing.T, e *Endpoint) (*Result, error) {
		return Execute(t.Context(), e, at("/3/0/4"), "", RequestOptions{})
	}
	deleting := func(t *testing.T, e *Endpoint) (*Result, error) {
		return Delete(t.Context(), e, at("/3303/0"), RequestOptions{})
	}
	creating := func(t *testing.T, e *Endpoint) (*Result, error) {
		return Create(t.Context(), e, at("/3303"), []lwm2m.Node{value("/3303/1/5700", lwm2m.FloatValue(1))}, CreateOptions{})
	}
	writing := func(t *testing.T, e *Endpoint) (*Result, error) {
		return Write(t.Context(), e, at("/3/0/14"), []lwm2m.Node{value("/3/0/14", lwm2m.StringValue("+01:00"))}, WriteOptions{})
	}
	misplaced := func(path, query string) func(*testing.T, *Endpoint) (*Result, error) {
		return func(t *testing.T, e *Endpoint) (*Result, error) {
			set, _, err := lwm2m.ParseAttributes(query)
			if err != nil {
				t.Fatal(err)
			}
			return WriteAttributes(t.Context(), e, at(path), set, RequestOptions{})
		}
	}
	for name, c := range map[string]struct {
		answer *coap.Message
		do     func(*testing.T, *Endpoint) (*Result, error)
		want   lwm2m.RuleID // "" for none
	}{
		"another lifetime":               {saying(coap.Content, 0, "60"), read("/1/0/1"), ruleLifetimeDiffers},
		"the same lifetime":              {saying(coap.Content, 0, "86400"), read("/1/0/1"), ""},
		"text for an object":             {saying(coap.Content, 0, "x"), read("/3"), ruleFormatForMany},
		"Write-Attributes as a Write":    {refusal(coap.UnsupportedContentFormat), attributes, ruleAttributesAsWrite},
		"legal attributes refused":       {refusal(coap.MethodNotAllowed), attributes, ruleAttributesRefused},
		"Discover like a Register":       {links("</3/0>"), discover, ruleDiscoverShallow},
		"multiple resource without dim":  {links("</3/0>,</3/0/0>,</3/0/6>"), discover, ruleDiscoverDimension},
		"a good Discover":                {links("</3/0>,</3/0/0>,</3/0/6>;dim=2"), discover, ""},
		"4.04 for what is not readable":  {refusal(coap.NotFound), read("/3/0/4"), ruleErrorClass},
		"4.01 for what is not readable":  {refusal(coap.Unauthorized), read("/3/0/4"), ruleErrorClass},
		"4.05 for what is not readable":  {refusal(coap.MethodNotAllowed), read("/3/0/4"), ""},
		"4.05 for an unknown resource":   {refusal(coap.MethodNotAllowed), read("/3/0/999"), ruleErrorClass},
		"4.04 for an unknown resource":   {refusal(coap.NotFound), read("/3/0/999"), ""},
		"4.04 for an object without any": {refusal(coap.NotFound), read("/5"), ruleEmptyObject},
		"4.02 to plain options":          {refusal(coap.BadOption), read("/3/0/0"), ruleBadOption},
		"Execute over its arguments": {refusal(coap.MethodNotAllowed), func(t *testing.T, e *Endpoint) (*Result, error) {
			return Execute(t.Context(), e, at("/3/0/4"), "0='x'", RequestOptions{})
		}, ruleExecuteArguments},
		"a Read answered 2.04":              {saying(coap.Changed, 0, "x"), read("/3/0/0"), ruleSuccessCode},
		"a Read answered 2.31":              {refusal(coap.Continue), read("/3/0/0"), ruleSuccessCode},
		"a Discover answered 2.04":          {refusal(coap.Changed), discover, ruleSuccessCode},
		"a Write-Attributes answered 2.05":  {refusal(coap.Content), attributes, ruleSuccessCode},
		"a Write-Attributes answered 2.04":  {refusal(coap.Changed), attributes, ""},
		"an Execute answered 2.05":          {refusal(coap.Content), execute, ruleSuccessCode},
		"an Execute answered 2.04":          {refusal(coap.Changed), execute, ""},
		"a Delete answered 2.04":            {refusal(coap.Changed), deleting, ruleSuccessCode},
		"a Delete answered 2.02":            {refusal(coap.Deleted), deleting, ""},
		"a Create answered 2.04":            {refusal(coap.Changed), creating, ruleSuccessCode},
		"a Write answered 2.05":             {refusal(coap.Content), writing, ruleSuccessCode},
		"a Write answered 2.04":             {refusal(coap.Changed), writing, ""},
		"contradicting attributes accepted": {refusal(coap.Changed), misplaced("/3303/0/5700", "lt=20&gt=10"), ruleAttributesTaken},
		"contradicting attributes refused":  {refusal(coap.BadRequest), misplaced("/3303/0/5700", "lt=20&gt=10"), ""},
		"steps that do not fit accepted":    {refusal(coap.Changed), misplaced("/3303/0/5700", "lt=10&gt=20&st=8"), ruleAttributesTaken},
		"evaluation periods accepted":       {refusal(coap.Changed), misplaced("/3303/0/5700", "epmin=10&epmax=5"), ruleAttributesTaken},
		"gt of an instance accepted":        {refusal(coap.Changed), misplaced("/3303/0", "gt=10"), ruleAttributesTaken},
		"gt of a string accepted":           {refusal(coap.Changed), misplaced("/3/0/0", "gt=5"), ruleAttributesTaken},
		"gt of a number accepted":           {refusal(coap.Changed), misplaced("/3303/0/5700", "gt=5"), ""},
		"observer of what is not readable": {observed("x"), func(t *testing.T, e *Endpoint) (*Result, error) {
			return Observe(t.Context(), e, at("/3/0/4"), ObserveOptions{})
		}, ruleObserveUnreadable},
	} {
		t.Run(name, func(t *testing.T) {
			versioned(t, "1.1", hostile(c.answer), func(t *testing.T, _ *Server, _ *coap.Endpoint, e *Endpoint) {
				r, err := c.do(t, e)
				if err != nil {
					t.Fatal(err)
				}
				switch got := rulesOf(r.Deviations); {
				case c.want == "" && len(got) != 0:
					t.Errorf("got %v, want no deviation", r.Deviations)
				case c.want != "" && !slices.Contains(got, c.want):
					t.Errorf("got %v, want %s", r.Deviations, c.want)
				}
			})
		})
	}
}

// observed is an answer that begins an observation.
func observed(value string) *coap.Message {
	m := saying(coap.Content, lwm2m.FormatText, value)
	m.SetObserve(1)
	return m
}

func TestOneCodeForEveryFailureIsNoticedOnce(t *testing.T) {
	versioned(t, "1.1", hostile(coap.NewResponse(coap.InternalServerError)), func(t *testing.T, _ *Server, _ *coap.Endpoint, e *Endpoint) {
		var found []lwm2m.RuleID
		for range 5 {
			r, err := Read(t.Context(), e, at("/3/0/0"), ReadOptions{})
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, rulesOf(r.Deviations)...)
		}
		if !slices.Equal(found, []lwm2m.RuleID{ruleAlwaysInternal}) {
			t.Errorf("got %v, want it once", found)
		}
	})
}

func TestAWriteThatWasNotAppliedShowsInTheRead(t *testing.T) {
	for value, want := range map[string]int{"+05:00": 0, "+00:00": 1} {
		answer := hostile(coap.NewResponse(coap.Changed), saying(coap.Content, lwm2m.FormatText, value))
		versioned(t, "1.1", answer, func(t *testing.T, _ *Server, _ *coap.Endpoint, e *Endpoint) {
			n := lwm2m.NewNode(lwm2m.KindValue, at("/3/0/14"), lwm2m.StringValue("+05:00"), lwm2m.Span{}, 0)
			if _, err := Write(t.Context(), e, at("/3/0/14"), []lwm2m.Node{n}, WriteOptions{}); err != nil {
				t.Fatal(err)
			}
			for _, count := range []int{want, 0} { // told once
				r, err := Read(t.Context(), e, at("/3/0/14"), ReadOptions{})
				if err != nil || len(r.Deviations) != count || count == 1 && r.Deviations[0].Rule != ruleNotWritten {
					t.Errorf("%s: %v, %v", value, r.Deviations, err)
				}
			}
		})
	}
}

func TestASendOfAMutedClientIsNoticed(t *testing.T) {
	for muted, want := range map[string]bool{`{"n":"23","vb":true}`: true, `{"n":"23","vb":false}`: false, `{"n":"7","vs":"U"}`: true} {
		answer := hostile(saying(coap.Content, lwm2m.FormatSenMLJSON, `[{"bn":"/1/0/","n":"1","v":86400},`+muted+`]`))
		versioned(t, "1.1", answer, func(t *testing.T, s *Server, p *coap.Endpoint, e *Endpoint) {
			if _, err := Read(t.Context(), e, at("/1/0"), ReadOptions{}); err != nil {
				t.Fatal(err)
			}
			events := s.Log().Reader(s.Log().End())
			m := coap.NewRequest(coap.POST, "/dp")
			m.SetContentFormat(110)
			m.Payload = []byte(`[{"n":"/3303/0/5700","v":1}]`)
			if _, err := p.Do(t.Context(), serverAddress(t), m, coap.RequestOptions{}); err != nil {
				t.Fatal(err)
			}
			if got := slices.Contains(logged(events), ruleSendMuted); got != want {
				t.Errorf("%s: noticed %v, want %v", muted, got, want)
			}
		})
	}
}

func TestTheLifeOfARegistrationIsDiagnosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{Definitions: objects.New()})
		p := peer(t, network, "192.0.2.7:40001", nil)
		events := s.Log().Reader(0)
		expect := func(what string, want ...lwm2m.RuleID) {
			t.Helper()
			if got := logged(events); !slices.Equal(got, want) {
				t.Errorf("%s: got %v, want %v", what, got, want)
			}
		}
		location := register(t, p, "dev", 86400)
		expect("a good Register")
		register(t, p, "dev", 86400)
		expect("a Register while registered", ruleStillRegistered)
		answer := send(t, p, coap.POST, location, nil, "")
		if text := string(answer.Payload); answer.Code != coap.NotFound || !strings.Contains(text, "not registered") {
			t.Errorf("Update of the old location: %v %q", answer, text)
		}
		expect("an Update of the old location", ruleUnknownLocation)
		send(t, p, coap.POST, location, nil, "")
		expect("the same again", ruleUnknownLocation, ruleAfterNotFound)

		location = register(t, peer(t, network, "192.0.2.8:40001", nil), "short", 60)
		expect("a short lifetime", ruleShortLifetime)
		moved := peer(t, network, "192.0.2.8:40002", nil)
		send(t, moved, coap.POST, location, nil, "")
		expect("an Update from a new port", ruleMoved)
		send(t, moved, coap.POST, location, nil, "</1/0>,</3/0>")
		expect("an Update without an instance", ruleUpdateVanished)
		send(t, moved, coap.POST, location, nil, "</1/0>,</3/0>")
		expect("the same list")
	})
}

func TestAnInstanceThatWeDeletedMayVanish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{})
		p := peer(t, network, "192.0.2.7:40001", func(r *coap.Request) { _ = r.Respond(coap.NewResponse(coap.Deleted)) })
		location := register(t, p, "dev", 86400)
		e, err := s.Find("dev")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Delete(t.Context(), e, at("/3303/0"), RequestOptions{}); err != nil {
			t.Fatal(err)
		}
		events := s.Log().Reader(s.Log().End())
		send(t, p, coap.POST, location, nil, "</1/0>,</3/0>,</3303>")
		if got := logged(events); len(got) != 0 {
			t.Errorf("got %v", got)
		}
	})
}

func TestAnUnknownLocationSaysWhoDroppedItAndWhen(t *testing.T) {
	for how, end := range map[string]func(t *testing.T, s *Server, p *coap.Endpoint, location string){
		"had no Update within its lifetime of 60 s": func(t *testing.T, s *Server, p *coap.Endpoint, _ string) { pass(61 * time.Second) },
		"was replaced by a new Register":            func(t *testing.T, s *Server, p *coap.Endpoint, _ string) { register(t, p, "dev", 60) },
		"de-registered":                             func(t *testing.T, s *Server, p *coap.Endpoint, l string) { send(t, p, coap.DELETE, l, nil, "") },
		"was dropped by hand": func(t *testing.T, s *Server, p *coap.Endpoint, _ string) {
			e, err := s.Find("dev")
			if err != nil {
				t.Fatal(err)
			}
			s.Forget(e)
		},
	} {
		t.Run(how, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, network := memoryServer(t, ServerConfig{})
				p := peer(t, network, "192.0.2.7:40001", nil)
				location := register(t, p, "dev", 60)
				end(t, s, p, location)
				events := s.Log().Reader(s.Log().End())
				send(t, p, coap.POST, location, nil, "")
				e, _, ok := events.TryNext()
				if !ok || e.Endpoint != "dev" || !strings.Contains(e.Deviations[0].Message, `"dev" `+how) || !strings.Contains(e.Deviations[0].Message, "2000-01-01T00:") {
					t.Errorf("got %+v", e)
				}
			})
		})
	}
}

func TestOnlyTheLastLocationsAreRemembered(t *testing.T) {
	var d departures
	for i := range maxDeparted + 10 {
		d.add(string(rune('a'+i%26))+time.Duration(i).String(), departure{})
	}
	if len(d.by) != maxDeparted || len(d.order) != maxDeparted {
		t.Errorf("%d and %d remembered, want %d", len(d.by), len(d.order), maxDeparted)
	}
}
