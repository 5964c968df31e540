package scenarios

import "time"

// Limits of a scenario file and of a run. What exceeds one is an error that
// names it.
const (
	// MaxFileSize is the most octets of a file.
	MaxFileSize = 1 << 20
	// MaxSteps is the most steps of setup, steps or teardown.
	MaxSteps = 10_000
	// MaxCases is the most mappings of cases.
	MaxCases = 1000
	// MaxVariables is the most variables of vars or of a case.
	MaxVariables = 1000
	// MaxExpression is the most octets between ${ and }.
	MaxExpression = 4096
	// MaxExpansion is the most octets that one value has once its variables are
	// put in.
	MaxExpansion = 1 << 20
	// MaxFiles is the most scenario files of one run.
	MaxFiles = 10_000
	// maxNodes is the most YAML nodes of a file, each use of an alias counted.
	maxNodes = 200_000
	// maxErrors is how many errors are told of one file.
	maxErrors = 20
	// maxEvents is how many events of one step are kept to be compared.
	maxEvents = 10_000
)

// Times of a run.
const (
	// DefaultPatience is how long an `until` is tried, and a device is waited
	// for, where the step doesn't say.
	DefaultPatience = 60 * time.Second
	// pollEvery is the pause between two attempts of an `until`.
	pollEvery = time.Second
	// teardownTime is how long the teardown of an aborted run may take.
	teardownTime = 30 * time.Second
)
