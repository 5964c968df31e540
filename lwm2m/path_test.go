package lwm2m_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"lwcon/lwm2m"
)

func TestPathsAreReadInEveryFormThatDevicesSend(t *testing.T) {
	tests := map[string]string{
		"/": "/", "/3": "/3", "/3/0": "/3/0", "/3/0/6": "/3/0/6", "/3/0/6/1": "/3/0/6/1",
		"3/0": "/3/0", "/3/0/": "/3/0", "/67/0/00": "/67/0/0", "/03": "/3",
		"/65534/65534/65534/65534": "/65534/65534/65534/65534",
		"/2/*/1":                   "/2/*/1",
		"/dev1/3303/0/5700":        "/dev1/3303/0/5700", "/dev1": "/dev1", "/a.b-c/3": "/a.b-c/3",
		"/a/b/3/0/9": "/a/b/3/0/9", "/a/b/c/3": "/a/b/c/3", "/a/b/3/": "/a/b/3",
	}
	for text, want := range tests {
		p, err := lwm2m.ParsePath(text)
		if err != nil || p.String() != want {
			t.Errorf("%q: expected %s, found %s (%v)", text, want, p, err)
		}
	}
}

func TestWrongPathsSayWhereAndWhy(t *testing.T) {
	tests := map[string]int{ // text to offset
		"": 0, "/3//0": 3, "/65535": 1, "/3/65536": 3, "/1/2/3/4/5": 9, "dev1/3": 0, "/3/x": 3, "/3/0/-1": 5,
		"/a/b": 3, "/a/b/": 3, "/a/1b/3": 3, "/a/b//3": 5, "a/b/3": 0, "/a/3/b/0": 5, "/" + strings.Repeat("a/", 80) + "3": 129,
		"/1a": 1, "/3/0 ": 3, "//": 1, "/99999999999999999999": 1,
	}
	for text, offset := range tests {
		p, err := lwm2m.ParsePath(text)
		var wrong *lwm2m.PathError
		if !errors.As(err, &wrong) || wrong.Offset != offset || wrong.Text != text {
			t.Errorf("%q: expected an error at offset %d, found %s (%v)", text, offset, p, err)
		}
	}
}

func TestPathLevelsAndIDs(t *testing.T) {
	p := lwm2m.MustParsePath("/dev1/3/1/6/2")
	if p.Level() != 4 || p.Prefix() != "dev1" || p.Object() != 3 || p.ObjectInstance() != 1 || p.Resource() != 6 || p.ResourceInstance() != 2 {
		t.Errorf("found level %d, prefix %q, %d %d %d %d", p.Level(), p.Prefix(), p.Object(), p.ObjectInstance(), p.Resource(), p.ResourceInstance())
	}
	for level, want := range map[int]uint16{0: 0, 1: 3, 2: 1, 3: 6, 4: 2, 5: 0, -1: 0} {
		if got := p.ID(level); got != want {
			t.Errorf("level %d: expected %d, found %d", level, want, got)
		}
	}
	if p.Child(9) != p {
		t.Error("a resource instance has no child")
	}
	if got := p.Parent().Parent(); got != lwm2m.NewPath(3, 1).WithPrefix("dev1") {
		t.Errorf("expected /dev1/3/1, found %s", got)
	}
	if got := (lwm2m.Path{}).Parent(); got != (lwm2m.Path{}) {
		t.Errorf("the root is its own parent, found %s", got)
	}
	if got := p.Cut(-3); got.String() != "/dev1" {
		t.Errorf("expected /dev1, found %s", got)
	}
	if got := lwm2m.NewPath(1, 2, 3, 4, 5); got.String() != "/1/2/3/4" {
		t.Errorf("expected /1/2/3/4, found %s", got)
	}
}

func TestTheAlternatePathIsThePrefix(t *testing.T) {
	p := lwm2m.MustParsePath("/a/b/3/0/9")
	if p.Prefix() != "a/b" || p.WithPrefix("") != lwm2m.NewPath(3, 0, 9) || !lwm2m.NewPath(3).WithPrefix("a/b").Contains(p) {
		t.Errorf("found prefix %q of %s", p.Prefix(), p)
	}
}

