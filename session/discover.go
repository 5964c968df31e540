package session

import (
	"context"
	"strconv"

	"lwcon/lwm2m"
	"lwcon/session/coap"
)

// DiscoverOptions change a Discover.
type DiscoverOptions struct {
	RequestOptions
	Depth *int // 0 to 3, from 1.2 on; nil: the client's default
}

// Discover asks which instances, resources and attributes there are.
//
//	GET /3?depth=N, Accept 40
//	2.05 with links, in Result.Tree.Links
//
// Spec: Core 1.2 §6.3.2.
func Discover(ctx context.Context, e *Endpoint, p lwm2m.Path, o DiscoverOptions) (*Result, error) {
	op, err := begin("discover", e, coap.GET, p, o.RequestOptions)
	if err != nil {
		return nil, err
	}
	format := lwm2m.FormatLink
	op.accepting(&format)
	if o.Depth != nil {
		op.depth = o.Depth
		op.needs(lwm2m.V1_2, "Discovers with a depth")
		op.request.AddQuery("depth=" + strconv.Itoa(*o.Depth))
	}
	return op.do(ctx)
}
