package rules

import "lwcon/lwm2m"

// Rules of LwM2M CBOR and LwM2M JSON.
const (
	JSONAbsoluteName   lwm2m.RuleID = "json-absolute-name"
	JSONEmpty          lwm2m.RuleID = "json-empty-payload"
	JSONNoValue        lwm2m.RuleID = "json-no-value"
	JSONNull           lwm2m.RuleID = "json-null"
	JSONSeveralObjects lwm2m.RuleID = "json-several-objects"
	JSONTwoValues      lwm2m.RuleID = "json-two-values"
	JSONValueField     lwm2m.RuleID = "json-value-field"
	LwM2MCBOREmpty     lwm2m.RuleID = "lwm2m-cbor-empty-payload"
	LwM2MCBORPath      lwm2m.RuleID = "lwm2m-cbor-relative-path"
)

// jsonSection is where LwM2M JSON is described.
const jsonSection = "Core 1.0 §6.4.4"

// lwm2mCBORSection is where LwM2M CBOR is described.
const lwm2mCBORSection = "Core 1.2 §7.4 (LwM2M CBOR)"

var lwm2mFormats = []row{
	{JSONAbsoluteName, lwm2m.Warning, "A name without base name is relative to the request path and does not begin with \"/\".", jsonSection, "devices that mix up LwM2M JSON and SenML"},
	{JSONEmpty, lwm2m.Warning, "A payload in LwM2M JSON is an object with an array e, which may be empty.", jsonSection, ""},
	{JSONNoValue, lwm2m.Failure, "An entry carries a value.", jsonSection, ""},
	{JSONNull, lwm2m.Failure, "LwM2M JSON has no null.", jsonSection, ""},
	{JSONSeveralObjects, lwm2m.Failure, "A payload of LwM2M JSON has the values of one object.", jsonSection, ""},
	{JSONTwoValues, lwm2m.Failure, "An entry carries one value.", jsonSection, ""},
	{JSONValueField, lwm2m.Failure, "Each kind of value has its field: v numbers, sv text and Base64, bv booleans, ov object links.", jsonSection, ""},
	{LwM2MCBOREmpty, lwm2m.Warning, "A payload in LwM2M CBOR is a map, which may be empty.", lwm2mCBORSection, ""},
	{LwM2MCBORPath, lwm2m.Warning, "Keys begin at the object id; only in a Write or Create may they begin below the request path.", lwm2mCBORSection, ""},
}
