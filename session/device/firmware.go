package device

import (
	"hash/crc32"
	"net/url"
	"slices"
	"strconv"
	"time"

	"lwcon/lwm2m"
)

// Resources of object 5 that the device acts upon. Spec: Core 1.2 §E.6.
const (
	firmwarePackage   = 0
	firmwareURI       = 1
	firmwareUpdate    = 2
	firmwareState     = 3
	firmwareResult    = 5
	firmwareProtocols = 8
	firmwareCancel    = 10
	firmwareAutomatic = 14
)

// States of object 5.
const (
	firmwareIdle = iota
	firmwareDownloading
	firmwareDownloaded
	firmwareUpdating
)

// FirmwareResult is an Update Result of object 5, resource 5.
// Spec: Core 1.2 §E.6.
type FirmwareResult uint8

// The results of a firmware update.
const (
	FirmwareInitial FirmwareResult = iota
	FirmwareSuccess
	FirmwareNoSpace
	FirmwareNoMemory
	FirmwareConnectionLost
	FirmwareIntegrity
	FirmwareUnsupportedType
	FirmwareInvalidURI
	FirmwareUpdateFailed
	FirmwareUnsupportedProtocol
	FirmwareCancelled
	FirmwareDeferred
)

// firmwareResultNames are the words for results in a profile.
var firmwareResultNames = [...]string{
	"initial", "success", "no-space", "no-memory", "connection-lost", "integrity", "unsupported-type",
	"invalid-uri", "update-failed", "unsupported-protocol", "cancelled", "deferred",
}

// String returns the word of a result, "connection-lost".
func (r FirmwareResult) String() string {
	if int(r) < len(firmwareResultNames) {
		return firmwareResultNames[r]
	}
	return strconv.Itoa(int(r))
}

// Firmware is how the firmware updates of a device go.
type Firmware struct {
	Result  FirmwareResult // how the next ones end; FirmwareInitial: with success
	Update  time.Duration  // how long the device is Updating
	Space   uint64         // most octets of a package; more is no-space; 0: any
	Version string         // /3/0/3 after a success; "": made of a checksum of the package
}

// defaultUpdateTime is how long an update takes by a profile that does not say
// it.
const defaultUpdateTime = 2 * time.Second

// fails says whether an update by the profile ends in the download.
func (f *Firmware) fails() bool {
	switch f.Result {
	case FirmwareInitial, FirmwareSuccess, FirmwareUpdateFailed, FirmwareDeferred, FirmwareCancelled:
		return false
	}
	return true
}

// steersFirmware says whether a write to a resource moves the state machine of
// object 5.
func (w *writer) steersFirmware(p lwm2m.Path) bool {
	return p.Object() == objectFirmware && w.server != Local && !w.creating &&
		(p.Resource() == firmwarePackage || p.Resource() == firmwareURI)
}

// writeFirmware does what a write to Package or Package URI does. An empty
// value, or a package of one NUL, goes back to Idle. The package itself is not
// kept.
//
//	4.05 while a download or an update is under way
//
// Spec: Core 1.2 §E.6.
func (w *writer) writeFirmware(p lwm2m.Path, v lwm2m.Value) Result {
	state := w.instance.integer(firmwareState)
	text := v.Text()
	reset := text == "" || p.Resource() == firmwarePackage && text == "\x00"
	switch {
	case state == firmwareUpdating, state == firmwareDownloading && !reset:
		return refuse(MethodNotAllowed, "%s: the firmware is in state %d", p, state)
	case reset:
		w.instance = w.instance.withFirmware(firmwareIdle, FirmwareInitial).withText(firmwareURI, "")
	case p.Resource() == firmwareURI:
		w.instance = w.instance.withText(firmwareURI, text)
		w.beginDownload(p, text)
	default:
		w.instance = w.device.downloaded(w.instance.withText(firmwareURI, ""), text, &w.effects, p.Parent())
	}
	return Result{Status: Changed}
}

// beginDownload goes to Downloading, or fails for a URI that cannot be fetched.
func (w *writer) beginDownload(p lwm2m.Path, uri string) {
	u, err := url.Parse(uri)
	switch {
	case err != nil || u.Scheme == "" || u.Host == "":
		w.instance = w.instance.withFirmware(firmwareIdle, FirmwareInvalidURI)
	case !w.instance.fetches(u.Scheme):
		w.instance = w.instance.withFirmware(firmwareIdle, FirmwareUnsupportedProtocol)
	default:
		w.instance = w.instance.withFirmware(firmwareDownloading, FirmwareInitial)
		w.effects = append(w.effects, Effect{Kind: EffectDownload, Path: p})
	}
}

// fetches says whether a device fetches by a scheme, as /5/x/8 tells; without
// it, by CoAP.
func (in *instance) fetches(scheme string) bool {
	protocol := slices.Index([]string{"coap", "coaps", "http", "https", "coap+tcp", "coaps+tcp"}, scheme)
	entries := in.at(firmwareProtocols)
	if len(entries) == 0 {
		return protocol == 0 || protocol == 1
	}
	return protocol >= 0 && slices.ContainsFunc(entries, func(e entry) bool {
		return e.kind == resourceInstance && e.value.Int() == int64(protocol)
	})
}

