package session

import (
	"time"

	"lwcon/lwm2m"
)

// BootstrapStage is a part of the sequence in which a device is bootstrapped.
type BootstrapStage uint8

// The stages in their order. The zero stage is none.
const (
	StageNone     BootstrapStage = iota
	StageDiscover                // what the device has, and where the bootstrap server's own account is
	StageDelete
	StageWrite
	StageCheck // that what was written is there: Discover, and Bootstrap-Read of object 1
	StageFinish
)

var stageNames = [...]string{"none", "discover", "delete", "write", "check", "finish"}

// String returns the stage in a word.
func (s BootstrapStage) String() string { return stageNames[min(int(s), len(stageNames)-1)] }

// StageNames are the words of all stages in their order, without that for none.
func StageNames() []string { return stageNames[1:] }

// ParseBootstrapStage reads what String writes.
func ParseBootstrapStage(word string) (BootstrapStage, bool) {
	for i, name := range stageNames {
		if name == word {
			return BootstrapStage(i), true
		}
	}
	return StageNone, false
}

// What a BootstrapStep can be besides an operation by its name.
const (
	StepPack    = "bootstrap-pack"
	StepStopped = "stopped" // the sequence stopped before its end, as it was told to
	StepSkipped = "skipped" // what was to be done was left out
)

// BootstrapStep is one operation of a bootstrap server upon a device, and how it
// went. It is not changed once made.
type BootstrapStep struct {
	Stage      BootstrapStage
	Operation  string // "bs-write", …
	Path       lwm2m.Path
	Code       Code          // of the answer, 0 if there was none
	Err        error         // why there was none, or what it carries does not decode
	Tree       *lwm2m.Tree   // what was written, read or discovered; nil for nothing
	Duration   time.Duration // until the answer
	Exchange   uint64
	Notes      []string // what there is to say, each a line
	Last       bool     // nothing follows by itself
	Deviations []lwm2m.Deviation
}

// Succeeded says whether the step did what it was to do.
func (s *BootstrapStep) Succeeded() bool {
	return s.Err == nil && (s.Code.IsSuccess() || s.Operation == StepSkipped || s.Operation == StepStopped)
}

// BootstrapReport is how a sequence went.
type BootstrapReport struct {
	Endpoint string
	Phase    BootstrapPhase
	Stopped  BootstrapStage // before which it stopped, StageNone if it did not
	Steps    []*BootstrapStep
	Duration time.Duration
	Verdict  string // why it failed, "" if it did not
}

// Code is the answer to the Finish, 0 if it did not come to that.
func (r *BootstrapReport) Code() Code {
	for _, s := range r.Steps {
		if s.Operation == "bs-finish" {
			return s.Code
		}
	}
	return 0
}
