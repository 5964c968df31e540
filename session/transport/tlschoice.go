package transport

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"sync"

	"lwcon/session/transport/gnutls"
)

// The suites of TLS over streams that GnuTLS makes, by mode, the best first: with
// certificates those that the library of X.509 does not have.
var (
	streamPSKSuites = suitesOf(gnutls.StreamSuites(gnutls.PreSharedKeys))
	streamRawSuites = suitesOf(gnutls.StreamSuites(gnutls.RawKeys))
	streamCCMSuites = suitesOf(gnutls.StreamSuites(gnutls.Certificates))
)

// UnavailableError says why something that needs GnuTLS cannot be had, and what to do.
type UnavailableError = gnutls.UnavailableError

// TLSReady says whether sessions of TLS can be had in a mode. The error says what they
// need, and is an *UnavailableError.
func TLSReady(mode SecurityMode) error {
	if mode == Certificate {
		return nil
	}
	return gnutls.Ready(gnuMode(mode))
}

// gnuMode is a mode as GnuTLS knows it.
func gnuMode(mode SecurityMode) gnutls.Mode {
	switch mode {
	case PreSharedKey:
		return gnutls.PreSharedKeys
	case Certificate:
		return gnutls.Certificates
	}
	return gnutls.RawKeys
}

// tlsChoice is how a listener goes on with a client, by its ClientHello.
type tlsChoice struct {
	mode   SecurityMode
	gnu    bool // by GnuTLS
	suites []CipherSuite
}

// offered are the ways in which a client and the listener can go on, the best first, and
// why there are none by GnuTLS where the client asks for some. Certificates and raw
// public keys come as the client would rather have them, then pre-shared keys; but a client
// that names the identity of one in its ClientHello, as in TLS 1.3, comes with that.
func (p *tlsPeer) offered(h *tlsHello) (ways []tlsChoice, obstacle error) {
	l := p.link
	own, has := l.server.Own()
	add := func(mode SecurityMode, gnu bool, suites []CipherSuite, more func(s CipherSuite) bool) bool {
		common := slices.DeleteFunc(h.common(chosenSuites(suites, l.options.Suites)), func(s CipherSuite) bool { return !more(s) })
		if len(common) == 0 {
			return false
		}
		if gnu {
			if err := gnutls.Ready(gnuMode(mode)); err != nil {
				obstacle = err
				return false
			}
		}
		ways = append(ways, tlsChoice{mode, gnu, common})
		return true
	}
	signed := func(s CipherSuite) bool { return h.signatures || !s.ofTLS13() }
	if h.rawKeys && h.ownRaw {
		if has && own.Private != nil {
			add(RawPublicKey, true, streamRawSuites, signed)
		} else {
			obstacle = errNoRawKeys
		}
	}
	if h.x509 && has && len(own.Chain) > 0 {
		added := add(Certificate, false, streamSuites, signed) || add(Certificate, true, streamCCMSuites, signed)
		if added && !h.rawFirst {
			slices.Reverse(ways)
		}
	}
	if add(PreSharedKey, true, streamPSKSuites, func(s CipherSuite) bool { return !s.ofTLS13() || len(h.identities) > 0 }) && len(h.identities) > 0 {
		slices.Reverse(ways)
	}
	return ways, obstacle
}

// choose finds how to go on with a client: of the ways there are that which is preferred
// here, else the best. Without any it is the library of X.509 that says so, if it can.
func (p *tlsPeer) choose(h *tlsHello) (tlsChoice, error) {
	l := p.link
	ways, obstacle := p.offered(h)
	for _, mode := range l.options.Prefer {
		for _, way := range ways {
			if way.mode == mode {
				return way, nil
			}
		}
	}
	if len(ways) > 0 {
		return ways[0], nil
	}
	p.record.cannot(obstacle)
	own, has := l.server.Own()
	certified := has && len(own.Chain) > 0
	if certified && obstacle == nil && !slices.ContainsFunc(h.suites, CipherSuite.pskSuite) {
		return tlsChoice{mode: Certificate}, nil
	}
	var here []CipherSuite
	if certified {
		here = slices.Clone(l.suites)
	}
	if gnutls.Ready(gnutls.PreSharedKeys) == nil {
		for _, s := range chosenSuites(streamPSKSuites, l.options.Suites) {
			if !slices.Contains(here, s) {
				here = append(here, s)
			}
		}
	}
	p.record.own(here)
	switch {
	case obstacle != nil:
	case len(here) == 0:
		obstacle = ErrNoCertificate
	default:
		obstacle = errNothingShared
	}
	return tlsChoice{}, obstacle
}

