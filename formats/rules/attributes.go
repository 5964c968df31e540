package rules

import "lwcon/lwm2m"

// attributesSection is where the query of a Write-Attributes is described.
const attributesSection = "Core 1.2 §5.1.2, §7.3.2"

// argumentsSection is where the arguments of an Execute are described.
const argumentsSection = "Core 1.2 §6.3.5"

// attributes are the rules of the texts that package lwm2m reads: the query of a
// Write-Attributes and the arguments of an Execute.
var attributes = []row{
	{lwm2m.RuleAttributesConflict, lwm2m.Failure, "lt is below gt, lt + 2*st is below gt, epmin is below epmax.", attributesSection, ""},
	{lwm2m.RuleAttributesDuplicate, lwm2m.Failure, "A query names each attribute once.", attributesSection, ""},
	{lwm2m.RuleAttributesEmptyItem, lwm2m.Failure, "A name stands before and after each \"&\".", attributesSection, ""},
	{lwm2m.RuleAttributesEmptyValue, lwm2m.Failure, "A number follows \"=\"; an attribute is unset by its name alone.", attributesSection, ""},
	{lwm2m.RuleAttributesNumber, lwm2m.Failure, "The value of an attribute is a number.", attributesSection, ""},
	{lwm2m.RuleAttributesNumberForm, lwm2m.Warning, "A number is a decimal without exponent and plus sign.", attributesSection, ""},
	{lwm2m.RuleAttributesPlace, lwm2m.Failure, "gt, lt and st belong to a number, edge to a boolean, and all attributes to what can be read.", attributesSection, ""},
	{lwm2m.RuleAttributesRange, lwm2m.Failure, "Times and counts are not negative and have no fraction, st is not negative, edge and con are 0 or 1.", attributesSection, "see OMA issue 563 on fractions"},
	{lwm2m.RuleAttributesUnknown, lwm2m.Failure, "Only notification attributes are written; ver, dim, ssid and others are properties.", attributesSection, ""},
	{lwm2m.RuleAttributesVersion, lwm2m.Failure, "epmin and epmax came with LwM2M 1.1, edge, con and hqmax with 1.2.", attributesSection, ""},
	{lwm2m.RuleArgumentsBlank, lwm2m.Warning, "No blank stands between arguments.", argumentsSection, "an example of the specification"},
	{lwm2m.RuleArgumentsCharacter, lwm2m.Failure, "A value has no blank, quote or backslash and is ASCII.", argumentsSection, ""},
	{lwm2m.RuleArgumentsDuplicate, lwm2m.Failure, "Each argument is given once.", argumentsSection, ""},
	{lwm2m.RuleArgumentsEmpty, lwm2m.Failure, "An argument stands before and after each comma.", argumentsSection, ""},
	{lwm2m.RuleArgumentsID, lwm2m.Failure, "An argument is one digit.", argumentsSection, ""},
	{lwm2m.RuleArgumentsText, lwm2m.Failure, "The payload of an Execute is a list of arguments, no free text.", argumentsSection, "devices that take any text"},
	{lwm2m.RuleArgumentsUnquoted, lwm2m.Failure, "A value stands in single quotes.", argumentsSection, ""},
}
