package terminal

import (
	"reflect"
	"strings"
	"testing"
)

// decodeAll feeds chunks and returns the keys, runs of text joined.
func decodeAll(chunks ...string) []key {
	var d decoder
	var keys []key
	for _, chunk := range chunks {
		d.feed([]byte(chunk))
		for {
			k, ok := d.next()
			if !ok {
				break
			}
			if n := len(keys); n > 0 && k.action == actText && keys[n-1].action == actText {
				keys[n-1].text += k.text
				continue
			}
			keys = append(keys, k)
		}
	}
	return keys
}

func text(s string) key { return key{action: actText, text: s} }

func TestKeysDoNotDependOnReads(t *testing.T) {
	enter := key{action: actEnter}
	for _, c := range []struct {
		typed string
		want  []key
	}{
		{"hello\r", []key{text("hello"), enter}},
		{"a\x1b[Ab\x1bOBc", []key{text("a"), {action: actUp}, text("b"), {action: actDown}, text("c")}},
		{"\x1b[3~\x1b[1;5D\x1bb\x1b\x7f", []key{{action: actDelete}, {action: actWordLeft}, {action: actWordLeft}, {action: actCutWordLeft}}},
		{"\t\x1b[Z\x03\x04\x1a\x12", []key{{action: actTab}, {action: actBackTab}, {action: actInterrupt}, {action: actEnd}, {action: actSuspend}, {action: actSearch}}},
		{"日\u009b本\xff🙂", []key{text("日本🙂")}},
		{"x\x1b[200~a\tb\x1b[A\x01\nc\x1b[201~\t", []key{text("xa b[A"), enter, text("c"), {action: actTab}}},
		{"x\x1b[?1;2cy\x1b[[Az", []key{text("xyz")}},
	} {
		if got := decodeAll(c.typed); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q at once: %+v, want %+v", c.typed, got, c.want)
		}
		if got := decodeAll(strings.Split(c.typed, "")...); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q by characters: %+v, want %+v", c.typed, got, c.want)
		}
	}
}

func TestLoneEscapeIsAKeyOnceItsTimeIsOver(t *testing.T) {
	var d decoder
	d.feed([]byte("\x1b"))
	if k, ok := d.next(); ok || !d.waiting() {
		t.Fatalf("key %+v before its time", k)
	}
	if k, ok := d.expire(); !ok || k.action != actEscape {
		t.Errorf("expire: %+v, %v", k, ok)
	}
	d.feed([]byte("\x1b[1;"))
	if _, ok := d.next(); ok {
		t.Error("half a sequence is a key")
	}
	if k, ok := d.expire(); ok || d.waiting() {
		t.Errorf("half a sequence became %+v", k)
	}
}

func TestTypeAheadIsBounded(t *testing.T) {
	var d decoder
	for range 100 {
		d.feed(make([]byte, readSize))
	}
	if len(d.pending) != maxTypeAhead {
		t.Errorf("%d bytes wait, want %d", len(d.pending), maxTypeAhead)
	}
}

func FuzzKeys(f *testing.F) {
	f.Add("hello\r\x1b[A日\x1b[200~x\ty\x1b[201~")
	f.Add("\x1b\x1b[\x1bO\xe6\x97")
	f.Fuzz(func(t *testing.T, typed string) {
		if len(typed) > maxTypeAhead || strings.Contains(typed, "\r\n") {
			return
		}
		var bytes []string
		for i := range len(typed) {
			bytes = append(bytes, typed[i:i+1])
		}
		whole, split := decodeAll(typed), decodeAll(bytes...)
		if !reflect.DeepEqual(whole, split) {
			t.Errorf("%q: %+v at once, %+v byte by byte", typed, whole, split)
		}
		for _, k := range whole {
			if strings.ContainsFunc(k.text, func(r rune) bool { return r < 0x20 || r >= 0x7f && r < 0xa0 }) {
				t.Errorf("%q: text with control characters: %q", typed, k.text)
			}
		}
	})
}
