package coap

import (
	"time"
	"unsafe"
)

// Limits of the table of duplicates.
const (
	// MaxDuplicates is how many messages of one peer are remembered.
	MaxDuplicates = 4096
	// MaxAllDuplicates is the same of all peers together.
	MaxAllDuplicates = 300_000
	// maxReplyBytes bounds the answers kept to repeat them, of all peers
	// together.
	maxReplyBytes = 64 << 20
	// maxSpareDuplicates is how many entries are kept to use them again.
	maxSpareDuplicates = 64
)

// duplicates remembers the confirmable and non-confirmable messages that came,
// each for as long as its id means something, with the answer to repeat. Full,
// it forgets the oldest and says so. RFC 7252 §4.5.
type duplicates struct {
	all            map[flightKey]*duplicate
	oldest, newest *duplicate
	replies        int // bytes
	sweep          timer
	free           *duplicate // entries to use again, by newer
	spare          int
}

// duplicateList is the part of one peer, oldest first.
type duplicateList struct {
	oldest, newest *duplicate
	count          int32
	// shortened: a message was forgotten before its time; said once.
	shortened bool
}

type duplicate struct {
	key      flightKey
	hash     uint64 // of the bytes
	number   uint64
	expires  instant
	reply    string // "" while there is none; no slice, since there are as many as peers
	older    *duplicate
	newer    *duplicate
	peerNext *duplicate
}

func (d *duplicates) init(_ *Endpoint) {
	d.all = make(map[flightKey]*duplicate)
	d.sweep.owner = d
}

// find returns the earlier message with the id, if it means the same still.
func (d *duplicates) find(key flightKey, now instant) *duplicate {
	found := d.all[key]
	if found == nil || found.expires <= now {
		return nil
	}
	return found
}

// remember enters a message. shortened tells, once for each peer, that another
// one had to be forgotten before its time.
func (e *Endpoint) remember(key flightKey, hash, number uint64, confirmable bool, now instant) (entered *duplicate, shortened bool) {
	d, list := &e.duplicates, &key.peer.duplicates
	if old := d.all[key]; old != nil {
		d.remove(old)
	}
	var victim *duplicate
	switch {
	case list.count >= MaxDuplicates:
		victim = list.oldest
	case len(d.all) >= MaxAllDuplicates || d.replies > maxReplyBytes:
		victim = d.oldest
	}
	if victim != nil {
		early := victim.expires > now && !victim.key.peer.duplicates.shortened
		if early {
			victim.key.peer.duplicates.shortened = true
			shortened = victim.key.peer == key.peer
		}
		d.remove(victim)
	}
	entered = d.free
	if entered == nil {
		entered = new(duplicate)
	} else {
		d.free = entered.newer
		d.spare--
	}
	life := time.Duration(ExchangeLifetime)
	if !confirmable {
		life = NonLifetime
	}
	*entered = duplicate{key: key, hash: hash, number: number, expires: now + life}
	d.insert(entered)
	if d.sweep.index == 0 {
		e.set(&d.sweep, now+ExchangeLifetime)
	}
	return entered, shortened
}

func (d *duplicates) insert(n *duplicate) {
	d.all[n.key] = n
	n.older = d.newest
	if d.newest != nil {
		d.newest.newer = n
	} else {
		d.oldest = n
	}
	d.newest = n
	list := &n.key.peer.duplicates
	if list.newest != nil {
		list.newest.peerNext = n
	} else {
		list.oldest = n
	}
	list.newest = n
	list.count++
}

// answer keeps what a repetition of the message is answered with. The number
// makes sure that the entry is still that message's.
func (d *duplicates) answer(key flightKey, number uint64, reply []byte) {
	n := d.all[key]
	if n == nil || n.number != number {
		return
	}
	d.replies += len(reply) - len(n.reply)
	n.reply = unsafe.String(unsafe.SliceData(reply), len(reply)) // nobody changes what was sent
}

// remove takes an entry out. Entries leave about in the order in which they
// came, so that the walk along the peer's list is short.
func (d *duplicates) remove(n *duplicate) {
	delete(d.all, n.key)
	d.replies -= len(n.reply)
	if n.older != nil {
		n.older.newer = n.newer
	} else {
		d.oldest = n.newer
	}
	if n.newer != nil {
		n.newer.older = n.older
	} else {
		d.newest = n.older
	}
	n.key.peer.duplicates.remove(n)
	*n = duplicate{}
	if d.spare < maxSpareDuplicates {
		n.newer, d.free = d.free, n
		d.spare++
	}
}

func (l *duplicateList) remove(n *duplicate) {
	var before *duplicate
	for at := l.oldest; at != nil; before, at = at, at.peerNext {
		if at != n {
			continue
		}
		if before != nil {
			before.peerNext = n.peerNext
		} else {
			l.oldest = n.peerNext
		}
		if l.newest == n {
			l.newest = before
		}
		l.count--
		return
	}
}

func (d *duplicates) dropAll(p *peer) {
	for p.duplicates.oldest != nil {
		d.remove(p.duplicates.oldest)
	}
}

// expire forgets what no longer means anything.
func (d *duplicates) expire(e *Endpoint, now instant, _ *outbox) {
	for d.oldest != nil && d.oldest.expires <= now {
		d.remove(d.oldest)
	}
	if d.oldest != nil {
		e.set(&d.sweep, max(d.oldest.expires, now+time.Second))
	}
}
