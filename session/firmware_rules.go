package session

import "lwcon/lwm2m"

// The rules of the firmware update object.
const (
	ruleFirmwareState     lwm2m.RuleID = "firmware-state-unknown"
	ruleFirmwareResult    lwm2m.RuleID = "firmware-result-unknown"
	ruleFirmwareBackwards lwm2m.RuleID = "firmware-state-backwards"
	ruleFirmwareSkipped   lwm2m.RuleID = "firmware-state-skipped"
	ruleFirmwareNotReset  lwm2m.RuleID = "firmware-result-not-reset"
	ruleFirmwareReset     lwm2m.RuleID = "firmware-reset-ignored"
	ruleFirmwareResetURI  lwm2m.RuleID = "firmware-reset-by-uri"
	ruleFirmwareAfter     lwm2m.RuleID = "firmware-state-after-failure"
	ruleFirmwareNoResult  lwm2m.RuleID = "firmware-no-result"
	ruleFirmwareSilent    lwm2m.RuleID = "firmware-not-notified"
	ruleFirmwarePackage   lwm2m.RuleID = "firmware-package-readable"
	ruleFirmwareDelivery  lwm2m.RuleID = "firmware-delivery-method"
	ruleFirmwareAnswer    lwm2m.RuleID = "firmware-push-answer"
	ruleFirmwareLimit     lwm2m.RuleID = "firmware-size-limit"
	ruleFirmwareExecute   lwm2m.RuleID = "firmware-update-refused"
	ruleFirmwareUpdated   lwm2m.RuleID = "firmware-update-without-package"
	ruleFirmwareVersion   lwm2m.RuleID = "firmware-version-unchanged"
	ruleFirmwareTwice     lwm2m.RuleID = "firmware-downloaded-twice"
)

// firmwareRules are the rows of these rules.
func firmwareRules() []lwm2m.Rule {
	return []lwm2m.Rule{
		rule(ruleFirmwareState, lwm2m.Failure, "State is 0 to 3.", "Core 1.1 §E.6", ""),
		rule(ruleFirmwareResult, lwm2m.Warning, "Update Result is 0 to 9, from version 1.1 of the object on 0 to 11.", "Core 1.1 §E.6", ""),
		rule(ruleFirmwareBackwards, lwm2m.Failure, "State goes back to Downloading only from Idle.", "Core 1.1 §E.6", ""),
		rule(ruleFirmwareSkipped, lwm2m.Note, "State goes through Downloading and Updating, and each state is notified.", "Core 1.1 §E.6", "devices with short downloads"),
		rule(ruleFirmwareNotReset, lwm2m.Warning, "Update Result is 0 from the beginning of an attempt until it has ended.", "Core 1.1 §E.6", ""),
		rule(ruleFirmwareReset, lwm2m.Failure, "An empty Package URI, or a NUL as Package, sets State and Update Result to 0.", "Core 1.1 §E.6", ""),
		rule(ruleFirmwareResetURI, lwm2m.Warning, "An empty Package URI resets the state machine.", "Core 1.1 §E.6", ""),
		rule(ruleFirmwareAfter, lwm2m.Warning, "State is 0 after a download that failed, 0 or 2 after an installation that failed.", "Core 1.1 §E.6", ""),
		rule(ruleFirmwareNoResult, lwm2m.Failure, "After an attempt Update Result tells how it ended.", "Core 1.1 §E.6", "devices that do not keep it over the reboot"),
		rule(ruleFirmwareSilent, lwm2m.Warning, "A change of State or Update Result is notified to its observer.", "Core 1.1 §6.4.2", ""),
		rule(ruleFirmwarePackage, lwm2m.Warning, "Package cannot be read, and a Read of the instance leaves it out.", "Core 1.1 §E.6", ""),
		rule(ruleFirmwareDelivery, lwm2m.Warning, "Firmware Update Delivery Method tells in which way packages come.", "Core 1.1 §E.6", ""),
		rule(ruleFirmwareAnswer, lwm2m.Warning, "The last block of a Package is answered with 2.04.", "Transport 1.1 §6.4.4", ""),
		rule(ruleFirmwareLimit, lwm2m.Note, "4.13 tells in Size1 how much is taken.", "RFC 7959 §2.9.3", ""),
		rule(ruleFirmwareExecute, lwm2m.Failure, "Update can be executed in State 2.", "Core 1.1 §E.6", ""),
		rule(ruleFirmwareUpdated, lwm2m.Failure, "Update is answered with 4.05 in any state but 2.", "Core 1.1 §E.6", ""),
		rule(ruleFirmwareVersion, lwm2m.Note, "After an update Firmware Version, /3/0/3, is another one.", "Core 1.1 §E.4", "updates to the same version"),
		rule(ruleFirmwareTwice, lwm2m.Note, "A package is downloaded once.", "Core 1.1 §E.6", ""),
	}
}
