// Package files serves files that devices download: over CoAP in blocks, and
// over HTTP in ranges.
//
// A Store holds the files by name. What listens for CoAP hands requests for
// /fw/NAME to Store.ServeCoAP; HTTP is served by a Server of its own. Any file
// can be made to break off after some blocks, as a lost connection does.
//
// Spec: RFC 7959 (block-wise), RFC 9110 (HTTP), LwM2M Core 1.2 §E.6.
package files
