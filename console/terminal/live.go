package terminal

import "fmt"

// Live shows a block in the place of the Live block before it, so that a
// picture changes where it is. That holds while a command runs and nothing else
// was printed meanwhile; otherwise, and on a plain terminal, it is printed like
// any other. Each line of it must fit into the window. It returns when the block
// has been written, and must not be called by Prefix or Complete.
func (t *Terminal) Live(block string) {
	if written := t.queue.putBlock(block, true); written != nil {
		<-written
		return
	}
	t.Result(block)
}

// over is what takes the live block off the screen that a block replaces, ""
// if it replaces none.
func (l *loop) over(b block) string {
	before := l.live
	l.live = 0
	if !b.live || l.running == nil || l.t.plain {
		return ""
	}
	l.live = b.lines
	if before == 0 {
		return ""
	}
	return fmt.Sprintf("\r\x1b[%dA%s", before, eraseDown)
}
