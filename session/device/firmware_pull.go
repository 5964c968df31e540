package device

import (
	"net/url"

	"lwcon/lwm2m"
)

// beginDownload goes to Downloading, or fails for a URI that cannot be fetched.
func (w *writer) beginDownload(p lwm2m.Path, uri string) {
	d := w.device
	d.newAttempt(false)
	u, err := url.Parse(uri)
	switch {
	case err != nil || u.Scheme == "" || u.Host == "":
		w.instance = d.moved(w.instance, lwm2m.FirmwareIdle, lwm2m.FirmwareInvalidURI)
	case !w.instance.fetches(u.Scheme):
		w.instance = d.moved(w.instance, lwm2m.FirmwareIdle, lwm2m.FirmwareUnsupportedProtocol)
	default:
		w.instance = d.moved(w.instance, lwm2m.FirmwareDownloading, lwm2m.FirmwareInitial)
		w.effects = append(w.effects, Effect{Kind: EffectDownload, Path: p, Attempt: d.firmware.attempt, URI: uri})
	}
}

// fetches says whether a device fetches by a scheme, as /5/x/8 tells; without
// it, by CoAP.
func (in *instance) fetches(scheme string) bool {
	protocol, known := lwm2m.FirmwareProtocol(scheme)
	entries := in.at(lwm2m.FirmwareProtocols)
	if len(entries) == 0 {
		return scheme == "coap" || scheme == "coaps"
	}
	for i := range entries {
		if known && entries[i].kind == resourceInstance && entries[i].value.Int() == protocol {
			return true
		}
	}
	return false
}

// Retries returns how often a download that was cut goes on where it was.
func (d *Device) Retries() int { return int(d.profile.Firmware.Retries) }

// Downloading is told by whoever carries out an EffectDownload how many octets
// have come, of how many (0 while unknown). False ends the download: it was
// given up, or it failed by the profile. The effects are to be followed.
func (d *Device) Downloading(p lwm2m.Path, attempt uint64, came, total int64) (r Result, goOn bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.downloading(p, attempt) {
		return Result{Status: Changed}, false
	}
	failed := d.profile.Firmware.overrun(uint64(max(came, total)), uint64(came))
	if failed == lwm2m.FirmwareInitial {
		return Result{Status: Changed}, true
	}
	d.newAttempt(false)
	return d.move(p, lwm2m.FirmwareIdle, failed, Result{Status: Changed}), false
}

// downloading says whether an attempt is the download that is under way.
func (d *Device) downloading(p lwm2m.Path, attempt uint64) bool {
	in := d.tree.find(p)
	return p.Object() == objectFirmware && in != nil && attempt == d.firmware.attempt && !d.firmware.pushing &&
		in.integer(lwm2m.FirmwareStateID) == int64(lwm2m.FirmwareDownloading)
}

// Downloaded tells the device how the download that an EffectDownload asked for
// ended: with the octets of the package, or with a failure. It does nothing if
// the download was given up meanwhile.
func (d *Device) Downloaded(p lwm2m.Path, attempt uint64, octets string, failure lwm2m.FirmwareResult) Result {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.downloading(p, attempt) {
		return Result{Status: Changed}
	}
	if failure.Failed() {
		d.newAttempt(false)
		return d.move(p, lwm2m.FirmwareIdle, failure, Result{Status: Changed})
	}
	var effects []Effect
	p = p.Cut(lwm2m.LevelObjectInstance)
	in := d.downloaded(d.tree.find(p), octets, &effects, p)
	r := d.commit(d.tree.with(objectFirmware, in), p, Result{Status: Changed})
	r.Effects = append(r.Effects, effects...)
	return r
}
