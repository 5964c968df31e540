package session

import (
	"context"
	"fmt"
	"slices"

	"lwcon/lwm2m"
)

// check looks whether what was written is there. Devices need not answer any of
// it: only what they answer is held against the account.
func (s *bootstrapSequence) check(ctx context.Context) error {
	d := s.client.snapshot()
	if d.known {
		if err := s.discover(ctx, StageCheck); err != nil {
			return err
		}
	}
	if s.client.registration().Version < lwm2m.V1_1 || !s.writes(serverObject) {
		return nil
	}
	p := lwm2m.NewPath(serverObject)
	f := s.client.readFormat()
	r, err := BootstrapRead(ctx, s.client, p, ReadOptions{RequestOptions: s.options.RequestOptions, Accept: f})
	var notes []string
	switch {
	case r == nil:
	case r.Code == Content && r.Tree != nil:
		notes = s.differences(r.Tree)
	case r.Code.Class() >= 4:
		notes = []string{"devices of LwM2M 1.0, and some of 1.1, have no Bootstrap-Read; the sequence goes on"}
	}
	return s.did(ctx, StageCheck, "bs-read", p, r, err, false, notes...)
}

// readFormat is the format to read in: the one that the device took.
func (c *BootstrapClient) readFormat() *lwm2m.ContentFormat {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	return c.accepted
}

// writes says whether the account writes to an object.
func (s *bootstrapSequence) writes(object uint16) bool {
	return slices.ContainsFunc(s.account.Write, func(n lwm2m.Node) bool { return n.Path().Object() == object })
}

// differences are where the account and what was read of object 1 differ.
func (s *bootstrapSequence) differences(t *lwm2m.Tree) []string {
	const most = 5
	var notes []string
	fill := s.client.placeholders()
	for _, n := range s.account.Write {
		p := n.Path()
		if p.Object() != serverObject || len(notes) >= most {
			continue
		}
		if d := lwm2m.FindResource(s.client.definitions(), p); d != nil && !d.Operations.Has(lwm2m.Readable) {
			continue
		}
		want := s.client.typed(placement{}.node(n, fill))
		found := t.Find(p)
		switch {
		case found == nil:
			notes = append(notes, fmt.Sprintf("%s was written and is not there", p))
		case found.Value().String() != want.Value().String():
			notes = append(notes, fmt.Sprintf("%s was written as %s and is %s", p, want.Value(), printable(found.Value().String())))
		}
	}
	if len(notes) == 0 {
		notes = []string{"as written"}
	}
	return notes
}
