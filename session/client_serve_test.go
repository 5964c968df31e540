package session

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"lwcon/session/coap"
	"lwcon/session/transport"
)

// asked is a request as a server makes it: "GET /3/0 accept=112 observe=0
// ?pmin=5 ct=0 text:x hex:00".
func asked(t *testing.T, text string) *coap.Message {
	t.Helper()
	methods := map[string]coap.Code{
		"GET": coap.GET, "PUT": coap.PUT, "POST": coap.POST, "DELETE": coap.DELETE, "FETCH": coap.FETCH, "IPATCH": coap.IPATCH, "PATCH": coap.PATCH,
	}
	words := strings.Fields(text)
	m := coap.NewRequest(methods[words[0]], words[1])
	for _, w := range words[2:] {
		kind, rest, _ := strings.Cut(w, "=")
		var n uint16
		_, _ = fmt.Sscan(rest, &n)
		switch {
		case w[0] == '?':
			m.AddQuery(w[1:])
		case kind == "accept":
			m.Options.SetUint(coap.Accept, uint64(n))
		case kind == "ct":
			m.SetContentFormat(n)
		case kind == "observe":
			m.Options.SetUint(coap.Observe, uint64(n))
		case strings.HasPrefix(w, "hex:"):
			octets, err := hex.DecodeString(w[4:])
			if err != nil {
				t.Fatal(err)
			}
			m.Payload = octets
		case strings.HasPrefix(w, "text:"):
			m.Payload = []byte(w[5:])
		default:
			t.Fatalf("%q: unknown word", w)
		}
	}
	return m
}

// servedProfile has an object of each kind that the rules speak of.
const servedProfile = `lwcon: 1
endpoint: thermo
lwm2m: "%s"
objects:
  1: {0: {0: 1, 1: 300, 6: false, 7: U}}
  3: {0: {0: ACME, 4: , 9: 50, 11: {0: 0}, 14: "+01:00", 16: U}}
  16: {0: {0: {0: a, 1: b}}}
  3303: {0: {5700: 21.5, 5701: Cel}, 1: {5700: 22}}
  3336: {}
  3442: {0: {0: , 1: , 2: , 3: , 4: {}, 110: text, 120: 5, 140: true, 150: "0102", 1110: {0: x, 3: y}}}
`

