package objects

import (
	"slices"
	"sync"
	"testing"

	"lwcon/lwm2m"
)

const v2_0 lwm2m.Version = 0x0200

func TestObjectIsTheVersionAskedForElseBelowElseAbove(t *testing.T) {
	registry := New().With(
		&lwm2m.Object{ID: 40000, Version: lwm2m.V1_1, Name: "Late"},
		&lwm2m.Object{ID: 40000, Version: 0x0105, Name: "Late"},
	)
	for _, c := range []struct {
		id          uint16
		asked, have lwm2m.Version // have 0: nothing
	}{
		{3, lwm2m.V1_0, lwm2m.V1_0},
		{3, lwm2m.V1_1, lwm2m.V1_1},
		{3, v2_0, lwm2m.V1_2},
		{3, 0, lwm2m.V1_2},
		{20, lwm2m.V1_1, lwm2m.V1_0},
		{40000, lwm2m.V1_0, lwm2m.V1_1},
		{40000, 0x0104, lwm2m.V1_1},
		{40000, 0x0105, 0x0105},
		{40000, 0, 0x0105},
		{39999, lwm2m.V1_0, 0},
	} {
		o := registry.Object(c.id, c.asked)
		if (o == nil) != (c.have == 0) || o != nil && (o.Version != c.have || o.ID != c.id) {
			t.Errorf("/%d in %q: got %+v, expected version %q", c.id, c.asked, o, c.have)
		}
	}
}

func TestVersionsListOnlyWhatTheyHave(t *testing.T) {
	registry := New()
	if got := registry.Versions(4); !slices.Equal(got, []lwm2m.Version{0x0100, 0x0101, 0x0102, 0x0103}) {
		t.Errorf("versions of /4: %v", got)
	}
	if got := registry.Versions(60000); got != nil {
		t.Errorf("versions of an unknown object: %v", got)
	}
	for version, known := range map[lwm2m.Version]bool{lwm2m.V1_0: false, lwm2m.V1_1: true} {
		if got := registry.Object(1, version).Resource(23) != nil; got != known {
			t.Errorf("/1/23 Mute Send known in %s: %t", version, got)
		}
	}
}

func TestAResourceHasTheFactsOfTheRegistry(t *testing.T) {
	registry := New()
	for _, c := range []struct {
		object   uint16
		version  lwm2m.Version
		resource lwm2m.Resource
	}{
		{0, lwm2m.V1_2, lwm2m.Resource{ID: 16, Name: "DTLS/TLS Ciphersuite", Type: lwm2m.Unsigned, Multiple: true}},
		{3, lwm2m.V1_2, lwm2m.Resource{ID: 9, Name: "Battery Level", Operations: lwm2m.Readable, Type: lwm2m.Integer, Range: "0..100", Units: "/100"}},
		{3, lwm2m.V1_2, lwm2m.Resource{ID: 11, Name: "Error Code", Operations: lwm2m.Readable, Type: lwm2m.Integer, Multiple: true, Mandatory: true, Range: "0..32"}},
		{3, lwm2m.V1_2, lwm2m.Resource{ID: 4, Name: "Reboot", Operations: lwm2m.Executable, Mandatory: true}},
		{3303, lwm2m.V1_0, lwm2m.Resource{ID: 5700, Name: "Sensor Value", Operations: lwm2m.Readable, Type: lwm2m.Float, Mandatory: true}},
		{3303, lwm2m.V1_1, lwm2m.Resource{ID: 5750, Name: "Application Type", Operations: lwm2m.Readable | lwm2m.Writable, Type: lwm2m.String}},
	} {
		got := registry.Object(c.object, c.version).Resource(c.resource.ID)
		if got == nil || *got != c.resource {
			t.Errorf("/%d/%d in %s: got %+v, expected %+v", c.object, c.resource.ID, c.version, got, c.resource)
		}
	}
	if o := registry.Latest(3); o.Multiple || !o.Mandatory || o.Name != "Device" {
		t.Errorf("/3: %+v", o)
	}
}

