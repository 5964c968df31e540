package transport

import (
	"encoding/binary"
	"slices"
	"time"
)

// secretsLag is how much later than it passed a record is written to a capture with
// secrets: the secrets that it is read with come a little later than it does, and
// must stand before it.
const secretsLag = 250 * time.Millisecond

// The pcapng block of secrets. draft-ietf-opsawg-pcapng §4.7.
const (
	blockSecrets  = 0x0000000a
	secretsTLS    = 0x544c534b // a key log of NSS
	secretsHeader = 16         // type, length, type of the secrets, their length
	secretsFooter = 4          // length again
)

// secret takes a line of the key log.
func (c *Capture) secret(line []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed && c.status.Err == nil && len(c.secrets) < maxKeptSecrets {
		c.secrets = append(c.secrets, slices.Clone(line))
	}
	c.woken.Signal()
}

// ripe waits for records that can be written, and returns them with the secrets that
// must stand before them; last says that no more will come. The lock is held.
func (c *Capture) ripe() (batch []captured, secrets [][]byte, last bool) {
	for {
		n := c.ripeRecords()
		if n > 0 || c.closed {
			batch, secrets, last = c.queue[:n:n], c.secrets, c.closed
			c.queue, c.secrets = c.queue[n:], nil
			for _, r := range batch {
				c.queued -= len(r.Bytes) + captureBlock
			}
			return batch, secrets, last
		}
		if len(c.queue) > 0 {
			timer := time.AfterFunc(time.Until(c.queue[0].at.Add(secretsLag)), c.woken.Signal)
			c.woken.Wait()
			timer.Stop()
			continue
		}
		c.woken.Wait()
	}
}

// ripeRecords says how many of those that wait can be written. The lock is held.
func (c *Capture) ripeRecords() int {
	if c.config.KeyLog == nil || c.closed {
		return len(c.queue)
	}
	now := time.Now()
	for i := range c.queue {
		if now.Sub(c.queue[i].at) < secretsLag {
			return i
		}
	}
	return len(c.queue)
}

// addSecrets writes lines of a key log, into this file and those to come.
func (f *captureFiles) addSecrets(lines []byte) error {
	if len(f.secrets) >= maxKeptSecrets {
		f.secrets = f.secrets[1:]
	}
	f.secrets = append(f.secrets, lines)
	return f.writeSecrets(lines)
}

// writeSecrets writes a block of secrets.
func (f *captureFiles) writeSecrets(lines []byte) error {
	if err := f.writer.Flush(); err != nil {
		return err
	}
	b := appendSecrets(nil, lines)
	f.size += int64(len(b))
	_, err := f.file.Write(b)
	return err
}

// appendSecrets appends a block of secrets to b.
func appendSecrets(b, lines []byte) []byte {
	padding := -len(lines) & 3
	total := uint32(secretsHeader + len(lines) + padding + secretsFooter)
	b = binary.LittleEndian.AppendUint32(b, blockSecrets)
	b = binary.LittleEndian.AppendUint32(b, total)
	b = binary.LittleEndian.AppendUint32(b, secretsTLS)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(lines)))
	b = append(append(b, lines...), make([]byte, padding)...)
	return binary.LittleEndian.AppendUint32(b, total)
}
