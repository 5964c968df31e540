package crowd

import (
	"testing"
	"time"
)

func TestPercentilesAreWithinASixteenth(t *testing.T) {
	var l Latencies
	for i := 1; i <= 10_000; i++ {
		l.Add(time.Duration(i) * 37 * time.Microsecond)
	}
	for _, p := range []float64{0.01, 1, 50, 90, 99, 99.9, 100} {
		exact := time.Duration(float64(10_000)*p/100) * 37 * time.Microsecond
		got := l.Percentile(p)
		if got < exact || got > exact+exact/latencyStep+time.Microsecond {
			t.Errorf("p%v: %v, want %v", p, got, exact)
		}
	}
	if l.Max() != 370*time.Millisecond || l.Percentile(100) != l.Max() {
		t.Errorf("max %v, p100 %v", l.Max(), l.Percentile(100))
	}
}

func TestEveryLatencyHasABucketThatHoldsIt(t *testing.T) {
	for d := time.Microsecond; d < 1000*time.Hour; d += d/3 + 1 {
		i := bucketOf(d)
		if i == latencyBuckets-1 {
			break
		}
		if upperBound(i) < d || i > 0 && upperBound(i-1) >= d {
			t.Fatalf("%v is in bucket %d, which ends at %v and begins after %v", d, i, upperBound(i), upperBound(i-1))
		}
	}
	if i := bucketOf(1 << 62); i != latencyBuckets-1 {
		t.Errorf("the longest is in bucket %d", i)
	}
}

func TestLatenciesMerge(t *testing.T) {
	var a, b Latencies
	a.Add(time.Millisecond)
	b.Add(3 * time.Millisecond)
	a.Merge(&b)
	if a.Count() != 2 || a.Max() != 3*time.Millisecond || a.Percentile(99) != 3*time.Millisecond {
		t.Errorf("%d, %v, %v", a.Count(), a.Max(), a.Percentile(99))
	}
}
