package session

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
	"lwcon/session/files"
)

// updatable is a simulated device with object 5; its first argument is what the
// profile says of updates, its second one the delivery method.
const updatable = `lwcon: 1
endpoint: thermo
lwm2m: "1.1"
lifetime: 300
objects:
  3: {0: {3: 1.0.0, 4: {execute: reboot}}}
  5: {0: {1: "", 3: 0, 5: 0, 8: [0, 2], 9: %[2]d, 10: }}
firmware: %[1]s
`

// package5 is a package of n octets.
func package5(n int) []byte {
	var b []byte
	for i := 0; len(b) < n; i++ {
		b = fmt.Appendf(b, "%d,", i)
	}
	return b[:n]
}

// fileOf is a package as a file.
func fileOf(image []byte) files.File {
	return files.File{Name: "a.bin", Content: bytes.NewReader(image), Size: int64(len(image))}
}

// updating runs a test in virtual time against a device of updatable.
func updating(t *testing.T, firmware string, delivery int, f func(t *testing.T, s *Server, c *Client, e *Endpoint)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{Definitions: objects.New()})
		c, e := simulated(t, s, network, fmt.Sprintf(updatable, firmware, delivery))
		f(t, s, c, e)
	})
}

// walked writes the states and results that a report went through.
func walked(r *FirmwareReport) string {
	var list []string
	for _, s := range r.Steps {
		word := fmt.Sprintf("%d/%d", int(s.State), int(s.Result))
		if s.How == "register" {
			word = s.How
		}
		list = append(list, word)
	}
	return strings.Join(list, " ")
}

// broke lists the rules that a report says were broken.
func broke(r *FirmwareReport) string {
	var list []string
	for _, d := range r.Deviations {
		list = append(list, string(d.Rule))
	}
	return strings.Join(list, " ")
}

func TestFirmwareIsPushedAndUpdated(t *testing.T) {
	updating(t, "{version: 2.0.0, update: 5s}", 2, func(t *testing.T, s *Server, c *Client, e *Endpoint) {
		var told []FirmwareProgress
		r, err := PushFirmware(t.Context(), e, package5(5000), FirmwarePushOptions{BlockSize: 256, FirmwareOptions: FirmwareOptions{
			Until: UntilUpdated, Followed: func(p FirmwareProgress) { told = append(told, p) },
		}})
		if err != nil {
			t.Fatal(err)
		}
		if !r.Reached || walked(r) != "1/0 2/0 3/0 register 0/1" || broke(r) != "" {
			t.Errorf("reached %v by %s, broke %q: %s", r.Reached, walked(r), broke(r), r.Verdict)
		}
		if r.Octets != 5000 || r.Total != 5000 || !r.Registered || r.Before.Version != "1.0.0" || r.After.Version != "2.0.0" {
			t.Errorf("report %+v", r)
		}
		if r.Verdict != "state 0, idle; result 1, success: the firmware was updated" {
			t.Errorf("verdict %q", r.Verdict)
		}
		if r.Duration < 6*time.Second || r.Duration > 30*time.Second {
			t.Errorf("it took %v", r.Duration)
		}
		phases := ""
		for _, p := range told {
			if !strings.HasSuffix(phases, p.Phase) {
				phases += " " + p.Phase
			}
		}
		if phases != " download update" || told[len(told)-1].Result != lwm2m.FirmwareSuccess {
			t.Errorf("told of%s, last %+v", phases, told[len(told)-1])
		}
		if n := len(e.Observations()); n != 0 {
			t.Errorf("%d observations are left", n)
		}
	})
}

func TestFirmwareIsPulledAndUpdated(t *testing.T) {
	updating(t, "{version: 2.0.0}", 0, func(t *testing.T, s *Server, c *Client, e *Endpoint) {
		r, err := PullFirmware(t.Context(), e, FirmwarePullOptions{File: fileOf(package5(5000)), FirmwareOptions: FirmwareOptions{Until: UntilUpdated}})
		if err != nil {
			t.Fatal(err)
		}
		if !r.Reached || !strings.HasSuffix(walked(r), "2/0 3/0 register 0/1") || broke(r) != "" {
			t.Errorf("reached %v by %s, broke %q: %s", r.Reached, walked(r), broke(r), r.Verdict)
		}
		if r.URI != "coap://192.0.2.1:5683/fw/a.bin" || r.Downloads != 1 || r.Octets != 5000 || r.After.Version != "2.0.0" {
			t.Errorf("report %+v", r)
		}
		if again, err := PullFirmware(t.Context(), e, FirmwarePullOptions{File: fileOf(package5(20))}); err != nil || again.URI != r.URI || !again.Reached {
			t.Errorf("once more: %+v, %v", again, err)
		}
	})
}

