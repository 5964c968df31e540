package crowd

import (
	"math/bits"
	"time"
)

// A latency is counted in a bucket: below 16 microseconds each has its own,
// above that 16 share each power of two, so that a percentile is at most 6.25 %
// too high. Spec of the scheme: HdrHistogram, with 4 bits.
const (
	latencyBits    = 4
	latencyStep    = 1 << latencyBits
	latencyBuckets = (40 - latencyBits + 1) * latencyStep // up to 2^40 microseconds
)

// Latencies counts how long something took. The zero value is empty.
type Latencies struct {
	counts [latencyBuckets]uint64
	total  uint64
	most   time.Duration
}

// Add counts one.
func (l *Latencies) Add(d time.Duration) {
	l.counts[bucketOf(d)]++
	l.total++
	l.most = max(l.most, d)
}

// Merge adds what another has counted.
func (l *Latencies) Merge(other *Latencies) {
	for i, n := range other.counts {
		l.counts[i] += n
	}
	l.total += other.total
	l.most = max(l.most, other.most)
}

// Count is how many were counted.
func (l *Latencies) Count() uint64 { return l.total }

// Max is the longest.
func (l *Latencies) Max() time.Duration { return l.most }

// Percentile returns what p percent stayed at or below; 0 where nothing was
// counted.
func (l *Latencies) Percentile(p float64) time.Duration {
	if l.total == 0 {
		return 0
	}
	rank := max(uint64(float64(l.total)*p/100+0.5), 1)
	for i, n := range l.counts {
		if n >= rank {
			return min(upperBound(i), l.most)
		}
		rank -= n
	}
	return l.most
}

func bucketOf(d time.Duration) int {
	us := uint64(max(d, 0) / time.Microsecond)
	if us < latencyStep {
		return int(us)
	}
	exponent := bits.Len64(us) - latencyBits - 1
	i := exponent*latencyStep + int(us>>exponent)
	return min(i, latencyBuckets-1)
}

// upperBound is the longest latency of a bucket.
func upperBound(i int) time.Duration {
	if i < 2*latencyStep {
		return time.Duration(i+1)*time.Microsecond - 1
	}
	exponent := i/latencyStep - 1
	us := uint64(i-exponent*latencyStep+1) << exponent
	return time.Duration(us)*time.Microsecond - 1
}
