package lwm2m

// Type is a data type of a resource. Spec: Core 1.1 Appendix C.
type Type uint8

// The data types. None is the type of an executable resource, and of a null.
const (
	None       Type = iota
	String          // UTF-8 text
	Integer         // signed, 64 bit
	Unsigned        // unsigned, 64 bit (1.1)
	Float           // IEEE 754, 64 bit
	Boolean         // false or true
	Opaque          // octets
	Time            // seconds since 1970-01-01T00:00:00Z, signed, 64 bit
	ObjectLink      // object id and object instance id
	CoreLink        // text in link-format (1.1)
)

// typeNames are the names that results, scenarios and --type use.
var typeNames = [...]string{"none", "string", "integer", "unsigned", "float", "boolean", "opaque", "time", "objlnk", "corelnk"}

// String returns the name of the type as scripts write it.
func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return "unknown"
}

// ParseType reads the name of a type as String writes it.
func ParseType(name string) (Type, bool) {
	for i, n := range typeNames {
		if n == name {
			return Type(i), true
		}
	}
	return None, false
}

// TypeNames lists the names of all types, for messages and completion.
func TypeNames() []string { return append([]string(nil), typeNames[:]...) }

// Numeric says whether thresholds and steps apply to values of the type.
func (t Type) Numeric() bool { return t == Integer || t == Unsigned || t == Float || t == Time }

// Textual says whether values of the type are UTF-8 text.
func (t Type) Textual() bool { return t == String || t == CoreLink }