func TestPathContainsWhatLiesBelow(t *testing.T) {
	tests := []struct {
		p, q string
		want bool
	}{
		{"/", "/", true},
		{"/", "/3/0", true},
		{"/", "/dev1/3", true},
		{"/3", "/3", true},
		{"/3", "/3/0/6/1", true},
		{"/3/0", "/3", false},
		{"/3/0", "/3/1", false},
		{"/3/0/9", "/3/0/90", false},
		{"/2/*/1", "/2/7/1", true},
		{"/2/*/1", "/2/7/2", false},
		{"/3/0/6/1", "/3/0/6/1", true},
		{"/3/0/6/1", "/3/0/6/2", false},
		{"/dev1", "/dev1/3/0", true},
		{"/dev1", "/3/0", false},
		{"/3", "/dev1/3", false},
		{"/dev1/3", "/dev2/3", false},
	}
	for _, test := range tests {
		if got := lwm2m.MustParsePath(test.p).Contains(lwm2m.MustParsePath(test.q)); got != test.want {
			t.Errorf("%s contains %s: expected %v", test.p, test.q, test.want)
		}
	}
}

func TestPathsOrderByIDsParentsFirst(t *testing.T) {
	order := []string{"/", "/0", "/3", "/3/0", "/3/0/0", "/3/0/0/0", "/3/0/6", "/3/0/10", "/3/1", "/30", "/65534", "/dev1", "/dev1/3", "/dev2"}
	for i, a := range order {
		for j, b := range order {
			got := lwm2m.MustParsePath(a).Compare(lwm2m.MustParsePath(b))
			if (got < 0) != (i < j) || (got > 0) != (i > j) {
				t.Errorf("%s and %s: found %d", a, b, got)
			}
		}
	}
}

func TestPathsShareTheirLeadingIDs(t *testing.T) {
	for _, test := range []struct {
		p, q string
		want int
	}{
		{"/3/0/6", "/3/0/9", 2},
		{"/3/0/6", "/3/0/6/1", 3},
		{"/3/0/6/1", "/3/0/6/1", 4},
		{"/3/0", "/3/0/0/0", 2},
		{"/3", "/4", 0},
		{"/", "/3", 0},
		{"/dev1/3", "/3", 0},
		{"/dev1/3/0", "/dev1/3/1", 1},
	} {
		if got := lwm2m.MustParsePath(test.p).Shared(lwm2m.MustParsePath(test.q)); got != test.want {
			t.Errorf("%s and %s: expected %d, found %d", test.p, test.q, test.want, got)
		}
	}
}

func TestPathIsAJSONStringAndKey(t *testing.T) {
	type holder struct {
		P lwm2m.Path
		M map[lwm2m.Path]int
	}
	h := holder{lwm2m.NewPath(3, 0), map[lwm2m.Path]int{lwm2m.NewPath(5): 1}}
	b, err := json.Marshal(h)
	if err != nil || string(b) != `{"P":"/3/0","M":{"/5":1}}` {
		t.Errorf("found %s (%v)", b, err)
	}
	var again holder
	if err := json.Unmarshal(b, &again); err != nil || again.P != h.P || again.M[lwm2m.NewPath(5)] != 1 {
		t.Errorf("found %v (%v)", again, err)
	}
}

func FuzzPath(f *testing.F) {
	for _, seed := range []string{"/", "/3/0/6/1", "3/0", "/dev1/3", "/2/*/1", "/3//0", "/65535", "/00/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := lwm2m.ParsePath(text)
		if err != nil {
			var wrong *lwm2m.PathError
			if !errors.As(err, &wrong) || wrong.Offset < 0 || wrong.Offset > len(text) || p != (lwm2m.Path{}) {
				t.Fatalf("%q: found %v, %v", text, p, err)
			}
			return
		}
		again, err := lwm2m.ParsePath(p.String())
		if err != nil || again != p || !p.Contains(again) || p.Compare(again) != 0 {
			t.Fatalf("%q: %s reads back as %s (%v)", text, p, again, err)
		}
	})
}
