package objects

import (
	"errors"
	"slices"
	"testing"

	"lwcon/lwm2m"
)

func TestNamesStandForIDsInPaths(t *testing.T) {
	for text, expected := range map[string]string{
		"Device/0/UTCOffset":               "/3/0/14",
		"device/0/utc offset":              "/3/0/14",
		"Device":                           "/3",
		"Device/0":                         "/3/0",
		"Device/*":                         "/3/*",
		"3/0/Reboot":                       "/3/0/4",
		"/3/0/Reboot":                      "/3/0/4",
		"/Device/0/UTCOffset":              "/3/0/14",
		"Device/0/AvailablePowerSources/1": "/3/0/6/1",
		"Temperature/0/SensorValue":        "/3303/0/5700",
		"LightControl/0/OnOff":             "/3311/0/5850",
		"LightControl/0/on-off":            "/3311/0/5850",
		"3/0/14":                           "/3/0/14",
		"/dev1/3303/0/5700":                "/dev1/3303/0/5700",
		"/dev1/Temperature/0/5700":         "/dev1/3303/0/5700",
		"/dev1/Temperature/0/Sensor Value": "/dev1/3303/0/5700",
		"/Device/0":                        "/Device/0", // a prefix, as lwm2m.ParsePath has it
		"/":                                "/",
	} {
		path, err := Resolver{Registry: New()}.Path(text)
		if err != nil || path.String() != expected {
			t.Errorf("%q: got %s, %v, expected %s", text, path, err, expected)
		}
	}
}

func TestOfTwoObjectsOfANameTheRegisteredOneIsMeant(t *testing.T) {
	registered := func(ids ...uint16) func(uint16) bool {
		return func(id uint16) bool { return slices.Contains(ids, id) }
	}
	for _, c := range []struct {
		registered func(uint16) bool
		id         uint16 // 0: ambiguous
	}{
		{nil, 0},
		{registered(1, 3, 6), 6},
		{registered(1, 3, 3336), 3336},
		{registered(1, 3, 6, 3336), 0},
		{registered(1, 3), 0},
	} {
		id, err := Resolver{Registry: New(), Registered: c.registered}.Object("location")
		var ambiguous *AmbiguousNameError
		if c.id == 0 && (!errors.As(err, &ambiguous) || !slices.Equal(ambiguous.IDs, []uint16{6, 3336})) || id != c.id {
			t.Errorf("got %d, %v, expected %d", id, err, c.id)
		}
	}
}

func TestANameTwiceInAnObjectIsAnErrorWithTheIDs(t *testing.T) {
	_, err := Resolver{Registry: New()}.Path("3430/0/SatelliteIdentifiers")
	var ambiguous *AmbiguousNameError
	if !errors.As(err, &ambiguous) || !slices.Equal(ambiguous.IDs, []uint16{17, 18}) || ambiguous.Object.ID != 3430 {
		t.Errorf("got %v", err)
	}
}

func TestANameThatIsNoneIsAnErrorWithWhatIsKnown(t *testing.T) {
	for text, c := range map[string]struct {
		name   string
		object uint16 // 0: an object's name
		known  string
	}{
		"Devise":                 {"Devise", 0, "Device"},
		"Devise/0/UTCOffset":     {"Devise", 0, "Device"},
		"Device/0/Reboots":       {"Reboots", 3, "Reboot"},
		"/dev1/Device/0/Reboots": {"Reboots", 3, "Reboot"},
	} {
		_, err := Resolver{Registry: New()}.Path(text)
		var unknown *UnknownNameError
		if !errors.As(err, &unknown) || unknown.Name != c.name || !slices.Contains(unknown.Known, c.known) ||
			(unknown.Object == nil) != (c.object == 0) || unknown.Object != nil && unknown.Object.ID != c.object {
			t.Errorf("%q: got %v", text, err)
		}
	}
	_, err := Resolver{Registry: New()}.Path("60000/0/Anything")
	var unknown *UnknownNameError
	if !errors.As(err, &unknown) || unknown.Object.ID != 60000 {
		t.Errorf("a name below an unknown object: %v", err)
	}
}

