package device

import (
	"time"

	"lwcon/lwm2m"
)

// Firmware is how the firmware updates of a device go: which packages it takes
// and what becomes of them.
type Firmware struct {
	Result   lwm2m.FirmwareResult // how the next ones end; FirmwareInitial: with success
	Update   time.Duration        // how long the device is Updating
	Version  string               // /3/0/3 after a success; "": made of a checksum of the package
	Space    uint64               // most octets of a package; more is Result 2; 0: any
	Memory   uint64               // most octets of a package; more is Result 3; 0: any
	Lost     uint64               // octets after which the link is lost, Result 4; 0: never
	Retries  uint64               // how often a download that was cut goes on where it was
	Checksum bool                 // the last four octets are the CRC-32 of all before, else Result 5
	Type     string               // octets that a package begins with, else Result 6
	Kept     bool                 // after a failed update, Result 8, the package is still there
	Defer    time.Duration        // how long an update is put off with Result 11; 0: not at all
	Push     time.Duration        // how long a push may stand still
}

// The times of a profile that does not say them.
const (
	defaultUpdateTime = 2 * time.Second
	// defaultPushTime is as long as the message layer keeps blocks.
	defaultPushTime = 247 * time.Second
)

// firmware is what the state machine of object 5 remembers beside State and
// Result, which are values like all others.
type firmware struct {
	version  string    // /3/0/3 once the package at hand is installed
	attempt  uint64    // counts downloads: what an older one brings is passed over
	pushing  bool      // Downloading is that of a push
	watched  bool      // somebody will look whether the push stands still
	heard    time.Time // when its last block came
	deferred bool      // the update was put off once
}

// steersFirmware says whether a write to a resource moves the state machine of
// object 5.
func (w *writer) steersFirmware(p lwm2m.Path) bool {
	return p.Object() == objectFirmware && w.server != Local && !w.creating &&
		(p.Resource() == lwm2m.FirmwarePackage || p.Resource() == lwm2m.FirmwarePackageURI)
}

// writeFirmware does what a write to Package or Package URI does. An empty
// value, or a package of one NUL, goes back to Idle. The package itself is not
// kept.
//
//	4.05 while a download or an update is under way, or not the way in which
//	     packages come
//
// Spec: Core 1.2 §E.6.
func (w *writer) writeFirmware(p lwm2m.Path, v lwm2m.Value) Result {
	text, d := v.Text(), w.device
	pushed := p.Resource() == lwm2m.FirmwarePackage
	reset := text == "" || pushed && text == "\x00"
	if reason := d.refusesPackage(w.instance, pushed, reset); reason != "" {
		return refuse(MethodNotAllowed, "%s: %s", p, reason)
	}
	switch {
	case reset:
		w.instance = d.moved(w.instance, lwm2m.FirmwareIdle, lwm2m.FirmwareInitial).withText(lwm2m.FirmwarePackageURI, "")
		d.newAttempt(false)
	case pushed:
		w.instance = d.downloaded(w.instance.withText(lwm2m.FirmwarePackageURI, ""), text, &w.effects, p.Parent())
	default:
		w.instance = w.instance.withText(lwm2m.FirmwarePackageURI, text)
		w.beginDownload(p, text)
	}
	return Result{Status: Changed}
}

// refusesPackage says why a write to Package or Package URI cannot be now, "" if
// it can.
func (d *Device) refusesPackage(in *instance, pushed, reset bool) string {
	state := lwm2m.FirmwareState(in.integer(lwm2m.FirmwareStateID))
	delivery := lwm2m.FirmwareDeliveryMethod(in.integer(lwm2m.FirmwareDelivery))
	switch {
	case state == lwm2m.FirmwareUpdating:
		return "the state is updating"
	case reset:
		return ""
	case pushed && delivery == lwm2m.FirmwarePullOnly:
		return "expected a Package URI, packages are pulled only"
	case !pushed && delivery == lwm2m.FirmwarePushOnly:
		return "expected a Package, packages are pushed only"
	case state == lwm2m.FirmwareDownloading && !(pushed && d.firmware.pushing):
		return "the state is downloading"
	}
	return ""
}

// newAttempt makes whatever belongs to an older attempt be passed over.
func (d *Device) newAttempt(pushing bool) {
	d.firmware.attempt++
	d.firmware.pushing, d.firmware.deferred = pushing, false
}

// moved returns an instance of object 5 in a state, with a result.
func (d *Device) moved(in *instance, state lwm2m.FirmwareState, result lwm2m.FirmwareResult) *instance {
	if len(in.at(lwm2m.FirmwareStateChanged)) > 0 && in.integer(lwm2m.FirmwareStateID) != int64(state) {
		in = in.with(lwm2m.FirmwareStateChanged, []entry{
			{resource: lwm2m.FirmwareStateChanged, value: lwm2m.TimeValue(d.clock.Now().Unix())},
		})
	}
	in = in.with(lwm2m.FirmwareStateID, []entry{{resource: lwm2m.FirmwareStateID, value: lwm2m.IntegerValue(int64(state))}})
	return in.with(lwm2m.FirmwareResultID, []entry{{resource: lwm2m.FirmwareResultID, value: lwm2m.IntegerValue(int64(result))}})
}

// move puts object 5 in a state, with a result, and adds to r what follows.
func (d *Device) move(p lwm2m.Path, state lwm2m.FirmwareState, result lwm2m.FirmwareResult, r Result) Result {
	p = p.Cut(lwm2m.LevelObjectInstance)
	return d.commit(d.tree.with(objectFirmware, d.moved(d.tree.find(p), state, result)), p, r)
}

// withText returns an instance with a text in a resource.
func (in *instance) withText(resource uint16, text string) *instance {
	return in.with(resource, []entry{{resource: resource, value: lwm2m.StringValue(text)}})
}

// cancelFirmware executes Cancel. Spec: Core 1.2 §E.6.
//
//	4.05 unless a package is being downloaded or was
func (d *Device) cancelFirmware(p lwm2m.Path) Result {
	in := d.tree.find(p)
	if s := lwm2m.FirmwareState(in.integer(lwm2m.FirmwareStateID)); s != lwm2m.FirmwareDownloading && s != lwm2m.FirmwareDownloaded {
		return refuse(MethodNotAllowed, "%s: nothing to cancel in state %d", p, s)
	}
	d.newAttempt(false)
	return d.move(p, lwm2m.FirmwareIdle, lwm2m.FirmwareCancelled, Result{Status: Changed})
}