// What a server asks, and what each version answers; one answer stands for all
// three versions, else those of 1.0, 1.1 and 1.2.
var serverAsks = []struct{ request, answers string }{
	{"GET /", "4.05"},
	{"GET /3", "2.05"},
	{"GET /3/0", "2.05 11542|2.05 112|2.05 112"},
	{"GET /3/0/0", "2.05 0 ACME"},
	{"GET /3/0/99", "4.04"},
	{"GET /3/0/4", "4.05"},
	{"GET /3/1", "4.04"},
	{"GET /99", "4.04"},
	{"GET /3336", "2.05"},
	{"GET /0", "4.01"},
	{"GET /0/0/5", "4.01"},
	{"GET /21", "4.01"},
	{"GET /3442/0/1110/3", "4.05|2.05 0 y|2.05 0 y"},
	{"GET /3442/0/1110/4", "4.05|4.04|4.04"},
	{"GET /3442/0/110/0", "4.05"},
	{"GET /3442/0/1110/3/1", "4.05"},
	{"GET /3442/0/150", "2.05 42 \x01\x02"},
	{"GET /dev1/3/0", "4.04"},
	{"GET /rd", "4.04"},

	{"GET /3/0/0 accept=0", "2.05 0 ACME"},
	{"GET /3/0/0 accept=42", "4.06"},
	{"GET /3442/0/150 accept=42", "2.05 42"},
	{"GET /3/0/0 accept=60", "4.06|2.05 60|2.05 60"},
	{"GET /3/0 accept=0", "4.06"},
	{"GET /3/0 accept=60", "4.06"},
	{"GET /3442/0/1110 accept=0", "4.06"},
	{"GET /3/0 accept=110", "4.06|2.05 110|2.05 110"},
	{"GET /3/0 accept=112", "4.06|2.05 112|2.05 112"},
	{"GET /3/0 accept=320", "4.06"},
	{"GET /3/0 accept=322", "4.06"},
	{"GET /3/0 accept=11542", "2.05 11542"},
	{"GET /3/0 accept=1542", "2.05 1542"},
	{"GET /3/0 accept=11543", "2.05 11543|4.06|4.06"},
	{"GET /3/0 accept=11544", "4.06|4.06|2.05 11544"},
	{"GET /3/0 accept=50", "4.06"},

	{"GET /3 accept=40", "2.05 40"},
	{"GET /3/0 accept=40", "2.05 40"},
	{"GET /3/0/0 accept=40", "2.05 40 </3/0/0>"},
	{"GET /3442/0/1110/3 accept=40", "4.05"},
	{"GET / accept=40", "4.05"},
	{"GET /0 accept=40", "4.01"},
	{"GET /99 accept=40", "4.04"},
	{"GET /3303 accept=40 ?depth=0", "2.05 40 </3303>,</3303/0>,</3303/0/5700>|2.05 40 </3303>,</3303/0>,</3303/0/5700>|2.05 40 </3303>"},
	{"GET /3303 accept=40 ?depth=1", "2.05 40 </3303>,</3303/0>,</3303/0/5700>|2.05 40 </3303>,</3303/0>,</3303/0/5700>|2.05 40 </3303>,</3303/0>,</3303/1>"},
	{"GET /3442/0/1110 accept=40", "2.05 40 </3442/0/1110>;dim=2|2.05 40 </3442/0/1110>;dim=2,</3442/0/1110/0>,</3442/0/1110/3>|2.05 40 </3442/0/1110>;dim=2,</3442/0/1110/0>"},
	{"GET /3303 accept=40 ?depth=4", "2.05 40|2.05 40|4.00"},

	{"PUT /3/0/14 ct=0 text:+02:00", "2.04"},
	{"PUT /3/0/14 text:+02:00", "4.00"},
	{"PUT /3/0/14", "4.00"},
	{"PUT /3/0/14 ct=60 hex:62555a", "4.15|2.04|2.04"},
	{"PUT /3/0/14 ct=40 text:</3>", "4.15"},
	{"PUT /3/0/14 ct=320 text:[]", "4.15"},
	{"PUT /3/0/14 ct=50 text:{}", "4.15"},
	{"PUT /3/0/14 ct=11542 hex:c20e555a", "2.04"},
	{"PUT /3/0 ct=11542 hex:e1ffff01", "4.00"},
	{"POST /3303 ct=11542 hex:28ffff07e4164441ac0000", "4.00"},
	{"PUT /3/0/14 ct=11542 hex:c20e55", "4.00"},
	{"PUT /3/0/0 ct=0 text:x", "4.05"},
	{"PUT /3/0/4 ct=0 text:x", "4.05"},
	{"PUT /3/0/99 ct=0 text:x", "4.04"},
	{"PUT /3 ct=11542 hex:", "4.05"},
	{"PUT /3/0 ct=0 text:x", "4.15"},
	{"PUT /0/0/0 ct=0 text:x", "4.01"},
	{"PUT /3442/0/120 ct=0 text:x", "4.00"},
	{"PUT /3442/0/120 ct=0 text:17", "2.04"},
	{"PUT /3442/0/140 ct=0 text:2", "4.00"},
	{"PUT /3442/0/1110/3 ct=0 text:z", "4.05|2.04|2.04"},
	{"PUT /3442/0/1110/9 ct=0 text:z", "4.05|4.04|4.04"},
	{"PUT /1/0 ct=11542 hex:c1013c", "4.00"}, // a Replace must name what is mandatory
	{"POST /1/0 ct=11542 hex:c1013c", "2.04"},
	{"POST /3442/0/1110 ct=11542 hex:8704560a034101780000", "4.00"},
	{"POST /3442/0/120 ct=11542 hex:c17805", "4.05"}, // no partial update of a single one
	{"POST /3442/0/1110/3 ct=0 text:z", "4.05"},
	{"POST / ct=0 text:x", "4.05"},

	{"PUT /3/0/9 ?pmin=5", "2.04"},
	{"PUT /3 ?pmin=5 ?pmax=10", "2.04"},
	{"PUT /3442/0/1110/3 ?pmin=5", "4.05|2.04|2.04"},
	{"PUT /3/0/9 ?pmin=", "4.00"},
	{"PUT /3/0/9 ?pmin=-1", "4.00"},
	{"PUT /3/0/9 ?dim=3", "4.00"},
	{"PUT /3/0/9 ?ver=1.0", "4.00"},
	{"PUT /3/0/9 ?nonsense", "4.00"},
	{"PUT /3/0/9 ?gt=5", "2.04"},
	{"PUT /3/0/9 ?lt=5 ?gt=5", "4.00"},
	{"PUT /3/0/9 ?lt=5 ?gt=10 ?st=3", "4.00"},
	{"PUT /3/0/0 ?gt=5", "4.00"},
	{"PUT /3/0 ?gt=5", "4.00"},
	{"PUT /3/0/4 ?pmin=5", "4.05"},
	{"PUT /3/0/9 ?epmin=5", "4.00|2.04|2.04"},
	{"PUT /3/0/9 ?epmin=5 ?epmax=5", "4.00"},
	{"PUT /3/0/9 ?con=1", "4.00|4.00|2.04"},
	{"PUT /3/0/9 ?con=2", "4.00"},
	{"PUT /3/0/9 ?hqmax=3", "4.00|4.00|2.04"},
	{"PUT /3442/0/140 ?edge=1", "4.00|4.00|2.04"},
	{"PUT /3/0/9 ?edge=1", "4.00"},
	{"PUT /0/0 ?pmin=5", "4.01"},
	{"PUT /99 ?pmin=5", "4.04"},
	{"PUT / ?pmin=5", "4.05"},

	{"POST /3442/0/0", "2.04"},
	{"POST /3442/0/3 ct=0 text:0,2='x'", "2.04"},
	{"POST /3442/0/3 text:0", "2.04"},
	{"POST /3442/0/3 ct=0 text:x", "4.00"},
	{"POST /3442/0/3 ct=42 text:0", "4.15"},
	{"POST /3/0/99", "4.04"},
	{"POST /3/0/0", "4.05"},
	{"POST /3/0", "4.00"},
	{"POST /3 ct=11542 hex:", "4.05"},
	{"POST /0/0/5", "4.01"},

	{"POST /16 ct=11542 hex:8300410078", "2.01 /16/1"},
	{"POST /16 ct=11542 hex:05058300410078", "2.01"},
	{"POST /16 ct=11542 hex:05008300410078", "4.00"}, // it is there
	{"POST /16 ct=11542 hex:0505830041007805068300410078", "4.00"},
	{"POST /16 ct=11542 hex:83004100", "4.00"},
	{"POST /16 ct=11542 hex:", "4.00"}, // a mandatory resource is missing
	{"POST /99 ct=11542 hex:", "4.04"},
	{"POST /0 ct=11542 hex:", "4.01"},
	{"POST /16", "4.00"},
	{"POST /16 ct=0 text:x", "4.15"},

	{"DELETE /3303/1", "2.02"},
	{"DELETE /3303/9", "4.04"},
	{"DELETE /3303", "4.05"},
	{"DELETE /3/0", "4.05"},
	{"DELETE /1/0", "4.05"},
	{"DELETE /3/0/14", "4.05"},
	{"DELETE /3442/0/1110/3", "4.05|4.05|2.02"},
	{"DELETE /0/0", "4.01"},
	{"DELETE /", "4.05"},

	{"FETCH / ct=112 hex:81a100662f332f302f30", "4.05|2.05 112|2.05 112"},
	{"FETCH / ct=112 accept=110 hex:81a100662f332f302f30", "4.05|2.05 110|2.05 110"},
	{"FETCH / ct=112 accept=11544 hex:81a100662f332f302f30", "4.05|4.06|2.05 11544"},
	{"FETCH / ct=112 accept=0 hex:81a100662f332f302f30", "4.05|4.06|4.06"},
	{"FETCH / ct=322 hex:81a100662f332f302f30", "4.05|4.15|2.05"},
	{"FETCH / ct=11542 hex:00", "4.05|4.15|4.15"},
	{"FETCH / hex:81a100662f332f302f30", "4.05|4.00|4.00"},
	{"FETCH / ct=112 hex:80", "4.05|4.00|4.00"},
	{"FETCH / ct=112 hex:81a100622f30", "4.05|4.01|4.01"},
	{"FETCH / ct=112 hex:81a100612f", "4.05|2.05 112|2.05 112"},
	{"FETCH /3/0 ct=112 hex:81a100662f332f302f30", "4.05"},
	{"IPATCH / ct=112 hex:81a200672f332f302f31340362555a", "4.05|2.04|2.04"},
	{"IPATCH / ct=112 hex:81a200662f332f302f30036178", "4.05"},
	{"IPATCH / ct=322 hex:81a200672f332f302f31340362555a", "4.05|4.15|2.04"},
	{"IPATCH /3/0 ct=112 hex:81a200672f332f302f31340362555a", "4.05"},
	{"PATCH /3/0/14 ct=0 text:x", "4.05"},

	{"GET /3/0/9 observe=0", "2.05 0 50"},
	{"GET /3/0 observe=0 accept=0", "4.06"},
	{"GET /3/0/4 observe=0", "4.05"},
	{"GET /99 observe=0", "4.04"},
	{"GET /0 observe=0", "4.01"},
	{"GET /3/0/9 observe=0 ?pmin=5", "4.00|4.00|2.05"},
	{"GET /3/0/9 observe=0 ?pmin=x", "4.00"},
	{"GET /3/0/9 observe=0 ?nonsense=1", "4.00"},
	{"GET /3/0/9 observe=1", "2.05 0 50"},
}