func TestEveryResultIsFoundAndExplained(t *testing.T) {
	long, cut := package5(5000), fileOf(package5(5000))
	cut.CutAfter = 2
	for _, c := range []struct {
		rule, firmware string
		delivery       int
		pull           *FirmwarePullOptions // nil: a push of long
		until          FirmwareGoal
		result         lwm2m.FirmwareResult
		verdict        string
	}{
		{"2, push", "{space: 4000}", 1, nil, UntilDownloaded, 2, "was refused with 4.13: the package has 5000 octets, the device takes 4000"},
		{"2, pull", "{space: 4000}", 0, &FirmwarePullOptions{File: fileOf(long)}, UntilDownloaded, 2, "not enough storage: the package does not fit"},
		{"3, push", "{memory: 4000}", 1, nil, UntilDownloaded, 3, "out of memory"},
		{"3, pull", "{memory: 4000}", 0, &FirmwarePullOptions{File: fileOf(long)}, UntilDownloaded, 3, "out of memory: the RAM"},
		{"4, pull, cut here", "{}", 0, &FirmwarePullOptions{File: cut}, UntilDownloaded, 4, "connection lost"},
		{"4, pull, cut there", "{lost: 2000}", 0, &FirmwarePullOptions{File: fileOf(long)}, UntilDownloaded, 4, "connection lost"},
		{"5", "{checksum: crc32}", 1, nil, UntilDownloaded, 5, "integrity check failed: the package is damaged"},
		{"6", "{type: \"text:LWFW\"}", 1, nil, UntilDownloaded, 6, "unsupported package type"},
		{"7, no such path", "{}", 0, &FirmwarePullOptions{URI: "coap://192.0.2.1:5683/fw/none"}, UntilDownloaded, 7, "invalid URI"},
		{"7, malformed", "{}", 0, &FirmwarePullOptions{URI: "coap//x"}, UntilDownloaded, 7, "invalid URI"},
		{"8, back to idle", "{result: update-failed}", 1, nil, UntilUpdated, 8, "state 0, idle; result 8, update failed"},
		{"8, package kept", "{result: update-failed, failed: downloaded}", 1, nil, UntilUpdated, 8, "state 2, downloaded; result 8, update failed"},
		{"9", "{}", 0, &FirmwarePullOptions{URI: "ftp://192.0.2.1/a.bin"}, UntilDownloaded, 9, "unsupported protocol"},
		{"11", "{result: deferred}", 1, nil, UntilUpdated, 11, "state 2, downloaded; result 11, deferred"},
	} {
		for _, expect := range []bool{false, true} {
			updating(t, c.firmware, c.delivery, func(t *testing.T, s *Server, _ *Client, e *Endpoint) {
				o := FirmwareOptions{Until: c.until}
				if expect {
					o.Expect = &c.result
				}
				var r *FirmwareReport
				var err error
				if c.pull != nil {
					pull := *c.pull
					pull.FirmwareOptions = o
					r, err = PullFirmware(t.Context(), e, pull)
				} else {
					r, err = PushFirmware(t.Context(), e, long, FirmwarePushOptions{FirmwareOptions: o})
				}
				if err != nil {
					t.Fatalf("%s: %v", c.rule, err)
				}
				if r.After.Result != c.result || !strings.Contains(r.Verdict, c.verdict) || r.Reached != expect {
					t.Errorf("%s, expected %v: reached %v by %s, verdict %q; want %q", c.rule, expect, r.Reached, walked(r), r.Verdict, c.verdict)
				}
				// the versions of object 5 that go with LwM2M 1.1 do not know 10 and 11
				if got := broke(r); got != "" && (c.result < 10 || got != "firmware-result-unknown") {
					t.Errorf("%s: deviations %v", c.rule, r.Deviations)
				}
			})
		}
	}
}

