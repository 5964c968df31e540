package credentials

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestSecretsAreReadByTheirNotation(t *testing.T) {
	directory := t.TempDir()
	write(t, directory, "raw", "\x00\x01\xff", 0o600)
	write(t, directory, "hex", "hex:00ff\n", 0o600)
	write(t, directory, "text", "s3cr3t!\r\n", 0o600)
	s := Sources{Directory: directory, Getenv: func(name string) (string, bool) {
		v, ok := map[string]string{"KEY": "hex:0a0b", "PLAIN": "not hex", "NONE": ""}[name]
		return v, ok
	}}
	for _, c := range []struct{ text, octets, taken string }{
		{"hex:00ff", "\x00\xff", "hex"},
		{"hex:00:FF 01", "\x00\xff\x01", "hex"},
		{"base64:AP8=", "\x00\xff", "base64"},
		{"base64:_-8", "\xff\xef", "base64"},
		{"text:hex:00", "hex:00", "text"},
		{"text:äß", "äß", "text"},
		{"s3cr3t!", "s3cr3t!", "text"},
		{"env:KEY", "\x0a\x0b", "hex"},
		{"env:PLAIN", "not hex", "text"},
		{"file:raw", "\x00\x01\xff", "binary"},
		{"file:hex", "\x00\xff", "hex"},
		{"file:text", "s3cr3t!", "text"},
	} {
		got, err := s.Secret(c.text)
		if err != nil || string(got.Octets()) != c.octets || got.Taken() != c.taken {
			t.Errorf("%s: %x, %s, %v; want %x, %s", c.text, got.Octets(), got.Taken(), err, c.octets, c.taken)
		}
	}
}

func TestABareSecretThatCouldBeTwoThingsIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		marker:     "hex (16 octets), base64 (24 octets) or text (32 octets)",
		"password": "base64 (6 octets) or text (8 octets)",
		"00ff1":    "",
		"0a0b0c":   "hex (3 octets) or text (6 octets)",
		"":         "",
	} {
		_, err := Sources{}.Secret(text)
		var ambiguous *AmbiguousError
		if want == "" {
			if err != nil {
				t.Errorf("%q: %v", text, err)
			}
			continue
		}
		if !errors.As(err, &ambiguous) || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestErrorsAboutKeysSayWhatIsWrongAndKeepTheSecret(t *testing.T) {
	directory := t.TempDir()
	write(t, directory, "open", "hex:"+marker, 0o644)
	write(t, directory, "ambiguous", marker, 0o600)
	s := Sources{Directory: directory, Getenv: func(string) (string, bool) { return "hex:" + marker + "0", true }}
	for text, want := range map[string]string{
		"hex:" + marker + "0":    "hex: expected an even number of digits, found 33",
		"hex:" + marker + "xy":   "found something else at character 33",
		"base64:" + marker + "!": "base64: expected base64, found 33 characters",
		"hex:":                   "expected a key of 1 to 64 octets, found 0 (hex)",
		"text:":                  "expected a key of 1 to 64 octets, found 0 (text)",
		"":                       "expected a key of 1 to 64 octets, found 0 (text)",
		"hex:" + strings.Repeat(marker, 4) + "00": "expected a key of 1 to 64 octets, found 65 (hex)",
		marker:           "bare secret that could be hex (16 octets)",
		"env:KEY":        "env:KEY: hex: expected an even number",
		"file:open":      "holds a secret: expected it closed to group and others, found mode 0644",
		"file:ambiguous": "bare secret that could be hex (16 octets)",
		"file:missing":   "no such file",
	} {
		_, err := s.PSK(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20s: %v, want %s", text, err, want)
		}
		if err != nil && strings.Contains(err.Error(), marker) {
			t.Errorf("%.20s: the error shows the secret: %v", text, err)
		}
	}
	if _, err := (Sources{Directory: directory, AnyMode: true}).PSK("file:open"); err != nil {
		t.Errorf("any mode: %v", err)
	}
	if _, err := s.PSK("env:NONE"); err == nil {
		t.Error("expected an error")
	}
	if _, err := (Sources{Getenv: func(string) (string, bool) { return "", false }}).PSK("env:NONE"); err == nil || !strings.Contains(err.Error(), "found none of that name") {
		t.Errorf("a variable that is not set: %v", err)
	}
}

func TestASecretDoesNotShowItself(t *testing.T) {
	secret := NewSecret([]byte(marker), "text")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		for _, x := range []any{secret, &Credential{Key: secret}} {
			if got := fmt.Sprintf(verb, x); strings.Contains(got, marker) || strings.Contains(got, fmt.Sprintf("%x", marker)) {
				t.Errorf("%s shows it: %s", verb, got)
			}
		}
	}
	if got := secret.String(); got != "32 octets, text" {
		t.Errorf("found %q", got)
	}
}

func TestIdentities(t *testing.T) {
	for _, c := range []struct{ text, want, fault string }{
		{"dev1", "dev1", ""},
		{"urn:imei:123", "urn:imei:123", ""},
		{"hex:00ff", "\x00\xff", ""},
		{"text:hex:00", "hex:00", ""},
		{"", "", "expected 1 to 128 octets, found 0"},
		{strings.Repeat("x", 128), strings.Repeat("x", 128), ""},
		{strings.Repeat("x", 129), "", "found 129"},
		{"a\xffb", "", "expected UTF-8 (RFC 4279 §5.1), found other octets; hex: writes those: hex:61ff62"},
		{"hex:0", "", "even number"},
	} {
		got, err := Identity(c.text)
		if c.fault == "" && (err != nil || got != c.want) || c.fault != "" && (err == nil || !strings.Contains(err.Error(), c.fault)) {
			t.Errorf("%q: %q, %v; want %q, %s", c.text, got, err, c.want, c.fault)
		}
	}
}

func TestThePartsOfAPSK(t *testing.T) {
	for _, c := range []struct{ text, identity, secret string }{
		{"dev1=hex:00", "dev1", "hex:00"},
		{"a=b=base64:AA==", "a=b", "base64:AA=="},
		{"dev1=s=cret", "dev1", "s=cret"},
		{"dev1=", "dev1", ""},
	} {
		identity, secret, err := SplitPSK(c.text)
		if err != nil || identity != c.identity || secret != c.secret {
			t.Errorf("%s: %q, %q, %v", c.text, identity, secret, err)
		}
	}
	if _, _, err := SplitPSK(marker); err == nil || strings.Contains(err.Error(), marker) {
		t.Errorf("expected an error without the secret, found %v", err)
	}
}
