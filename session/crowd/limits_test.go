package crowd

import (
	"errors"
	"strings"
	"testing"
)

func TestLimitsAreToldBeforeTheyBite(t *testing.T) {
	l := Limits{Files: 1064, Ports: 500}
	for _, c := range []struct {
		sockets int
		of      string // "" for none
		room    int
	}{
		{500, "", 0}, {501, "local ports", 500}, {1000, "local ports", 500}, {1001, "open files", 1000},
	} {
		err := l.Check(c.sockets)
		var limit *LimitError
		if c.of == "" {
			if err != nil {
				t.Errorf("%d: %v", c.sockets, err)
			}
			continue
		}
		if !errors.As(err, &limit) || limit.Of != c.of || limit.Limit != c.room || !strings.Contains(limit.Cure, "--sockets") {
			t.Errorf("%d: %v", c.sockets, err)
		}
	}
	if err := (Limits{}).Check(1 << 20); err != nil {
		t.Errorf("without limits: %v", err)
	}
}
