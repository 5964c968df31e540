package transport

import (
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/subtle"
	"hash"
)

// cbcProtection authenticates a message and then encrypts both, as the suites of CBC do.
// RFC 5246 §6.2.3.2; with a Connection ID what is authenticated is that of RFC 9146
// §5.1.
//
//	initialization vector, encrypted: message, MAC, padding, length of the padding 1
type cbcProtection struct {
	block cipher.Block
	hash  func() hash.Hash
	key   []byte // of the MAC
}

func (p *cbcProtection) size(message int) int {
	block := p.block.BlockSize()
	return block + (message+p.hash().Size())/block*block + block
}

func (p *cbcProtection) seal(b []byte, h *recordHeader, message []byte) []byte {
	block, start := p.block.BlockSize(), len(b)
	size := p.size(len(message))
	b = append(b, make([]byte, block)...)
	iv := b[start:]
	_, _ = rand.Read(iv) // never fails
	b = append(b, message...)
	b = append(b, p.mac(h, message, nil)...)
	padding := start + size - len(b)
	for range padding {
		b = append(b, byte(padding-1))
	}
	inner := b[start+block:]
	cipher.NewCBCEncrypter(p.block, iv).CryptBlocks(inner, inner)
	return b
}

// open takes as long for a wrong padding as for a wrong MAC, as far as that can be had
// in Go: what is no message is hashed too.
func (p *cbcProtection) open(room []byte, h *recordHeader, body []byte) ([]byte, bool) {
	block, mac := p.block.BlockSize(), p.hash().Size()
	if len(body)%block != 0 || len(body) < p.size(0) {
		return nil, false
	}
	iv, body := body[:block], body[block:]
	inner := append(room, body...)[len(room):]
	cipher.NewCBCDecrypter(p.block, iv).CryptBlocks(inner, inner)
	padding, good := paddingOf(inner)
	end := len(inner) - mac - padding
	end = subtle.ConstantTimeSelect(int(uint32(end)>>31), 0, end)
	found := p.mac(h, inner[:end], inner[end+mac:])
	if subtle.ConstantTimeCompare(found, inner[end:end+mac])&good != 1 {
		return nil, false
	}
	return inner[:end], true
}

// mac authenticates a message under the head of its record; rest is hashed after the
// result is there.
func (p *cbcProtection) mac(h *recordHeader, message, rest []byte) []byte {
	m := hmac.New(p.hash, p.key)
	var additional [maxAdditional]byte
	m.Write(h.additional(additional[:0], len(message)))
	m.Write(message)
	sum := m.Sum(nil)
	m.Write(rest)
	return sum
}

// paddingOf returns how many octets of padding, with its length, stand at the end of
// what is not empty, and 1 if they are right, in constant time.
func paddingOf(b []byte) (padding, good int) {
	const longest = 256
	last := b[len(b)-1]
	wrong := subtle.ConstantTimeLessOrEq(len(b), int(last)) // more than there is
	var differ byte
	for i := range min(longest, len(b)) {
		inside := subtle.ConstantTimeLessOrEq(i, int(last))
		differ |= byte(-inside) & (b[len(b)-1-i] ^ last)
	}
	good = subtle.ConstantTimeByteEq(differ, 0) & (1 - wrong)
	return subtle.ConstantTimeSelect(good, int(last)+1, 1), good
}
