package files

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

const (
	// httpBlock is what File.CutAfter counts of an HTTP download.
	httpBlock = 1024
	// headerTimeout bounds how long a peer may take for the head of a request.
	headerTimeout = 30 * time.Second
	// maxHeader is the longest head of a request in octets.
	maxHeader = 16 << 10
	// maxConnections is how many HTTP connections there are at once; a further one
	// waits until one ends.
	maxConnections = 256
)

// Server serves a Store by HTTP/1.1: GET and HEAD of /fw/NAME with Range,
// If-Range and ETag.
type Server struct {
	listener net.Listener
	http     http.Server
	done     chan struct{}
}

// Listen serves the store at HOST:PORT; port 0 takes any free one.
func (s *Store) Listen(ctx context.Context, address string) (*Server, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("http %s: %w", address, err)
	}
	h := &Server{listener: newBounded(l), done: make(chan struct{})}
	h.http = http.Server{Handler: s, ReadHeaderTimeout: headerTimeout, MaxHeaderBytes: maxHeader, ErrorLog: silent()}
	go func() {
		defer close(h.done)
		_ = h.http.Serve(h.listener) // it always ends with an error
	}()
	return h, nil
}

// Address returns HOST:PORT of the listener.
func (h *Server) Address() string { return h.listener.Addr().String() }

// Close ends the server and all connections.
func (h *Server) Close() error {
	err := h.http.Close()
	<-h.done
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// ServeHTTP answers a request for a file.
func (s *Store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, found := strings.CutPrefix(r.URL.Path, "/"+Prefix+"/")
	e := s.find(name)
	switch {
	case !found || e == nil:
		http.Error(w, "no such file", http.StatusNotFound)
		return
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "expected GET", http.StatusMethodNotAllowed)
		return
	case e.Stats().Cut:
		e.open(r.RemoteAddr, "http", 0, 0)
		hangUp(w)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("ETag", `"`+hex.EncodeToString(e.tag[:])+`"`)
	content := &httpContent{entry: e, peer: r.RemoteAddr, section: io.NewSectionReader(e.file.Content, 0, e.file.Size), head: r.Method == http.MethodHead}
	http.ServeContent(w, r, "", time.Time{}, content)
	if content.cut {
		hangUp(w)
	}
}

// hangUp closes the connection in the midst of the response.
func hangUp(w http.ResponseWriter) {
	_ = http.NewResponseController(w).Flush() // what came before the cut still goes out
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = conn.Close()
	}
}

// httpContent is a file that is read for a response in blocks of httpBlock.
type httpContent struct {
	entry   *Entry
	peer    string
	section *io.SectionReader
	at      int64
	head    bool
	cut     bool
}

var errCut = errors.New("connection cut")

// Seek implements io.Seeker.
func (c *httpContent) Seek(offset int64, whence int) (int64, error) {
	at, err := c.section.Seek(offset, whence)
	c.at = at
	return at, err
}

// Read reads a block at most; each is counted as a part.
func (c *httpContent) Read(b []byte) (int, error) {
	n, err := c.section.Read(b[:min(len(b), httpBlock)])
	if n == 0 || c.head {
		return n, err
	}
	if !c.entry.open(c.peer, "http", c.at, n) {
		c.cut = true
		return 0, errCut
	}
	c.at += int64(n)
	return n, err
}
