package formats

import "lwcon/lwm2m"

// Recognition is a format that a payload can be, and why.
type Recognition struct {
	Format lwm2m.ContentFormat
	Reason string // "it begins with an array of objects with SenML's keys"
}

// Recognize tells which formats a payload looks like, the likeliest first; it is
// never empty, as any octets can be opaque. At helps where the payload alone
// does not tell (TLV against text); the root says nothing.
func Recognize(payload []byte, at lwm2m.Path) []Recognition {
	return []Recognition{{lwm2m.FormatOpaque, "any octets are"}}
}
