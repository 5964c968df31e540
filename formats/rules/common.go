package rules

import "lwcon/lwm2m"

// Rules of every format.
const (
	BeyondRequest           lwm2m.RuleID = "path-beyond-request"
	ListFormat              lwm2m.RuleID = "path-list-format"
	BaseNameSlash           lwm2m.RuleID = "base-name-slash"
	Duplicate               lwm2m.RuleID = "duplicate-path"
	DuplicateField          lwm2m.RuleID = "duplicate-field"
	ReservedID              lwm2m.RuleID = "reserved-id"
	ValueNullLink           lwm2m.RuleID = "value-null-link"
	MultipleAsArray         lwm2m.RuleID = "multiple-as-array"
	MultipleWithoutInstance lwm2m.RuleID = "multiple-without-instance"
	SingleWithInstance      lwm2m.RuleID = "single-with-instance"
	FormatOldNumber         lwm2m.RuleID = "format-old-number"
	FormatMismatch          lwm2m.RuleID = "format-mismatch"
	NameForm                lwm2m.RuleID = "name-form"
	NamePath                lwm2m.RuleID = "name-path"
	OutsideRequest          lwm2m.RuleID = "path-outside-request"
	ListTime                lwm2m.RuleID = "path-list-time"
	ListValue               lwm2m.RuleID = "path-list-value"
	SingleForMany           lwm2m.RuleID = "single-value-for-many"
	SingleForMultiple       lwm2m.RuleID = "single-value-for-multiple"
	ValueBase64             lwm2m.RuleID = "value-base64"
	ValueCoreLink           lwm2m.RuleID = "value-corelnk"
	ValueExecutable         lwm2m.RuleID = "value-of-executable"
	ValueFraction           lwm2m.RuleID = "value-fraction-for-integer"
	ValueIntegerFloat       lwm2m.RuleID = "value-integer-as-float"
	ValueIntegerRange       lwm2m.RuleID = "value-integer-range"
	ValueInvalidUTF8        lwm2m.RuleID = "value-invalid-utf8"
	ValueOutsideRange       lwm2m.RuleID = "value-outside-range"
	ValueNULTerminated      lwm2m.RuleID = "value-nul-terminated"
	ValuePath               lwm2m.RuleID = "value-path"
	ValueTrailing           lwm2m.RuleID = "payload-trailing-octets"
	ValueType               lwm2m.RuleID = "value-type"
)

// appendixC is the section with the data types.
const appendixC = "Core 1.1 Appendix C"

// appendixD is the section with the template of definitions.
const appendixD = "Core 1.1 Appendix D"

