package transport

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"hash"

	"github.com/pion/dtls/v3/pkg/crypto/ccm"
)

const (
	// explicitNonce is how many octets of the nonce stand in each record: epoch and
	// sequence number. RFC 5288 §3, RFC 6655 §3.
	explicitNonce = 8
	implicitNonce = 4
)

// protection is how one half of a session protects the messages of its records.
type protection interface {
	// size is how many octets the body of a record has around a message of so many.
	size(message int) int
	// seal appends the body of a record to b.
	seal(b []byte, h *recordHeader, message []byte) []byte
	// open appends the message of a body to room; false if it was changed on the way.
	open(room []byte, h *recordHeader, body []byte) (message []byte, ok bool)
}

// recordSuite is how a suite protects records.
type recordSuite struct {
	key  int              // octets
	tag  int              // of CCM; 0 is GCM
	hash func() hash.Hash // of the keys
	mac  func() hash.Hash // of a suite of CBC, else nil
}

// recordSuites are the suites of DTLS. RFC 5246, RFC 5288, RFC 5289, RFC 5487, RFC 5489,
// RFC 6655, RFC 7251, RFC 8422.
var recordSuites = map[CipherSuite]recordSuite{
	0x00a8: {key: 16, hash: sha256.New}, 0xc0a4: {key: 16, tag: 16, hash: sha256.New},
	0xc0a8: {key: 16, tag: 8, hash: sha256.New}, 0xc0a9: {key: 32, tag: 8, hash: sha256.New},
	0xc02b: {key: 16, hash: sha256.New}, 0xc02c: {key: 32, hash: sha512.New384},
	0xc02f: {key: 16, hash: sha256.New}, 0xc030: {key: 32, hash: sha512.New384},
	0xc0ac: {key: 16, tag: 16, hash: sha256.New}, 0xc0ae: {key: 16, tag: 8, hash: sha256.New},
	0x00ae: {key: 16, hash: sha256.New, mac: sha256.New}, 0xc037: {key: 16, hash: sha256.New, mac: sha256.New},
	0xc00a: {key: 32, hash: sha256.New, mac: sha1.New}, 0xc014: {key: 32, hash: sha256.New, mac: sha1.New},
}

// sizes are how many octets of key material one half of a session needs.
func (s recordSuite) sizes() (mac, key, iv int) {
	if s.mac != nil {
		return s.mac().Size(), s.key, aes.BlockSize
	}
	return 0, s.key, implicitNonce
}

// protection makes one of its keys.
func (s recordSuite) protection(mac, key, iv []byte) (protection, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	if s.mac != nil {
		return &cbcProtection{block, s.mac, mac}, nil
	}
	p := &aeadProtection{}
	copy(p.salt[:], iv)
	if s.tag == 0 {
		p.aead, err = cipher.NewGCM(block)
	} else {
		p.aead, err = ccm.NewCCM(block, s.tag, implicitNonce+explicitNonce)
	}
	return p, err
}

// aeadProtection encrypts and authenticates at once.
//
//	explicit nonce 8, encrypted message, tag
type aeadProtection struct {
	aead cipher.AEAD
	salt [implicitNonce]byte
}

func (p *aeadProtection) size(message int) int { return explicitNonce + message + p.aead.Overhead() }

func (p *aeadProtection) seal(b []byte, h *recordHeader, message []byte) []byte {
	var nonce [implicitNonce + explicitNonce]byte
	copy(nonce[:], p.salt[:])
	binary.BigEndian.PutUint64(nonce[implicitNonce:], h.sequence)
	b = append(b, nonce[implicitNonce:]...)
	var additional [maxAdditional]byte
	return p.aead.Seal(b, nonce[:], message, h.additional(additional[:0], len(message)))
}

func (p *aeadProtection) open(room []byte, h *recordHeader, body []byte) ([]byte, bool) {
	if len(body) < p.size(0) {
		return nil, false
	}
	var nonce [implicitNonce + explicitNonce]byte
	copy(nonce[:], p.salt[:])
	copy(nonce[implicitNonce:], body)
	body = body[explicitNonce:]
	var additional [maxAdditional]byte
	message, err := p.aead.Open(room, nonce[:], body, h.additional(additional[:0], len(body)-p.aead.Overhead()))
	return message, err == nil
}
