// Package credentials is lwcon.yaml: who is who, the keys that prove it, and the
// ways in which keys are written.
//
// A Store answers whoever makes a handshake (it is a transport.Keys) and whoever
// asks which endpoint an identity may register as. Nothing here ever puts a
// secret into an error or a String: what is shown is what a key was taken for
// and how long it is.
//
// Spec: Core 1.2 §E.1 (Security object), Transport 1.2 §5.2.
package credentials
