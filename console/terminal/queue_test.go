package terminal

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func openQueue() *queue {
	q := &queue{}
	q.configure(func(n int) string { return fmt.Sprintf("skipped %d", n) })
	q.begin()
	return q
}

func texts(blocks []block) (all []string) {
	for _, b := range blocks {
		all = append(all, b.text)
	}
	return all
}

func TestQueueSkipsUntilItIsEmpty(t *testing.T) {
	q := openQueue()
	for i := range queueLines + 3 {
		q.put(fmt.Sprint(i))
	}
	if got := q.take(queueLines - 1); len(got) != queueLines-1 {
		t.Fatalf("took %d blocks", len(got))
	}
	q.put("while full\n")
	if got, want := texts(q.take(-1)), []string{fmt.Sprint(queueLines - 1)}; !reflect.DeepEqual(got, want) {
		t.Fatalf("took %q, want %q", got, want)
	}
	q.put("after")
	if got, want := texts(q.take(-1)), []string{"skipped 4", "after"}; !reflect.DeepEqual(got, want) {
		t.Errorf("took %q, want %q", got, want)
	}
	if q.waiting() || q.lines != 0 || q.bytes != 0 {
		t.Errorf("left: %d lines, %d bytes", q.lines, q.bytes)
	}
}

func TestQueueTakesWholeBlocks(t *testing.T) {
	q := openQueue()
	long := strings.Repeat("x\n", queueLines+1)
	q.put(long)
	q.put("skipped: the long one waits")
	if got := texts(q.take(1)); !reflect.DeepEqual(got, []string{long}) {
		t.Errorf("took %d blocks", len(got))
	}
	if got := texts(q.take(1)); !reflect.DeepEqual(got, []string{"skipped 1"}) {
		t.Errorf("took %q", got)
	}
}

func TestQueueIsBoundedInBytes(t *testing.T) {
	q := openQueue()
	q.put("first")
	q.put(strings.Repeat("x", queueBytes))
	if got := texts(q.end()); !reflect.DeepEqual(got, []string{"first", "skipped 1"}) {
		t.Errorf("left %d blocks", len(got))
	}
}

func TestQueueNeverSkipsResults(t *testing.T) {
	q := openQueue()
	for range queueLines + 5 {
		q.put("event")
	}
	written := q.putSurely("result")
	got := q.end()
	if n := len(got); got[n-2].text != "skipped 5" || got[n-1].text != "result" || got[n-1].written != written {
		t.Errorf("last: %q", texts(got[n-2:]))
	}
	if q.put("late") || q.putSurely("late") != nil {
		t.Error("a closed queue takes blocks")
	}
}
