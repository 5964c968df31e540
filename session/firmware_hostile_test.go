package session

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
	"lwcon/session/coap"
	"lwcon/session/transport"
)

// oldDevice is a device that can neither be observed nor read as a whole. A test
// puts its own answer in the place of any.
type oldDevice struct {
	state, result int
	registerAgain func()
	odd           func(d *oldDevice, m *coap.Message) (answer *coap.Message, taken bool)
	blocks        []coap.Block // of the package, as they came
	reads         int          // of State
	silent        bool
}

// answer is what the device answers, nil for nothing.
func (d *oldDevice) answer(m *coap.Message) *coap.Message {
	request := m.Code.Name() + " " + joined(m.Path())
	block, inBlocks := m.Block1()
	if request == "PUT /5/0/0" && inBlocks {
		d.blocks = append(d.blocks, block)
	}
	if request == "GET /5/0/3" {
		d.reads++
	}
	if d.odd != nil {
		if a, taken := d.odd(d, m); taken {
			return a
		}
	}
	if d.silent {
		return nil
	}
	switch request {
	case "GET /5/0/3":
		return texted(coap.Content, fmt.Sprint(d.state))
	case "GET /5/0/5":
		return texted(coap.Content, fmt.Sprint(d.result))
	case "PUT /5/0/1":
		d.state, d.result = 1, 0
		if len(m.Payload) == 0 {
			d.state = 0
		}
		return coap.NewResponse(coap.Changed)
	case "PUT /5/0/0":
		return d.push(m, block, inBlocks)
	case "POST /5/0/2":
		d.state = 3
		return coap.NewResponse(coap.Changed)
	case "GET /5/0":
		return coap.NewResponse(coap.MethodNotAllowed)
	}
	return coap.NewResponse(coap.NotFound)
}

// push takes a package.
func (d *oldDevice) push(m *coap.Message, block coap.Block, inBlocks bool) *coap.Message {
	d.state, d.result = 1, 0
	code := coap.Continue
	switch {
	case string(m.Payload) == "\x00" && !inBlocks:
		d.state, code = 0, coap.Changed
	case !block.More:
		d.state, code = 2, coap.Changed
	}
	a := coap.NewResponse(code)
	if inBlocks {
		a.SetBlock1(block)
	}
	return a
}

// texted is an answer with a text.
func texted(code coap.Code, text string) *coap.Message {
	m := coap.NewResponse(code)
	m.SetContentFormat(uint16(lwm2m.FormatText))
	m.Payload = []byte(text)
	return m
}

// against runs a test in virtual time against an old device.
func against(t *testing.T, d *oldDevice, f func(t *testing.T, s *Server, e *Endpoint)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{Definitions: objects.New()})
		e := wildEndpoint(t, s, network, func(b []byte) [][]byte {
			m, err := coap.Decode(b, false)
			if err != nil || !m.Code.IsRequest() {
				return nil
			}
			a := d.answer(m)
			if a == nil {
				return nil
			}
			a.Type, a.ID, a.Token = coap.Acknowledgement, m.ID, m.Token
			out, err := coap.Encode(a, false)
			if err != nil {
				return nil
			}
			return [][]byte{out}
		})
		d.registerAgain = func() {
			m := coap.NewRequest(coap.POST, "/rd")
			m.ID, m.Token = 77, []byte{7}
			for _, q := range []string{"ep=wild", "lt=86400", "lwm2m=1.1"} {
				m.AddQuery(q)
			}
			m.SetContentFormat(40)
			m.Payload = []byte("</1/0>,</3/0>,</5/0>")
			b, err := coap.Encode(m, false)
			if err == nil {
				from, _ := transport.ParseAddress("192.0.2.66:5683")
				network.Deliver(from, serverAddress(t), b)
			}
		}
		f(t, s, e)
	})
}

// push of a package to an old device, until it is updated.
func pushOld(t *testing.T, e *Endpoint) (*FirmwareReport, error) {
	return PushFirmware(t.Context(), e, package5(1000), FirmwarePushOptions{
		BlockSize: 256, FirmwareOptions: FirmwareOptions{Until: UntilUpdated},
	})
}

func TestDeviceThatCannotBeObservedIsRead(t *testing.T) {
	d := &oldDevice{result: 8}
	d.odd = func(d *oldDevice, m *coap.Message) (*coap.Message, bool) {
		if d.state == 3 && d.reads > 8 { // the update has taken some seconds
			d.state, d.result = 0, 1
		}
		return nil, false
	}
	against(t, d, func(t *testing.T, s *Server, e *Endpoint) {
		r, err := pushOld(t, e)
		if err != nil || !r.Reached || walked(r) != "0/0 2/0 3/0 0/1" || r.Registered {
			t.Errorf("%+v by %s, %v", r, walked(r), err)
		}
		if len(d.blocks) != 4 || strings.Contains(broke(r), "firmware") {
			t.Errorf("blocks %v, deviations %v", d.blocks, r.Deviations)
		}
	})
}