func TestUnexpectedResultIsNamed(t *testing.T) {
	updating(t, "{checksum: crc32}", 1, func(t *testing.T, s *Server, c *Client, e *Endpoint) {
		want := lwm2m.FirmwareUnsupportedType
		r, err := PushFirmware(t.Context(), e, package5(100), FirmwarePushOptions{FirmwareOptions: FirmwareOptions{Expect: &want}})
		if err != nil || r.Reached || !strings.HasPrefix(r.Verdict, "expected result 6 (unsupported package type), found 5 (integrity check failed)") {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

func TestUpdateStatusAndResetByThemselves(t *testing.T) {
	updating(t, "{}", 2, func(t *testing.T, s *Server, c *Client, e *Endpoint) {
		ctx := t.Context()
		r, err := UpdateFirmware(ctx, e, FirmwareOptions{})
		if err != nil || r.Reached || r.Refusal == nil || r.Refusal.Code != MethodNotAllowed ||
			!strings.Contains(r.Verdict, "there is no package to install, the state is 0 (idle)") || broke(r) != "" {
			t.Errorf("update without a package: %+v, %v", r, err)
		}
		if r, err = PushFirmware(ctx, e, package5(100), FirmwarePushOptions{}); err != nil || !r.Reached || walked(r) != "2/0" {
			t.Fatalf("push: %+v, %v", r, err)
		}
		r, err = ReadFirmware(ctx, e, FirmwareOptions{})
		if err != nil || r.Before.State != lwm2m.FirmwareDownloaded || r.Before.Delivery != lwm2m.FirmwarePullAndPush ||
			fmt.Sprint(r.Before.Protocols) != "[0 2]" || r.Before.Version != "1.0.0" || !strings.HasPrefix(r.Verdict, "state 2, downloaded:") {
			t.Errorf("status: %+v, %v", r, err)
		}
		if r, err = ResetFirmware(ctx, e, FirmwareOptions{}); err != nil || !r.Reached || r.After.State != lwm2m.FirmwareIdle || walked(r) != "0/0" {
			t.Errorf("reset: %+v, %v", r, err)
		}
		if _, err = PushFirmware(ctx, e, package5(100), FirmwarePushOptions{}); err != nil {
			t.Fatal(err)
		}
		if r, err = UpdateFirmware(ctx, e, FirmwareOptions{}); err != nil || !r.Reached || walked(r) != "3/0 register 0/1" {
			t.Errorf("update: %+v by %s, %v", r, walked(r), err)
		}
	})
}

func TestPushOfNothingIsNone(t *testing.T) {
	updating(t, "{}", 2, func(t *testing.T, s *Server, c *Client, e *Endpoint) {
		if _, err := PushFirmware(t.Context(), e, nil, FirmwarePushOptions{}); err == nil {
			t.Error("an empty package was pushed")
		}
	})
}

func TestWrongWayOfDeliveryIsExplained(t *testing.T) {
	updating(t, "{}", 0, func(t *testing.T, s *Server, c *Client, e *Endpoint) {
		r, err := PushFirmware(t.Context(), e, package5(3000), FirmwarePushOptions{})
		if err != nil || r.Reached || !strings.Contains(r.Verdict, "pull only (/5/x/9 = 0)") {
			t.Errorf("push to pull only: %+v, %v", r, err)
		}
	})
	updating(t, "{}", 1, func(t *testing.T, s *Server, c *Client, e *Endpoint) {
		r, err := PullFirmware(t.Context(), e, FirmwarePullOptions{File: fileOf(package5(3000))})
		if err != nil || r.Reached || !strings.Contains(r.Verdict, "push only (/5/x/9 = 1)") {
			t.Errorf("pull from push only: %+v, %v", r, err)
		}
		if got := s.Files(); got == nil {
			t.Error("no files")
		}
	})
}

func TestPutOffUpdateEndsInItsOwnTime(t *testing.T) {
	updating(t, "{defer: 30s, version: 2.0.0}", 2, func(t *testing.T, s *Server, c *Client, e *Endpoint) {
		r, err := PushFirmware(t.Context(), e, package5(100), FirmwarePushOptions{FirmwareOptions: FirmwareOptions{Until: UntilUpdated}})
		if err != nil || r.After.Result != lwm2m.FirmwareDeferred {
			t.Fatalf("%+v, %v", r, err)
		}
		pass(60 * time.Second)
		if r, err = ReadFirmware(t.Context(), e, FirmwareOptions{}); err != nil || r.Before.Result != lwm2m.FirmwareSuccess || r.Before.Version != "2.0.0" {
			t.Errorf("after it was put off: %+v, %v", r, err)
		}
	})
}
