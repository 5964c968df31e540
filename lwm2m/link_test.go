package lwm2m

import "testing"

func TestEscapesOfATargetAreRead(t *testing.T) {
	for target, want := range map[string]string{"/%33/0": "/3/0", "/3/0": "/3/0", "/dev%31/3": "/dev1/3"} {
		l := Link{Target: target}
		if p, ok := l.Path(); !ok || p.String() != want {
			t.Errorf("%s: expected %s, found %s, %v", target, want, p, ok)
		}
	}
	for _, target := range []string{"/%2f3/0", "/%zz", "3/0", ""} {
		l := Link{Target: target}
		if p, ok := l.Path(); ok {
			t.Errorf("%s: expected no path, found %s", target, p)
		}
	}
}
