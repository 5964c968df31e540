package device

import (
	"lwcon/lwm2m"
)

// MaxPackage is the most octets of a package for which any device has room.
const MaxPackage = 64 << 20

// PackageBlock is a block of a body that a server writes.
type PackageBlock struct {
	Offset int64 // of its first octet
	Size   int64 // octets
	Total  int64 // of the whole body as announced, 0 if it was not
	More   bool  // it is not the last
}

// Receive takes note of a block of a Package: with the first one State becomes
// Downloading. Status 0 means to go on, also for a block of anything else; else
// the block is refused and all of the package with it:
//
//	4.05 another attempt is under way, or packages are pulled only
//	4.13 too long, Result 2    5.00 out of memory, Result 3
//
// With Mute the link is lost, Result 4. The effects are to be followed in any
// case. Spec: Core 1.2 §E.6, RFC 7959 §2.9.
func (d *Device) Receive(server uint16, p lwm2m.Path, b PackageBlock) Result {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p.Object() != objectFirmware || p.Level() != lwm2m.LevelResource || p.Resource() != lwm2m.FirmwarePackage ||
		b.Offset == 0 && !b.More || d.reachForWrite(server, p).Status != 0 ||
		!d.tree.may(server, rightWrite, p.Object(), p.ObjectInstance()) {
		return Result{} // a write like all others
	}
	in := d.tree.find(p)
	if reason := d.refusesPackage(in, true, false); reason != "" {
		return refuse(MethodNotAllowed, "%s: %s", p, reason)
	}
	var r Result
	switch {
	case b.Offset == 0:
		d.newAttempt(true)
		r = d.watchPush(p, d.move(p, lwm2m.FirmwareDownloading, lwm2m.FirmwareInitial, r))
	case in.integer(lwm2m.FirmwareStateID) != int64(lwm2m.FirmwareDownloading):
		return Result{} // the beginning is missing, which the message layer tells
	}
	d.firmware.heard = d.clock.Now()
	return d.judge(p, b, r)
}

// watchPush has Continue asked for whether the push stands still.
func (d *Device) watchPush(p lwm2m.Path, r Result) Result {
	if !d.firmware.watched {
		d.firmware.watched = true
		r.Effects = append(r.Effects, Effect{
			Kind: EffectContinue, Path: p.Cut(lwm2m.LevelObjectInstance), Duration: d.profile.Firmware.Push,
		})
	}
	return r
}

// judge refuses a block of a package that the device does not take.
func (d *Device) judge(p lwm2m.Path, b PackageBlock, r Result) Result {
	came := b.Offset + b.Size
	failed := d.profile.Firmware.overrun(uint64(max(b.Total, came)), uint64(came))
	switch failed {
	case lwm2m.FirmwareInitial:
		return r
	case lwm2m.FirmwareNoStorage:
		r.Status, r.Reason = RequestEntityTooLarge, "the package is longer than the device has room for"
	case lwm2m.FirmwareNoMemory:
		r.Status, r.Reason = InternalServerError, "out of memory"
	default:
		r.Mute = true
	}
	d.newAttempt(false)
	return d.move(p, lwm2m.FirmwareIdle, failed, r)
}

// overrun says how a package of so many octets, of which as many have come, ends
// by its length; FirmwareInitial if it does not.
func (f *Firmware) overrun(size, came uint64) lwm2m.FirmwareResult {
	switch {
	case f.Space > 0 && size > f.Space, size > MaxPackage:
		return lwm2m.FirmwareNoStorage
	case f.Memory > 0 && size > f.Memory:
		return lwm2m.FirmwareNoMemory
	case f.Lost > 0 && came > f.Lost:
		return lwm2m.FirmwareConnectionLost
	}
	return lwm2m.FirmwareInitial
}

// stalled ends a push whose blocks have stopped coming, or has it looked at
// later.
func (d *Device) stalled(p lwm2m.Path) Result {
	d.firmware.watched = false
	if !d.firmware.pushing {
		return Result{Status: Changed}
	}
	if wait := d.firmware.heard.Add(d.profile.Firmware.Push).Sub(d.clock.Now()); wait > 0 {
		r := d.watchPush(p, Result{Status: Changed})
		r.Effects[0].Duration = wait
		return r
	}
	d.newAttempt(false)
	return d.move(p, lwm2m.FirmwareIdle, lwm2m.FirmwareConnectionLost, Result{Status: Changed})
}