func TestWhatAServerMayAsk(t *testing.T) {
	for i, version := range []string{"1.0", "1.1", "1.2"} {
		for _, c := range serverAsks {
			answers := strings.Split(c.answers, "|")
			want := answers[min(i, len(answers)-1)]
			t.Run(version+" "+c.request, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					network := transport.NewMemoryNetwork()
					location := func(r *coap.Request) {
						m := coap.NewResponse(Created)
						m.SetLocationPath("/rd/1")
						_ = r.Respond(m)
					}
					server := peer(t, network, "192.0.2.1:5683", location)
					connected(t, network, fmt.Sprintf(servedProfile, version))
					to, err := transport.ParseAddress("192.0.2.7:40001")
					if err != nil {
						t.Fatal(err)
					}
					x, err := server.Do(t.Context(), to, asked(t, c.request), coap.RequestOptions{})
					if err != nil {
						t.Fatalf("%s: %v", c.request, err)
					}
					if got := answer(x.Response); !strings.HasPrefix(got, want) {
						t.Errorf("%s: %s\n got %s\nwant %s", version, c.request, got, want)
					}
				})
			})
		}
	}
}

// answer writes an answer: its code, then its format and its text, or its
// location, or the diagnostic.
func answer(m *coap.Message) string {
	text := m.Code.String()
	if f, ok := m.ContentFormat(); ok {
		text += fmt.Sprintf(" %d", f)
	}
	if path := m.LocationPath(); len(path) > 0 {
		text += " " + joined(path)
	}
	if len(m.Payload) > 0 {
		text += " " + string(m.Payload)
	}
	return text
}

func TestHalfATransferChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := transport.NewMemoryNetwork()
		server := peer(t, network, "192.0.2.1:5683", func(r *coap.Request) {
			m := coap.NewResponse(Created)
			m.SetLocationPath("/rd/1")
			_ = r.Respond(m)
		})
		connected(t, network, fmt.Sprintf(servedProfile, "1.1"))
		to, err := transport.ParseAddress("192.0.2.7:40001")
		if err != nil {
			t.Fatal(err)
		}
		half := asked(t, "PUT /3442/0/110 ct=0 text:0123456789abcdef")
		half.SetBlock1(coap.Block{More: true, SZX: 0})
		do := func(m *coap.Message) string {
			t.Helper()
			x, err := server.Do(t.Context(), to, m, coap.RequestOptions{SingleBlocks: true})
			if err != nil {
				t.Fatal(err)
			}
			return answer(x.Response)
		}
		if got := do(half); got != "2.31" {
			t.Errorf("the first block: %s", got)
		}
		lost := asked(t, "PUT /3442/0/110 ct=0 text:rest")
		lost.SetBlock1(coap.Block{Number: 2, SZX: 0})
		if got := do(lost); !strings.HasPrefix(got, "4.08") {
			t.Errorf("a block too far: %s", got)
		}
		for _, request := range []string{"GET /3442/0/110", "GET /3442/0/120"} {
			if got := do(asked(t, request)); got != map[string]string{"GET /3442/0/110": "2.05 0 text", "GET /3442/0/120": "2.05 0 5"}[request] {
				t.Errorf("%s: %s", request, got)
			}
		}
	})
}
