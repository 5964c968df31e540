package session

import (
	"context"
	"errors"
	"net/url"

	"lwcon/lwm2m"
	"lwcon/session/coap"
	"lwcon/session/device"
	"lwcon/session/transport"
)

// download is a package on its way from where its URI says.
type download struct {
	client *Client
	effect device.Effect
	uri    *url.URL
	body   []byte
	tag    string // ETag of the body, as it came; "" if there was none
}

// errStopped: the device gave the download up, or it is over.
var errStopped = errors.New("the device does not go on")

// downloadError is a download that failed, and the Update Result that says how.
type downloadError struct {
	result lwm2m.FirmwareResult
	// again: another attempt may go on where this one stopped
	again bool
	cause error
}

func (e *downloadError) Error() string { return e.result.String() + ": " + e.cause.Error() }

// broken is the connection that was lost.
func broken(cause error) error {
	return &downloadError{lwm2m.FirmwareConnectionLost, true, cause}
}

// noPackage is a URI that leads to nothing.
func noPackage(cause error) error { return &downloadError{lwm2m.FirmwareInvalidURI, false, cause} }

// download fetches what a device wants to have, by the side, and gives it to the
// device. What was cut goes on as often as the profile says.
func (c *Client) download(e device.Effect) {
	d := &download{client: c, effect: e}
	failed := lwm2m.FirmwareInitial
	var err error
	for again := 0; ; again++ {
		err = d.fetch(c.life)
		var why *downloadError
		if !errors.As(err, &why) {
			break
		}
		failed = why.result
		if !why.again || again >= c.device.Retries() {
			break
		}
	}
	if err == nil {
		failed = lwm2m.FirmwareInitial
	}
	if errors.Is(err, errStopped) || c.life.Err() != nil {
		return
	}
	c.followAll(c.device.Downloaded(e.Path, e.Attempt, string(d.body), failed))
}

// fetch gets what is still missing of the package, by the scheme of its URI.
func (d *download) fetch(ctx context.Context) error {
	var err error
	if d.uri, err = url.Parse(d.effect.URI); err != nil {
		return noPackage(err)
	}
	switch d.uri.Scheme {
	case "coap":
		return d.fetchCoAP(ctx)
	case "http", "https":
		return d.fetchHTTP(ctx)
	}
	return &downloadError{lwm2m.FirmwareUnsupportedProtocol, false, errors.New(d.uri.Scheme)}
}

// took adds what came to the package and asks the device whether to go on.
func (d *download) took(part []byte, total int64) error {
	d.body = append(d.body, part...)
	if int64(len(d.body)) > device.MaxPackage || total > device.MaxPackage {
		return &downloadError{lwm2m.FirmwareNoStorage, false, errors.New("too long")}
	}
	r, goOn := d.client.device.Downloading(d.effect.Path, d.effect.Attempt, int64(len(d.body)), total)
	d.client.followAll(r)
	if !goOn {
		return errStopped
	}
	return nil
}

// changed says whether what comes now has another ETag than what came before; it
// is then begun anew.
func (d *download) changed(tag string) bool {
	changed := d.tag != tag && len(d.body) > 0
	d.tag = tag
	if changed {
		d.body = nil
	}
	return changed
}

// dial returns an endpoint from which the host of the URI is reached, its
// address, and what ends it: that of the registration where it is the same host
// and port.
func (d *download) dial(ctx context.Context) (*coap.Endpoint, transport.Address, func(), error) {
	const defaultPort = 5683
	c := d.client
	address, err := transport.Resolve(ctx, d.uri.Host, defaultPort)
	if endpoint := c.reaches(address); err == nil && endpoint != nil {
		return endpoint, address, func() {}, nil
	}
	if err != nil {
		return nil, address, nil, noPackage(err)
	}
	link, address, err := c.config.DialHost(ctx, address.String())
	if err != nil {
		return nil, address, nil, broken(err)
	}
	endpoint, err := coap.NewEndpoint(coap.Config{Link: link, Clock: c.clock, Log: c.config.Exchanges})
	if err != nil {
		return nil, address, nil, broken(err)
	}
	return endpoint, address, func() { _ = endpoint.Close() }, nil
}

// reaches returns the endpoint of the connection with a server at an address, nil
// if there is none.
func (c *Client) reaches(a transport.Address) *coap.Endpoint {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range c.connections {
		if n.endpoint != nil && n.server == a {
			return n.endpoint
		}
	}
	return nil
}

// dialUDP is how a device reaches other hosts unless it is told otherwise.
func dialUDP(ctx context.Context, address string) (transport.Link, transport.Address, error) {
	return transport.DialUDP(ctx, address)
}
