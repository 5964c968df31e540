package rules

import "lwcon/lwm2m"

// Rules of TLV.
const (
	TLVBoolean         lwm2m.RuleID = "tlv-boolean"
	TLVEmptySingle     lwm2m.RuleID = "tlv-empty-single"
	TLVFloatLength     lwm2m.RuleID = "tlv-float-length"
	TLVIDLongForm      lwm2m.RuleID = "tlv-id-long-form"
	TLVInlineBits      lwm2m.RuleID = "tlv-inline-length-bits"
	TLVInstanceWrapper lwm2m.RuleID = "tlv-instance-wrapper"
	TLVIntegerLength   lwm2m.RuleID = "tlv-integer-length"
	TLVIntegerLong     lwm2m.RuleID = "tlv-integer-long-form"
	TLVKind            lwm2m.RuleID = "tlv-kind"
	TLVLengthLongForm  lwm2m.RuleID = "tlv-length-long-form"
	TLVMissingInstance lwm2m.RuleID = "tlv-missing-object-instance"
	TLVMissingMultiple lwm2m.RuleID = "tlv-missing-multiple-wrapper"
	TLVMixedLevels     lwm2m.RuleID = "tlv-mixed-levels"
	TLVObjectLink      lwm2m.RuleID = "tlv-objlnk-length"
	TLVSingleAsMany    lwm2m.RuleID = "tlv-single-as-multiple"
	TLVUnsignedWidened lwm2m.RuleID = "tlv-unsigned-widened"
)

// tlvSection is where TLV is described.
const tlvSection = "Core 1.0 §6.4.3, Core 1.2 §7.4 (TLV)"

var tlv = []row{
	{TLVBoolean, lwm2m.Warning, "A Boolean is one octet, 0 or 1.", appendixC, ""},
	{TLVEmptySingle, lwm2m.Failure, "A single resource is never an empty payload: an empty value has a TLV of length 0.", tlvSection, ""},
	{TLVFloatLength, lwm2m.Failure, "A Float is 4 or 8 octets of IEEE 754.", appendixC, "devices that send whole numbers as integers"},
	{TLVIDLongForm, lwm2m.Note, "An id up to 255 takes one octet.", tlvSection, ""},
	{TLVInlineBits, lwm2m.Note, "The low three bits of the type are 0 where a length field follows.", tlvSection, ""},
	{TLVInstanceWrapper, lwm2m.Warning, "The answer for a resource has no Object Instance around it.", tlvSection, ""},
	{TLVIntegerLength, lwm2m.Warning, "An Integer, Unsigned or Time is 1, 2, 4 or 8 octets.", appendixC, ""},
	{TLVIntegerLong, lwm2m.Note, "An Integer, Unsigned or Time takes the fewest octets that hold it.", appendixC, "devices that send all integers in 4 octets"},
	{TLVKind, lwm2m.Failure, "A Multiple Resource holds Resource Instances only; the answer for a resource instance is a Resource Instance.", tlvSection, ""},
	{TLVLengthLongForm, lwm2m.Note, "A length takes the shortest form: in the type up to 7, else 1, 2 or 3 octets.", tlvSection, "encoders that patch lengths in afterwards"},
	{TLVMissingInstance, lwm2m.Failure, "The answer for an object wraps each instance in an Object Instance, even a single one.", tlvSection, "Zephyr (issue 9470)"},
	{TLVMissingMultiple, lwm2m.Failure, "The values of a multiple resource are Resource Instances in a Multiple Resource, even if there is one only.", tlvSection, "Leshan accepts bare instances; see also OMA issues 86 and 105"},
	{TLVMixedLevels, lwm2m.Failure, "A level holds either Object Instances or resources, not both.", tlvSection, ""},
	{TLVObjectLink, lwm2m.Failure, "An Objlnk is 4 octets: object id and instance id.", appendixC, ""},
	{TLVSingleAsMany, lwm2m.Failure, "A single resource is a Resource with value, not a Multiple Resource.", tlvSection, ""},
	{TLVUnsignedWidened, lwm2m.Note, "An Unsigned needs no leading zero octet: 200 is c8, not 00c8.", appendixC, "devices that encode an Unsigned as an Integer"},
}