// downloaded returns the instance of object 5 with a package at hand: Downloaded
// or, by the profile or for lack of space, back to Idle. With Automatic Upgrade
// the update begins.
func (d *Device) downloaded(in *instance, octets string, effects *[]Effect, p lwm2m.Path) *instance {
	f := &d.profile.Firmware
	switch {
	case f.Space > 0 && uint64(len(octets)) > f.Space:
		return in.withFirmware(firmwareIdle, FirmwareNoSpace)
	case f.fails():
		return in.withFirmware(firmwareIdle, f.Result)
	}
	d.firmwareVersion = f.Version
	if f.Version == "" {
		d.firmwareVersion = "crc-" + strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(octets))), 16)
	}
	if e := in.one(firmwareAutomatic); e != nil && e.value.Bool() {
		*effects = append(*effects, Effect{Kind: EffectContinue, Path: p, Duration: f.Update})
		return in.withFirmware(firmwareUpdating, FirmwareInitial)
	}
	return in.withFirmware(firmwareDownloaded, FirmwareInitial)
}

// Downloaded tells the device how the download that an EffectDownload asked for
// ended: with the octets of the package, or with a failure. It does nothing if
// the download was given up meanwhile.
func (d *Device) Downloaded(p lwm2m.Path, octets string, failure FirmwareResult) Result {
	d.mu.Lock()
	defer d.mu.Unlock()
	in := d.tree.find(p)
	if p.Object() != objectFirmware || in == nil || in.integer(firmwareState) != firmwareDownloading {
		return Result{Status: Changed}
	}
	var effects []Effect
	if failure > FirmwareSuccess {
		in = in.withFirmware(firmwareIdle, failure)
	} else {
		in = d.downloaded(in, octets, &effects, p.Cut(lwm2m.LevelObjectInstance))
	}
	r := d.commit(d.tree.with(objectFirmware, in), p.Cut(lwm2m.LevelObjectInstance), Result{Status: Changed})
	r.Effects = append(r.Effects, effects...)
	return r
}

// updateFirmware executes Update. Spec: Core 1.2 §E.6.
//
//	4.05 unless a package was downloaded
func (d *Device) updateFirmware(p lwm2m.Path) Result {
	in := d.tree.find(p)
	if state := in.integer(firmwareState); state != firmwareDownloaded {
		return refuse(MethodNotAllowed, "%s: expected state 2 (Downloaded), found %d", p, state)
	}
	r := Result{Status: Changed}
	if d.profile.Firmware.Result == FirmwareDeferred {
		in = in.withFirmware(firmwareDownloaded, FirmwareDeferred)
		return d.commit(d.tree.with(objectFirmware, in), p.Parent(), r)
	}
	r = d.commit(d.tree.with(objectFirmware, in.withFirmware(firmwareUpdating, FirmwareInitial)), p.Parent(), r)
	r.Effects = append(r.Effects, Effect{Kind: EffectContinue, Path: p.Parent(), Duration: d.profile.Firmware.Update})
	return r
}

// cancelFirmware executes Cancel. Spec: Core 1.2 §E.6.
//
//	4.05 unless a package is being downloaded or was
func (d *Device) cancelFirmware(p lwm2m.Path) Result {
	in := d.tree.find(p)
	if state := in.integer(firmwareState); state != firmwareDownloading && state != firmwareDownloaded {
		return refuse(MethodNotAllowed, "%s: nothing to cancel in state %d", p, state)
	}
	in = in.withFirmware(firmwareIdle, FirmwareCancelled)
	return d.commit(d.tree.with(objectFirmware, in), p.Parent(), Result{Status: Changed})
}

// Continue ends what an EffectContinue began, once its time has passed: the
// update of the firmware, which reboots the device if it succeeds.
func (d *Device) Continue(p lwm2m.Path) Result {
	d.mu.Lock()
	defer d.mu.Unlock()
	in := d.tree.find(p)
	if p.Object() != objectFirmware || in == nil || in.integer(firmwareState) != firmwareUpdating {
		return Result{Status: Changed}
	}
	if d.profile.Firmware.Result == FirmwareUpdateFailed {
		in = in.withFirmware(firmwareIdle, FirmwareUpdateFailed)
		return d.commit(d.tree.with(objectFirmware, in), p, Result{Status: Changed})
	}
	next := d.tree.with(objectFirmware, in.withFirmware(firmwareIdle, FirmwareSuccess).withText(firmwareURI, ""))
	if device := next.find(lwm2m.NewPath(objectDevice, 0)); device.one(deviceFirmware) != nil {
		next = next.with(objectDevice, device.withText(deviceFirmware, d.firmwareVersion))
	}
	r := d.commit(next, lwm2m.Path{}, Result{Status: Changed})
	r.Effects = append(r.Effects, Effect{Kind: EffectReboot, Path: p})
	return r
}

// withFirmware returns an instance of object 5 in a state, with a result.
func (in *instance) withFirmware(state int64, result FirmwareResult) *instance {
	in = in.with(firmwareState, []entry{{resource: firmwareState, value: lwm2m.IntegerValue(state)}})
	return in.with(firmwareResult, []entry{{resource: firmwareResult, value: lwm2m.IntegerValue(int64(result))}})
}

// withText returns an instance with a text in a resource.
func (in *instance) withText(resource uint16, text string) *instance {
	return in.with(resource, []entry{{resource: resource, value: lwm2m.StringValue(text)}})
}
