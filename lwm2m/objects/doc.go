// Package objects is the definitions of LwM2M objects and resources: those of
// the OMA registry, embedded, and those that a user brings as XML.
//
// A Registry knows every object in every version; a Set is the view of it for
// one device, lwm2m.Definitions; a Resolver reads paths in which names stand for
// ids. Load reads OMA XML files, Check holds one against the rules of the
// registry.
//
// Nothing is parsed at start: the first question makes an index, and an object
// is parsed when it is first asked for.
package objects
