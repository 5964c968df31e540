package clock

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestRealFiresAfterTheDuration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := Real()
		start := c.Now()
		fired := make(chan time.Time, 1)
		c.AfterFunc(24*time.Hour, func() { fired <- c.Now() })
		if got := (<-fired).Sub(start); got != 24*time.Hour {
			t.Errorf("fired after %v, want 24h", got)
		}
	})
}

func TestScaledPassesFaster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := Scaled(60)
		machine, start := time.Now(), c.Now()
		<-c.NewTimer(time.Hour).C()
		if got := time.Since(machine); got != time.Minute {
			t.Errorf("the machine's clock passed %v, want 1m", got)
		}
		if got := c.Now().Sub(start); got != time.Hour {
			t.Errorf("the scaled clock passed %v, want 1h", got)
		}
	})
}

func TestStoppedTimerDoesNotFire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := Real()
		timer := c.AfterFunc(time.Second, func() { t.Error("a stopped timer fired") })
		if !timer.Stop() {
			t.Error("Stop of a running timer returned false")
		}
		<-c.NewTimer(2 * time.Second).C()
	})
}

func TestScaledTakesNonsenseAsReal(t *testing.T) {
	for _, speed := range []float64{0, -1} {
		if got := Scaled(speed).(*scaled).speed; got != 1 {
			t.Errorf("Scaled(%v) runs at %v, want 1", speed, got)
		}
	}
}
