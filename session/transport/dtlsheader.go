package transport

import "encoding/binary"

// maxCID is the longest Connection ID. RFC 9146 §3.
const maxCID = 255

// recordHeader is the head of a record. RFC 6347 §4.1, RFC 9146 §4.
type recordHeader struct {
	kind     byte
	sequence uint64 // the epoch on top, 16 and 48 bits
	cid      string // of a record of kind recordCID
}

// append writes the head of a record whose body has so many octets.
func (h *recordHeader) append(b []byte, body int) []byte {
	b = append(b, h.kind, 0xfe, 0xfd)
	b = binary.BigEndian.AppendUint64(b, h.sequence)
	b = append(b, h.cid...)
	return binary.BigEndian.AppendUint16(b, uint16(body))
}

// parseRecordHeader reads the head of a record of DTLS 1.2, and returns its body;
// false for one that is cut or of another version.
func parseRecordHeader(record []byte, cidLength int) (h recordHeader, body []byte, ok bool) {
	const beforeCID = recordHead - 2
	if len(record) < recordHead || record[1] != 0xfe || record[2] != 0xfd {
		return h, nil, false
	}
	h.kind, h.sequence = record[0], binary.BigEndian.Uint64(record[3:])
	rest := record[beforeCID:]
	if h.kind == recordCID {
		if len(rest) < cidLength+2 {
			return h, nil, false
		}
		h.cid, rest = string(rest[:cidLength]), rest[cidLength:]
	}
	size := int(binary.BigEndian.Uint16(rest))
	if size > len(rest)-2 {
		return h, nil, false
	}
	return h, rest[2 : 2+size], true
}

// maxAdditional is room for the additional data of any record.
const maxAdditional = 8 + 3 + 2 + 8 + maxCID + 2

// additional appends the data that is authenticated beside a message of some length.
// RFC 5246 §6.2.3.3, RFC 9146 §5.3.
func (h *recordHeader) additional(b []byte, length int) []byte {
	if h.kind == recordCID {
		b = append(b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, recordCID, byte(len(h.cid)), recordCID, 0xfe, 0xfd)
		b = binary.BigEndian.AppendUint64(b, h.sequence)
		b = append(b, h.cid...)
	} else {
		b = binary.BigEndian.AppendUint64(b, h.sequence)
		b = append(b, h.kind, 0xfe, 0xfd)
	}
	return binary.BigEndian.AppendUint16(b, uint16(length))
}

// nextRecord takes the first record off a datagram; nil if it is cut.
func nextRecord(b []byte, cidLength int) (record, rest []byte) {
	head := recordHead
	if b[0] == recordCID {
		head += cidLength
	}
	if len(b) < head {
		return nil, nil
	}
	end := head + int(binary.BigEndian.Uint16(b[head-2:]))
	if end > len(b) {
		return nil, nil
	}
	return b[:end], b[end:]
}
