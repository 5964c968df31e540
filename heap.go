package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// heapFloor is the heap below which nothing is collected. A decoded payload or an
// exchange lives for microseconds; with the few hundred KB that stay, the collector
// would run after each 4 MB of them, which takes as long as making them.
const heapFloor = 32 << 20

// mostPercent lets an empty heap grow to the floor: the least heap of the Go runtime
// is 4 MB at 100 percent.
const mostPercent = heapFloor / (4 << 20) * 100

// percentFor is the GC percentage that lets a heap with so many bytes alive grow to
// the floor, or to twice itself where that is more.
func percentFor(live uint64) int {
	if live == 0 {
		return mostPercent
	}
	free := heapFloor - min(live, heapFloor)
	return int(min(max(free*100/live, 100), mostPercent))
}

// cycle is garbage at once: its finalizer runs after each collection.
type cycle struct{ percent *int }

// keepHeapFloor sets the GC percentage now and after each collection.
func keepHeapFloor() {
	percent := mostPercent
	debug.SetGCPercent(percent)
	runtime.SetFinalizer(&cycle{&percent}, (*cycle).collected)
}

func (c *cycle) collected() {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	if percent := percentFor(sample[0].Value.Uint64()); percent != *c.percent {
		*c.percent = percent
		debug.SetGCPercent(percent)
	}
	runtime.SetFinalizer(c, (*cycle).collected)
}
