package gnutls

// Who are those that a session over a stream asks.
type Who struct {
	// Verify decides whether a peer that proves itself so is let in: by a raw public key,
	// DER SubjectPublicKeyInfo, or by certificates in DER, its own first.
	Verify func(proof [][]byte) error
	// Key is asked by a server for the pre-shared key of an identity.
	Key func(identity []byte) (key []byte, known bool)
	// Secret is given each secret, a line in the format of NSS, which it must not keep; nil:
	// nobody is.
	Secret func(line []byte)
}

// Agreed is what the two ends of a session over a stream have agreed on.
type Agreed struct {
	Version  uint16   // 0x0303 is TLS 1.2, 0x0304 is TLS 1.3
	Suite    uint16   // its number
	Proof    [][]byte // of the peer, as Verify was given it; none with a pre-shared key
	Protocol string   // of ALPN, "" for none
}
