package formats_test

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"lwcon/formats"
	"lwcon/lwm2m"
)

func cpu() float64 {
	var u syscall.Rusage
	syscall.Getrusage(1, &u)
	return float64(u.Utime.Nano() + u.Stime.Nano())
}

func TestScratch(t *testing.T) {
	if os.Getenv("SCRATCH") == "" {
		return
	}
	runtime.LockOSThread()
	best := map[string]float64{}
	one := func(name string, n int, f func()) {
		runtime.GC()
		c := cpu()
		for range n {
			f()
		}
		d := (cpu() - c) / float64(n)
		if b, ok := best[name]; !ok || d < b {
			best[name] = d
		}
	}
	js := encodeDevice(t, lwm2m.FormatSenMLJSON)
	cb := encodeDevice(t, lwm2m.FormatSenMLCBOR)
	for range 25 {
		one("json", 2000, func() { var r []jsonRecord; json.Unmarshal(js, &r) })
		one("cbor", 3000, func() { var r []cborRecord; cbor.Unmarshal(cb, &r) })
		one("nodes", 10000, func() { sink = make([]lwm2m.Node, 0, 17) })
		one("tree", 10000, func() { sinkT = &lwm2m.Tree{} })
		one("str", 10000, func() { sinkS = string(js[:136]) })
		one("noscan", 10000, func() { sinkB = make([]byte, 1088) })
		one("noscan8", 10000, func() { sinkB = make([]byte, 800) })
		for _, f := range benchmarked {
			p := encodeDevice(t, f.format)
			one(f.name, 6000, func() { formats.Decode(f.format, p, deviceOptions) })
			nodes := deviceNodes()
			one("e"+f.name, 6000, func() { formats.Encode(f.format, nodes, deviceOptions) })
		}
	}
	fmt.Println(best["nodes"], best["tree"], best["str"], best["noscan"], best["noscan8"])
	fmt.Printf("json %.0f cbor %.0f\n", best["json"], best["cbor"])
	for _, f := range benchmarked {
		fmt.Printf("%-12s dec %.0f (json/%.1f cbor/%.2f) enc %.0f\n", f.name, best[f.name], best["json"]/best[f.name], best["cbor"]/best[f.name], best["e"+f.name])
	}
}

var sinkB []byte
