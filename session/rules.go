package session

import "lwcon/lwm2m"

// The rules of the registration interface. Their numbers in the comments are
// those under which the deviations are known in the field.
const (
	ruleNoEndpoint       lwm2m.RuleID = "register-no-endpoint"
	ruleEndpointLength   lwm2m.RuleID = "register-endpoint-length"
	ruleEndpointControl  lwm2m.RuleID = "register-endpoint-control-characters"
	ruleNoVersion        lwm2m.RuleID = "register-no-version"
	ruleVersion          lwm2m.RuleID = "register-version"
	ruleNoLifetime       lwm2m.RuleID = "register-no-lifetime"
	ruleLifetime         lwm2m.RuleID = "register-lifetime"
	ruleBinding          lwm2m.RuleID = "register-binding-letter"
	ruleQueueSyntax      lwm2m.RuleID = "register-queue-syntax"
	ruleSMSNumber        lwm2m.RuleID = "register-sms-number"
	ruleQueryTwice       lwm2m.RuleID = "register-query-twice"
	ruleNonConfirmable   lwm2m.RuleID = "register-non-confirmable"
	ruleRegisterFormat   lwm2m.RuleID = "register-content-format"
	ruleNoObjects        lwm2m.RuleID = "register-no-objects"
	ruleObjectList       lwm2m.RuleID = "register-object-list"
	ruleInstanceVersion  lwm2m.RuleID = "register-version-on-instance"
	ruleObjectVersion    lwm2m.RuleID = "register-object-version"
	ruleForbiddenObject  lwm2m.RuleID = "register-forbidden-object"
	ruleMandatoryObject  lwm2m.RuleID = "register-mandatory-object"
	ruleResourceLink     lwm2m.RuleID = "register-resource-link"
	ruleLinkTarget       lwm2m.RuleID = "register-link-target"
	ruleLinkTwice        lwm2m.RuleID = "register-link-twice"
	ruleTooManyLinks     lwm2m.RuleID = "register-too-many-links"
	ruleStillRegistered  lwm2m.RuleID = "register-still-registered"
	ruleUnknownLocation  lwm2m.RuleID = "update-unknown-location"
	ruleUpdateMethod     lwm2m.RuleID = "update-method"
	ruleUpdateParameter  lwm2m.RuleID = "update-parameter"
	ruleResponseNoFormat lwm2m.RuleID = "response-no-content-format"
	ruleResponseFormat   lwm2m.RuleID = "response-not-accepted-format"
	ruleNotObserved      lwm2m.RuleID = "observe-not-established"
	ruleNotifyFormat     lwm2m.RuleID = "notification-format-changed"
	ruleNotifyNoPayload  lwm2m.RuleID = "notification-no-payload"
	ruleCreateNoLocation lwm2m.RuleID = "create-no-location"

	ruleSendNotRegistered lwm2m.RuleID = "send-not-registered"
	ruleSendObject        lwm2m.RuleID = "send-object"
)

