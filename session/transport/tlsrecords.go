package transport

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"sync"
)

const (
	// maxTLSFlows bounds the directions of streams that are followed; beyond it the
	// oldest is forgotten.
	maxTLSFlows = 4_000
	// maxTLSRecord is the longest record with its head. RFC 5246 §6.2.3.
	maxTLSRecord = tlsRecordHead + 1<<14 + 2048
)

// TLSFlows follows streams of TLS on the wire, to tell the records that are in them. The
// zero value is ready, and safe for concurrent use. RFC 5246 §6.2, RFC 8446 §5.
//
//	type 1, version 2, length 2, content
type TLSFlows struct {
	mu    sync.Mutex
	all   map[tlsFlowKey]*tlsFlow
	order []tlsFlowKey
}

// tlsFlowKey is one direction of a stream.
type tlsFlowKey struct {
	local, remote netip.AddrPort
	direction     Direction
}

// tlsFlow is what is known of it.
type tlsFlow struct {
	waiting []byte // of a record that is not all there
	changed bool   // its end has changed to its keys
	pending int    // octets of a message that the next record goes on with
	alien   bool   // it carries something else
}

// Read tells which records a part of a stream completes; rest are octets that are none, of
// a stream that carries something else.
func (f *TLSFlows) Read(r *WireRecord) (records []DTLSRecord, octets, rest []byte) {
	key := tlsFlowKey{r.Local.hostport, r.Remote.hostport, r.Direction}
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.Connection() {
		f.end(key)
		return nil, nil, nil
	}
	flow := f.flow(key)
	if flow.alien {
		return nil, nil, nil
	}
	b := append(flow.waiting, r.Bytes...)
	for {
		record, n, ok := flow.record(b[len(octets):])
		if !ok {
			flow.alien, flow.waiting = true, nil
			return records, octets, b[len(octets):]
		}
		if n == 0 {
			flow.waiting = append([]byte(nil), b[len(octets):]...)
			return records, octets, nil
		}
		records, octets = append(records, record), b[:len(octets)+n]
	}
}

func (f *TLSFlows) flow(key tlsFlowKey) *tlsFlow {
	if known := f.all[key]; known != nil {
		return known
	}
	if f.all == nil {
		f.all = map[tlsFlowKey]*tlsFlow{}
	}
	if len(f.order) >= maxTLSFlows {
		f.drop(f.order[0])
	}
	begun := &tlsFlow{}
	f.all[key] = begun
	f.order = append(f.order, key)
	return begun
}

// end forgets the stream of a connection that has begun or ended; the local end may be
// known without its host.
func (f *TLSFlows) end(of tlsFlowKey) {
	for _, key := range slices.Clone(f.order) {
		if key.remote == of.remote && key.local.Port() == of.local.Port() {
			f.drop(key)
		}
	}
}

func (f *TLSFlows) drop(key tlsFlowKey) {
	if f.all[key] == nil {
		return
	}
	delete(f.all, key)
	for i, other := range f.order {
		if other == key {
			f.order = append(f.order[:i], f.order[i+1:]...)
			return
		}
	}
}

// record reads the record that b begins with, and says how long it is, 0 if it is not all
// there; ok is false if it is none.
func (f *tlsFlow) record(b []byte) (r DTLSRecord, n int, ok bool) {
	const major, heartbeat = 3, 24
	if len(b) > 0 && (b[0] < recordCCS || b[0] > heartbeat) || len(b) > 1 && b[1] != major {
		return r, 0, false
	}
	if len(b) < tlsRecordHead {
		return r, 0, true
	}
	n = tlsRecordHead + int(binary.BigEndian.Uint16(b[3:]))
	switch {
	case n > maxTLSRecord:
		return r, 0, false
	case n > len(b):
		return r, 0, true
	}
	r = DTLSRecord{Stream: true, Type: b[0], Version: binary.BigEndian.Uint16(b[1:]), Content: b[tlsRecordHead:n]}
	switch {
	case r.Type == recordCCS:
		f.changed = true
		return r, n, true
	case f.changed || r.Type == recordData: // that of TLS 1.3 can be anything
		r.Epoch = sealedEpoch
		r.Finished = r.Type == recordHandshake
	case r.Type == recordHandshake:
		r.Messages = f.messages(r.Content)
	case r.Type == recordAlert && len(r.Content) == 2:
		r.Alert = &Alert{Fatal: r.Content[0] == alertFatal, Description: r.Content[1]}
	}
	return r, n, true
}

// messages reads the messages that begin in a record of a handshake. RFC 5246 §7.4.
//
//	type 1, length 3, message
func (f *tlsFlow) messages(b []byte) []HandshakeMessage {
	var all []HandshakeMessage
	for {
		skipped := min(f.pending, len(b))
		f.pending -= skipped
		if b = b[skipped:]; len(b) < tlsHandshakeHead {
			return all
		}
		m := HandshakeMessage{Type: b[0], Length: uint24(b[1:])}
		m.FragmentLength = m.Length
		if m.Type == messageClientHello && len(b) >= tlsHandshakeHead+m.Length {
			m.Hello = streamHello(b[tlsHandshakeHead:][:m.Length])
		}
		all = append(all, m)
		f.pending, b = m.Length, b[tlsHandshakeHead:]
	}
}

// streamHello is what a ClientHello of TLS offers, nil if it is malformed.
func streamHello(b []byte) *Hello {
	h := readTLSHello(b)
	if h == nil {
		return nil
	}
	return &Hello{CID: unknownCID, Suites: h.suites, ServerName: h.serverName, RawKeys: h.rawKeys, random: h.random}
}
