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

// Ids of the rules. Those of the first group are found by Scan in one message,
// the others by the endpoint in the course of an exchange.
const (
	ruleTruncated          = "coap-truncated"
	ruleVersion            = "coap-version"
	ruleTokenLength        = "coap-token-length"
	ruleOptionNibble       = "coap-option-nibble-15"
	ruleOptionTruncated    = "coap-option-truncated"
	ruleOptionNumber       = "coap-option-number"
	ruleOptionLength       = "coap-option-length"
	ruleOptionRepeated     = "coap-option-repeated"
	ruleUintLeadingZero    = "coap-uint-leading-zero"
	ruleUnknownCritical    = "coap-unknown-critical"
	ruleStringEncoding     = "coap-string-utf8"
	ruleMarker             = "coap-marker-without-payload"
	ruleEmptyMessage       = "coap-empty-message"
	ruleCodeClass          = "coap-code-class"
	ruleTypeForCode        = "coap-type-for-code"
	ruleBlockReserved      = "coap-block-size-reserved"
	ruleStreamLength       = "coap-stream-length"
	ruleWrongToken         = "coap-wrong-token"
	ruleUnmatchedAck       = "coap-unmatched-ack"
	ruleOtherPort          = "coap-other-port"
	ruleDuplicateAnswer    = "coap-duplicate-answer"
	ruleIDReuse            = "coap-id-reuse"
	ruleMissingAck         = "coap-missing-ack"
	ruleAckRequest         = "coap-ack-request"
	ruleDuplicatesLost     = "coap-duplicates-shortened"
	ruleBlock1Missing      = "coap-block1-missing"
	ruleBlock1Mismatch     = "coap-block1-mismatch"
	ruleBlock2Mismatch     = "coap-block2-mismatch"
	ruleBlockShort         = "coap-block-short"
	ruleBlock1Order        = "coap-block1-order"
	ruleBodySize           = "coap-body-size"
	ruleETagChanged        = "coap-etag-changed"
	ruleSizeWrong          = "coap-size-wrong"
	ruleBlockFormat        = "coap-block-format-changed"
	ruleCSMMissing         = "coap-csm-missing"
	ruleCSM                = "coap-csm-nonsense"
	ruleObserveOrder       = "coap-observe-order"
	ruleProtection         = "coap-protection"
	ruleSignalOnDatagram   = "coap-signal-on-datagram"
	ruleStreamEmptyMessage = "coap-stream-empty"
	ruleAborted            = "coap-aborted"
	ruleSecured            = "coap-dtls-record"
)

