package formats_test

import (
	"encoding/json"
	"os"
	"runtime/debug"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"lwcon/formats"
	"lwcon/lwm2m"
)

// TestMain lets the heap grow to what main lets it grow to, 32 MB, before anything is
// collected: formats and baselines are measured in the heap that the program has.
func TestMain(m *testing.M) {
	debug.SetGCPercent(800)
	os.Exit(m.Run())
}

// benchmarked are the formats of the benchmarks by the names used there.
var benchmarked = []struct {
	name   string
	format lwm2m.ContentFormat
}{
	{"tlv", lwm2m.FormatTLV},
	{"senml-json", lwm2m.FormatSenMLJSON},
	{"senml-cbor", lwm2m.FormatSenMLCBOR},
	{"lwm2m-json", lwm2m.FormatJSON},
	{"lwm2m-cbor", lwm2m.FormatLwM2MCBOR},
}

// deviceOptions are those of the answer to a read of the Device object.
var deviceOptions = formats.Options{At: lwm2m.NewPath(3, 0), Definitions: testDefinitions}

func encodeDevice(tb testing.TB, f lwm2m.ContentFormat) []byte {
	tb.Helper()
	payload, err := formats.Encode(f, deviceNodes(), deviceOptions)
	if err != nil {
		tb.Fatal(err)
	}
	return payload
}

func BenchmarkDecode(b *testing.B) {
	for _, f := range benchmarked {
		b.Run(f.name+"/device", func(b *testing.B) {
			payload := encodeDevice(b, f.format)
			b.SetBytes(int64(len(payload)))
			b.ReportAllocs()
			for b.Loop() {
				tree, err := formats.Decode(f.format, payload, deviceOptions)
				if err != nil || len(tree.Nodes) != 17 || len(tree.Deviations) > 0 {
					b.Fatal(err, describe(tree))
				}
			}
		})
	}
}

func BenchmarkEncode(b *testing.B) {
	for _, f := range benchmarked {
		b.Run(f.name+"/device", func(b *testing.B) {
			nodes := deviceNodes()
			b.SetBytes(int64(len(encodeDevice(b, f.format))))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := formats.Encode(f.format, nodes, deviceOptions); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// jsonRecord and cborRecord are SenML records as a program without a codec of
// its own would decode them.
type jsonRecord struct {
	BN  *string  `json:"bn"`
	N   *string  `json:"n"`
	V   *float64 `json:"v"`
	VS  *string  `json:"vs"`
	VB  *bool    `json:"vb"`
	VD  *string  `json:"vd"`
	VLO *string  `json:"vlo"`
}

type cborRecord struct {
	BN  *string  `cbor:"-2,keyasint"`
	N   *string  `cbor:"0,keyasint"`
	V   *float64 `cbor:"2,keyasint"`
	VS  *string  `cbor:"3,keyasint"`
	VB  *bool    `cbor:"4,keyasint"`
	VD  []byte   `cbor:"8,keyasint"`
	VLO *string  `cbor:"vlo"`
}

func BenchmarkBaseline(b *testing.B) {
	b.Run("encoding-json", func(b *testing.B) {
		payload := encodeDevice(b, lwm2m.FormatSenMLJSON)
		b.SetBytes(int64(len(payload)))
		b.ReportAllocs()
		for b.Loop() {
			var records []jsonRecord
			if err := json.Unmarshal(payload, &records); err != nil || len(records) != 17 {
				b.Fatal(err)
			}
		}
	})
	b.Run("fxamacker-cbor", func(b *testing.B) {
		payload := encodeDevice(b, lwm2m.FormatSenMLCBOR)
		b.SetBytes(int64(len(payload)))
		b.ReportAllocs()
		for b.Loop() {
			var records []cborRecord
			if err := cbor.Unmarshal(payload, &records); err != nil || len(records) != 17 {
				b.Fatal(err)
			}
		}
	})
}
