package transport

// SessionState is what the two ends of a secure session agreed on.
type SessionState struct {
	Protocol string      // "DTLS 1.2", "TLS 1.3"
	Suite    CipherSuite // 0 if it is not known
	Resumed  bool        // it began with what an earlier session had agreed on
	CID      bool        // of DTLS: it goes on when the peer has another address, RFC 9146
	ALPN     string      // of TLS over streams: the protocol that was agreed on, "" for none
}

// Session tells how the session with a peer stands; false if there is none.
func (l *DTLS) Session(peer Address) (SessionState, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.peers[peer]
	if p == nil || !p.ready {
		return SessionState{}, false
	}
	return SessionState{Protocol: "DTLS 1.2", Suite: p.suite, Resumed: p.resumed, CID: p.hasCID()}, true
}

// hasCID says whether what the device sends has a Connection ID. link.mu is held.
func (p *securePeer) hasCID() bool {
	if p.link.server == nil {
		return p.sealed.out.cid != ""
	}
	return p.sealed.in.cid != ""
}
