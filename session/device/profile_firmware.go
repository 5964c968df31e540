package device

import (
	"math"
	"strings"

	"gopkg.in/yaml.v3"
)

// firmware reads how firmware updates go:
//
//	firmware: {result: integrity, update: 5s, space: 100000, version: 2.0.0}
func (l *loader) firmware(n *yaml.Node) {
	f := &l.profile.Firmware
	l.fields(n, "firmware", []field{
		{"result", func(v *yaml.Node) {
			var s string
			l.word(v, "result", firmwareResultNames[:], &s)
			for i, name := range firmwareResultNames {
				if strings.EqualFold(name, s) {
					f.Result = FirmwareResult(i)
				}
			}
		}},
		{"update", func(v *yaml.Node) { l.duration(v, "update", 0, &f.Update) }},
		{"space", func(v *yaml.Node) { l.count(v, "space", 1, math.MaxInt64, &f.Space) }},
		{"version", func(v *yaml.Node) { l.text(v, "version", &f.Version) }},
	})
}
