package credentials

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
)

// whole is a file with everything in it.
const whole = `lwcon: 1
defaults: {listen: ["coaps://:5684"], link: nbiot}
devices:
  bench-a: {endpoint: "urn:imei:351756051523999", psk: {identity: dev1, key: "hex:00112233445566778899aabbccddeeff"}}
  rack-07: {endpoint: rack-07, psk: {identity: rack-07, key: "env:PSK_RACK_07"}, tags: [rack], vars: {image: fw/a.bin, count: 08}}
  dev3: {rpk: {public-key: "file:d3.pem"}}
  dev4: {x509: {certificate: "file:d4.pem"}}
  dev5: {oscore: {secret: "hex:0102030405060708", salt: "hex:09", sender-id: "hex:01", recipient-id: ""}}
  dev6:
own: {certificate: "file:server.pem", private-key: "file:server.key", public-key: "file:server-spki.pem", trust: ["file:ca.pem"]}
bootstrap:
  default: {delete: [/0, /1], write: {/0/0/1: false}}
profiles: {testfest: {listen: ["coap://:5683", "coap+tcp://:5683"], accept-any-identity: true}}
`

func TestTheFileIsRead(t *testing.T) {
	f, err := Parse("lwcon.yaml", whole)
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Defaults) != 2 || f.Defaults[0].Flag != "listen" || f.Defaults[1].Values[0] != "nbiot" {
		t.Errorf("defaults: %+v", f.Defaults)
	}
	if len(f.Profiles) != 1 || f.Profiles[0].Name != "testfest" || len(f.Profiles[0].Settings[0].Values) != 2 {
		t.Errorf("profiles: %+v", f.Profiles)
	}
	if got := f.Aliases(); len(got) != 1 || got["bench-a"] != "urn:imei:351756051523999" {
		t.Errorf("aliases: %v", got)
	}
	d := f.Device("rack-07")
	if d == nil || !slices.Equal(d.Tags, []string{"rack"}) || !slices.Equal(d.Vars, []Var{{"image", "fw/a.bin"}, {"count", "08"}}) {
		t.Errorf("rack-07: %+v", d)
	}
	if a, b := f.Device("bench-a"), f.Device("urn:imei:351756051523999"); a == nil || a != b {
		t.Errorf("a device is found by alias and endpoint: %v, %v", a, b)
	}
	if f.Device("dev7") != nil {
		t.Error("expected no device")
	}
}

func TestAnEmptyFileSaysNothing(t *testing.T) {
	for _, text := range []string{"", "\n", "{}", "lwcon: 1"} {
		if f, err := Parse("lwcon.yaml", text); err != nil || len(f.Devices) != 0 {
			t.Errorf("%q: %v, %v", text, f, err)
		}
	}
}

func TestErrorsOfTheFileSayWhereAndWhat(t *testing.T) {
	for _, c := range []struct{ text, where, what string }{
		{"lwcon: 2", "1:8", "expected 1, found 2: a newer lwcon reads that"},
		{"lwcon: x", "1:8", "expected 1, found a value of 1 octets"},
		{"[]", "1:1", "expected a mapping, found a list"},
		{"device: {}", "1:1", `unknown key "device"; the nearest is "devices"`},
		{"devices: {a: {pks: {}}}", "1:15", `unknown key "pks"; the nearest is "psk"`},
		{"devices: {a: {psk: {identity: a}}}", "1:20", "expected key, found none"},
		{"devices: {a: {psk: " + marker + "}}", "1:20", "expected a mapping, found a value of 32 octets"},
		{"devices: {a: {psk: {key: [" + marker + "]}}}", "1:26", "expected a value, found a list"},
		{"devices: {a: {psk: {key: }}}", "1:26", "expected hex:, base64: or file: and a key, found nothing"},
		{"devices: {a: {psk: {key: 'hex:00', identity: ''}}}", "1:46", "expected 1 to 128 octets, found 0"},
		{"devices: {a: {psk: {key: 'hex:00', identity: 'hex:0'}}}", "1:46", "expected an even number of digits, found 1"},
		{"devices:\n  a: {psk: {key: 'hex:00', identity: x}}\n  b: {psk: {key: 'hex:00', identity: x}}", "3:6", `identity "x" is that of line 2 too`},
		{"devices:\n  a: {endpoint: x}\n  b: {endpoint: x}", "3:3", `endpoint "x" is that of line 2 too`},
		{"devices:\n  a: {}\n  a: {}", "3:3", `key "a" comes twice`},
		{"devices: {a: {endpoint: ''}}", "1:25", "expected a name"},
		{"devices: {a: {rpk: {}}}", "1:20", "expected public-key, found none"},
		{"devices: {a: {x509: {}}}", "1:21", "expected certificate or name, found neither"},
		{"devices: {a: {oscore: {secret: 'hex:00', sender-id: ''}}}", "1:23", "found no recipient-id"},
		{"own: {certificate: 'file:a.pem'}", "1:6", "expected private-key"},
		{"own: {trust: {a: b}}", "1:14", "expected a value, found a mapping"},
		{"defaults: {listen: {a: b}}", "1:20", "expected a value or a list of values"},
		{"defaults: {listen: }", "1:20", "expected a value or a list of values, found nothing"},
		{"profiles: {a: b}", "1:15", "expected a mapping"},
	} {
		_, err := Parse("lwcon.yaml", c.text)
		var one *Error
		if !errors.As(err, &one) {
			t.Errorf("%q: %v, want an *Error", c.text, err)
			continue
		}
		if got := err.Error(); !strings.HasPrefix(got, "lwcon.yaml:"+c.where+": ") || !strings.Contains(got, c.what) || strings.Contains(got, marker) {
			t.Errorf("%q:\n%s\nwant %s: … %s", c.text, got, c.where, c.what)
		}
	}
	if _, err := Parse("lwcon.yaml", "devices: {a: ["); err == nil {
		t.Error("expected an error for what is no YAML")
	}
}