func TestWithComesBeforeTheTableAndLeavesTheOldRegistryAlone(t *testing.T) {
	old := New()
	mine := &lwm2m.Object{ID: 3, Version: lwm2m.V1_1, Name: "My Device"}
	later := &lwm2m.Object{ID: 3, Version: lwm2m.V1_1, Name: "Later"}
	registry := old.With(mine, &lwm2m.Object{ID: 3, Version: v2_0, Name: "Device 2"})
	if got := registry.Object(3, lwm2m.V1_1); got != mine {
		t.Errorf("got %+v", got)
	}
	if got := registry.Object(3, lwm2m.V1_0).Name; got != "Device" {
		t.Errorf("/3 1.0 is %q", got)
	}
	if got := registry.Versions(3); !slices.Equal(got, []lwm2m.Version{0x0100, 0x0101, 0x0102, 0x0200}) {
		t.Errorf("versions %v", got)
	}
	if got := old.Object(3, lwm2m.V1_1).Name; got != "Device" {
		t.Errorf("the old registry says %q", got)
	}
	if got := registry.With(later).Object(3, lwm2m.V1_1); got != later {
		t.Errorf("after a second With: %+v", got)
	}
	if got := registry.Object(3, lwm2m.V1_1); got != mine {
		t.Errorf("the first With now says %+v", got)
	}
}

func TestAllIsEveryObjectOnceByID(t *testing.T) {
	registry := New().With(
		&lwm2m.Object{ID: 3, Version: v2_0, Name: "Device 2"},
		&lwm2m.Object{ID: 42, Version: lwm2m.V1_0, Name: "Between"},
	)
	var ids []uint16
	for o := range registry.All() {
		ids = append(ids, o.ID)
		if o.ID == 3 && o.Version != v2_0 {
			t.Errorf("/3 in %s", o.Version)
		}
	}
	if len(ids) != 328 || !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != 328 || !slices.Contains(ids, 42) {
		t.Errorf("%d ids: %v", len(ids), ids)
	}
	for o := range registry.All() {
		if o.ID > 5 {
			t.Fatal("All went on after break")
		}
		if o.ID == 5 {
			break
		}
	}
}

func TestManyMayAskAFreshRegistryAtOnce(t *testing.T) {
	registry := New()
	var group sync.WaitGroup
	found := make([]*lwm2m.Object, 8)
	for i := range found {
		group.Go(func() { found[i] = registry.Object(3303, lwm2m.V1_1) })
	}
	group.Wait()
	for _, o := range found {
		if o == nil || o != found[0] {
			t.Fatalf("got %p and %p", o, found[0])
		}
	}
}

func TestSetHasEachObjectInTheVersionOfTheDevice(t *testing.T) {
	registry := New()
	for _, c := range []struct {
		enabler lwm2m.Version
		chosen  []Choice
		id      uint16
		have    lwm2m.Version
	}{
		{lwm2m.V1_0, nil, 3, lwm2m.V1_0},
		{lwm2m.V1_1, nil, 3, lwm2m.V1_1},
		{lwm2m.V1_2, nil, 3, lwm2m.V1_2},
		{lwm2m.V1_2, nil, 3303, lwm2m.V1_0},
		{lwm2m.V1_1, []Choice{{3303, lwm2m.V1_1}, {3, lwm2m.V1_0}}, 3303, lwm2m.V1_1},
		{lwm2m.V1_1, []Choice{{3303, lwm2m.V1_1}, {3, lwm2m.V1_0}}, 3, lwm2m.V1_0},
		{0, nil, 3303, lwm2m.V1_1},
		{0, []Choice{{3303, lwm2m.V1_0}}, 3303, lwm2m.V1_0},
	} {
		var set lwm2m.Definitions = NewSet(registry, c.enabler, c.chosen...)
		if got := set.Object(c.id); got == nil || got.Version != c.have {
			t.Errorf("enabler %q, announced %v: /%d is %+v, expected %s", c.enabler, c.chosen, c.id, got, c.have)
		}
	}
	if got := NewSet(registry, lwm2m.V1_1).Object(60000); got != nil {
		t.Errorf("an unknown object: %+v", got)
	}
}
