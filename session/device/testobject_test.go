package device

import (
	"strings"
	"testing"
)

const testable = `
objects:
  3: {0: }
  3442: {0: {0: , 1: , 2: , 3: , 4: {}, 110: text, 120: {counter: {start: 5}}, 125: 7, 140: true, 150: "00ff", 160: 9, 170: "3:0", 180: </3>, 1120: {0: 1, 5: 2}}}
`

func TestTestObjectResetsAndClears(t *testing.T) {
	d, _ := start(t, testable)
	before := readAll(t, d, "/3442")
	expect(t, d.Execute(1, path("/3442/0/2"), ""), Changed)
	want := lines("/3442/0/4", "/3442/0/110=", "/3442/0/120=0", "/3442/0/125=0", "/3442/0/140=false", "/3442/0/150=",
		"/3442/0/160=0", "/3442/0/170=65535:65535", "/3442/0/180=", "/3442/0/1120")
	if got := readAll(t, d, "/3442"); got != want {
		t.Errorf("cleared:\n%s\nwant\n%s", got, want)
	}
	expect(t, d.Execute(1, path("/3442/0/0"), ""), Changed)
	if got := readAll(t, d, "/3442"); got != before {
		t.Errorf("reset:\n%s\nwant\n%s", got, before)
	}
}

func TestTestObjectRandomizesByTheSeed(t *testing.T) {
	randomized := func() string {
		d, _ := start(t, testable)
		expect(t, d.Execute(1, path("/3442/0/1"), ""), Changed)
		return readAll(t, d, "/3442")
	}
	d, _ := start(t, testable)
	first := randomized()
	if first == readAll(t, d, "/3442") {
		t.Error("nothing changed")
	}
	if again := randomized(); again != first {
		t.Errorf("one seed gave\n%s\nand\n%s", first, again)
	}
	if n := strings.Count(first, "\n"); n != strings.Count(readAll(t, d, "/3442"), "\n") {
		t.Errorf("values came or went:\n%s", first)
	}
}

func TestTestObjectKeepsTheArguments(t *testing.T) {
	d, _ := start(t, testable)
	r := d.Execute(1, path("/3442/0/3"), "0='x',5,2='10.3'")
	expect(t, r, Changed)
	want := lines("/3442/0/4/0=x", "/3442/0/4/2=10.3", "/3442/0/4/5=")
	if got := readAll(t, d, "/3442/0/4"); got != want {
		t.Errorf("arguments\n%s\nwant\n%s", got, want)
	}
	expect(t, d.Execute(1, path("/3442/0/3"), ""), Changed)
	if got := readAll(t, d, "/3442/0/4"); got != "/3442/0/4" {
		t.Errorf("arguments %s, want none", got)
	}
}
