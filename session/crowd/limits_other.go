//go:build !linux

package crowd

// MachineLimits knows of no limit on this system.
func MachineLimits() Limits { return Limits{} }
