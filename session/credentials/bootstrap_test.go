package credentials

import (
	"errors"
	"strings"
	"testing"

	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
)

func TestBootstrapAccountsAreTypedByTheirResources(t *testing.T) {
	f, err := Parse("lwcon.yaml", `devices: {a1: {endpoint: dev-a}}
bootstrap:
  default: {delete: [/0, /1/3], write: {/0/0/0: "coap://${advertise}", /0/0/1: false, /0/0/3: dev1, /0/0/5: "hex:00ff", /0/0/16: {0: 49320, 1: 174}, /1/0/1: 0300, /0/0/17: "21:0"}}
  a1: {write: {/1/0/7: U}}
`)
	if err != nil {
		t.Fatal(err)
	}
	all, err := f.Bootstrap(objects.New(), Sources{})
	if err != nil {
		t.Fatal(err)
	}
	if all.ByEndpoint["dev-a"] == nil || len(all.Default.Delete) != 2 {
		t.Fatalf("found %+v", all)
	}
	for _, v := range all.Default.Write {
		want := map[string]lwm2m.Value{
			"/0/0/0": lwm2m.StringValue("coap://${advertise}"), "/0/0/1": lwm2m.BooleanValue(false), "/0/0/3": lwm2m.OpaqueValue("dev1"),
			"/0/0/5": lwm2m.OpaqueValue("\x00\xff"), "/0/0/16/0": lwm2m.UnsignedValue(49320), "/0/0/16/1": lwm2m.UnsignedValue(174),
			"/1/0/1": lwm2m.IntegerValue(300), "/0/0/17": lwm2m.ObjectLinkValue(21, 0),
		}[v.Path.String()]
		if v.Value != want {
			t.Errorf("%s: found %v, want %v", v.Path, v.Value, want)
		}
	}
}

func TestWrongBootstrapAccountsAreToldWithLineAndColumn(t *testing.T) {
	for text, want := range map[string]string{
		"bootstrap: {default: {writes: {}}}":                    `1:23: bootstrap.default: unknown key "writes"; the nearest is "write"`,
		"bootstrap: {default: {delete: [/0/1/2]}}":              "expected /, an object or an instance",
		"bootstrap: {default: {write: {/0/0: 1}}}":              "expected the path of a resource",
		"bootstrap: {default: {write: {x: 1}}}":                 "expected a path such as /0/0",
		"bootstrap:\n default: {write: {/1/0/1: soon}}":         "2:28: bootstrap.default.write./1/0/1: Lifetime: expected integer, found a value of 4 octets",
		"bootstrap:\n default: {write: {/1/0/8: x}}":            "executable",
		"bootstrap:\n default: {write: {/1/0/999: x}}":          "has no resource 999",
		"bootstrap:\n default: {write: {/0/0/16: 1}}":           "has several values",
		"bootstrap:\n default: {write: {/0/0/5: abcdef00}}":     "bare secret that could be",
		"bootstrap:\n default: {write: {/0/0/5: \"hex:0\"}}":    "even number of digits",
		"bootstrap:\n default: {write: {/0/0/5: \"env:NONE\"}}": "expected a variable of the environment",
	} {
		f, err := Parse("lwcon.yaml", text)
		if err == nil {
			_, err = f.Bootstrap(objects.New(), Sources{Getenv: func(string) (string, bool) { return "", false }})
		}
		var wrong *Error
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\n\t%v\nwant %s", text, err, want)
		}
	}
}

func TestAFileWithAKeyInAnAccountHasToBeClosed(t *testing.T) {
	for text, holds := range map[string]bool{
		`bootstrap: {default: {write: {/0/0/5: "hex:00"}}}`:  true,
		`bootstrap: {default: {write: {/0/0/5: "env:KEY"}}}`: false,
		`bootstrap: {default: {write: {/0/0/5: ""}}}`:        false,
		`bootstrap: {default: {write: {/0/0/3: dev1}}}`:      false,
	} {
		if _, found, err := parse("lwcon.yaml", text); err != nil || found != holds {
			t.Errorf("%s: %v, %v; want %v", text, found, err, holds)
		}
	}
}
