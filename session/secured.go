package session

import "lwcon/session/transport"

// Secured tells how the secure session with a device stands, and who it has proved to
// be; false on a link without security, or while there is none.
func (e *Endpoint) Secured() (state transport.SessionState, who transport.Identity, ok bool) {
	g := e.Registration()
	e.server.mu.Lock()
	l := e.listener
	e.server.mu.Unlock()
	if g == nil || l == nil {
		return state, who, false
	}
	s, tells := l.link.(sessions)
	if !tells {
		return state, who, false
	}
	if state, ok = s.Session(g.Address); ok {
		who, ok = l.identity(g.Address)
	}
	return state, who, ok
}
