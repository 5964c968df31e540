package session

import "math/rand/v2"

// randomSeed draws a seed from the machine's source; never 0.
func randomSeed() uint64 { return rand.Uint64() | 1 }

// source is the nth source of random numbers that a seed gives.
func source(seed uint64, n int) rand.Source { return rand.NewPCG(seed, uint64(n)) }

// mix spreads a counter over 64 bits (the finalizer of SplitMix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
