package coap

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
)

// partial is the first block of a notification.
func partial(token []byte, etag string) *Message {
	m := notification(NonConfirmable, 1, token, 11, string(text(16)))
	m.SetBlock2(Block{0, true, 0})
	m.Options.Set(ETag, []byte(etag))
	return m
}

func TestTheRestOfANotificationIsPartOfItsExchange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		peer, client, req, w := observed(t, newNetwork(t))
		peer.send(req.from, partial(req.message.Token, "e"))
		for number, more := range []bool{1: true, 2: false} {
			if number > 0 {
				peer.reply(peer.next(), blockAnswer(Block{uint32(number), more, 0}, 16, "e"))
			}
		}
		got := <-w.told
		if len(got.Message.Payload) != 48 || got.Err != nil || got.Number != w.x.Number+1 {
			t.Errorf("got %+v", got)
		}
		if all := client.log.Records(got.Number); len(all) != 5 || client.log.Newest() != got.Number {
			t.Errorf("%d messages in exchange %d, the newest is %d; want 5 in the newest", len(all), got.Number, client.log.Newest())
		}
	})
}

func TestANotificationWhoseRestKeepsChangingComesWithAReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		peer, _, req, w := observed(t, newNetwork(t))
		peer.send(req.from, partial(req.message.Token, "e0"))
		for i := 1; len(w.told) == 0; i++ {
			select {
			case h := <-peer.in:
				asked, _ := h.message.Block2()
				peer.reply(h, blockAnswer(Block{asked.Number, true, 0}, 16, fmt.Sprintf("e%d", i)))
			case got := <-w.told:
				w.told <- got
			}
		}
		got := <-w.told
		if !errors.Is(got.Err, ErrBlock) || len(got.Message.Payload) != 16 {
			t.Errorf("got %+v, want the first block and why there is no more", got)
		}
		if len(got.Deviations) == 0 || got.Deviations[0].Rule != ruleETagChanged {
			t.Errorf("deviations %v, want %s", got.Deviations, ruleETagChanged)
		}
	})
}
