package lwm2m

import (
	"testing"
	"unsafe"
)

func TestNodeIs64OctetsFlat(t *testing.T) {
	if size := unsafe.Sizeof(Node{}); unsafe.Sizeof(uintptr(0)) == 8 && size != 64 {
		t.Errorf("a Node takes %d octets, expected 64", size)
	}
}
