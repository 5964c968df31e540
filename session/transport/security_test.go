package transport

import "testing"

func TestSecurityModesReadBack(t *testing.T) {
	for _, m := range []SecurityMode{PreSharedKey, RawPublicKey, Certificate, NoSecurity} {
		text, err := m.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		read := m + 1
		if err := read.UnmarshalText(text); err != nil || read != m {
			t.Errorf("%s: read %s, %v", m, read, err)
		}
	}
}
