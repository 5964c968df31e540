// Package lwm2m is the nouns of OMA LightweightM2M: Path, Value, Node and Tree,
// ContentFormat, Attributes, Binding, Version, Link, Definitions.
//
// It stands on the standard library only. Every type here is a value or is not
// changed once made, and so is safe for concurrent use.
//
// Spec: OMA LightweightM2M Core 1.0, 1.1, 1.2.
package lwm2m
