package coap

import "fmt"

// Limits of block-wise transfer. RFC 7959 §2.2.
const (
	minBlockSize = 16
	maxBlockSize = 1024
	// maxBlockNumber is what the 20 bits of NUM hold.
	maxBlockNumber = 1<<20 - 1
	reservedSZX    = 7
)

// Block is the value of a Block1 or Block2 option: NUM in the upper bits, M,
// SZX. RFC 7959 §2.2.
type Block struct {
	// Number of the block, counted from 0 in units of the size.
	Number uint32
	// More blocks follow.
	More bool
	// SZX is the size exponent: 16<<SZX bytes, 0 to 6. 7 is reserved on
	// datagrams and means BERT on streams.
	SZX uint8
}

// Size is the size of a block in bytes; 1024 for SZX 7.
func (b Block) Size() int {
	if b.SZX >= reservedSZX {
		return maxBlockSize
	}
	return minBlockSize << b.SZX
}

// Offset is where the block begins in the body, in bytes.
func (b Block) Offset() int64 { return int64(b.Number) * int64(b.Size()) }

// String is NUM/M/size: 3/1/64.
func (b Block) String() string {
	more := 0
	if b.More {
		more = 1
	}
	return fmt.Sprintf("%d/%d/%d", b.Number, more, b.Size())
}

// Value encodes the option's value.
func (b Block) Value() []byte {
	n := uint64(b.Number)<<4 | uint64(b.SZX&7)
	if b.More {
		n |= 8
	}
	return UintValue(n)
}

// parseBlock reads the option's value; false for more than 3 bytes.
func parseBlock(v []byte) (Block, bool) {
	if len(v) > 3 {
		return Block{}, false
	}
	n := Option{Value: v}.Uint()
	return Block{Number: uint32(n >> 4), More: n&8 != 0, SZX: uint8(n & 7)}, true
}

// BlockFor returns the first block of the largest size that is at most size bytes
// and can be said: 16 at least, 1024 at most.
func BlockFor(size int) Block { return Block{SZX: szxFor(size)} }

// szxFor returns the exponent of the largest block of at most size bytes.
func szxFor(size int) uint8 {
	szx := uint8(0)
	for szx < 6 && minBlockSize<<(szx+1) <= size {
		szx++
	}
	return szx
}
