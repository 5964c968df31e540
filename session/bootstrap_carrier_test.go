package session

import (
	"fmt"
	"strings"
	"testing"

	"lwcon/lwm2m"
)

func TestAnAccountLeadsToWhereDevicesCanRegister(t *testing.T) {
	for _, c := range []struct {
		uri, binding, schemes string
		want                  string
	}{
		{"coaps://${advertise}", "U", "coaps+tcp", "coaps+tcp://${advertise} T"},
		{"coaps://${advertise}", "U", "coap+tcp coaps+tcp", "coaps+tcp://${advertise} T"},
		{"coaps+tcp://${advertise}", "T", "coap coaps", "coaps://${advertise} U"},
		{"coap://${advertise}", "UQ", "coap+tcp", "coap+tcp://${advertise} UQ"},
		{"coaps://${advertise}", "U", "coaps+tcp coaps", "coaps://${advertise} U"},
		{"coaps://${advertise}", "U", "coap+tcp", "coaps://${advertise} U"},
		{"coaps://${advertise}", "U", "", "coaps://${advertise} U"},
		{"coaps://lwm2m.example", "U", "coaps+tcp", "coaps://lwm2m.example U"},
	} {
		a := AdvertisedAccount("coap")
		for i := range a.Write {
			if text, ok := map[string]string{"/0/0/0": c.uri, "/1/0/7": c.binding}[a.Write[i].Path().String()]; ok {
				a.Write[i] = lwm2m.NewNode(lwm2m.KindValue, a.Write[i].Path(), lwm2m.StringValue(text), lwm2m.Span{}, 0)
			}
		}
		over := a.over(strings.Fields(c.schemes))
		got := fmt.Sprint(valueOf(over, "/0/0/0"), " ", valueOf(over, "/1/0/7"))
		if got != c.want || valueOf(a, "/0/0/0") != c.uri || len(over.Write) != len(a.Write) || (over == a) != (got == c.uri+" "+c.binding) {
			t.Errorf("%+v: got %s", c, got)
		}
	}
}

// valueOf is the text of a resource in an account.
func valueOf(a *BootstrapAccount, path string) string {
	v, _ := a.value(lwm2m.MustParsePath(path))
	return v.Text()
}

func TestTheAdvertisedAccountHasTheBindingOfItsScheme(t *testing.T) {
	for scheme, want := range map[string]string{"coap": "U", "coap+tcp": "T"} {
		if got := valueOf(AdvertisedAccount(scheme), "/1/0/7"); got != want {
			t.Errorf("%s: binding %s", scheme, got)
		}
	}
}
