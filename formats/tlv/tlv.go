// Package tlv is the format application/vnd.oma.lwm2m+tlv (11542, and 1542 from
// before the registration). A payload is a row of entries:
//
//	octet  type: bits 7-6 kind, bit 5 a 16-bit id follows, bits 4-3 octets of
//	       the length field, bits 2-0 the length where there is no such field
//	1-2    id, big-endian
//	0-3    length, big-endian
//	       value: octets, or the entries of the next level
//
// An Object Instance holds Resources and Multiple Resources, a Multiple Resource
// holds Resource Instances. The request path says what the top level is.
//
// Spec: Core 1.0 §6.4.3, Core 1.2 §7.4.
package tlv

// kind is what an entry is: the top two bits of its type.
type kind uint8

const (
	objectInstance kind = iota
	resourceInstance
	multipleResource
	resource
)

// String names the kind as the specification does, with its article.
func (k kind) String() string {
	return [...]string{"an Object Instance", "a Resource Instance", "a Multiple Resource", "a Resource"}[k&3]
}

// maxLength is the most octets of a value: its length has 24 bits.
const maxLength = 1<<24 - 1

// entry is one entry by its offsets in the payload.
type entry struct {
	start, value, end int
	id                uint16
	kind              kind
}

// count returns how many values and empty groups a payload holds at most, so
// that the nodes are allocated once.
func count(s string) int {
	n := 0
	for i := 0; i < len(s); {
		first := s[i]
		length := int(first & 7)
		i += 2 + int(first>>5&1)
		if field := int(first >> 3 & 3); field > 0 {
			if i+field > len(s) {
				break
			}
			length = int(bigEndian(s[i : i+field]))
			i += field
		}
		if first&0x40 != 0 || length == 0 { // holds a value, or nothing
			n++
			i += length
		}
	}
	return n
}
