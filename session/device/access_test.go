package device

import (
	"testing"

	"lwcon/lwm2m"
)

// shared is a device of three servers: 101 owns /16/0 and gives 102 the right to
// read, all others nothing; /16/1 gives all the right to read and write; /16/2
// is not spoken of; 102 may create instances of 16.
const shared = `
objects:
  1: {0: {0: 101}, 1: {0: 102}, 2: {0: 103}}
  2:
    0: {0: 16, 1: 0, 2: {102: 1}, 3: 101}
    1: {0: 16, 1: 1, 2: {0: 3, 103: 8}, 3: 65535}
    2: {0: 16, 1: 65535, 2: {102: 16}, 3: 65535}
  3: {0: }
  16: {0: {0: [a]}, 1: {0: [b]}, 2: {0: [c]}}
`

func TestRightsAreThoseOfObject2(t *testing.T) {
	read := func(d *Device, s uint16, p string) Result { return d.Read(s, path(p)) }
	write := func(d *Device, s uint16, p string) Result {
		return d.Write(s, path(p), Update, nil)
	}
	remove := func(d *Device, s uint16, p string) Result { return d.Delete(s, path(p)) }
	create := func(d *Device, s uint16, p string) Result {
		return d.Create(s, path(p), nodes(t, p+"/*/0/0=1"))
	}
	for _, c := range []struct {
		rule   string
		do     func(*Device, uint16, string) Result
		server uint16
		path   string
		want   Status
	}{
		{"the owner reads", read, 101, "/16/0", Content},
		{"the owner writes", write, 101, "/16/0", Changed},
		{"the owner deletes", remove, 101, "/16/0", Deleted},
		{"an entry gives a right", read, 102, "/16/0", Content},
		{"an entry gives no more", write, 102, "/16/0", Unauthorized},
		{"no entry, no right", read, 103, "/16/0", Unauthorized},
		{"no entry, no right to delete", remove, 103, "/16/0", Unauthorized},
		{"the default entry", write, 102, "/16/1", Changed},
		{"an own entry instead of the default", write, 103, "/16/1", Unauthorized},
		{"an own entry", remove, 103, "/16/1", Deleted},
		{"an instance without entries is open", write, 103, "/16/2", Changed},
		{"create by an entry of the object", create, 102, "/16", Created},
		{"create without", create, 101, "/16", Unauthorized},
		{"create of an object without an entry", create, 101, "/2", Unauthorized},
		{"the owner alone changes object 2", write, 101, "/2/0", Changed},
		{"and no other server", write, 102, "/2/0", Unauthorized},
		{"the device itself has all rights", remove, Local, "/16/0", Deleted},
	} {
		d, _ := start(t, shared)
		if r := c.do(d, c.server, c.path); r.Status != c.want {
			t.Errorf("%s: %s (%s), want %s", c.rule, r.Status, r.Reason, c.want)
		}
	}
}

func TestReadOfAnObjectLeavesOutWhatIsForbidden(t *testing.T) {
	d, _ := start(t, shared)
	r := d.Read(102, path("/16"))
	expect(t, r, Content)
	if got, want := show(r.Nodes), lines("/16/0/0/0=a", "/16/1/0/0=b", "/16/2/0/0=c"); got != want {
		t.Errorf("102 reads\n%s\nwant\n%s", got, want)
	}
	r = d.Read(103, path("/16"))
	expect(t, r, Content)
	if got := show(r.Nodes); got != "/16/2/0/0=c" {
		t.Errorf("103 reads\n%s\nwant /16/2 alone", got)
	}
}

func TestInstanceMadeByAServerIsItsOwn(t *testing.T) {
	d, _ := start(t, shared)
	r := d.Create(102, path("/16"), nodes(t, "/16/9/0/0=x"))
	expect(t, r, Created)
	if got, want := readAll(t, d, "/2/3"), lines("/2/3/0=16", "/2/3/1=9", "/2/3/2/102=15", "/2/3/3=102"); got != want {
		t.Errorf("object 2 says\n%s\nwant\n%s", got, want)
	}
	expect(t, d.Read(101, path("/16/9")), Unauthorized)
	expect(t, d.Delete(102, path("/16/9")), Deleted)
	if got := readAll(t, d, "/2/3"); got != "4.04" {
		t.Errorf("the entry of the deleted instance is still there: %s", got)
	}
}

