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
	ruleProfile          lwm2m.RuleID = "register-profile-unknown"
	ruleProfileSyntax    lwm2m.RuleID = "register-profile-syntax"
	ruleStillRegistered  lwm2m.RuleID = "register-still-registered"
	ruleUnknownLocation  lwm2m.RuleID = "update-unknown-location"
	ruleDroppedLocation  lwm2m.RuleID = "update-dropped-location"
	ruleOtherRequest     lwm2m.RuleID = "request-not-offered"
	ruleUpdateMethod     lwm2m.RuleID = "update-method"
	ruleUpdateParameter  lwm2m.RuleID = "update-parameter"
	ruleResponseNoFormat lwm2m.RuleID = "response-no-content-format"
	ruleResponseFormat   lwm2m.RuleID = "response-not-accepted-format"
	ruleNotObserved      lwm2m.RuleID = "observe-not-established"
	ruleNotifyFormat     lwm2m.RuleID = "notification-format-changed"
	ruleNotifyNoPayload  lwm2m.RuleID = "notification-no-payload"
	ruleCreateNoLocation lwm2m.RuleID = "create-no-location"

	ruleLifetimeDiffers   lwm2m.RuleID = "register-lifetime-differs"        // R04
	ruleShortLifetime     lwm2m.RuleID = "register-short-lifetime"          // R24
	ruleAfterNotFound     lwm2m.RuleID = "update-after-not-found"           // R20
	ruleUpdateVanished    lwm2m.RuleID = "update-instances-vanish"          // R21
	ruleMoved             lwm2m.RuleID = "update-moved"                     // R22
	ruleExecuteArguments  lwm2m.RuleID = "execute-arguments-refused"        // D15
	ruleFormatForMany     lwm2m.RuleID = "response-format-for-many"         // D09
	ruleNotWritten        lwm2m.RuleID = "write-not-applied"                // D16
	ruleAttributesAsWrite lwm2m.RuleID = "write-attributes-taken-for-write" // D17
	ruleAttributesRefused lwm2m.RuleID = "write-attributes-refused"         // D17
	ruleAttributesTaken   lwm2m.RuleID = "write-attributes-accepted"
	ruleDiscoverShallow   lwm2m.RuleID = "discover-no-resources" // D18
	ruleDiscoverDimension lwm2m.RuleID = "discover-no-dimension" // D18
	ruleSuccessCode       lwm2m.RuleID = "response-success-code"
	ruleErrorClass        lwm2m.RuleID = "response-error-class"           // D19
	ruleAlwaysInternal    lwm2m.RuleID = "response-always-internal-error" // D20
	ruleEmptyObject       lwm2m.RuleID = "read-object-without-instance"   // D21
	ruleNotifyPartial     lwm2m.RuleID = "notification-changed-only"      // O06
	ruleNotifyEarly       lwm2m.RuleID = "notification-before-pmin"       // O07
	ruleNotifyLate        lwm2m.RuleID = "notification-after-pmax"        // O07
	ruleNotifyCause       lwm2m.RuleID = "notification-without-cause"     // O07
	ruleNotifyAfterEnd    lwm2m.RuleID = "notification-after-cancel"      // O05
	ruleObserveUnreadable lwm2m.RuleID = "observe-unreadable"             // O08
	ruleSendMuted         lwm2m.RuleID = "send-muted"                     // O13
	ruleBadOption         lwm2m.RuleID = "response-bad-option"            // C08
	ruleIdentityMismatch  lwm2m.RuleID = "register-identity-mismatch"
	ruleIdentityUnknown   lwm2m.RuleID = "register-identity-unknown"
	ruleTakeover          lwm2m.RuleID = "register-takeover"

	ruleObserveOverlap lwm2m.RuleID = "observe-stopped-by-parent"        // O09
	ruleNotifyLost     lwm2m.RuleID = "notification-lost"                // O11
	ruleStoredUntimed  lwm2m.RuleID = "notification-stored-without-time" // O14

	ruleSendNotRegistered lwm2m.RuleID = "send-not-registered"
	ruleSendObject        lwm2m.RuleID = "send-object"
	ruleSendFormat        lwm2m.RuleID = "send-content-format"

	ruleBootstrapNoEndpoint lwm2m.RuleID = "bootstrap-no-endpoint"
	ruleBootstrapMessage    lwm2m.RuleID = "bootstrap-request-message"
	ruleBootstrapAccept     lwm2m.RuleID = "bootstrap-pack-no-accept"
	ruleBeforeFinish        lwm2m.RuleID = "register-before-finish" // R28

	ruleNoProtocol lwm2m.RuleID = "tls-no-alpn"
)

