package transport

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

const (
	// DefaultCaptureFiles is how many files of a rotated capture are kept.
	DefaultCaptureFiles = 5
	// MaxCaptureFile is where a capture that is not rotated ends, in bytes; what
	// passes then is counted as dropped.
	MaxCaptureFile = 4 << 30
	// captureBlock is what a pcapng block costs besides its packet: 32 bytes,
	// padding, and room for a comment.
	captureBlock = 64
)

// captureFiles are the files of a capture: the one being written and those
// before it.
type captureFiles struct {
	first       string // name of the first one; "x.pcapng" is followed by "x-2.pcapng"
	rotate      int64  // size at which the next begins, 0 for never
	keep        int
	application string
	comment     func() string
	begun       func() // is told of each file, may be nil
	secretly    bool   // they hold secrets: for the owner's eyes only

	secrets [][]byte // lines for the files to come, the newest

	file   *os.File
	writer *pcapgo.NgWriter
	size   int64
	count  int
	names  []string // of those kept, the oldest first
}

// open begins the next file.
func (f *captureFiles) open() error {
	f.count++
	name := f.first
	if f.count > 1 {
		extension := filepath.Ext(f.first)
		name = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(f.first, extension), f.count, extension)
	}
	mode := os.FileMode(0o666)
	if f.secretly {
		mode = keyLogMode
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_RDWR, mode)
	if err != nil {
		return fmt.Errorf("capture %s: %w", name, cause(err))
	}
	options := pcapgo.NgWriterOptions{SectionInfo: pcapgo.NgSectionInfo{Application: f.application, Comment: f.comment()}}
	ethernet := pcapgo.NgInterface{Name: "lwcon", LinkType: layers.LinkTypeEthernet}
	writer, err := pcapgo.NewNgWriterInterface(file, ethernet, options)
	if err == nil && f.secretly {
		_, err = writer.AddInterface(pcapgo.NgInterface{Name: "inside", LinkType: linkUpperPDU, Description: "what secure sessions carried"})
	}
	if err == nil {
		err = writer.Flush()
	}
	if err != nil {
		_ = file.Close() // the first error is the one to tell
		return fmt.Errorf("capture %s: %w", name, err)
	}
	f.file, f.writer, f.size = file, writer, captureBlock+int64(len(options.SectionInfo.Comment))
	f.names = append(f.names, name)
	if f.begun != nil {
		f.begun()
	}
	for _, lines := range f.secrets {
		if err := f.writeSecrets(lines); err != nil {
			return err
		}
	}
	return nil
}

// write adds a packet, in the next file if this one is full.
func (f *captureFiles) write(info gopacket.CaptureInfo, frame []byte, comment string) error {
	size := int64(len(frame) + len(comment) + captureBlock)
	if f.rotate > 0 && f.size+size > f.rotate && f.size > captureBlock {
		if err := f.next(); err != nil {
			return err
		}
	}
	if f.rotate == 0 && f.size+size > MaxCaptureFile {
		return fmt.Errorf("capture %s: full at %d bytes", f.first, int64(MaxCaptureFile))
	}
	f.size += size
	var options pcapgo.NgPacketOptions
	if comment != "" {
		options.Comments = []string{comment}
	}
	return f.writer.WritePacketWithOptions(info, frame, options)
}

// next closes the file, begins another and removes what is too old.
func (f *captureFiles) next() error {
	if err := f.close(); err != nil {
		return err
	}
	for len(f.names) >= f.keep {
		if err := os.Remove(f.names[0]); err != nil {
			return fmt.Errorf("capture %s: %w", f.names[0], cause(err))
		}
		f.names = f.names[1:]
	}
	return f.open()
}

// close ends the file.
func (f *captureFiles) close() error {
	err := f.writer.Flush()
	if closed := f.file.Close(); err == nil {
		err = closed
	}
	return err
}

// cause is an error without the name of the file, which the caller tells.
func cause(err error) error {
	if e, ok := err.(*os.PathError); ok {
		return e.Err
	}
	return err
}
