package rules

import "lwcon/lwm2m"

// Rules of every format.
const (
	Duplicate               lwm2m.RuleID = "duplicate-path"
	MultipleWithoutInstance lwm2m.RuleID = "multiple-without-instance"
	SingleWithInstance      lwm2m.RuleID = "single-with-instance"
	FormatMismatch          lwm2m.RuleID = "format-mismatch"
	OutsideRequest          lwm2m.RuleID = "path-outside-request"
	ListTime                lwm2m.RuleID = "path-list-time"
	ListValue               lwm2m.RuleID = "path-list-value"
	SingleForMultiple       lwm2m.RuleID = "single-value-for-multiple"
	ValueBase64             lwm2m.RuleID = "value-base64"
	ValueFraction           lwm2m.RuleID = "value-fraction-for-integer"
	ValueIntegerFloat       lwm2m.RuleID = "value-integer-as-float"
	ValueIntegerRange       lwm2m.RuleID = "value-integer-range"
	ValueInvalidUTF8        lwm2m.RuleID = "value-invalid-utf8"
	ValueOutsideRange       lwm2m.RuleID = "value-outside-range"
	ValueNULTerminated      lwm2m.RuleID = "value-nul-terminated"
	ValueTrailing           lwm2m.RuleID = "payload-trailing-octets"
	ValueType               lwm2m.RuleID = "value-type"
)

// appendixC is the section with the data types.
const appendixC = "Core 1.1 Appendix C"

// appendixD is the section with the template of definitions.
const appendixD = "Core 1.1 Appendix D"

var common = []row{
	{Duplicate, lwm2m.Warning, "A payload says each path, or each path and time, once.", "Core 1.2 §7.4", ""},
	{FormatMismatch, lwm2m.Failure, "A payload is in the format that its Content-Format says.", "Core 1.2 §7.4", ""},
	{MultipleWithoutInstance, lwm2m.Failure, "The values of a multiple resource are resource instances, even if there is one only.", "Core 1.2 §7.4", ""},
	{SingleWithInstance, lwm2m.Failure, "The value of a single resource has no resource instance.", "Core 1.2 §7.4", ""},
	{OutsideRequest, lwm2m.Failure, "Every path of an answer lies at or below the path of its request.", "Core 1.2 §7.4", "devices with a wrong base name"},
	{ListTime, lwm2m.Warning, "The path list of a composite request has no times.", "Core 1.1 §7.4", ""},
	{ListValue, lwm2m.Warning, "The path list of a composite request has no values.", "Core 1.1 §7.4", ""},
	{SingleForMultiple, lwm2m.Failure, "A multiple resource needs a format that carries several values.", "Core 1.2 §7.4", ""},
	{ValueOutsideRange, lwm2m.Note, "A number lies within the range of its resource's definition.", appendixD, ""},
	{ValueTrailing, lwm2m.Warning, "Nothing follows the end of the payload's one item.", "RFC 8259 §2, RFC 8949 §3", "C programs that send a terminating NUL"},
	{ValueBase64, lwm2m.Warning, "Octets in text are Base64 in the alphabet and with the padding of their format.", appendixC + ", RFC 8428 §5", "Wakaama (padding in SenML JSON)"},
	{ValueFraction, lwm2m.Failure, "The value of an Integer, Unsigned or Time has no fraction.", appendixC, ""},
	{ValueIntegerFloat, lwm2m.Warning, "An Integer, Unsigned or Time is written as an integer, not as a float.", appendixC, ""},
	{ValueIntegerRange, lwm2m.Failure, "An Integer or Time fits 64 bits with sign, an Unsigned 64 bits without.", appendixC, ""},
	{ValueInvalidUTF8, lwm2m.Warning, "Text is UTF-8.", appendixC, ""},
	{ValueNULTerminated, lwm2m.Warning, "Text carries no terminating NUL.", appendixC, "C programs that send strlen + 1 octets"},
	{ValueType, lwm2m.Failure, "A value has the data type of its resource's definition.", appendixC, ""},
}

// HintsAtFormat says whether a departure from a rule makes it doubtful that a
// payload is in the format that its Content-Format says.
func HintsAtFormat(id lwm2m.RuleID) bool {
	return id == TextValue || id == ValueInvalidUTF8 || id == ValueBase64 || id == OpaqueType ||
		id == ValueTrailing || id == SenMLNoArray
}
