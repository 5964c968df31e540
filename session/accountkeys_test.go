package session

import (
	"slices"
	"testing"

	"lwcon/session/device"
	"lwcon/session/transport"
)

func TestAnAccountNamesTheSuitesThatItsDeviceOffers(t *testing.T) {
	keys, err := ClientKeys(device.Account{Mode: device.ModePSK, Identity: "dev1", Secret: "0123456789abcdef", Suites: "49320 174 99999"})
	if want := []transport.CipherSuite{0xc0a8, 0x00ae}; err != nil || !slices.Equal(keys.Suites, want) {
		t.Errorf("%v, %v; want %v", keys.Suites, err, want)
	}
}