func TestDeviceThatNeverAnswersIsNoReport(t *testing.T) {
	against(t, &oldDevice{silent: true}, func(t *testing.T, s *Server, e *Endpoint) {
		if r, err := pushOld(t, e); !errors.Is(err, coap.ErrTimeout) || r != nil {
			t.Errorf("%+v, %v; want no answer", r, err)
		}
	})
}

func TestWrongBlocksBreakThePushOff(t *testing.T) {
	d := &oldDevice{}
	d.odd = func(d *oldDevice, m *coap.Message) (*coap.Message, bool) {
		if b, ok := m.Block1(); ok && b.Number == 2 {
			a := coap.NewResponse(coap.Continue)
			a.SetBlock1(coap.Block{Number: 0, More: true, SZX: b.SZX})
			return a, true
		}
		return nil, false
	}
	against(t, d, func(t *testing.T, s *Server, e *Endpoint) {
		r, err := pushOld(t, e)
		if !errors.Is(err, coap.ErrBlock) || r == nil || r.ResumeAt != 2 || r.Octets != 768 && r.Octets != 512 ||
			!strings.Contains(r.Verdict, "broke off after") || r.Reached {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

func TestPushThatBrokeOffGoesOn(t *testing.T) {
	d := &oldDevice{}
	lost := true
	d.odd = func(d *oldDevice, m *coap.Message) (*coap.Message, bool) {
		b, ok := m.Block1()
		return nil, ok && b.Number >= 2 && lost
	}
	against(t, d, func(t *testing.T, s *Server, e *Endpoint) {
		r, err := pushOld(t, e)
		if !errors.Is(err, coap.ErrTimeout) || r == nil || r.ResumeAt != 2 || !strings.Contains(r.Verdict, "after 512 of 1000 octets") {
			t.Fatalf("%+v, %v", r, err)
		}
		lost, d.blocks = false, nil
		r, err = PushFirmware(t.Context(), e, package5(1000), FirmwarePushOptions{BlockSize: 256, FirstBlock: r.ResumeAt})
		if err != nil || !r.Reached || fmt.Sprint(d.blocks) != "[2/1/256 3/0/256]" {
			t.Errorf("%+v, blocks %v, %v", r, d.blocks, err)
		}
	})
}

func TestDownloadThatNeverEndsIsGivenUp(t *testing.T) {
	d := &oldDevice{}
	d.odd = func(d *oldDevice, m *coap.Message) (*coap.Message, bool) {
		d.state = min(d.state, 1)
		return nil, false
	}
	against(t, d, func(t *testing.T, s *Server, e *Endpoint) {
		began := time.Now()
		r, err := pushOld(t, e)
		var late *FirmwareTimeoutError
		if !errors.As(err, &late) || !errors.Is(err, coap.ErrTimeout) || late.State != lwm2m.FirmwareDownloading || r == nil {
			t.Fatalf("%+v, %v", r, err)
		}
		if took := time.Since(began); took < defaultStandstill || took > defaultStandstill+time.Minute {
			t.Errorf("it took %v", took)
		}
		began = time.Now()
		_, err = PullFirmware(t.Context(), e, FirmwarePullOptions{URI: "coap://192.0.2.9/x", FirmwareOptions: FirmwareOptions{DownloadTimeout: 20 * time.Second}})
		if took := time.Since(began); !errors.As(err, &late) || took > 25*time.Second {
			t.Errorf("with a limit of 20 s: %v after %v", err, took)
		}
	})
}

func TestUpdateThatNeverEndsIsGivenUp(t *testing.T) {
	against(t, &oldDevice{state: 2}, func(t *testing.T, s *Server, e *Endpoint) {
		r, err := UpdateFirmware(t.Context(), e, FirmwareOptions{UpdateTimeout: time.Minute})
		if err == nil || err.Error() != "/5/0: expected the result of the update within 1m0s, found state 3 (updating)" || r == nil {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

func TestUpdateGoesOnOverAReboot(t *testing.T) {
	for name, c := range map[string]struct {
		answers bool
		after   int // Result after the reboot
		want    string
		broken  string
	}{
		"an Execute that is answered":     {true, 1, "result 1, success", ""},
		"an Execute that is not answered": {false, 1, "result 1, success", ""},
		"a Result that is forgotten":      {true, 0, "the device does not tell how the attempt ended", "firmware-no-result"},
	} {
		d := &oldDevice{state: 2}
		d.odd = func(d *oldDevice, m *coap.Message) (*coap.Message, bool) {
			if m.Code != coap.POST || d.silent {
				return nil, false
			}
			d.silent = true
			time.AfterFunc(40*time.Second, func() {
				d.silent, d.state, d.result = false, 0, c.after
				d.registerAgain()
			})
			if c.answers {
				return coap.NewResponse(coap.Changed), true
			}
			return nil, true
		}
		against(t, d, func(t *testing.T, s *Server, e *Endpoint) {
			r, err := UpdateFirmware(t.Context(), e, FirmwareOptions{})
			if err != nil || r.Reached != (c.after == 1) || !strings.Contains(r.Verdict, c.want) || !r.Registered {
				t.Errorf("%s: %+v by %s, %v", name, r, walked(r), err)
			}
			if r != nil && c.broken != "" && !strings.Contains(broke(r), c.broken) {
				t.Errorf("%s: deviations %v", name, r.Deviations)
			}
		})
	}
}

func TestDeparturesOfTheStateMachineAreNamed(t *testing.T) {
	refuse := func(request string, code coap.Code, size1 uint64) func(*oldDevice, *coap.Message) (*coap.Message, bool) {
		return func(_ *oldDevice, m *coap.Message) (*coap.Message, bool) {
			if m.Code.Name()+" "+joined(m.Path()) != request {
				return nil, false
			}
			a := coap.NewResponse(code)
			if b, ok := m.Block1(); ok {
				a.SetBlock1(b)
			}
			if size1 > 0 {
				a.Options.SetUint(coap.Size1, size1)
			}
			return a, true
		}
	}
	reading := func(state, result func(reads int) int) func(*oldDevice, *coap.Message) (*coap.Message, bool) {
		return func(d *oldDevice, m *coap.Message) (*coap.Message, bool) {
			switch m.Code.Name() + " " + joined(m.Path()) {
			case "GET /5/0/3":
				return texted(coap.Content, fmt.Sprint(state(d.reads))), true
			case "GET /5/0/5":
				return texted(coap.Content, fmt.Sprint(result(d.reads))), true
			}
			return nil, false
		}
	}
	always := func(n int) func(int) int { return func(int) int { return n } }
	for _, c := range []struct {
		rule    lwm2m.RuleID
		device  oldDevice
		verdict string
	}{
		{ruleFirmwareLimit, oldDevice{odd: refuse("PUT /5/0/0", coap.RequestEntityTooLarge, 0)}, "refused with 4.13: the package is too long for the device"},
		{"", oldDevice{odd: refuse("PUT /5/0/0", coap.RequestEntityTooLarge, 512)}, "the package has 1000 octets, the device takes 512"},
		{"", oldDevice{odd: refuse("PUT /5/0/0", coap.RequestEntityIncomplete, 0)}, "4.08: the device lost track of the blocks"},
		{"", oldDevice{odd: refuse("PUT /5/0/0", coap.UnsupportedContentFormat, 0)}, "4.15: the device wants the package in another content format"},
		{ruleFirmwareExecute, oldDevice{odd: refuse("POST /5/0/2", coap.MethodNotAllowed, 0)}, "execute /5/0/2 was refused with 4.05"},
		{ruleFirmwareResetURI, oldDevice{result: 5, odd: refuse("PUT /5/0/1", coap.BadRequest, 0)}, ""},
		{ruleFirmwareReset, oldDevice{odd: reading(always(0), always(5))}, ""},
		{ruleFirmwareState, oldDevice{odd: reading(always(7), always(0))}, ""},
		{ruleFirmwareResult, oldDevice{odd: reading(always(0), always(42))}, ""},
		{ruleFirmwareNotReset, oldDevice{odd: reading(func(n int) int { return min(n/2, 1) }, func(n int) int { return 5 * min(n/2, 1) })}, ""},
		{ruleFirmwareBackwards, oldDevice{odd: reading(func(n int) int { return []int{0, 0, 2, 2, 3, 1}[min(n, 5)] }, always(0))}, ""},
		{ruleFirmwareAfter, oldDevice{odd: reading(func(n int) int { return min(n/2, 1) }, func(n int) int { return 5 * min(n/2, 1) })}, ""},
	} {
		d := c.device
		against(t, &d, func(t *testing.T, s *Server, e *Endpoint) {
			r, err := PushFirmware(t.Context(), e, package5(1000), FirmwarePushOptions{BlockSize: 256, FirmwareOptions: FirmwareOptions{
				Until: UntilUpdated, DownloadTimeout: time.Minute, UpdateTimeout: time.Minute,
			}})
			if r == nil {
				t.Fatalf("%s: %v", c.rule, err)
			}
			if r.Reached || !strings.Contains(broke(r), string(c.rule)) || !strings.Contains(r.Verdict, c.verdict) {
				t.Errorf("%s: by %s, deviations %v, verdict %q, %v; want %q", c.rule, walked(r), r.Deviations, r.Verdict, err, c.verdict)
			}
		})
	}
}
