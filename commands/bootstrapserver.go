package commands

import (
	"context"
	"fmt"
	"slices"

	"lwcon/lwm2m"
	"lwcon/session"
	"lwcon/session/credentials"
)

// Bootstrap is the bootstrap server role.
func (s *Sessions) Bootstrap() *session.BootstrapServer { return s.bootstrap }

// ListenBootstrap is a bootstrap server at one more URI. One that a server listens
// at already serves both. The error is an *Error.
func (s *Sessions) ListenBootstrap(ctx context.Context, uri string) (*session.Listener, error) {
	s.mu.Lock()
	shared := s.listening[uri]
	s.mu.Unlock()
	if shared != nil {
		s.bootstrap.Serve(shared)
		s.accounts()
		return shared, nil
	}
	link, err := s.listenLink(ctx, "bootstrap", uri)
	if err != nil {
		return nil, err
	}
	l, err := s.bootstrap.Listen(link)
	if err != nil {
		return nil, Classify(fmt.Errorf("bootstrap %s: %w", uri, err))
	}
	s.accounts()
	return l, nil
}

// BootstrapURIs are what can be entered in a device as its bootstrap server.
func (s *Sessions) BootstrapURIs() []string {
	var uris []string
	for _, l := range s.server.Listeners() {
		if l.Bootstraps() {
			uris = append(uris, l.URIs()...)
		}
	}
	return uris
}

// openBootstrap opens the bootstrap server that a Config says.
func (s *Sessions) openBootstrap(ctx context.Context, c *Config) error {
	s.bootstrap = session.NewBootstrapServer(s.server, session.BootstrapAccounts{})
	s.bootstrap.SetAdvertise(s.advertise)
	if file := s.credentials.File(); file.HasBootstrap() && (len(c.Bootstrap)+len(c.BootstrapLinks) > 0) {
		read, err := file.Bootstrap(s.definitions, s.credentials.sources(file.Directory()))
		if err != nil {
			return configError(err)
		}
		s.given = accountsOf(read)
	}
	for _, uri := range c.Bootstrap {
		if _, err := s.ListenBootstrap(ctx, uri); err != nil {
			return err
		}
	}
	for _, link := range c.BootstrapLinks {
		if _, err := s.bootstrap.Listen(s.wrap(link)); err != nil {
			return Classify(err)
		}
	}
	s.accounts()
	return nil
}

// accounts gives the bootstrap server what lwcon.yaml says; where that says nothing,
// the account of lwcon's own server if there is one.
func (s *Sessions) accounts() {
	given := s.given
	if given == nil {
		given = &session.BootstrapAccounts{}
		if scheme, ok := s.ownScheme(); ok {
			given.Default = session.AdvertisedAccount(scheme)
		}
	}
	s.bootstrap.SetAccounts(*given)
}

// ownScheme is the scheme of the first listener at which devices can register
// without keys; false if there is none.
func (s *Sessions) ownScheme() (string, bool) {
	for _, l := range s.server.Listeners() {
		if scheme := l.Scheme(); !l.BootstrapOnly() && (scheme == "coap" || scheme == "coap+tcp") {
			return scheme, true
		}
	}
	return "coap", s.advertise != ""
}

// accountsOf makes accounts of what lwcon.yaml says.
func accountsOf(read *credentials.BootstrapAccounts) *session.BootstrapAccounts {
	all := &session.BootstrapAccounts{ByEndpoint: map[string]*session.BootstrapAccount{}}
	if read.Default != nil {
		all.Default = accountOf(read.Default)
	}
	for name, a := range read.ByEndpoint {
		all.ByEndpoint[name] = accountOf(a)
	}
	return all
}

func accountOf(read *credentials.BootstrapAccount) *session.BootstrapAccount {
	a := &session.BootstrapAccount{Delete: slices.Clone(read.Delete)}
	for _, v := range read.Write {
		a.Write = append(a.Write, lwm2m.NewNode(lwm2m.KindValue, v.Path, v.Value, lwm2m.Span{}, 0))
	}
	return a
}
