package coap

import (
	"fmt"
	"time"
)

// note says in a byte why a message was sent or what was done with it. The
// argument is a number that its text names.
type note uint8

const (
	noteNone note = iota
	noteRetransmission
	noteSeparate
	noteAcknowledgement
	noteReset
	noteRepeatedAnswer
	noteDuplicate
	noteUnknownToken
	noteUnmatched
	noteWrongToken
	noteMalformed
	noteUnknownCritical
	noteBlock1
	noteBlock2
	noteNotification
	noteStale
	noteProtected
	notePing
	notePong
	noteRaw
	noteIgnored
	noteOtherPort
	noteSignal
	noteCancel
	noteSuperseding
	noteContinue
	noteLate
	noteLost
	noteDuplicated
	noteReordered
	noteDelayed
)

func (n note) text(arg uint32) string {
	switch n {
	case noteRetransmission:
		return fmt.Sprintf("retransmission %d", arg)
	case noteSeparate:
		return "separate response"
	case noteAcknowledgement:
		return "acknowledgement"
	case noteReset:
		return "reset"
	case noteRepeatedAnswer:
		return "the same answer again"
	case noteDuplicate:
		return "duplicate"
	case noteBlock1:
		return fmt.Sprintf("block %d of the request", arg)
	case noteBlock2:
		return fmt.Sprintf("block %d of the response", arg)
	case noteNotification:
		return "notification"
	case noteStale:
		return "notification older than one before"
	case noteSuperseding:
		return "newer notification in place of a retransmission"
	case noteContinue:
		return fmt.Sprintf("block %d received", arg)
	case noteDelayed:
		return fmt.Sprintf("fault: delayed %v", time.Duration(arg)*time.Millisecond)
	}
	return n.textOfOdd()
}

func (n note) textOfOdd() string {
	switch n {
	case noteUnknownToken:
		return "unknown token"
	case noteUnmatched:
		return "answers nothing that waits"
	case noteWrongToken:
		return "not taken: wrong token"
	case noteMalformed:
		return "malformed"
	case noteUnknownCritical:
		return "not taken: unknown critical option"
	case noteProtected:
		return "not taken: protection"
	case notePing:
		return "ping"
	case notePong:
		return "pong"
	case noteRaw:
		return "raw"
	case noteIgnored:
		return "ignored"
	case noteOtherPort:
		return "not taken: from another address than was asked"
	case noteSignal:
		return "signalling"
	case noteCancel:
		return "observation cancelled"
	case noteLate:
		return "after the exchange had ended"
	case noteLost:
		return "fault: lost"
	case noteDuplicated:
		return "fault: duplicated"
	case noteReordered:
		return "fault: reordered"
	}
	return ""
}
