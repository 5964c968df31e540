package device

import (
	"math"
	"slices"
	"time"

	"gopkg.in/yaml.v3"

	"lwcon/lwm2m"
)

// firmwareResults are the words for the results of object 5, by number.
var firmwareResults = [...]string{
	"initial", "success", "no-space", "no-memory", "connection-lost", "integrity", "unsupported-type",
	"invalid-uri", "update-failed", "unsupported-protocol", "cancelled", "deferred",
}

// maxRetries is how often at most a download goes on.
const maxRetries = 100

// firmware reads how firmware updates go:
//
//	firmware:
//	  version: 2.0.0           # /3/0/3 after an update
//	  update: 5s               # how long it takes
//	  result: integrity        # how every update ends
//	  space: 100000            # octets; a longer package: Result 2
//	  memory: 50000            # octets; a longer package: Result 3
//	  lost: 4096               # octets, then the link is lost: Result 4
//	  retries: 2               # so often a download that was cut goes on
//	  checksum: crc32          # the last four octets; a wrong one: Result 5
//	  type: "text:LWFW"        # how packages begin; others: Result 6
//	  failed: downloaded       # the state after Result 8: idle or downloaded
//	  defer: 30s               # an update is put off so long: Result 11
//	  push: 60s                # a push that stands still so long: Result 4
func (l *loader) firmware(n *yaml.Node) {
	f := &l.profile.Firmware
	octets := func(key string, into *uint64) field {
		return field{key, func(v *yaml.Node) { l.Count(v, key, 1, math.MaxInt64, into) }}
	}
	choice := func(key string, words []string, chosen func(i int)) field {
		return field{key, func(v *yaml.Node) {
			var s string
			l.word(v, key, words, &s)
			if i := slices.Index(words, s); i >= 0 {
				chosen(i)
			}
		}}
	}
	l.fields(n, "firmware", []field{
		{"version", func(v *yaml.Node) { l.Text(v, "version", &f.Version) }},
		{"update", func(v *yaml.Node) { l.Duration(v, "update", 0, &f.Update) }},
		choice("result", firmwareResults[:], func(i int) { f.Result = lwm2m.FirmwareResult(i) }),
		octets("space", &f.Space), octets("memory", &f.Memory), octets("lost", &f.Lost),
		{"retries", func(v *yaml.Node) { l.Count(v, "retries", 0, maxRetries, &f.Retries) }},
		choice("checksum", []string{"none", "crc32"}, func(i int) { f.Checksum = i == 1 }),
		{"type", func(v *yaml.Node) { l.payload(v, &f.Type) }},
		choice("failed", []string{"idle", "downloaded"}, func(i int) { f.Kept = i == 1 }),
		{"defer", func(v *yaml.Node) { l.Duration(v, "defer", 0, &f.Defer) }},
		{"push", func(v *yaml.Node) { l.Duration(v, "push", time.Second, &f.Push) }},
	})
}
