package device

import (
	"encoding/binary"
	"hash/crc32"
	"strconv"
	"strings"

	"lwcon/lwm2m"
)

// check says what is wrong with a package that has come, FirmwareInitial if
// nothing is.
func (f *Firmware) check(octets string) lwm2m.FirmwareResult {
	size := uint64(len(octets))
	switch failed := f.overrun(size, size); {
	case failed != lwm2m.FirmwareInitial:
		return failed
	case size == 0:
		return lwm2m.FirmwareIntegrity
	case !strings.HasPrefix(octets, f.Type):
		return lwm2m.FirmwareUnsupportedType
	case f.Checksum && !whole(octets):
		return lwm2m.FirmwareIntegrity
	}
	switch f.Result { // these come later, or are no failures
	case lwm2m.FirmwareSuccess, lwm2m.FirmwareUpdateFailed, lwm2m.FirmwareDeferred, lwm2m.FirmwareCancelled:
		return lwm2m.FirmwareInitial
	}
	return f.Result
}

// whole says whether a package ends in the CRC-32 of what is before, big-endian.
func whole(octets string) bool {
	end := len(octets) - crc32.Size
	return end >= 0 && crc32.ChecksumIEEE([]byte(octets[:end])) == binary.BigEndian.Uint32([]byte(octets[end:]))
}

// downloaded returns the instance of object 5 with a package at hand: Downloaded
// or, where something is wrong with it, back to Idle. With Automatic Upgrade the
// update begins.
func (d *Device) downloaded(in *instance, octets string, effects *[]Effect, p lwm2m.Path) *instance {
	f := &d.profile.Firmware
	d.newAttempt(false)
	if failed := f.check(octets); failed != lwm2m.FirmwareInitial {
		return d.moved(in, lwm2m.FirmwareIdle, failed)
	}
	d.firmware.version = f.Version
	if f.Version == "" {
		d.firmware.version = "crc-" + strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(octets))), 16)
	}
	if len(in.at(lwm2m.FirmwarePkgVersion)) > 0 {
		in = in.withText(lwm2m.FirmwarePkgVersion, d.firmware.version)
	}
	if e := in.one(lwm2m.FirmwareAutomatic); e != nil && e.value.Bool() {
		*effects = append(*effects, Effect{Kind: EffectContinue, Path: p, Duration: f.Update})
		return d.moved(in, lwm2m.FirmwareUpdating, lwm2m.FirmwareInitial)
	}
	return d.moved(in, lwm2m.FirmwareDownloaded, lwm2m.FirmwareInitial)
}

// updateFirmware executes Update. Spec: Core 1.2 §E.6.
//
//	4.05 unless a package was downloaded
func (d *Device) updateFirmware(p lwm2m.Path) Result {
	in := d.tree.find(p)
	if state := in.integer(lwm2m.FirmwareStateID); state != int64(lwm2m.FirmwareDownloaded) {
		return refuse(MethodNotAllowed, "%s: expected state 2 (Downloaded), found %d", p, state)
	}
	f, r := &d.profile.Firmware, Result{Status: Changed}
	p = p.Parent()
	if f.Result == lwm2m.FirmwareDeferred || f.Defer > 0 && !d.firmware.deferred {
		d.firmware.deferred = true
		r = d.move(p, lwm2m.FirmwareDownloaded, lwm2m.FirmwareDeferred, r)
		if f.Defer > 0 {
			r.Effects = append(r.Effects, Effect{Kind: EffectContinue, Path: p, Duration: f.Defer})
		}
		return r
	}
	return d.beginUpdate(p, r)
}

// beginUpdate makes the state Updating for as long as the profile says.
func (d *Device) beginUpdate(p lwm2m.Path, r Result) Result {
	r = d.move(p, lwm2m.FirmwareUpdating, lwm2m.FirmwareInitial, r)
	r.Effects = append(r.Effects, Effect{Kind: EffectContinue, Path: p, Duration: d.profile.Firmware.Update})
	return r
}

// Continue goes on with what an EffectContinue began, once its time has passed:
// an update that was put off begins, one that runs ends, a push that stands
// still is given up.
func (d *Device) Continue(p lwm2m.Path) Result {
	d.mu.Lock()
	defer d.mu.Unlock()
	in := d.tree.find(p)
	if p.Object() != objectFirmware || in == nil {
		return Result{Status: Changed}
	}
	switch lwm2m.FirmwareState(in.integer(lwm2m.FirmwareStateID)) {
	case lwm2m.FirmwareUpdating:
		return d.endUpdate(p)
	case lwm2m.FirmwareDownloaded:
		if d.firmware.deferred && in.integer(lwm2m.FirmwareResultID) == int64(lwm2m.FirmwareDeferred) {
			return d.beginUpdate(p, Result{Status: Changed})
		}
	}
	return d.stalled(p)
}

// endUpdate ends an update: the device reboots into the new version, or stays
// with the old one.
func (d *Device) endUpdate(p lwm2m.Path) Result {
	f, in := &d.profile.Firmware, d.tree.find(p)
	switch {
	case f.Result == lwm2m.FirmwareUpdateFailed && f.Kept:
		return d.move(p, lwm2m.FirmwareDownloaded, lwm2m.FirmwareUpdateFailed, Result{Status: Changed})
	case f.Result == lwm2m.FirmwareUpdateFailed:
		return d.move(p, lwm2m.FirmwareIdle, lwm2m.FirmwareUpdateFailed, Result{Status: Changed})
	}
	next := d.tree.with(objectFirmware, d.moved(in, lwm2m.FirmwareIdle, lwm2m.FirmwareSuccess).withText(lwm2m.FirmwarePackageURI, ""))
	if device := next.find(lwm2m.NewPath(objectDevice, 0)); device.one(deviceFirmware) != nil {
		next = next.with(objectDevice, device.withText(deviceFirmware, d.firmware.version))
	}
	// The reboot comes first: what it left behind is told after it.
	return d.commit(next, lwm2m.Path{}, Result{Status: Changed, Effects: []Effect{{Kind: EffectReboot, Path: p}}})
}
