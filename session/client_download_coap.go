package session

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"lwcon/lwm2m"
	"lwcon/session/coap"
	"lwcon/session/transport"
)

const (
	// maxBlocks is what the number of a block can say. RFC 7959 §2.2.
	maxBlocks = 1<<20 - 1
	// maxRestarts is how often a file may change while it is downloaded.
	maxRestarts = 2
)

// fetchCoAP gets the package block by block, from the one that is missing.
//
//	GET /fw/NAME, Block2 N
//	2.05 with Block2, ETag
//
// Spec: RFC 7959 §2.4.
func (d *download) fetchCoAP(ctx context.Context) error {
	endpoint, address, end, err := d.dial(ctx)
	if err != nil {
		return err
	}
	defer end()
	szx := uint8(6) // the largest, until the server chooses
	for restarts := 0; ; {
		block := coap.Block{SZX: szx}
		block.Number = uint32(len(d.body) / block.Size())
		d.body = d.body[:block.Offset()]
		if block.Number > maxBlocks || restarts > maxRestarts {
			return &downloadError{lwm2m.FirmwareNoStorage, false, errors.New("more blocks than there can be, or always others")}
		}
		m, err := d.askBlock(ctx, endpoint, address, block)
		if err != nil {
			return err
		}
		came, found := m.Block2()
		switch {
		case d.changed(string(m.ETag())) && block.Number > 0:
			restarts++
			continue
		case !found && block.Number == 0:
			return d.took(m.Payload, int64(len(m.Payload)))
		case !found || came.Offset() != block.Offset() || came.SZX > szx || came.More && len(m.Payload) != came.Size():
			return broken(fmt.Errorf("block %v was asked for, %v came with %d octets", block, came, len(m.Payload)))
		}
		total, _ := m.Size2()
		if err := d.took(m.Payload, int64(total)); err != nil {
			return err
		}
		if !came.More {
			return nil
		}
		szx = came.SZX
	}
}

// askBlock asks for one block.
func (d *download) askBlock(ctx context.Context, e *coap.Endpoint, a transport.Address, block coap.Block) (*coap.Message, error) {
	m := coap.NewRequest(coap.GET, d.uri.Path)
	for query := range strings.SplitSeq(d.uri.RawQuery, "&") {
		if query != "" {
			m.AddQuery(query)
		}
	}
	m.SetBlock2(block)
	x, err := e.Do(ctx, a, m, coap.RequestOptions{SingleBlocks: true})
	switch {
	case err != nil:
		return nil, broken(err)
	case x.Response.Code.Class() == 4:
		return nil, noPackage(errors.New(x.Response.Code.String()))
	case x.Response.Code != coap.Content:
		return nil, broken(errors.New(x.Response.Code.String()))
	}
	return x.Response, nil
}
