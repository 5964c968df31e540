package coap

// formerObservations are the last ones that we ended: what still comes for one
// of them is told to its owner.
type formerObservations struct {
	last [32]*Observation
	next int
}

func (f *formerObservations) add(o *Observation) {
	f.last[f.next%len(f.last)] = o
	f.next++
}

// find returns the observation that a token belonged to, nil if none.
func (f *formerObservations) find(p *peer, token []byte) *Observation {
	if f.next == 0 {
		return nil
	}
	key := keyOfToken(p, token)
	for _, o := range f.last {
		if o != nil && o.key == key {
			return o
		}
	}
	return nil
}

// late tells the owner of an observation that a notification came after its
// end. No lock is held.
func (o *Observation) late(in *incoming, number uint64) {
	sequence, _ := in.message.Observe()
	o.deliver(Notification{
		Message: in.message, Number: number, Received: in.at, Sequence: sequence,
		Confirmable: in.message.Type == Confirmable, Late: true, Deviations: in.deviations,
	})
}
