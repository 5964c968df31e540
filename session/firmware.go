package session

import (
	"fmt"
	"time"

	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// FirmwareGoal is how far a firmware update is to go.
type FirmwareGoal uint8

// The goals.
const (
	UntilDownloaded FirmwareGoal = iota // State 2
	UntilUpdated                        // State 0 with Result 1
)

// String returns the goal in a word.
func (g FirmwareGoal) String() string {
	return [...]string{"downloaded", "updated"}[min(g, UntilUpdated)]
}

// FirmwareOptions say how a firmware update is followed. The zero value is right
// for most.
type FirmwareOptions struct {
	RequestOptions              // of each request; Progress has no use here
	Instance       uint16       // of object 5
	Until          FirmwareGoal // of a push or pull
	// DownloadTimeout is how long the download may take, all of it; 0 waits as long
	// as it goes on, and defaultStandstill where it does not.
	DownloadTimeout time.Duration
	// UpdateTimeout is how long the installation may take, with reboot and Register;
	// 0 is defaultUpdateLimit.
	UpdateTimeout time.Duration
	// Expect is the Result that the update has to end with, whatever it is; nil
	// expects the goal.
	Expect *lwm2m.FirmwareResult
	// Followed is told what happens, one call after the other; it must return
	// quickly. Nil: nobody.
	Followed func(FirmwareProgress)
}

// Times and limits of following an update. The first two are those of OMA's test
// bench.
const (
	defaultStandstill  = 300 * time.Second // of a download
	defaultUpdateLimit = 600 * time.Second
	cutStandstill      = 600 * time.Second // of a download whose connection was cut on purpose
	firmwarePoll       = 2 * time.Second   // between reads of what is not observed
	firmwareCheck      = 15 * time.Second  // between reads of what is observed
	firmwareGrace      = 10 * time.Second  // for a Result to follow a State
	progressEvery      = time.Second
	maxFirmwareSteps   = 1000 // steps of a report; later ones are counted only
)

// FirmwareProgress tells how a firmware update goes on.
type FirmwareProgress struct {
	Time      time.Time
	Endpoint  string
	Path      lwm2m.Path // of the instance of object 5
	Phase     string     // "reset", "download", "update"
	State     lwm2m.FirmwareState
	Result    lwm2m.FirmwareResult
	Step      bool          // State or Result changed, or the device registered
	Octets    int64         // of the package that are with the device
	Total     int64         // of the package, 0 if that is not known
	Rate      float64       // octets a second
	Remaining time.Duration // of the transfer at this rate, 0 if that is not known
}

// FirmwareStep is a moment in the life of an update.
type FirmwareStep struct {
	Time   time.Time
	State  lwm2m.FirmwareState
	Result lwm2m.FirmwareResult
	// How it came to be known: "read", "notification", "register".
	How string
}

// FirmwareStatus is what a device says of its object 5.
type FirmwareStatus struct {
	State       lwm2m.FirmwareState
	Result      lwm2m.FirmwareResult
	URI         string
	PkgName     string
	PkgVersion  string
	Protocols   []int64 // values of /5/x/8; nil if it has none, which means CoAP
	Delivery    lwm2m.FirmwareDeliveryMethod
	HasDelivery bool
	Automatic   bool   // the update begins with the download
	Version     string // of the firmware that runs, /3/0/3; "" if it cannot be read
}

// FirmwareReport is how a firmware update went.
type FirmwareReport struct {
	Operation string // "firmware push"
	Endpoint  string
	Path      lwm2m.Path // of the instance of object 5
	Before    FirmwareStatus
	After     FirmwareStatus
	Goal      FirmwareGoal
	Expected  *lwm2m.FirmwareResult
	// Reached: the goal was reached, or the expected Result found.
	Reached bool
	// Verdict says in a sentence how it ended, and why.
	Verdict string
	// Refusal is the answer that refused a request, nil if none did.
	Refusal *Result
	Steps   []FirmwareStep
	// Octets of Total that the device got, and in what time.
	Octets    int64
	Total     int64
	Transfer  time.Duration
	Duration  time.Duration
	URI       string // of a pull
	Downloads int    // of a pull: how often the file was fetched from its beginning
	// ResumeAt is the block with which a push that broke off goes on, 0 if it
	// cannot.
	ResumeAt uint32
	// Registered: the device registered anew while it updated.
	Registered bool
	Exchange   uint64 // of the transfer, or of the last request
	Deviations []lwm2m.Deviation
}

// Rate returns the octets a second of the transfer, 0 if there was none.
func (r *FirmwareReport) Rate() float64 {
	if r.Transfer <= 0 {
		return 0
	}
	return float64(r.Octets) / r.Transfer.Seconds()
}

// FirmwareTimeoutError is an update that did not get on in time. It is
// coap.ErrTimeout.
type FirmwareTimeoutError struct {
	Path  lwm2m.Path
	After time.Duration
	State lwm2m.FirmwareState
	Want  string
}

func (e *FirmwareTimeoutError) Error() string {
	return fmt.Sprintf("%s: expected %s within %v, found state %d (%s)", e.Path, e.Want, e.After, int(e.State), e.State)
}

// Is makes errors.Is(err, coap.ErrTimeout) true.
func (e *FirmwareTimeoutError) Is(target error) bool { return target == coap.ErrTimeout }
