package session

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"lwcon/lwm2m"
	"lwcon/session/coap"
	"lwcon/session/files"
)

// FirmwarePullOptions change a pull.
type FirmwarePullOptions struct {
	FirmwareOptions
	// URI is written as it is, whatever it is; "": that of File, which is served as
	// long as the pull is followed.
	URI  string
	File files.File
	// HTTP serves the file by HTTP instead of CoAP. The choice is made by /5/x/8
	// where neither HTTP nor CoAP is set: CoAP if the device has it.
	HTTP, CoAP bool
	// Advertise is HOST or HOST:PORT to be written into the URI, IPv6 in brackets;
	// "": the address at which the device reaches this server.
	Advertise string
}

// ErrNoHost: it is not known at which address the device reaches this server.
var ErrNoHost = errors.New("no address to advertise is known")

// PullFirmware tells a device where to download a package, serves it there and
// follows what becomes of it.
//
//	PUT /5/x/1, URI
//	2.04, then the download of the device
//	POST /5/x/2    UntilUpdated, once State is 2
//
// Reports and errors are as those of PushFirmware. Spec: Core 1.1 §E.6.
func PullFirmware(ctx context.Context, e *Endpoint, o FirmwarePullOptions) (*FirmwareReport, error) {
	f := newFirmwareRun("firmware pull", e, o.FirmwareOptions)
	ready, err := f.prepare(ctx, true)
	if err != nil {
		return nil, err
	}
	if !ready {
		return f.finish(ctx), nil
	}
	standstill := defaultStandstill
	if o.File.CutAfter > 0 {
		standstill = cutStandstill
	}
	if o.URI == "" {
		entry, end, err := f.serve(ctx, &o)
		if err != nil {
			f.finish(ctx)
			return nil, fmt.Errorf("firmware pull %s: %w", f.path, err)
		}
		defer end()
		defer func() { f.fetched(entry) }()
	}
	f.report.URI = o.URI
	f.beginDownload()
	f.transferring = true
	op, err := f.begin("write", coap.PUT, lwm2m.FirmwarePackageURI)
	if err != nil {
		return nil, err
	}
	op.carrying(lwm2m.FormatText, []byte(o.URI))
	a, err := f.ask(ctx, op, 0)
	if err != nil {
		f.report.Verdict = err.Error()
		return f.finish(ctx), err
	}
	if f.refused(f.heed(a), f.pullRefusal(a.Result)) {
		_ = f.lookNow(ctx) // the verdict stands without it
		return f.conclude(ctx)
	}
	f.changed = f.server.clock.Now() // look at once: it may have failed already
	return f.downloaded(ctx, standstill)
}

// pullRefusal explains the refusal of a Package URI.
func (f *firmwareRun) pullRefusal(r *Result) string {
	before := &f.report.Before
	switch {
	case r.Code.IsSuccess() || !before.HasDelivery:
	case before.Delivery == lwm2m.FirmwarePushOnly:
		return "the delivery method of the device is push only (/5/x/9 = 1)"
	case r.Code == MethodNotAllowed && f.state == lwm2m.FirmwareIdle:
		f.note(ruleFirmwareDelivery, f.path.Child(lwm2m.FirmwareDelivery), "the delivery method is %s, and a pull is refused with %s", before.Delivery, r.Code)
	}
	return ""
}

// fetched takes note of how often the file was downloaded.
func (f *firmwareRun) fetched(e *files.Entry) {
	stats := e.Stats()
	f.report.Downloads = stats.Downloads
	if stats.Downloads > 1 && !stats.Cut {
		f.note(ruleFirmwareTwice, f.path.Child(lwm2m.FirmwarePackageURI), "the file was fetched %d times from its beginning", stats.Downloads)
	}
}

// serve puts the file where the device can download it, and its URI into the
// options.
func (f *firmwareRun) serve(ctx context.Context, o *FirmwarePullOptions) (*files.Entry, func(), error) {
	file := o.File
	f.report.Total = file.Size
	served := file.Served
	file.Served = func(p files.Part) {
		if served != nil {
			served(p)
		}
		if !p.Cut {
			f.post(func() { f.got(p.Offset + int64(p.Length)) })
		}
	}
	entry, err := f.server.files.Add(file)
	if err != nil {
		return nil, nil, err
	}
	uri, end, err := f.address(ctx, o, entry)
	if err != nil {
		entry.Remove()
		return nil, nil, err
	}
	o.URI = uri
	return entry, func() {
		entry.Remove()
		end()
	}, nil
}

// address returns the URI of a file, and what ends the HTTP server that it may
// need.
func (f *firmwareRun) address(ctx context.Context, o *FirmwarePullOptions, e *files.Entry) (string, func(), error) {
	scheme, host, port, err := f.reached(o.Advertise)
	if err != nil {
		return "", nil, err
	}
	if !f.byHTTP(o) {
		return (&url.URL{Scheme: scheme, Host: net.JoinHostPort(host, port), Path: e.Path()}).String(), func() {}, nil
	}
	_, local, _, err := f.reached("")
	if err != nil {
		return "", nil, err
	}
	server, err := f.server.files.Listen(ctx, net.JoinHostPort(local, "0"))
	if err != nil {
		return "", nil, err
	}
	_, own, _ := net.SplitHostPort(server.Address()) // it is always HOST:PORT
	if _, given, ok := hostPort(o.Advertise); ok && given != "" {
		own = given
	}
	uri := url.URL{Scheme: "http", Host: net.JoinHostPort(host, own), Path: e.Path()}
	return uri.String(), func() { _ = server.Close() }, nil
}

// byHTTP says whether the file is served by HTTP: as the options say, else as
// the device can.
func (f *firmwareRun) byHTTP(o *FirmwarePullOptions) bool {
	protocols := f.report.Before.Protocols
	coapProtocol, _ := lwm2m.FirmwareProtocol("coap")
	httpProtocol, _ := lwm2m.FirmwareProtocol("http")
	return o.HTTP || !o.CoAP && slices.Contains(protocols, httpProtocol) && !slices.Contains(protocols, coapProtocol)
}

// reached returns the scheme, host and port at which the device reaches this
// server: what is advertised, else where its last message came in.
func (f *firmwareRun) reached(advertise string) (scheme, host, port string, err error) {
	scheme = f.listener.link.Scheme()
	if ip := net.IP(f.local.IP()); ip != nil && !ip.IsUnspecified() && f.local.Port() != 0 {
		host, port = ip.String(), strconv.Itoa(int(f.local.Port()))
	} else if uris := f.listener.URIs(); len(uris) > 0 {
		_, at, _ := strings.Cut(uris[0], "://")
		host, port, _ = net.SplitHostPort(at) // it is always HOST:PORT
	}
	if given, own, ok := hostPort(advertise); ok {
		host = given
		if own != "" {
			port = own
		}
	}
	if host == "" {
		return "", "", "", ErrNoHost
	}
	return scheme, host, port, nil
}

// hostPort takes HOST or HOST:PORT apart; false for neither.
func hostPort(advertise string) (host, port string, ok bool) {
	if advertise == "" {
		return "", "", false
	}
	if host, port, err := net.SplitHostPort(advertise); err == nil {
		return host, port, true
	}
	return strings.Trim(advertise, "[]"), "", true
}
