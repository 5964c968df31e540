package commands

import "testing"

func TestALineThatCanHoldAKeyIsKnown(t *testing.T) {
	for line, kept := range map[string]bool{
		"read /3/0":                                     true,
		"read /0/0 --accept tlv":                        true,
		"write /3/0/14 +02:00":                          true,
		"write /3/0/13 0":                               true,
		"credentials list":                              true,
		"credentials remove dev1":                       true,
		"credentials import store.csv":                  true,
		"credentials add dev1 --key env:PSK":            true,
		"credentials add dev1 --key=file:dev1.key":      true,
		"credentials add dev3 --public-key file:d3.pem": true,
		"credentials add dev1 --key hex:0001":           false,
		"credentials add dev1 --key=text:x":             false,
		"credentials add dev1 --key s3cr3t!":            false,
		"credentials add dev1 --kye hex:0001":           false,
		"credentials ad dev1 base64:AAE=":               false,
		"version --psk dev1=hex:0001":                   false,
		"version --psk=dev1=hex:0001":                   false,
		"version --psk dev1=env:PSK":                    true,
		"write /0/0/5 0001":                             false,
		"write 0/0/5 0001":                              false,
		"w /0/0 5=0001":                                 false,
		"write /0 5=0001":                               false,
		"write 0 5=0001":                                false,
		"write-composite /3/0/14=+02:00 /0/0/5=0001":    false,
		"bs-write /0/0/5 0001":                          false,
		"create /21 0=0001":                             false,
		"write Security/0/SecretKey 0001":               false,
		"write /dev1/0/0/5 0001":                        false,
		"encode --format tlv --at /0/0 5=0001":          false,
		"'an open quote":                                false,
	} {
		if got := !All().HoldsSecret(line); got != kept {
			t.Errorf("%s: kept %v, want %v", line, got, kept)
		}
	}
}

func TestALineIsShownWithoutItsKeys(t *testing.T) {
	for line, want := range map[string]string{
		"credentials add dev1 --key hex:0001 --unsaved": "credentials add dev1 --key … --unsaved",
		"credentials add dev1 --key=s3cr3t":             "credentials add dev1 --key=…",
		"credentials add device-name: dev1 key: s3cr3t": "credentials add device-name: dev1 key: …",
		"write /0/0 5=0001 3=x --force":                 "write /0/0 … … --force",
		"write-composite /3/0/14=+02:00 /0/0/5=0001":    "write-composite /3/0/14=+02:00 /0/0/5=…",
		"write /3/0/14 '+02:00  '":                      "write /3/0/14 '+02:00  '",
		"credentials add 'a b' --key hex:0001":          `credentials add 'a b' --key …`,
		"'an open quote":                                "…",
	} {
		if got := All().Discreet(line); got != want {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
}
