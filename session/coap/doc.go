// Package coap exchanges CoAP messages with peers over a transport link.
//
// It has three layers. The exchange layer knows requests, responses, tokens,
// observations and block-wise bodies. The protection layer is a hook that is
// called once per message. The message layer knows acknowledgements,
// retransmission, message ids and duplicates over datagrams, or frames and
// signalling over a stream. Every message that passes is written to a Log under
// the number of its exchange, and shown to a Tap.
//
// Spec: RFC 7252 (CoAP), RFC 7641 (observe), RFC 7959 (block-wise), RFC 8323
// (TCP), RFC 8132 (FETCH, PATCH, iPATCH), RFC 7967 (No-Response), RFC 9175
// (Request-Tag).
package coap
