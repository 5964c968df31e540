package transport

import "encoding/binary"

// InnerAlert is an alert inside an established session.
type InnerAlert struct {
	Peer      Address
	Local     Local
	Direction Direction
	Record    DTLSRecord // that it was in, as if it had not been encrypted
}

// tellAlert tells of the alert that a record holds.
func (p *securePeer) tellAlert(d Direction, record, message []byte) {
	l := p.link
	if l.options.Alerted == nil || len(message) != 2 {
		return
	}
	l.mu.Lock()
	peer, local := p.address, p.local
	l.mu.Unlock()
	l.options.Alerted(InnerAlert{peer, local, d, DTLSRecord{
		Type: recordAlert, Version: binary.BigEndian.Uint16(record[1:]), Epoch: sealedEpoch,
		Sequence: binary.BigEndian.Uint64(record[3:]) & maxSequence,
		Content:  append([]byte(nil), message...),
		Alert:    &Alert{Fatal: message[0] == alertFatal, Description: message[1]},
	}})
}
