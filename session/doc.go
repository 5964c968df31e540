// Package session is the live exchange between lwcon and its peers: the LwM2M
// server and the LwM2M client, from a registration to its end.
//
// A Server knows its clients as Endpoints; each operation is a function that
// takes one: Read, Write, Execute, Create, Delete, Discover, WriteAttributes,
// Observe, Cancel. What happens without being asked for, such as a Register or
// a notification, is an Event in a Log that any number of readers follow at
// their own pace.
//
// A 4.xx or 5.xx answer is a Result with that code. An error means that there
// is no answer: ErrNoAnswer, ErrReset, ErrNotRegistered, a transport's error.
//
// Spec: OMA LightweightM2M Core and Transport 1.0, 1.1, 1.2.
package session
