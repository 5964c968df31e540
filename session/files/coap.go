package files

import (
	"io"

	"lwcon/session/coap"
)

// formatOctets is application/octet-stream. RFC 7252 §12.3.
const formatOctets = 42

// ServeCoAP answers a request for a file, one block at a time and without
// keeping anything of the peer, so that a download can go on at any block.
//
//	GET /fw/NAME, Block2
//	2.05, Content-Format 42, ETag, Block2, Size2 in the first one
//	4.00 a block beyond the end    4.04 no such file
//	4.05 not a GET    4.06 another format
//
// Spec: RFC 7959 §2.4.
func (s *Store) ServeCoAP(r *coap.Request) {
	path := r.Message.Path()
	if len(path) != 2 || path[0] != Prefix {
		refuse(r, coap.NotFound, "expected /"+Prefix+"/NAME")
		return
	}
	e := s.find(path[1])
	accept, accepting := r.Message.Accept()
	switch {
	case e == nil:
		refuse(r, coap.NotFound, "no such file")
	case r.Message.Code != coap.GET:
		refuse(r, coap.MethodNotAllowed, "expected GET")
	case accepting && accept != formatOctets:
		refuse(r, coap.NotAcceptable, "expected the format 42")
	default:
		e.serveCoAP(r)
	}
}

// refuse answers with an error and why.
func refuse(r *coap.Request, code coap.Code, why string) {
	m := coap.NewResponse(code)
	m.Payload = []byte(why)
	_ = r.Respond(m) // that it can't be sent shows in the exchange
}

// serveCoAP answers with the block that was asked for.
func (e *Entry) serveCoAP(r *coap.Request) {
	block, asked := r.Message.Block2()
	if block.SZX > 6 {
		refuse(r, coap.BadRequest, "SZX 7 is reserved")
		return
	}
	largest := e.largest()
	switch {
	case !asked:
		block = coap.Block{SZX: largest}
	case block.SZX > largest:
		block.Number <<= block.SZX - largest
		block.SZX = largest
	}
	offset := block.Offset()
	if offset >= e.file.Size {
		refuse(r, coap.BadRequest, "the block begins beyond the end of the file")
		return
	}
	part := make([]byte, min(int64(block.Size()), e.file.Size-offset))
	if _, err := e.file.Content.ReadAt(part, offset); err != nil && err != io.EOF {
		refuse(r, coap.InternalServerError, "the file cannot be read")
		return
	}
	if !e.open(r.Peer.String(), "coap", offset, len(part)) {
		r.Ignore()
		return
	}
	block.More = offset+int64(len(part)) < e.file.Size
	m := coap.NewResponse(coap.Content)
	m.SetContentFormat(formatOctets)
	m.Options.Set(coap.ETag, e.tag[:])
	m.SetBlock2(block)
	if offset == 0 || r.Message.Options.Has(coap.Size2) {
		m.Options.SetUint(coap.Size2, uint64(e.file.Size))
	}
	m.Payload = part
	_ = r.Respond(m)
}

// largest is the exponent of the largest block that is served.
func (e *Entry) largest() uint8 {
	szx := uint8(6)
	for szx > 0 && e.file.BlockSize > 0 && 16<<szx > e.file.BlockSize {
		szx--
	}
	return szx
}
