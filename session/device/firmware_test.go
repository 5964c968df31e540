package device

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lwcon/lwm2m"
)

// flashable is a device with object 5; %s is what the profile says of updates.
const flashable = `
lwm2m: "1.2"
%s
objects:
  3: {0: {3: 1.0.0}}
  5: {0: {1: "", 2: , 3: 0, 5: 0, 8: [0, 2], 9: 2, 10: }}
`

// flash does words on a device: push=TEXT and uri=TEXT write, update and cancel
// execute, done=TEXT and lost tell how a download ended, continue lets the
// update end. It returns what each gave: the code, state/result, effects.
func flash(t *testing.T, d *Device, words string) string {
	t.Helper()
	var told []string
	var attempt uint64
	for _, word := range strings.Fields(words) {
		var r Result
		name, text, _ := strings.Cut(word, "=")
		switch name {
		case "push":
			r = d.Write(1, path("/5/0/0"), Replace, nodes(t, "/5/0/0="+text))
		case "uri":
			r = d.Write(1, path("/5/0/1"), Replace, nodes(t, "/5/0/1="+text))
		case "update":
			r = d.Execute(1, path("/5/0/2"), "")
		case "cancel":
			r = d.Execute(1, path("/5/0/10"), "")
		case "done":
			r = d.Downloaded(path("/5/0/1"), attempt, text, lwm2m.FirmwareSuccess)
		case "lost":
			r = d.Downloaded(path("/5/0/1"), attempt, "", lwm2m.FirmwareConnectionLost)
		case "block": // OFFSET:SIZE:TOTAL of a package that is pushed
			var b PackageBlock
			if _, err := fmt.Sscanf(text, "%d:%d:%d", &b.Offset, &b.Size, &b.Total); err != nil {
				t.Fatal(err)
			}
			b.More = b.Offset+b.Size < b.Total || b.Total == 0
			if r = d.Receive(1, path("/5/0/0"), b); r.Mute {
				told = append(told, "mute")
			}
		case "came": // OCTETS:TOTAL of a download
			var came, total int64
			if _, err := fmt.Sscanf(text, "%d:%d", &came, &total); err != nil {
				t.Fatal(err)
			}
			var goOn bool
			if r, goOn = d.Downloading(path("/5/0/1"), attempt, came, total); !goOn {
				told = append(told, "stop")
			}
		case "after": // seconds
			seconds, err := time.ParseDuration(text)
			if err != nil {
				t.Fatal(err)
			}
			d.clock.(*stopped).now = d.clock.Now().Add(seconds)
			continue
		case "continue":
			r = d.Continue(path("/5/0"))
		default:
			t.Fatalf("unknown word %q", word)
		}
		for _, e := range r.Effects {
			attempt = max(attempt, e.Attempt)
		}
		state := strings.TrimPrefix(readAll(t, d, "/5/0/3"), "/5/0/3=")
		result := strings.TrimPrefix(readAll(t, d, "/5/0/5"), "/5/0/5=")
		said := r.Status.String() + " " + state + "/" + result
		if effects := showEffects(r.Effects); effects != "" {
			said += " " + effects
		}
		told = append(told, said)
	}
	return strings.Join(told, ", ")
}