// Rules returns what this package checks in live traffic. The slice is the
// caller's.
func Rules() []lwm2m.Rule {
	return append([]lwm2m.Rule{
		rule(ruleNoEndpoint, lwm2m.Failure, "A Register carries ep, the endpoint client name.", "Core 1.1 §6.2.1", ""),
		rule(ruleEndpointLength, lwm2m.Warning, "An endpoint client name is short enough to be stored and shown.", "Core 1.1 §6.2.1", ""),
		rule(ruleEndpointControl, lwm2m.Warning, "An endpoint client name is readable UTF-8.", "Core 1.1 §7.3", ""),
		rule(ruleNoVersion, lwm2m.Failure, "A Register carries lwm2m, the version of the enabler.", "Core 1.1 §6.2.1", ""),
		rule(ruleVersion, lwm2m.Failure, "The version of the enabler is MAJOR.MINOR, and one that the server supports.", "Core 1.1 §6.2.1", ""),
		rule(ruleNoLifetime, lwm2m.Warning, "A Register carries lt, the lifetime in seconds.", "Core 1.1 §6.2.1", ""),
		rule(ruleLifetime, lwm2m.Failure, "The lifetime is a number of seconds from 0 to 4294967295.", "Core 1.1 §6.2.1", ""),
		rule(ruleBinding, lwm2m.Warning, "The binding consists of letters that the announced version knows.", "Core 1.2 §6.2.1.2", ""),
		rule(ruleQueueSyntax, lwm2m.Warning, "Queue mode is a Q in the binding in 1.0, and the parameter Q without a value from 1.1 on.", "Core 1.1 §6.2.1.2", ""),
		rule(ruleSMSNumber, lwm2m.Warning, "The SMS number is an MSISDN of digits without a plus sign.", "Core 1.1 §6.2.1", ""),
		rule(ruleQueryTwice, lwm2m.Warning, "Each parameter stands once.", "Transport 1.1 §6.4.3", ""),
		rule(ruleNonConfirmable, lwm2m.Warning, "Register and Update are Confirmable.", "Transport 1.1 §6.4", "strict servers answer 4.00"),
		rule(ruleRegisterFormat, lwm2m.Warning, "The object list has the Content-Format 40, application/link-format.", "Transport 1.1 §6.4.3", ""),
		rule(ruleNoObjects, lwm2m.Warning, "A Register carries the list of objects and object instances.", "Core 1.1 §6.2.1", ""),
		rule(ruleObjectList, lwm2m.Failure, "The list of objects is well-formed link-format.", "RFC 6690 §2", ""),
		rule(ruleInstanceVersion, lwm2m.Warning, "The attribute ver belongs to the object, not to an instance.", "Core 1.1 §7.2.2", "examples of the specification itself; strict servers answer 4.00"),
		rule(ruleObjectVersion, lwm2m.Warning, "The version of an object is MAJOR.MINOR.", "Core 1.1 §7.2.2", ""),
		rule(ruleForbiddenObject, lwm2m.Warning, "Objects 0, 21 and 23 are never listed.", "Core 1.1 §6.2.1", ""),
		rule(ruleMandatoryObject, lwm2m.Warning, "Objects 1 and 3 are mandatory and always listed.", "Core 1.1 §6.2.1", ""),
		rule(ruleResourceLink, lwm2m.Warning, "Only objects and object instances are listed, no resources.", "Core 1.1 §6.2.1", "Mbed Client"),
		rule(ruleLinkTarget, lwm2m.Failure, "A link is a path such as </3/0> below the root of the LwM2M objects.", "Core 1.1 §6.2.1", ""),
		rule(ruleLinkTwice, lwm2m.Note, "Each object and object instance is listed once.", "RFC 6690 §2", ""),
		rule(ruleTooManyLinks, lwm2m.Warning, "The list of objects stays within what a server can keep.", "Core 1.1 §6.2.1", ""),
		rule(ruleStillRegistered, lwm2m.Note, "A client that is still registered sends an Update; a Register ends its observations.", "Core 1.1 §6.2.2", ""),
		rule(ruleUnknownLocation, lwm2m.Failure, "An Update or De-register goes to the location that the Register was answered with.", "Core 1.1 §6.2.2", "OMA LwM2M DevKit"),
		rule(ruleUpdateMethod, lwm2m.Failure, "An Update is a POST to the location.", "Transport 1.1 §6.4.3", "drafts before 1.0 used PUT"),
		rule(ruleUpdateParameter, lwm2m.Warning, "An Update carries lt, b, Q and sms only.", "Core 1.1 §6.2.2", ""),
		rule(ruleResponseNoFormat, lwm2m.Warning, "An answer with a payload has a Content-Format.", "Transport 1.1 §6.4", "seen in several stacks"),
		rule(ruleResponseFormat, lwm2m.Warning, "An answer has the format that Accept asked for, or is 4.06.", "RFC 7252 §5.10.4", ""),
		rule(ruleNotObserved, lwm2m.Failure, "The answer to an Observe carries the Observe option.", "RFC 7641 §3.1", ""),
		rule(ruleNotifyFormat, lwm2m.Warning, "A notification has the Content-Format of the first answer.", "RFC 7641 §4.4", ""),
		rule(ruleNotifyNoPayload, lwm2m.Failure, "A notification carries the value.", "Core 1.1 §6.4.2", ""),
		rule(ruleCreateNoLocation, lwm2m.Failure, "A Create without an instance id is answered with the Location-Path of the instance.", "Transport 1.1 §6.4.4", ""),
		rule(ruleSendNotRegistered, lwm2m.Failure, "Only a registered client sends.", "Core 1.1 §6.4.5", ""),
		rule(ruleSendObject, lwm2m.Warning, "A Send carries values of registered objects only.", "Core 1.1 §6.4.5", ""),
	}, firmwareRules()...)
}

// rule is a row of the table.
func rule(id lwm2m.RuleID, severity lwm2m.Severity, summary, section, seen string) lwm2m.Rule {
	return lwm2m.Rule{ID: id, Severity: severity, Summary: summary, Section: section, Seen: seen}
}
