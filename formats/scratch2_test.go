package formats_test

import (
	"testing"

	"lwcon/lwm2m"
)

var sink []lwm2m.Node
var sinkT *lwm2m.Tree
var sinkS string

func BenchmarkFloor(b *testing.B) {
	p := encodeDevice(b, lwm2m.FormatTLV)
	b.Run("nodes", func(b *testing.B) {
		for b.Loop() {
			sink = make([]lwm2m.Node, 0, 17)
		}
	})
	b.Run("tree", func(b *testing.B) {
		for b.Loop() {
			sinkT = &lwm2m.Tree{}
		}
	})
	b.Run("string", func(b *testing.B) {
		for b.Loop() {
			sinkS = string(p)
		}
	})
}