var common = []row{
	{BaseNameSlash, lwm2m.Failure, "Base name and name are joined as they are: a base name ends with \"/\" where the name begins with an id.", "RFC 8428 §4.5.1, Core 1.0 §6.4.4", "encoders that put the request path into bn"},
	{Duplicate, lwm2m.Warning, "A payload says each path, or each path and time, once.", "Core 1.2 §7.4", ""},
	{DuplicateField, lwm2m.Failure, "A record says each of its fields once.", "RFC 8259 §4, RFC 8949 §5.6, RFC 8428 §4", ""},
	{ReservedID, lwm2m.Failure, "An id is 0 to 65534: 65535 is reserved.", "Core 1.1 §7.1", ""},
	{FormatOldNumber, lwm2m.Warning, "A format has the number that IANA registered: 0, 42, 11542 or 11543, not 1541 to 1544.", "Core 1.0 §6.4, RFC 7252 §12.3", "devices made after drafts of LwM2M 1.0"},
	{FormatMismatch, lwm2m.Failure, "A payload is in the format that its Content-Format says.", "Core 1.2 §7.4", ""},
	{MultipleAsArray, lwm2m.Failure, "The values of a multiple resource are no array, in application/cbor no map either: its instances have ids.", "Core 1.2 §7.4", ""},
	{MultipleWithoutInstance, lwm2m.Failure, "The values of a multiple resource are resource instances, even if there is one only.", "Core 1.2 §7.4", ""},
	{SingleWithInstance, lwm2m.Failure, "The value of a single resource has no resource instance.", "Core 1.2 §7.4", ""},
	{NameForm, lwm2m.Warning, "The ids of a name have no leading zeros, and no slash ends it.", "Core 1.1 §7.1, §7.4", ""},
	{NamePath, lwm2m.Failure, "A name, its base name included, is a path: at most four ids from 0 to 65534, parted by slashes.", "Core 1.1 §7.1, §7.4", ""},
	{OutsideRequest, lwm2m.Failure, "Every path of an answer lies at or below the path of its request.", "Core 1.2 §7.4", "devices with a wrong base name"},
	{BeyondRequest, lwm2m.Note, "Records may go beyond the path of the request where their base name is \"/\".", "Core 1.1 §7.4", "an example of the specification"},
	{ListFormat, lwm2m.Failure, "The path list of a composite request is SenML or SenML-ETCH.", "Core 1.2 §7.4", ""},
	{ListTime, lwm2m.Warning, "The path list of a composite request has no times.", "Core 1.1 §7.4", ""},
	{ListValue, lwm2m.Warning, "The path list of a composite request has no values.", "Core 1.1 §7.4", ""},
	{SingleForMany, lwm2m.Failure, "An object and an object instance need a format that carries many values.", "Core 1.2 §7.4", ""},
	{SingleForMultiple, lwm2m.Failure, "A multiple resource needs a format that carries several values.", "Core 1.2 §7.4", ""},
	{ValueOutsideRange, lwm2m.Note, "A number lies within the range of its resource's definition.", appendixD, ""},
	{ValuePath, lwm2m.Failure, "A value has the path of a resource or resource instance.", "Core 1.1 §7.4", ""},
	{ValueTrailing, lwm2m.Warning, "Nothing follows the end of the payload's one item.", "RFC 8259 §2, RFC 8949 §3", "C programs that send a terminating NUL"},
	{ValueBase64, lwm2m.Warning, "Octets in text are Base64 in the alphabet and with the padding of their format.", appendixC + ", RFC 8428 §5", "Wakaama (padding in SenML JSON)"},
	{ValueCoreLink, lwm2m.Warning, "A Corelnk is text in link-format.", appendixC + ", RFC 6690 §2", ""},
	{ValueExecutable, lwm2m.Warning, "A resource that is only executed has no value.", appendixD, ""},
	{ValueFraction, lwm2m.Failure, "The value of an Integer, Unsigned or Time has no fraction.", appendixC, ""},
	{ValueIntegerFloat, lwm2m.Warning, "An Integer, Unsigned or Time is written as an integer, not as a float.", appendixC, ""},
	{ValueIntegerRange, lwm2m.Failure, "An Integer or Time fits 64 bits with sign, an Unsigned 64 bits without.", appendixC, ""},
	{ValueInvalidUTF8, lwm2m.Warning, "Text is UTF-8.", appendixC, ""},
	{ValueNULTerminated, lwm2m.Warning, "Text carries no terminating NUL.", appendixC, "C programs that send strlen + 1 octets"},
	{ValueNullLink, lwm2m.Warning, "The link to no object is 65535:65535, in decimal digits.", appendixC, "an example of the specification prints FFFF:FFFF"},
	{ValueType, lwm2m.Failure, "A value has the data type of its resource's definition.", appendixC, ""},
}

// HintsAtFormat says whether a departure from a rule makes it doubtful that a
// payload is in the format that its Content-Format says.
func HintsAtFormat(id lwm2m.RuleID) bool {
	return id == TextValue || id == ValueInvalidUTF8 || id == ValueBase64 || id == OpaqueType ||
		id == ValueTrailing || id == SenMLNoArray || id == SingleForMany
}