func TestFirstInstanceMadeByOneOfSeveralServersBringsObject2(t *testing.T) {
	d, _ := start(t, "objects: {1: {0: {0: 101}, 1: {0: 102}}, 3: {0: }, 16: {0: {0: [a]}}}")
	r := d.Create(102, path("/16"), nodes(t, "/16/*/0/0=x"))
	expect(t, r, Created)
	if got, want := readAll(t, d, "/2/0"), lines("/2/0/0=16", "/2/0/1=1", "/2/0/2/102=15", "/2/0/3=102"); got != want {
		t.Errorf("object 2 says\n%s\nwant\n%s", got, want)
	}
	expect(t, d.Read(101, path("/16/1")), Unauthorized)
	expect(t, d.Read(101, path("/16/0")), Content)
	expect(t, d.Create(101, path("/16"), nodes(t, "/16/*/0/0=y")), Created)
}

func TestAnAccountThatGoesLeavesItsPossessionsToTheNext(t *testing.T) {
	d, _ := start(t, `
objects:
  1: {0: {0: 101}, 1: {0: 102}, 2: {0: 103}}
  2:
    0: {0: 16, 1: 0, 2: {101: 15, 102: 3, 103: 10}, 3: 101}
    1: {0: 16, 1: 1, 2: {101: 15}, 3: 101}
    2: {0: 16, 1: 65535, 2: {101: 16, 102: 16}, 3: 65535}
  3: {0: }
  16: {0: {0: [a]}, 1: {0: [b]}}
`)
	expect(t, d.WriteAttributes(101, path("/3"), lwm2m.Attributes{}.Set(lwm2m.PMin, 5)), Changed)
	expect(t, d.Remove(path("/0/0")), Deleted)
	want := lines(
		"/2/0/0=16", "/2/0/1=0", "/2/0/2/102=3", "/2/0/2/103=10", "/2/0/3=103",
		"/2/1/0=16", "/2/1/1=1", "/2/1/2", "/2/1/3=65535",
		"/2/2/0=16", "/2/2/1=65535", "/2/2/2/102=16", "/2/2/3=65535",
	)
	if got := readAll(t, d, "/2"); got != want {
		t.Errorf("object 2 says\n%s\nwant\n%s", got, want)
	}
	if servers := d.Servers(); len(servers) != 2 || servers[0] != 102 {
		t.Errorf("servers %v", servers)
	}
	if !d.Attributes(101, path("/3")).Empty() {
		t.Error("its attributes are still there")
	}
	if d.Remove(path("/0/0")).Status != NotFound {
		t.Error("it goes once")
	}
}

func TestOnlyServerHasAllRights(t *testing.T) {
	d, _ := start(t, "objects: {3: {0: }, 16: {0: {0: [a]}}, 2: {0: {0: 16, 1: 0, 2: {1: 0}, 3: 65535}}}")
	expect(t, d.Read(1, path("/16/0")), Content)
	expect(t, d.Delete(1, path("/16/0")), Deleted)
}

func TestAttributesAreOfOneServer(t *testing.T) {
	d, _ := start(t, shared)
	expect(t, d.WriteAttributes(101, path("/3"), lwm2m.Attributes{}.Set(lwm2m.PMin, 5)), Changed)
	if got := showLinks(d.Discover(102, path("/3"), DefaultDepth).Links[:1]); got != "</3>" {
		t.Errorf("server 102 sees %s", got)
	}
	if got := showLinks(d.Discover(101, path("/3"), DefaultDepth).Links[:1]); got != "</3>;pmin=5" {
		t.Errorf("server 101 sees %s", got)
	}
	expect(t, d.WriteAttributes(103, path("/16/0"), lwm2m.Attributes{}.Set(lwm2m.PMin, 5)), Unauthorized)
}