// Rules lists all rules of this package, sorted by id.
func Rules() []Rule {
	return []Rule{
		{ruleAborted, "RFC 8323 §5.6", "What comes on a connection can be read; otherwise the connection is aborted."},
		{ruleAckRequest, "RFC 7252 §4.2", "An acknowledgement carries a response or is empty; it never carries a request."},
		{ruleBlockFormat, "RFC 7959 §2.5", "All blocks of a body have the same Content-Format."},
		{ruleBlockShort, "RFC 7959 §2.2", "Every block but the last is filled to the size that it states."},
		{ruleBlockReserved, "RFC 7959 §2.2", "SZX 7 is reserved on datagrams."},
		{ruleBlock1Mismatch, "RFC 7959 §2.3", "The Block1 option of a response repeats the number of the request's block."},
		{ruleBlock1Missing, "RFC 7959 §2.9.1", "2.31 Continue carries the Block1 option that it answers."},
		{ruleBlock1Order, "RFC 7959 §2.5", "The blocks of a request's body come one after the other, from block 0 on."},
		{ruleBlock2Mismatch, "RFC 7959 §2.4", "The Block2 option of a response states the block that was asked for."},
		{ruleBodySize, "RFC 7959 §2.9.3", "A body is not larger than what its receiver takes."},
		{ruleCodeClass, "RFC 7252 §12.1", "Code classes 1, 3 and 6 are reserved; 7 belongs to streams."},
		{ruleCSMMissing, "RFC 8323 §5.3", "A capabilities and settings message is the first on a connection."},
		{ruleCSM, "RFC 8323 §5.3", "The options of a capabilities and settings message have legal values."},
		{ruleSecured, "RFC 7252 §6.2", "DTLS is spoken at the port of coaps://, not at that of coap://."},
		{ruleDuplicateAnswer, "RFC 7252 §4.5", "A repeated confirmable message is answered with the same message again."},
		{ruleDuplicatesLost, "RFC 7252 §4.5", "A duplicate is recognised for the exchange lifetime; here the table of duplicates was full before."},
		{ruleEmptyMessage, "RFC 7252 §4.1", "An Empty message has no token, options or payload."},
		{ruleETagChanged, "RFC 7959 §2.4", "All blocks of one body carry the same ETag."},
		{ruleIDReuse, "RFC 7252 §4.4", "A message id is not used for another message within the exchange lifetime."},
		{ruleMarker, "RFC 7252 §3", "A payload marker is followed by a payload."},
		{ruleMissingAck, "RFC 7252 §5.2.2", "A confirmable request is acknowledged at once when its response comes later."},
		{ruleObserveOrder, "RFC 7641 §4.4", "Observe numbers increase from one notification to the next."},
		{ruleOptionLength, "RFC 7252 §5.4.3", "The value of an option has a length that its definition allows."},
		{ruleOptionNibble, "RFC 7252 §3.1", "15 is no option delta and no option length."},
		{ruleOptionNumber, "RFC 7252 §3.1", "Option numbers do not exceed 65535."},
		{ruleOptionRepeated, "RFC 7252 §5.4.5", "Only a repeatable option occurs more than once."},
		{ruleOptionTruncated, "RFC 7252 §3.1", "An option ends within the message."},
		{ruleOtherPort, "RFC 7252 §5.3.2", "A response comes from the address and port to which the request went."},
		{ruleProtection, "RFC 8613 §8", "A response is protected as its request was."},
		{ruleSignalOnDatagram, "RFC 8323 §5", "Signalling messages travel on streams only."},
		{ruleSizeWrong, "RFC 7959 §4", "Size1 and Size2 state the size of the whole body."},
		{ruleStreamEmptyMessage, "RFC 8323 §3.4", "Empty messages have no use on a stream."},
		{ruleStreamLength, "RFC 8323 §5.3.1", "A message is not longer than the receiver's Max-Message-Size."},
		{ruleStringEncoding, "RFC 7252 §3.2", "The value of a string option is UTF-8."},
		{ruleTokenLength, "RFC 7252 §3", "A token has at most 8 bytes; lengths 9 to 15 are reserved."},
		{ruleTruncated, "RFC 7252 §3", "A message has its whole header and token."},
		{ruleTypeForCode, "RFC 7252 §4.3", "A message type goes with the codes that the table of RFC 7252 §4.3 allows."},
		{ruleUintLeadingZero, "RFC 7252 §3.2", "An unsigned integer takes as few bytes as it needs, 0 none."},
		{ruleUnknownCritical, "RFC 7252 §5.4.1", "A receiver that does not know a critical option refuses the message."},
		{ruleUnmatchedAck, "RFC 7252 §4.2", "An acknowledgement repeats the id of a message that waits for it."},
		{ruleVersion, "RFC 7252 §3", "The version is 1; other messages are ignored."},
		{ruleWrongToken, "RFC 7252 §5.3.1", "A response repeats the token of its request."},
	}
}

// deviate makes a Deviation of a rule.
func deviate(rule string, offset int, message string) Deviation {
	d := Deviation{Rule: rule, Offset: offset, Message: message}
	for _, r := range Rules() {
		if r.ID == rule {
			d.Section = r.Section
		}
	}
	return d
}