func TestAFileThatHoldsASecretMustBeClosed(t *testing.T) {
	directory := t.TempDir()
	for _, c := range []struct {
		text string
		held bool
	}{
		{"devices: {a: {psk: {key: 'hex:" + marker + "'}}}", true},
		{"devices: {a: {psk: {key: " + marker + "}}}", true},
		{"devices: {a: {psk: {key: 'text:" + marker + "'}}}", true},
		{"own: {private-key: 'hex:00'}", true},
		{"devices: {a: {oscore: {secret: 'hex:00', sender-id: '', recipient-id: 'hex:01'}}}", true},
		{"defaults: {psk: ['dev1=hex:00']}", true},
		{"defaults: {psk: ['dev1=env:X']}", false},
		{"devices: {a: {psk: {key: 'env:" + marker + "'}}}", false},
		{"devices: {a: {psk: {key: 'file:key'}}}", false},
		{"own: {private-key: 'file:key', certificate: 'hex:00'}", false},
		{"devices: {a: {rpk: {public-key: 'hex:00'}}}", false},
	} {
		name := write(t, directory, "lwcon.yaml", c.text, 0o640)
		_, err := Load(name, false)
		var mode *ModeError
		if errors.As(err, &mode) != c.held || (err != nil) != c.held {
			t.Errorf("%s: %v, want a *ModeError: %v", c.text, err, c.held)
		}
		if err != nil && strings.Contains(err.Error(), marker) {
			t.Errorf("the error shows the secret: %v", err)
		}
		if mode != nil && !strings.Contains(mode.Hint(), "chmod 600 "+name) {
			t.Errorf("hint: %s", mode.Hint())
		}
		if _, err := Load(name, true); err != nil {
			t.Errorf("%s: any mode: %v", c.text, err)
		}
		write(t, directory, "lwcon.yaml", c.text, 0o600)
		if _, err := Load(name, false); err != nil {
			t.Errorf("%s: closed: %v", c.text, err)
		}
	}
	if _, err := Load(directory+"/none.yaml", false); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(whole)
	f.Add("devices: {a: &a {psk: {key: 'hex:00'}}, b: *a}")
	f.Add("own: {private-key: x, trust: [a, b]}\nprofiles: {a: {b: [c]}}")
	f.Fuzz(func(t *testing.T, text string) {
		file, holds, err := parse("lwcon.yaml", text)
		if err != nil {
			return
		}
		again, holdsToo, err := parse("lwcon.yaml", text)
		if err != nil || holds != holdsToo || len(again.Devices) != len(file.Devices) {
			t.Errorf("read twice it is two things: %v", err)
		}
		for i := range file.Devices {
			if d := &file.Devices[i]; file.Device(d.Endpoint) == nil || file.Device(d.Alias) == nil {
				t.Errorf("device %q is not found", d.Alias)
			}
		}
	})
}

func FuzzSecret(f *testing.F) {
	for _, seed := range []string{"hex:00", "base64:AA==", "text:x", marker, "password", "hex:0", "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----"} {
		f.Add(seed)
	}
	none := Sources{Getenv: func(string) (string, bool) { return "", false }}
	f.Fuzz(func(t *testing.T, text string) {
		if !Inline(text) {
			return
		}
		if secret, err := none.Secret(text); err == nil {
			again, err := none.Secret("hex:" + hexOf(secret.Octets()))
			if err != nil || again.octets != secret.octets {
				t.Errorf("%q: %x is not what its hex is: %v", text, secret.octets, err)
			}
		}
		if key, err := none.PublicKey(text); err == nil {
			again, err := none.PublicKey("hex:" + hexOf(key.SPKI))
			if err != nil || string(again.SPKI) != string(key.SPKI) {
				t.Errorf("%q: the key read again is another: %v", text, err)
			}
		}
		_, _ = none.PrivateKey(text)
		_, _, _ = none.Certificates(text, maxChain)
	})
}
