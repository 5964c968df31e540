package coap

// Deviation is a departure of a peer from the specification.
type Deviation struct {
	// Rule is the id of a Rule.
	Rule string
	// Offset in the message's bytes, -1 where no byte is to blame.
	Offset int
	// Message says what was expected and what was found.
	Message string
	// Section of the specification.
	Section string
}

// Rule is one departure that this package can find.
type Rule struct {
	// ID names the rule; it never changes.
	ID string
	// Section of the specification.
	Section string
	// Sentence says what the rule asks.
	Sentence string
}
