package transport

import "math/rand/v2"

// Notify names who is told what was harmed, unless somebody is already. It is
// called before Start; an endpoint does it for the link that it is given.
func (f *Faulty) Notify(note WireTap) {
	if f.note == nil {
		f.note = note
	}
}

// Seed begins the decisions of both directions anew, so that the same sequence
// of datagrams is harmed in the same way.
func (f *Faulty) Seed(seed uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for d := range f.random {
		f.random[d] = rand.New(rand.NewPCG(seed, uint64(d)))
	}
}
