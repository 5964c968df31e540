package lwm2m

import (
	"testing"
	"unsafe"
)

func TestNodeIs48OctetsFlat(t *testing.T) {
	if size := unsafe.Sizeof(Node{}); unsafe.Sizeof(uintptr(0)) == 8 && size != 48 {
		t.Errorf("a Node takes %d octets, expected 48", size)
	}
}
