package device

import (
	"fmt"
	"time"

	"lwcon/lwm2m"
)

// Result is the answer to one operation.
type Result struct {
	Status Status
	Reason string        // why it was refused, for a diagnostic payload; "" on success
	Nodes  []lwm2m.Node  // of a read: what the payload says, in ascending order of path
	Links  []lwm2m.Link  // of a Discover
	Made   lwm2m.Path    // of a Create without id: the instance, for Location-Path; else the root
	Mute   bool          // no answer at all: the link is lost
	Delay  time.Duration // time to let pass before the answer is sent
	// Effects is what is to be done once the answer is sent, in order.
	Effects []Effect
}

// refuse makes the result of an operation that is not carried out.
func refuse(s Status, format string, args ...any) Result {
	return Result{Status: s, Reason: fmt.Sprintf(format, args...)}
}

// Effect is one thing that follows from an operation and that the device's
// carrier acts upon after the answer.
type Effect struct {
	Kind     EffectKind
	Server   uint16        // the short server id that it concerns; 0: all servers
	Path     lwm2m.Path    // what was executed or changed
	Duration time.Duration // of a Disable: how long to stay away; of a Continue: when
	Attempt  uint64        // of a Download: to be given back
	URI      string        // of a Download
}

// EffectKind says what follows from an operation.
type EffectKind uint8

const (
	// EffectValues: values or attributes at and below Path changed, so
	// observations that cover it are due for another look.
	EffectValues EffectKind = iota
	// EffectLifetime: the lifetime of Server changed: send it an Update with
	// lt. Spec: Core 1.2 §6.2.2.
	EffectLifetime
	// EffectBinding: the binding of Server changed: send it an Update with b.
	EffectBinding
	// EffectObjects: object instances came or went: send an Update with the
	// whole object list to every server.
	EffectObjects
	// EffectReboot: go silent and come back as after a power cycle.
	EffectReboot
	// EffectFactoryReset: the values are those of the profile again; register
	// anew.
	EffectFactoryReset
	// EffectDisable: de-register from Server and stay away for Duration.
	EffectDisable
	// EffectUpdate: send an Update to Server now.
	EffectUpdate
	// EffectDownload: fetch the package at URI, tell Device.Downloading how far it
	// has come, and Device.Downloaded how it went.
	EffectDownload
	// EffectContinue: once Duration has passed, call Device.Continue with Path.
	EffectContinue
	// EffectBootstrap: de-register and ask the bootstrap server.
	EffectBootstrap
	// EffectAccounts: servers came or went, or what an account says of its server
	// changed: see Device.Accounts. Spec: Core 1.2 §E.1.
	EffectAccounts
)

// String returns the name of the kind, "factory-reset".
func (k EffectKind) String() string {
	names := [...]string{
		"values", "lifetime", "binding", "objects", "reboot", "factory-reset", "disable", "update", "download", "continue", "bootstrap", "accounts",
	}
	if int(k) < len(names) {
		return names[k]
	}
	return "unknown"
}
