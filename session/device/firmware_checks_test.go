package device

import (
	"fmt"
	"strings"
	"testing"

	"lwcon/lwm2m"
)

func TestPackageIsJudgedByItsProfile(t *testing.T) {
	for _, c := range []struct{ rule, firmware, words, want string }{
		{"blocks", "{}", "block=0:64:100 block=64:36:100 push=aa", " 1/0 continue/4m7s,  1/0, 2.04 2/0"},
		{"announced too long", "{space: 99}", "block=0:64:100", "4.13 0/2 continue/4m7s"},
		{"found too long", "{space: 100}", "block=0:64:0 block=64:64:0", " 1/0 continue/4m7s, 4.13 0/2"},
		{"too long for the memory", "{memory: 99}", "block=0:64:100", "5.00 0/3 continue/4m7s"},
		{"the link is lost", "{lost: 64}", "block=0:64:200 block=64:64:200 block=128:64:200", " 1/0 continue/4m7s, mute,  0/4,  0/4"},
		{"the link is lost in a download", "{lost: 64}", "uri=coap://h/f came=64:200 came=128:200 came=192:200", "2.04 1/0 download, 2.04 1/0, stop, 2.04 0/4, stop, 2.04 0/4"},
		{"a download too long", "{space: 99}", "uri=coap://h/f came=16:100", "2.04 1/0 download, stop, 2.04 0/2"},
		{"a download too long for the memory", "{memory: 99}", "uri=coap://h/f came=100:0", "2.04 1/0 download, stop, 2.04 0/3"},
		{"200 MB, announced", "{}", "block=0:1024:209715200", "4.13 0/2 continue/4m7s"},
		{"200 MB, found out", "{}", "block=0:1024:0 block=67108864:1024:0", " 1/0 continue/4m7s, 4.13 0/2"},
		{"200 MB to be downloaded", "{}", "uri=coap://h/f came=1024:209715200", "2.04 1/0 download, stop, 2.04 0/2"},
		{"a download of nothing", "{}", "uri=coap://h/f done=", "2.04 1/0 download, 2.04 0/5"},
		{"a push of nothing", "{}", "push=", "2.04 0/0"},
		{"a right checksum", "{checksum: crc32}", "push=313233343536373839cbf43926", "2.04 2/0"},
		{"a wrong checksum", "{checksum: crc32}", "push=313233343536373839cbf43927", "2.04 0/5"},
		{"a package shorter than its checksum", "{checksum: crc32}", "push=313233", "2.04 0/5"},
		{"the right type", "{type: \"hex:4c57\"}", "push=4c5701", "2.04 2/0"},
		{"the wrong type", "{type: \"text:LW\"}", "push=414141", "2.04 0/6"},
		{"a failed update that keeps the package", "{result: update-failed, failed: downloaded}", "push=aa update continue", "2.04 2/0, 2.04 3/0 continue/2s, 2.04 2/8"},
		{"an update that is put off", "{defer: 30s}", "push=aa update continue continue", "2.04 2/0, 2.04 2/11 continue/30s, 2.04 3/0 continue/2s, 2.04 0/1 reboot"},
		{"an update that is put off once", "{defer: 30s}", "push=aa update update continue", "2.04 2/0, 2.04 2/11 continue/30s, 2.04 3/0 continue/2s, 2.04 0/1 reboot"},
		{"a reset ends what was put off", "{defer: 30s}", "push=aa update uri= continue", "2.04 2/0, 2.04 2/11 continue/30s, 2.04 0/0, 2.04 0/0"},
		{"a push that stands still", "{push: 60s}", "block=0:64:200 after=59s continue after=1s continue", " 1/0 continue/1m0s, 2.04 1/0 continue/1s, 2.04 0/4"},
		{"a push that goes on", "{push: 60s}", "block=0:64:200 after=59s block=64:64:200 after=59s continue", " 1/0 continue/1m0s,  1/0, 2.04 1/0 continue/1s"},
		{"a push begins anew", "{}", "block=0:64:200 block=64:64:200 block=0:64:200", " 1/0 continue/4m7s,  1/0,  1/0"},
		{"a block without its beginning", "{}", "block=64:64:200", " 0/0"},
		{"a reset in one block", "{}", "block=0:1:1", " 0/0"},
		{"no push during a download", "{}", "uri=coap://h/f block=0:64:200", "2.04 1/0 download, 4.05 1/0"},
		{"no push during the update", "{}", "push=aa update block=0:64:200", "2.04 2/0, 2.04 3/0 continue/2s, 4.05 3/0"},
		{"no download during a push", "{}", "block=0:64:200 uri=coap://h/f", " 1/0 continue/4m7s, 4.05 1/0"},
		{"a reset during a push", "{}", "block=0:64:200 uri= block=64:64:200", " 1/0 continue/4m7s, 2.04 0/0,  0/0"},
		{"a cancelled push", "{}", "block=0:64:200 cancel continue", " 1/0 continue/4m7s, 2.04 0/10, 2.04 0/10"},
		{"what an old download brings", "{}", "uri=coap://h/f uri= came=1:2 done=x", "2.04 1/0 download, 2.04 0/0, stop, 2.04 0/0, 2.04 0/0"},
	} {
		d, _ := start(t, fmt.Sprintf(flashable, "firmware: "+c.firmware))
		if got := flash(t, d, c.words); got != c.want {
			t.Errorf("%s: %s:\n%q\nwant\n%q", c.rule, c.words, got, c.want)
		}
	}
}

func TestPackagesComeOnlyAsTheDeliveryMethodSays(t *testing.T) {
	for method, want := range map[string]string{
		"0": "4.05 0/0, 4.05 0/0, 2.04 1/0 download",
		"1": " 1/0 continue/4m7s, 2.04 2/0, 4.05 2/0",
		"2": " 1/0 continue/4m7s, 2.04 2/0, 2.04 1/0 download",
	} {
		d, _ := start(t, strings.Replace(fmt.Sprintf(flashable, ""), "9: 2", "9: "+method, 1))
		if got := flash(t, d, "block=0:16:64 push=aa uri=coap://h/f"); got != want {
			t.Errorf("delivery method %s: %q, want %q", method, got, want)
		}
	}
}

func TestTimeOfTheLastStateChangeIsKept(t *testing.T) {
	d, c := start(t, strings.Replace(fmt.Sprintf(flashable, ""), "10: ", "10: , 7: 1.0.0, 12: 0", 1))
	c.now = at(5)
	flash(t, d, "push=313233343536373839")
	if got, want := readAll(t, d, "/5/0/12"), "/5/0/12="+lwm2m.TimeValue(at(5).Unix()).String(); got != want {
		t.Errorf("after a push %s, want %s", got, want)
	}
	if got := readAll(t, d, "/5/0/7"); got != "/5/0/7=crc-cbf43926" {
		t.Errorf("the version of the package: %s", got)
	}
}

func TestARefusedRequestLeavesTheDownloadAlone(t *testing.T) {
	d, _ := start(t, fmt.Sprintf(flashable, ""))
	flash(t, d, "uri=coap://h/f")
	r := d.WriteComposite(1, nodes(t, "/5/0/1=", "/3/0/3=x"))
	if r.Status != MethodNotAllowed {
		t.Fatalf("a composite write with a read-only resource: %v", r.Status)
	}
	if _, goOn := d.Downloading(path("/5/0/1"), 1, 1, 2); !goOn {
		t.Error("the download has ended")
	}
}
