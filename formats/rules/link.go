package rules

import "lwcon/lwm2m"

// Rules of link-format.
const (
	LinkBlank         lwm2m.RuleID = "link-spaces"
	LinkDuplicate     lwm2m.RuleID = "link-duplicate-parameter"
	LinkEmpty         lwm2m.RuleID = "link-empty"
	LinkNoReference   lwm2m.RuleID = "link-no-reference"
	LinkParameter     lwm2m.RuleID = "link-parameter"
	LinkPlace         lwm2m.RuleID = "link-parameter-place"
	LinkQuote         lwm2m.RuleID = "link-unterminated-quote"
	LinkTarget        lwm2m.RuleID = "link-target"
	LinkTwice         lwm2m.RuleID = "link-twice"
	LinkUnquotedList  lwm2m.RuleID = "link-unquoted-list"
	LinkValue         lwm2m.RuleID = "link-parameter-value"
	LinkVersion       lwm2m.RuleID = "link-version"
	LinkVersionPlaced lwm2m.RuleID = "link-version-on-instance"
)

var link = []row{
	{LinkBlank, lwm2m.Warning, "No blank stands around the separators of links and parameters.", "RFC 6690 §2", "the specification's own examples, many devices"},
	{LinkDuplicate, lwm2m.Failure, "A link gives each parameter once; several content formats are one quoted list.", "RFC 6690 §2, RFC 7252 §7.2.1", "Leshan refuses it (issues 1020 and 1229)"},
	{LinkEmpty, lwm2m.Failure, "A link stands before and after each comma.", "RFC 6690 §2", ""},
	{LinkNoReference, lwm2m.Failure, "A link begins with its target in angle brackets; parameters of the whole belong to </>.", "RFC 6690 §2, Core 1.2 §6.1", "Zephyr, and others after the LwM2M 1.0 text (OMA issue 460, ThingsBoard issue 6274)"},
	{LinkParameter, lwm2m.Failure, "A semicolon is followed by the name of a parameter.", "RFC 6690 §2", ""},
	{LinkPlace, lwm2m.Warning, "dim belongs to a multiple resource; gt, lt, st and edge to a resource or its instance; ssid to an instance of object 0, 1 or 21; uri to one of object 0; lwm2m to </>; the other attributes to all but </>.", "Core 1.2 §5.1, §6.2.1, §6.3.3", ""},
	{LinkQuote, lwm2m.Failure, "A quoted value ends with a quote.", "RFC 6690 §2", ""},
	{LinkTarget, lwm2m.Failure, "The target of a link is a path that begins with \"/\" and ends without, its ids from 0 to 65534 and without leading zeros, without scheme or query, escapes being % and two hexadecimal digits.", "RFC 6690 §2, Core 1.2 §6.2.1", ""},
	{LinkTwice, lwm2m.Warning, "Each target is linked once.", "Core 1.2 §6.2.1", ""},
	{LinkUnquotedList, lwm2m.Failure, "A value with blanks, such as a list of content formats, is quoted.", "RFC 6690 §2, RFC 7252 §7.2.1", "see Leshan issue 1020"},
	{LinkValue, lwm2m.Warning, "dim is 0 to 255, ssid 1 to 65534, uri a quoted URI, ct a list of numbers, and an attribute a number that it can have beside the others.", "Core 1.2 §5.1, §6.3.3", ""},
	{LinkVersion, lwm2m.Warning, "ver and lwm2m are MAJOR.MINOR, such as 1.1.", "Core 1.2 §6.2.1, §7.2", ""},
	{LinkVersionPlaced, lwm2m.Warning, "The version belongs to the link of the object, not of an instance.", "Core 1.2 §6.2.1", "devices that Leshan from 2.0.0-M7 on answers 4.00 (issues 1273 and 1315)"},
}
