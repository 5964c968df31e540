package console

import (
	"strings"
	"testing"
)

func TestTableCountsColumnsNotBytes(t *testing.T) {
	p := &page{}
	p.table("value", [][]cell{{{"温度", nil}, {"x", nil}}, {{"abcd", nil}, {"x", nil}}, {{"é", nil}, {"x", nil}}})
	want := "  温度  x\n  abcd  x\n  é     x\n"
	if got := p.String(); got != want {
		t.Errorf("expected %q, found %q", want, got)
	}
}

func TestOneLongNameDoesNotPushTheOthers(t *testing.T) {
	p := &page{}
	p.table("value", [][]cell{{{strings.Repeat("n", 200), nil}, {"x", nil}}, {{"a", nil}, {"x", nil}}})
	if got := strings.Split(p.String(), "\n")[1]; got != "  a  x" {
		t.Errorf("expected %q, found %q", "  a  x", got)
	}
}

func TestEachPlainLineBeginsWithItsWord(t *testing.T) {
	p := &page{plain: true}
	p.line("bytes", "00")
	p.table("value", [][]cell{{{"a", nil}, {"", nil}, {"b", nil}}})
	p.hint("try again")
	if got, want := p.String(), "bytes 00\nvalue a b\nhint try again\n"; got != want {
		t.Errorf("expected %q, found %q", want, got)
	}
}
