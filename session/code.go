package session

import "lwcon/session/coap"

// Code is a CoAP response code such as 2.05.
type Code = coap.Code

// The answers of the server role.
const (
	Created             = coap.Created
	Deleted             = coap.Deleted
	Changed             = coap.Changed
	Content             = coap.Content
	BadRequest          = coap.BadRequest
	Unauthorized        = coap.Unauthorized
	Forbidden           = coap.Forbidden
	NotFound            = coap.NotFound
	MethodNotAllowed    = coap.MethodNotAllowed
	PreconditionFailed  = coap.PreconditionFailed
	InternalServerError = coap.InternalServerError
)
