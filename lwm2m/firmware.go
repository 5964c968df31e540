package lwm2m

import "fmt"

// FirmwareState is the value of State, /5/x/3. Spec: Core 1.1 §E.6.
type FirmwareState int8

// The states of a firmware update. A value of another number is what a peer
// said against the specification.
const (
	FirmwareIdle FirmwareState = iota
	FirmwareDownloading
	FirmwareDownloaded
	FirmwareUpdating
)

var firmwareStates = [...]struct{ name, meaning string }{
	FirmwareIdle:        {"idle", "no package is there, and none is on its way"},
	FirmwareDownloading: {"downloading", "the package is on its way"},
	FirmwareDownloaded:  {"downloaded", "the package is there and was found in order; Update installs it"},
	FirmwareUpdating:    {"updating", "the package is being installed"},
}

// Known says whether the state is one of the specification.
func (s FirmwareState) Known() bool { return s >= 0 && int(s) < len(firmwareStates) }

// String returns the state in a word: "downloading"; "state 7" for one that
// nobody knows.
func (s FirmwareState) String() string {
	if !s.Known() {
		return fmt.Sprintf("state %d", int8(s))
	}
	return firmwareStates[s].name
}

// Meaning returns what the state says of the device, a sentence without full
// stop.
func (s FirmwareState) Meaning() string {
	if !s.Known() {
		return "not defined: the states are 0 to 3"
	}
	return firmwareStates[s].meaning
}

// FirmwareResult is the value of Update Result, /5/x/5. Spec: Core 1.1 §E.6.
type FirmwareResult int16

// The results of a firmware update.
const (
	FirmwareInitial FirmwareResult = iota
	FirmwareSuccess
	FirmwareNoStorage
	FirmwareNoMemory
	FirmwareConnectionLost
	FirmwareIntegrity
	FirmwareUnsupportedType
	FirmwareInvalidURI
	FirmwareUpdateFailed
	FirmwareUnsupportedProtocol
	FirmwareCancelled // from version 1.1 of the object on
	FirmwareDeferred  // likewise
)

var firmwareResults = [...]struct{ name, meaning string }{
	FirmwareInitial:             {"initial", "nothing to report: no attempt was made, or one is under way"},
	FirmwareSuccess:             {"success", "the firmware was updated"},
	FirmwareNoStorage:           {"not enough storage", "the package does not fit into the flash memory"},
	FirmwareNoMemory:            {"out of memory", "the RAM did not suffice during the download"},
	FirmwareConnectionLost:      {"connection lost", "the connection broke during the download"},
	FirmwareIntegrity:           {"integrity check failed", "the package is damaged or was altered: checksum or signature do not match"},
	FirmwareUnsupportedType:     {"unsupported package type", "the device cannot read packages of this kind"},
	FirmwareInvalidURI:          {"invalid URI", "the Package URI is malformed, or leads to nothing"},
	FirmwareUpdateFailed:        {"update failed", "the package was downloaded but could not be installed"},
	FirmwareUnsupportedProtocol: {"unsupported protocol", "the device cannot download by the scheme of the Package URI"},
	FirmwareCancelled:           {"cancelled", "the server cancelled the update"},
	FirmwareDeferred:            {"deferred", "the device put the update off"},
}

// Known says whether the result is one of a version of object 5: 10 and 11 came
// with 1.1.
func (r FirmwareResult) Known(object Version) bool {
	last := FirmwareUnsupportedProtocol
	if object >= V1_1 {
		last = FirmwareDeferred
	}
	return r >= 0 && r <= last
}

// String returns the result in words: "connection lost"; "result 42" for one
// that nobody knows.
func (r FirmwareResult) String() string {
	if !r.Known(V1_2) {
		return fmt.Sprintf("result %d", int16(r))
	}
	return firmwareResults[r].name
}

// Meaning returns what the result says, a sentence without full stop.
func (r FirmwareResult) Meaning() string {
	if !r.Known(V1_2) {
		return "not defined: the results are 0 to 11"
	}
	return firmwareResults[r].meaning
}

// Failed says whether the result is that of an attempt that went wrong; neither
// Cancelled nor Deferred is.
func (r FirmwareResult) Failed() bool {
	return r != FirmwareInitial && r != FirmwareSuccess && r != FirmwareCancelled && r != FirmwareDeferred
}

// The object of firmware updates and its resources. Spec: Core 1.1 §E.6.
const (
	FirmwareObject       = 5
	FirmwarePackage      = 0  // W opaque: the image itself, or a NUL octet to start over
	FirmwarePackageURI   = 1  // RW string: where to download it from, or "" to start over
	FirmwareUpdate       = 2  // E
	FirmwareStateID      = 3  // R integer, a FirmwareState
	FirmwareResultID     = 5  // R integer, a FirmwareResult
	FirmwarePkgName      = 6  // R string
	FirmwarePkgVersion   = 7  // R string
	FirmwareProtocols    = 8  // R integers, FirmwareProtocol
	FirmwareDelivery     = 9  // R integer, a FirmwareDeliveryMethod
	FirmwareCancel       = 10 // E, from 1.1 on
	FirmwareStateChanged = 12 // R time, from 1.1 on
	FirmwareAutomatic    = 14 // RW boolean, from 1.2 on
)

// FirmwareDeliveryMethod is the value of /5/x/9: how packages reach the device.
type FirmwareDeliveryMethod int8

// The delivery methods.
const (
	FirmwarePullOnly FirmwareDeliveryMethod = iota
	FirmwarePushOnly
	FirmwarePullAndPush
)

// String returns the method in words.
func (m FirmwareDeliveryMethod) String() string {
	switch m {
	case FirmwarePullOnly:
		return "pull only"
	case FirmwarePushOnly:
		return "push only"
	case FirmwarePullAndPush:
		return "pull and push"
	}
	return fmt.Sprintf("delivery method %d", int8(m))
}

// firmwareSchemes are the schemes of URIs by the values of /5/x/8.
var firmwareSchemes = [...]string{"coap", "coaps", "http", "https", "coap+tcp", "coaps+tcp"}

// FirmwareScheme returns the scheme of a value of /5/x/8; false for a value that
// is not known, which a server has to pass over.
func FirmwareScheme(protocol int64) (string, bool) {
	if protocol < 0 || protocol >= int64(len(firmwareSchemes)) {
		return "", false
	}
	return firmwareSchemes[protocol], true
}

// FirmwareProtocol returns the value of /5/x/8 of a scheme, false if it has
// none.
func FirmwareProtocol(scheme string) (int64, bool) {
	for i, s := range firmwareSchemes {
		if s == scheme {
			return int64(i), true
		}
	}
	return 0, false
}
