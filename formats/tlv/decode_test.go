package tlv_test

import (
	"encoding/hex"
	"testing"

	"lwcon/formats/codec"
	"lwcon/formats/tlv"
	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
)

func TestPathsBelowAGatewayPrefixKeepIt(t *testing.T) {
	registry := objects.New()
	for at, payload := range map[string]string{
		"/dev1/3/0/9": "c10964", "/dev1/3/0": "c109648306410001", "/dev1/3": "080007c109648302410001", "/dev1/3/0/6": "8306410001",
	} {
		octets, err := hex.DecodeString(payload)
		if err != nil {
			t.Fatal(err)
		}
		path := lwm2m.MustParsePath(at)
		tree, _ := tlv.Decode(lwm2m.FormatTLV, octets, codec.Options{At: path, Definitions: definitions{registry}})
		if len(tree.Nodes) == 0 {
			t.Errorf("%s: found no value", at)
		}
		for i := range tree.Nodes {
			if p := tree.Nodes[i].Path(); p.Prefix() != "dev1" || !path.Contains(p) {
				t.Errorf("%s: found %s", at, p)
			}
		}
	}
}

// definitions are those of the newest versions.
type definitions struct{ registry *objects.Registry }

func (d definitions) Object(id uint16) *lwm2m.Object { return d.registry.Object(id, 0) }
