package transport

import "encoding/binary"

const (
	// maxFragmented is how many ClientHellos are put together at a time; the oldest makes
	// room, and its client sends it again.
	maxFragmented = 128
	// maxPartedHello is the longest ClientHello that is put together.
	maxPartedHello = 4096
)

// helloFragments puts ClientHellos together that come in fragments, since a whole one
// decides how to go on. What is signed of it is the whole in any case. It is used
// under the lock of its link. RFC 6347 §4.2.3.
type helloFragments struct {
	all   map[fragmented]*helloParts
	order []fragmented
}

// fragmented is which message parts belong to.
type fragmented struct {
	from   Address
	number uint16
	length int
}

// helloParts is what has come of one.
type helloParts struct {
	body    []byte
	have    []bool // by octet
	missing int
}

// whole returns a datagram as if its ClientHello had come in one piece; nil while some of
// it has not. Any other datagram is returned as it is.
func (f *helloFragments) whole(from Address, datagram []byte) []byte {
	if !fragmentOfHello(datagram) {
		return datagram
	}
	for record := range recordsOf(datagram) {
		if !fragmentOfHello(record) {
			continue
		}
		m := parseMessages(record[recordHead:])[0]
		key := fragmented{from, m.Number, m.Length}
		p := f.parts(key)
		p.add(m.Offset, record[recordHead+handshakeHead:][:m.FragmentLength])
		if p.missing == 0 {
			f.drop(key)
			return p.datagram(record, m.Number)
		}
	}
	return nil
}

// fragmentOfHello says whether a datagram begins with a part of a ClientHello that is not
// too long.
func fragmentOfHello(b []byte) bool {
	if !isClientHello(b) {
		return false
	}
	all := parseMessages(b[recordHead:])
	return len(all) > 0 && all[0].Fragment() && all[0].Length <= maxPartedHello
}

func (f *helloFragments) parts(key fragmented) *helloParts {
	if p := f.all[key]; p != nil {
		return p
	}
	if f.all == nil {
		f.all = map[fragmented]*helloParts{}
	}
	if len(f.order) >= maxFragmented {
		f.drop(f.order[0])
	}
	p := &helloParts{body: make([]byte, key.length), have: make([]bool, key.length), missing: key.length}
	f.all[key] = p
	f.order = append(f.order, key)
	return p
}

func (f *helloFragments) drop(key fragmented) {
	delete(f.all, key)
	for i, other := range f.order {
		if other == key {
			f.order = append(f.order[:i], f.order[i+1:]...)
			return
		}
	}
}

// add takes a part; what came before stays.
func (p *helloParts) add(offset int, part []byte) {
	for i, octet := range part {
		if at := offset + i; !p.have[at] {
			p.body[at], p.have[at] = octet, true
			p.missing--
		}
	}
}

// datagram is the record that the whole message makes, under the head of the record that
// completed it.
func (p *helloParts) datagram(record []byte, number uint16) []byte {
	length := len(p.body)
	b := append([]byte(nil), record[:recordHead-2]...)
	b = binary.BigEndian.AppendUint16(b, uint16(handshakeHead+length))
	b = append(b, messageClientHello, byte(length>>16), byte(length>>8), byte(length))
	b = binary.BigEndian.AppendUint16(b, number)
	b = append(b, 0, 0, 0, byte(length>>16), byte(length>>8), byte(length))
	return append(b, p.body...)
}