// Rules of link-format, which the package formats checks and lists.
const (
	ruleLinkBlank      lwm2m.RuleID = "link-spaces"              // R08
	ruleLinkVersion    lwm2m.RuleID = "link-version-on-instance" // R10
	ruleLinkBadVersion lwm2m.RuleID = "link-version"
	ruleLinkAgain      lwm2m.RuleID = "link-twice" // R16
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
		rule(ruleProfile, lwm2m.Note, "A Register whose profiles the server cannot resolve is answered 4.09, and the client registers with its full list.", "Core 1.2 §6.2.1", ""),
		rule(ruleProfileSyntax, lwm2m.Warning, "A profile id is oma:NAME, v:NAME or the number of a hash suite and lower-case hex; several stand in quotes, with commas between them.", "Core 1.2 §6.2.1", ""),
		rule(ruleNoProtocol, lwm2m.Note, "Over TLS both ends agree on the protocol coap by ALPN.", "RFC 8323 §8.2", ""),
		rule(ruleStillRegistered, lwm2m.Note, "A client that is still registered sends an Update; a Register ends its observations.", "Core 1.1 §6.2.2", ""),
		rule(ruleUnknownLocation, lwm2m.Failure, "An Update or De-register goes to the location that the Register was answered with.", "Core 1.1 §6.2.2", "OMA LwM2M DevKit"),
		rule(ruleDroppedLocation, lwm2m.Note, "An Update to a location that the server itself has dropped is answered 4.04, and the client registers anew.", "Core 1.1 §6.2.2", ""),
		rule(ruleOtherRequest, lwm2m.Note, "A server offers /rd, /dp and, where it bootstraps, /bs and /bspack to its clients, by POST, DELETE and GET of the last.", "Transport 1.1 §6.4", "clients that look for /.well-known/core"),
		rule(ruleUpdateMethod, lwm2m.Failure, "An Update is a POST to the location.", "Transport 1.1 §6.4.3", "drafts before 1.0 used PUT"),
		rule(ruleUpdateParameter, lwm2m.Warning, "An Update carries lt, b, Q and sms only.", "Core 1.1 §6.2.2", ""),
		rule(ruleResponseNoFormat, lwm2m.Warning, "An answer with a payload has a Content-Format.", "Transport 1.1 §6.4", "seen in several stacks"),
		rule(ruleResponseFormat, lwm2m.Warning, "An answer has the format that Accept asked for, or is 4.06.", "RFC 7252 §5.10.4", ""),
		rule(ruleNotObserved, lwm2m.Failure, "The answer to an Observe carries the Observe option.", "RFC 7641 §3.1", ""),
		rule(ruleNotifyFormat, lwm2m.Warning, "A notification has the Content-Format of the first answer.", "RFC 7641 §4.4", ""),
		rule(ruleNotifyNoPayload, lwm2m.Failure, "A notification carries the value.", "Core 1.1 §6.4.2", ""),
		rule(ruleCreateNoLocation, lwm2m.Failure, "A Create without an instance id is answered with the Location-Path of the instance.", "Transport 1.1 §6.4.4", ""),
		rule(ruleSendNotRegistered, lwm2m.Failure, "Only a registered client sends.", "Core 1.1 §6.4.5", ""),
		rule(ruleLifetimeDiffers, lwm2m.Warning, "The lifetime of the Register is that of the Server object, /1/x/1.", "Core 1.1 §6.2.1", "clients that do not send an Update after a Write of /1/x/1"),
		rule(ruleShortLifetime, lwm2m.Note, "The lifetime is longer than a device sleeps, and than a message can be under way.", "Core 1.1 §6.5, RFC 7252 §4.8.2", ""),
		rule(ruleAfterNotFound, lwm2m.Failure, "A client whose Update or De-register is answered 4.04 registers anew.", "Core 1.1 §6.2.2", ""),
		rule(ruleUpdateVanished, lwm2m.Warning, "The object list of an Update is complete: it replaces the old one.", "Core 1.1 §6.2.2", ""),
		rule(ruleMoved, lwm2m.Note, "A client whose address changes sends an Update at once, or uses a Connection ID or queue mode.", "Core 1.1 §6.2.2", "devices behind a NAT"),
		rule(ruleExecuteArguments, lwm2m.Warning, "An executable resource takes arguments, or ignores them.", "Core 1.1 §6.3.5", ""),
		rule(ruleFormatForMany, lwm2m.Failure, "An object or an instance is answered in a format that carries many values.", "Core 1.1 §7.4", ""),
		rule(ruleNotWritten, lwm2m.Failure, "A Write that is answered 2.04 has been applied.", "Core 1.1 §6.3.3", ""),
		rule(ruleAttributesAsWrite, lwm2m.Warning, "A PUT with a query and without a Content-Format is a Write-Attributes.", "Transport 1.1 §6.4.4", ""),
		rule(ruleAttributesRefused, lwm2m.Warning, "Attributes that the version has are taken for readable resources.", "Core 1.1 §5.1.2", ""),
		rule(ruleAttributesTaken, lwm2m.Warning, "Attributes that contradict each other, or do not apply to what is there, are refused with 4.00.", "Core 1.1 §5.1.2", ""),
		rule(ruleDiscoverShallow, lwm2m.Warning, "A Discover of an object or an instance lists the resources.", "Core 1.1 §6.3.2", "clients that answer with their Register"),
		rule(ruleDiscoverDimension, lwm2m.Warning, "A Discover gives multiple resources the attribute dim.", "Core 1.1 §6.3.2", ""),
		rule(ruleSuccessCode, lwm2m.Failure, "What was done is answered with the code of its operation: 2.05 what was read, 2.04 what was written or executed, 2.01 what was created, 2.02 what was deleted.", "Transport 1.1 §6.4.4", ""),
		rule(ruleErrorClass, lwm2m.Warning, "4.04 is for what is not there, 4.05 for what does not allow the operation.", "Core 1.1 §6.3.1", ""),
		rule(ruleAlwaysInternal, lwm2m.Warning, "An error code tells the cause of the failure.", "Transport 1.1 §6.4", ""),
		rule(ruleEmptyObject, lwm2m.Note, "A Read of an object without instances is an empty 2.05.", "Core 1.1 §6.3.1", ""),
		rule(ruleNotifyPartial, lwm2m.Warning, "A notification of an object, an instance or a list carries all values, not only those that changed.", "Core 1.1 §6.4.2", ""),
		rule(ruleNotifyEarly, lwm2m.Warning, "Notifications are at least pmin apart.", "Core 1.1 §5.1.2", "Zephyr"),
		rule(ruleNotifyLate, lwm2m.Warning, "A notification comes when pmax has passed since the one before.", "Core 1.1 §5.1.2", "Zephyr"),
		rule(ruleNotifyCause, lwm2m.Warning, "Where gt, lt, st or edge is set, a notification crosses one of them.", "Core 1.1 §5.1.2", "Zephyr"),
		rule(ruleNotifyAfterEnd, lwm2m.Warning, "Nothing is notified after the end of an observation.", "RFC 7641 §3.6", "clients that look at the token only"),
		rule(ruleObserveUnreadable, lwm2m.Warning, "A resource that cannot be read cannot be observed.", "Core 1.1 §6.4.1", "Zephyr"),
		rule(ruleIdentityMismatch, lwm2m.Failure, "The endpoint name is the identity that the client has proved, or one that is mapped to it.", "Core 1.1 §6.2.1", ""),
		rule(ruleIdentityUnknown, lwm2m.Failure, "The identity that a client has proved is known.", "Core 1.1 §6.2.1", ""),
		rule(ruleTakeover, lwm2m.Failure, "An endpoint that is registered with security is not replaced by a Register without, or of another identity.", "Core 1.1 §5.2", ""),
		rule(ruleObserveOverlap, lwm2m.Warning, "An observation goes on when what contains its path is observed or written.", "Core 1.1 §6.4.1", ""),
		rule(ruleNotifyLost, lwm2m.Note, "A Non-confirmable notification that is lost is repaired by the next one: con=1 or a pmax sees to it.", "RFC 7641 §4.5, Core 1.2 §7.3.2", ""),
		rule(ruleStoredUntimed, lwm2m.Warning, "Notifications that were stored while the client was offline carry the time of their value.", "Core 1.1 Appendix E.2 (Notification Storing)", ""),
		rule(ruleSendMuted, lwm2m.Warning, "A client sends only where Mute Send, /1/x/23, is false.", "Core 1.1 Appendix E.2", ""),
		rule(ruleBadOption, lwm2m.Failure, "A client knows the critical options of its operations.", "RFC 7252 §5.4.1", ""),
		rule(ruleBootstrapNoEndpoint, lwm2m.Failure, "A Bootstrap-Request carries ep, unless the device proved its name by its identity.", "Core 1.2 §6.1.4", ""),
		rule(ruleBootstrapMessage, lwm2m.Warning, "A Bootstrap-Request is Confirmable and has no payload.", "Transport 1.2 §6.4.2", ""),
		rule(ruleBootstrapAccept, lwm2m.Warning, "A Bootstrap-Pack-Request says by Accept in which format it wants the pack.", "Transport 1.2 §6.4.2", ""),
		rule(ruleBeforeFinish, lwm2m.Warning, "A device registers only once its bootstrap is finished.", "Core 1.2 §6.1.7.1", ""),
		rule(ruleSendFormat, lwm2m.Failure, "A Send has the Content-Format SenML JSON, SenML CBOR or, from 1.2 on, LwM2M CBOR.", "Transport 1.2 §6.4.5", ""),
		rule(ruleSendObject, lwm2m.Warning, "A Send carries values of registered objects only.", "Core 1.1 §6.4.5", ""),
	}, firmwareRules()...)
}

// rule is a row of the table.
func rule(id lwm2m.RuleID, severity lwm2m.Severity, summary, section, seen string) lwm2m.Rule {
	return lwm2m.Rule{ID: id, Severity: severity, Summary: summary, Section: section, Seen: seen}
}
