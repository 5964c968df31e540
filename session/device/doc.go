// Package device is what a simulated LwM2M device is: its objects and their
// values over time, its answers to each operation, when it notifies, and how it
// misbehaves, all as its profile file says.
//
// The package is synchronous and knows no network: payloads are decoded and
// encoded, and effects such as a reboot acted upon, by whoever carries the
// device. Every time-dependent answer is a function of the clock, the seed and
// what was asked before, so that a run can be repeated.
//
// Spec: Core 1.2 §5 (attributes), §6.3 (device management), §6.4 (reporting).
package device
