package lwm2m

import "strings"

// Binding is the set of transports that a client announced, as written: letters
// such as "U" or "UQ". Unknown letters are kept.
//
//	U UDP, T TCP, S SMS, N Non-IP, M MQTT, H HTTP; Q queue mode (1.0 only)
//
// Spec: Core 1.0 §5.3.1.1, Core 1.2 §6.2.1.2.
type Binding string

// DefaultBinding holds where a client announces none.
const DefaultBinding Binding = "U"

// bindingLetters are the letters that a version knows.
func bindingLetters(v Version) string {
	switch {
	case v >= V1_2:
		return "UMHTSN"
	case v >= V1_1:
		return "UTSN"
	}
	return "USQ"
}

// Has says whether a letter is announced.
func (b Binding) Has(letter byte) bool { return strings.IndexByte(string(b), letter) >= 0 }

// Queue says whether queue mode is announced the way of 1.0: by a Q.
func (b Binding) Queue() bool { return b.Has('Q') }

// Unknown returns the letters that a version of the enabler does not know, in
// order.
func (b Binding) Unknown(v Version) string {
	known := bindingLetters(v)
	unknown := ""
	for _, letter := range string(b) {
		if !strings.ContainsRune(known, letter) {
			unknown += string(letter)
		}
	}
	return unknown
}
