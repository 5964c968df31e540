package rules

import "lwcon/lwm2m"

// Rules of text/plain and application/octet-stream.
const (
	OpaqueType       lwm2m.RuleID = "opaque-type"
	TextBlank        lwm2m.RuleID = "text-blank"
	TextBooleanWord  lwm2m.RuleID = "text-boolean-word"
	TextDecimalComma lwm2m.RuleID = "text-decimal-comma"
	TextEmpty        lwm2m.RuleID = "text-empty"
	TextExponent     lwm2m.RuleID = "text-float-exponent"
	TextFloatWord    lwm2m.RuleID = "text-float-word"
	TextNumberForm   lwm2m.RuleID = "text-number-form"
	TextTimeForm     lwm2m.RuleID = "text-time-form"
	TextValue        lwm2m.RuleID = "text-value"
)

var text = []row{
	{OpaqueType, lwm2m.Failure, "application/octet-stream is for Opaque resources alone.", "Core 1.2 §7.4", ""},
	{TextBlank, lwm2m.Warning, "No blank, tab or line end stands around a value in text/plain.", appendixC, "devices that send lines"},
	{TextBooleanWord, lwm2m.Warning, "A Boolean in text/plain is 0 or 1.", appendixC, "devices that send true and false"},
	{TextDecimalComma, lwm2m.Failure, "A Float in text/plain has a decimal point.", appendixC, "C programs under a national locale"},
	{TextEmpty, lwm2m.Failure, "Only a String, CoreLink or Opaque can be empty text.", appendixC, ""},
	{TextExponent, lwm2m.Warning, "A Float in text/plain has no exponent.", appendixC, "C programs that print with %g"},
	{TextFloatWord, lwm2m.Failure, "A Float in text/plain is a decimal number: NaN and the infinities have no form.", appendixC, ""},
	{TextNumberForm, lwm2m.Warning, "A number in text/plain has no plus sign, no needless zeros, digits at both sides of the point, no base prefix.", appendixC, ""},
	{TextTimeForm, lwm2m.Failure, "A Time in text/plain is the integer of seconds since 1970.", appendixC, "devices that send ISO 8601"},
	{TextValue, lwm2m.Failure, "Text in text/plain is a value of the resource's data type.", appendixC, ""},
}