func TestSeveralWordsBeforeIDsAreAnAlternatePathOffline(t *testing.T) {
	for text, want := range map[string]string{"/a/b/3/0": "/a/b/3/0", "/a/b/c/3303": "/a/b/c/3303", "/dev1/Device/0/Manufacturer": "/dev1/3/0/0"} {
		if p, err := (Resolver{Registry: New()}).Path(text); err != nil || p.String() != want {
			t.Errorf("%q: got %s, %v, want %s", text, p, err, want)
		}
	}
	live := Resolver{Registry: New(), Registered: func(uint16) bool { return true }}
	var unknown *UnknownNameError
	if _, err := live.Path("/dev1/Devise/0/0"); !errors.As(err, &unknown) || !slices.Contains(unknown.Known, "Device") {
		t.Errorf("/dev1/Devise/0/0 of a device: got %v, want the name", err)
	}
}

func TestAPathWithoutNamesFailsAsAPath(t *testing.T) {
	for _, text := range []string{"", "3//14", "3/0/14/0/0", "70000", "Device/x", "3/0/1-4", "1-3"} {
		_, err := Resolver{Registry: New()}.Path(text)
		var syntax *lwm2m.PathError
		if !errors.As(err, &syntax) {
			t.Errorf("%q: got %v", text, err)
		}
	}
}

func TestAResourceNameIsThatOfTheDevicesVersion(t *testing.T) {
	registry := New()
	resolver := Resolver{Registry: registry, Definitions: NewSet(registry, lwm2m.V1_0)}
	if _, err := resolver.Path("1/0/MuteSend"); err == nil {
		t.Error("1.0 knows no Mute Send")
	}
	resolver.Definitions = NewSet(registry, lwm2m.V1_1)
	if path, err := resolver.Path("1/0/MuteSend"); err != nil || path != lwm2m.NewPath(1, 0, 23) {
		t.Errorf("1.1: %s, %v", path, err)
	}
}

func TestNamesOfTheUsersObjectsCountToo(t *testing.T) {
	registry := New().With(&lwm2m.Object{
		ID: 40000, Version: lwm2m.V1_0, Name: "Löt-Station",
		Resources: []lwm2m.Resource{{ID: 1, Name: "Spitze °C"}},
	})
	path, err := Resolver{Registry: registry}.Path("lötstation/0/SpitzeC")
	if err != nil || path != lwm2m.NewPath(40000, 0, 1) {
		t.Errorf("got %s, %v", path, err)
	}
}

func TestSearchFindsObjectsThenResources(t *testing.T) {
	registry := New()
	matches := registry.Search("Temperature")
	if len(matches) < 5 || matches[0].Object.ID != 3303 || len(matches[0].Resources) != 0 {
		t.Fatalf("temperature: %d matches, the first %+v", len(matches), matches[0])
	}
	last := matches[len(matches)-1]
	if len(last.Resources) == 0 {
		t.Errorf("temperature: the last match has no resource: %+v", last)
	}
	for _, c := range []struct {
		words     []string
		object    uint16
		resources []uint16
	}{
		{[]string{"3303"}, 3303, nil},
		{[]string{"/3303"}, 3303, nil},
		{[]string{"utc", "offset"}, 3, []uint16{14}},
		{[]string{"device", "utc offset"}, 3, []uint16{14}},
	} {
		found := registry.Search(c.words...)
		if len(found) == 0 || found[0].Object.ID != c.object || !slices.Equal(found[0].Resources, c.resources) {
			t.Errorf("%q: got %+v, expected /%d with %v", c.words, found, c.object, c.resources)
		}
	}
	if found := registry.Search("nosuchthing"); found != nil {
		t.Errorf("found %+v", found)
	}
	if found := registry.Search(); len(found) != 327 {
		t.Errorf("no words: %d objects, expected all", len(found))
	}
}