var errNoHello = errors.New("what the device begins with is no ClientHello that can be read")

var errNothingShared = errors.New("nothing of what the device offers is to be had here")

// answerer prepares the handshake of a listener as the ClientHello of the client wants it,
// which it leaves to who makes it.
func (p *tlsPeer) answerer() error {
	l := p.link
	hello, err := p.firstHello()
	if err != nil {
		return err
	}
	choice := tlsChoice{mode: Certificate}
	if hello != nil {
		p.record.hellos(hello)
		if choice, err = p.choose(hello); err != nil {
			p.refuse(alertHandshakeFailure)
			return err
		}
	}
	if choice.gnu {
		p.record.own(choice.suites)
		conn, err := l.gnu.session(choice, l.server, p)
		if err != nil {
			p.refuse(alertHandshakeFailure)
			return err
		}
		p.conn = conn
		return nil
	}
	if _, err := p.serverConfig(); err != nil { // it is told without the handshake that needs it
		p.refuse(alertHandshakeFailure)
		if hello == nil {
			return errNoHello
		}
		return err
	}
	p.conn = plainTLSConn{tls.Server(peerStream{p.stream, p}, l.base)}
	return nil
}

// firstHello waits for the ClientHello, and leaves it where it is; nil is that what came
// is none, or none that can be read.
func (p *tlsPeer) firstHello() (*tlsHello, error) {
	for least := 1; ; {
		b, err := p.stream.peek(least)
		if err != nil {
			return nil, err
		}
		h, need := parseTLSHello(b)
		if need == 0 || need > maxHello {
			return h, nil
		}
		least = need
	}
}

// refuse tells a client that there is no handshake with it. RFC 5246 §7.2.2.
func (p *tlsPeer) refuse(alert byte) {
	const fatal = 2
	_, _ = p.stream.Write([]byte{recordAlert, 3, 3, 0, 2, fatal, alert}) // it is ended anyway
}

// alertUnexpectedMessage is for who does not speak TLS. RFC 5246 §7.2.2.
const alertUnexpectedMessage = 10

// gnuListener is what a listener has for handshakes by GnuTLS.
type gnuListener struct {
	mu   sync.Mutex
	own  []byte // the key that the rest was made of
	made map[string]*gnutls.Credentials
}

// session begins a session with a client as it was chosen.
func (g *gnuListener) session(choice tlsChoice, keys Keys, p *tlsPeer) (*gnuConn, error) {
	own, _ := keys.Own()
	g.mu.Lock()
	defer g.mu.Unlock()
	mark := own.PublicKey
	if len(own.Chain) > 0 {
		mark = own.Chain[0].Raw
	}
	if !bytes.Equal(g.own, mark) {
		g.forget()
	}
	kind := fmt.Sprint(choice.mode, choice.suites)
	credentials := g.made[kind]
	if credentials == nil {
		config, err := gnuConfig(choice.mode, own, choice.suites)
		if err != nil {
			return nil, err
		}
		defer clear(config.PrivateKey)
		config.Server = true
		if credentials, err = gnutls.NewCredentials(config); err != nil {
			return nil, err
		}
		if len(g.made) >= maxGnuKinds {
			g.forget()
		}
		if g.made == nil {
			g.made = map[string]*gnutls.Credentials{}
		}
		g.own, g.made[kind] = mark, credentials
	}
	return p.beginGnu(credentials, choice.mode, gnutls.Who{Verify: p.verifyProof(choice.mode), Key: p.keyOf})
}

// maxGnuKinds is how many sets of suites that clients offer are kept ready.
const maxGnuKinds = 64

// close gives all up; sessions go on.
func (g *gnuListener) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.forget()
}

// forget is close for who holds the lock.
func (g *gnuListener) forget() {
	for _, c := range g.made {
		c.Close()
	}
	g.made, g.own = nil, nil
}
