package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

const (
	// httpPatience is how long an HTTP download may stand still.
	httpPatience = 60 * time.Second
	// httpPart is how many octets of an HTTP download are taken at once.
	httpPart = 16 << 10
)

// fetchHTTP gets the package by HTTP, from the octet that is missing.
//
//	GET /fw/NAME, Range: bytes=N-, If-Range: ETag
//	200 or 206
//
// Spec: RFC 9110 §14.
func (d *download) fetchHTTP(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	patience := d.client.clock.AfterFunc(httpPatience, cancel)
	defer patience.Stop()
	response, err := d.askHTTP(ctx)
	if err != nil {
		return err
	}
	defer response.Body.Close() //nolint:errcheck // it was only read
	total := response.ContentLength
	if response.StatusCode == http.StatusPartialContent && total >= 0 {
		total += int64(len(d.body))
	}
	part := make([]byte, httpPart)
	for {
		n, err := response.Body.Read(part)
		patience.Reset(httpPatience)
		if n > 0 {
			if stop := d.took(part[:n], max(total, 0)); stop != nil {
				return stop
			}
		}
		switch {
		case errors.Is(err, io.EOF) && total >= 0 && int64(len(d.body)) != total:
			return broken(io.ErrUnexpectedEOF)
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return broken(err)
		}
	}
}

// askHTTP sends the request and judges the head of the response.
func (d *download) askHTTP(ctx context.Context) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, d.uri.String(), nil)
	if err != nil {
		return nil, noPackage(err)
	}
	if len(d.body) > 0 && d.tag != "" {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", len(d.body)))
		request.Header.Set("If-Range", d.tag)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	var unknown *net.DNSError
	switch {
	case errors.As(err, &unknown):
		return nil, noPackage(err)
	case err != nil:
		return nil, broken(err)
	case response.StatusCode == http.StatusOK:
		d.body = nil
	case response.StatusCode != http.StatusPartialContent:
		_ = response.Body.Close()
		if response.StatusCode >= 400 && response.StatusCode < 500 {
			return nil, noPackage(errors.New(response.Status))
		}
		return nil, broken(errors.New(response.Status))
	}
	d.tag = response.Header.Get("ETag")
	return response, nil
}