func TestFirmwareStateMachine(t *testing.T) {
	for _, c := range []struct{ rule, profile, words, want string }{
		{"push", "", "push=aabb update continue", "2.04 2/0, 2.04 3/0 continue/2s, 2.04 0/1 reboot"},
		{"pull", "", "uri=coap://h/f done=x update continue", "2.04 1/0 download, 2.04 2/0, 2.04 3/0 continue/2s, 2.04 0/1 reboot"},
		{"update without a package", "", "update", "4.05 0/0"},
		{"update during the download", "", "uri=coap://h/f update", "2.04 1/0 download, 4.05 1/0"},
		{"update during the update", "", "push=aa update update", "2.04 2/0, 2.04 3/0 continue/2s, 4.05 3/0"},
		{"an empty URI resets", "", "push=aa uri=", "2.04 2/0, 2.04 0/0"},
		{"an empty package resets", "", "push=aa push=", "2.04 2/0, 2.04 0/0"},
		{"a NUL as package resets", "", "uri=coap://h/f push=00", "2.04 1/0 download, 2.04 0/0"},
		{"no reset during the update", "", "push=aa update uri=", "2.04 2/0, 2.04 3/0 continue/2s, 4.05 3/0"},
		{"no push during the download", "", "uri=coap://h/f push=aa", "2.04 1/0 download, 4.05 1/0"},
		{"a second push instead of the first", "", "push=aa push=bb", "2.04 2/0, 2.04 2/0"},
		{"no URI", "", "uri=firmware.bin", "2.04 0/7"},
		{"a protocol that /5/0/8 does not list", "", "uri=https://h/f", "2.04 0/9"},
		{"a protocol that nobody knows", "", "uri=gopher://h/f", "2.04 0/9"},
		{"a result is reset by the next attempt", "", "uri=firmware.bin uri=http://h/f", "2.04 0/7, 2.04 1/0 download"},
		{"the connection is lost", "", "uri=coap://h/f lost", "2.04 1/0 download, 2.04 0/4"},
		{"a download that was given up ends in nothing", "", "uri=coap://h/f uri= done=x", "2.04 1/0 download, 2.04 0/0, 2.04 0/0"},
		{"cancel", "", "push=aa cancel", "2.04 2/0, 2.04 0/10"},
		{"cancel the download", "", "uri=coap://h/f cancel", "2.04 1/0 download, 2.04 0/10"},
		{"nothing to cancel", "", "cancel", "4.05 0/0"},
		{"no cancel during the update", "", "push=aa update cancel", "2.04 2/0, 2.04 3/0 continue/2s, 4.05 3/0"},
		{"an end without an update", "", "continue", "2.04 0/0"},
		{"too large", "firmware: {space: 2}", "push=aabbcc push=aabb", "2.04 0/2, 2.04 2/0"},
		{"a bad checksum", "firmware: {result: integrity}", "push=aa", "2.04 0/5"},
		{"no memory", "firmware: {result: no-memory}", "push=aa", "2.04 0/3"},
		{"the wrong type", "firmware: {result: unsupported-type}", "uri=coap://h/f done=x", "2.04 1/0 download, 2.04 0/6"},
		{"a failing update", "firmware: {result: update-failed, update: 5s}", "push=aa update continue", "2.04 2/0, 2.04 3/0 continue/5s, 2.04 0/8"},
		{"a deferred update", "firmware: {result: deferred}", "push=aa update", "2.04 2/0, 2.04 2/11"},
	} {
		d, _ := start(t, fmt.Sprintf(flashable, c.profile))
		if got := flash(t, d, c.words); got != c.want {
			t.Errorf("%s: %s:\n%s\nwant\n%s", c.rule, c.words, got, c.want)
		}
	}
}

func TestFirmwareVersionChangesWithTheUpdate(t *testing.T) {
	d, _ := start(t, fmt.Sprintf(flashable, "firmware: {version: 2.0.0}"))
	flash(t, d, "push=aa update")
	if got := readAll(t, d, "/3/0/3"); got != "/3/0/3=1.0.0" {
		t.Errorf("during the update: %s", got)
	}
	flash(t, d, "continue")
	if got := readAll(t, d, "/3/0/3"); got != "/3/0/3=2.0.0" {
		t.Errorf("after the update: %s", got)
	}
	d, _ = start(t, fmt.Sprintf(flashable, ""))
	flash(t, d, "push=313233343536373839 update continue")
	if got := readAll(t, d, "/3/0/3"); got != "/3/0/3=crc-cbf43926" {
		t.Errorf("without a version in the profile: %s", got)
	}
}

func TestAutomaticUpgradeBeginsWithThePackage(t *testing.T) {
	d, _ := start(t, strings.Replace(fmt.Sprintf(flashable, ""), "10: ", "10: , 14: true", 1))
	if got, want := flash(t, d, "push=aa continue"), "2.04 3/0 continue/2s, 2.04 0/1 reboot"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestFirmwareMovesByACompositeWrite(t *testing.T) {
	d, _ := start(t, fmt.Sprintf(flashable, ""))
	r := d.WriteComposite(1, nodes(t, "/5/0/1=coap://h/f"))
	expect(t, r, Changed)
	if got := showEffects(r.Effects); got != "download" {
		t.Errorf("effects %q", got)
	}
}

func TestPackageIsNotKept(t *testing.T) {
	d, _ := start(t, fmt.Sprintf(flashable, ""))
	flash(t, d, "push=aabb")
	if got := readAll(t, d, "/5/0/0"); got != "/5/0/0=" {
		t.Errorf("the package is still there: %s", got)
	}
}

func TestFirmwareObserverHearsOfStateChanges(t *testing.T) {
	d, c := start(t, fmt.Sprintf(flashable, ""))
	o, r := d.Observe(1, path("/5/0/3"), query(t, ""))
	expect(t, r, Content)
	r = d.Write(1, path("/5/0/0"), Replace, nodes(t, "/5/0/0=aa"))
	if e := r.Effects[0]; e.Kind != EffectValues || !e.Path.Contains(path("/5/0/3")) {
		t.Errorf("effect %v does not cover /5/0/3", e)
	}
	c.now = c.now.Add(time.Second)
	if due, _ := o.Due(c.now); !due || said(o.Notify(c.now)) != "2" {
		t.Error("no notification of state 2")
	}
}
