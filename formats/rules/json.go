package rules

import "lwcon/lwm2m"

// Rules of SenML, of JSON and of CBOR as such.
const (
	CBORForm          lwm2m.RuleID = "cbor-form"
	JSONForm          lwm2m.RuleID = "json-form"
	SenMLDataText     lwm2m.RuleID = "senml-data-text"
	SenMLNoArray      lwm2m.RuleID = "senml-no-array"
	SenMLNoValue      lwm2m.RuleID = "senml-no-value"
	SenMLNull         lwm2m.RuleID = "senml-null"
	SenMLRelativeName lwm2m.RuleID = "senml-relative-name"
	SenMLSmallTime    lwm2m.RuleID = "senml-small-time"
	SenMLTextLabel    lwm2m.RuleID = "senml-text-label"
	SenMLTwoValues    lwm2m.RuleID = "senml-two-values"
	SenMLValueField   lwm2m.RuleID = "senml-value-field"
)

var senml = []row{
	{CBORForm, lwm2m.Warning, "CBOR values are integers, floats, decimal fractions, booleans, strings and null; tag 1 marks a Time in application/cbor.", "Core 1.1 §7.4, RFC 8949 §3", ""},
	{JSONForm, lwm2m.Warning, "JSON is written as RFC 8259 has it: numbers without needless zeros or signs, no NaN, no comma before an end.", "RFC 8259 §2-§8", ""},
	{SenMLDataText, lwm2m.Failure, "In SenML CBOR vd is a byte string, not text in Base64.", "RFC 8428 §6", "encoders made from SenML JSON ones"},
	{SenMLNoArray, lwm2m.Failure, "A SenML payload is an array of records, even of a single one.", "RFC 8428 §4", ""},
	{SenMLNoValue, lwm2m.Failure, "A record carries a value, except in the path list of a composite request.", "RFC 8428 §4.2, Core 1.1 §7.4", ""},
	{SenMLNull, lwm2m.Failure, "Null is for SenML-ETCH alone, where it deletes a resource instance.", "RFC 8790 §3.2, Core 1.2 §7.4", ""},
	{SenMLRelativeName, lwm2m.Failure, "Base name and name together are an absolute path that begins with \"/\".", "Core 1.1 §7.4", "devices that keep the names of LwM2M JSON"},
	{SenMLSmallTime, lwm2m.Note, "A time below 2^28 is relative to now; absolute times are seconds since 1970.", "RFC 8428 §4.5.3", "an example in LwM2M's own text"},
	{SenMLTextLabel, lwm2m.Failure, "In SenML CBOR the labels are integers; only vlo is text.", "RFC 8428 §6", "encoders made from SenML JSON ones"},
	{SenMLTwoValues, lwm2m.Failure, "A record carries one value.", "RFC 8428 §4.2", ""},
	{SenMLValueField, lwm2m.Failure, "Each kind of value has its field: v numbers, vs text, vb booleans, vd octets, vlo object links.", "RFC 8428 §4.2, Core 1.1 §7.4", ""},
}
