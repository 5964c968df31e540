package terminal

// notice is what a signal means here.
type notice int

const (
	noticeNothing notice = iota
	noticeResize
	noticeResume // after a stop
	noticeInterrupt
	noticeTerminate
	noticeHangUp
	noticeDump // SIGQUIT: the stacks of all goroutines, and the end
)

// reason is what Run returns for a signal that ends it.
func (n notice) reason() Reason {
	switch n {
	case noticeInterrupt:
		return Interrupted
	case noticeHangUp:
		return HungUp
	}
	return Terminated
}
