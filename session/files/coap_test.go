package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"lwcon/session/coap"
	"lwcon/session/transport"
)

// image is a file of n octets, each stretch of it different.
func image(n int) []byte {
	var b []byte
	for i := 0; len(b) < n; i++ {
		b = fmt.Appendf(b, "%d,", i)
	}
	return b[:n]
}

// fileOf makes a File of octets.
func fileOf(name string, octets []byte) File {
	return File{Name: name, Content: bytes.NewReader(octets), Size: int64(len(octets))}
}

// add puts a file into a store, which must work.
func add(t *testing.T, s *Store, f File) *Entry {
	t.Helper()
	e, err := s.Add(f)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// get is a peer on a memory network with a server of a store.
func get(t *testing.T, s *Store, parameters coap.Parameters) func(m *coap.Message, o coap.RequestOptions) (*coap.Message, error) {
	t.Helper()
	network := transport.NewMemoryNetwork()
	endpoint := func(at string, c coap.Config) (*coap.Endpoint, transport.Address) {
		link, err := network.Datagram(at)
		if err != nil {
			t.Fatal(err)
		}
		c.Link = link
		e, err := coap.NewEndpoint(c)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { e.Close() })
		return e, link.Address()
	}
	_, server := endpoint("192.0.2.1:5683", coap.Config{Handler: s.ServeCoAP})
	client, _ := endpoint("192.0.2.2:40000", coap.Config{Parameters: parameters})
	return func(m *coap.Message, o coap.RequestOptions) (*coap.Message, error) {
		x, err := client.Do(context.Background(), server, m, o)
		if err != nil {
			return nil, err
		}
		if len(x.Deviations) > 0 {
			t.Errorf("deviations of the server: %v", x.Deviations)
		}
		return x.Response, nil
	}
}

func TestFileIsDownloadedInBlocksOfEachSize(t *testing.T) {
	for _, sizes := range [][2]int{{0, 1024}, {0, 16}, {64, 1024}, {1024, 256}} {
		for _, octets := range []int{1, 15, 16, 17, 1024, 1025, 5000} {
			synctest.Test(t, func(t *testing.T) {
				s := NewStore(nil)
				f := fileOf("a.bin", image(octets))
				f.BlockSize = sizes[0]
				e := add(t, s, f)
				ask := get(t, s, coap.Parameters{BlockSize: sizes[1]})
				m := coap.NewRequest(coap.GET, e.Path())
				m.SetBlock2(coap.Block{SZX: 0})
				if sizes[1] > 16 {
					m.Options.Remove(coap.Block2)
				}
				r, err := ask(m, coap.RequestOptions{})
				if err != nil || r.Code != coap.Content || !bytes.Equal(r.Payload, image(octets)) {
					t.Fatalf("%v, %d octets: %v, %v", sizes, octets, r, err)
				}
				if format, _ := r.ContentFormat(); format != 42 || len(r.ETag()) != 8 {
					t.Errorf("format %d, ETag %x", format, r.ETag())
				}
				if st := e.Stats(); st.Downloads != 1 || st.Furthest != int64(octets) {
					t.Errorf("%v, %d octets: stats %+v", sizes, octets, st)
				}
			})
		}
	}
}

func TestDownloadGoesOnAtAnyBlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewStore(nil)
		e := add(t, s, fileOf("a.bin", image(3000)))
		ask := get(t, s, coap.Parameters{})
		m := coap.NewRequest(coap.GET, e.Path())
		m.SetBlock2(coap.Block{Number: 2, SZX: 6})
		m.Options.SetUint(coap.Size2, 0)
		r, err := ask(m, coap.RequestOptions{SingleBlocks: true})
		if err != nil || string(r.Payload) != string(image(3000)[2048:]) {
			t.Fatalf("block 2: %v, %v", r, err)
		}
		if b, _ := r.Block2(); b != (coap.Block{Number: 2, SZX: 6}) {
			t.Errorf("Block2 %v, want 2/0/1024", b)
		}
		if size, _ := r.Size2(); size != 3000 {
			t.Errorf("Size2 %d, want 3000", size)
		}
	})
}

func TestRequestsForNoFileAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewStore(nil)
		add(t, s, fileOf("a.bin", image(100)))
		ask := get(t, s, coap.Parameters{})
		for name, want := range map[string]coap.Code{
			"GET /fw/b.bin": coap.NotFound, "GET /fw": coap.NotFound, "GET /fw/a.bin/x": coap.NotFound, "GET /x/a.bin": coap.NotFound,
			"PUT /fw/a.bin": coap.MethodNotAllowed, "POST /fw/a.bin": coap.MethodNotAllowed, "DELETE /fw/a.bin": coap.MethodNotAllowed,
		} {
			method, path, _ := strings.Cut(name, " ")
			code := map[string]coap.Code{"GET": coap.GET, "PUT": coap.PUT, "POST": coap.POST, "DELETE": coap.DELETE}[method]
			if r, err := ask(coap.NewRequest(code, path), coap.RequestOptions{}); err != nil || r.Code != want {
				t.Errorf("%s: %v, %v; want %v", name, r, err, want)
			}
		}
		accept := coap.NewRequest(coap.GET, "/fw/a.bin")
		accept.SetAccept(0)
		if r, err := ask(accept, coap.RequestOptions{}); err != nil || r.Code != coap.NotAcceptable {
			t.Errorf("Accept 0: %v, %v; want 4.06", r, err)
		}
		beyond := coap.NewRequest(coap.GET, "/fw/a.bin")
		beyond.SetBlock2(coap.Block{Number: 7, SZX: 0})
		if r, err := ask(beyond, coap.RequestOptions{SingleBlocks: true}); err != nil || r.Code != coap.BadRequest {
			t.Errorf("a block beyond the end: %v, %v; want 4.00", r, err)
		}
	})
}

func TestCutConnectionStaysSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var parts []Part
		f := fileOf("a.bin", image(5000))
		f.CutAfter, f.Served = 2, func(p Part) { parts = append(parts, p) }
		s := NewStore(nil)
		e := add(t, s, f)
		ask := get(t, s, coap.Parameters{})
		for range 2 {
			if _, err := ask(coap.NewRequest(coap.GET, e.Path()), coap.RequestOptions{}); !errors.Is(err, coap.ErrTimeout) {
				t.Fatalf("error %v, want no answer", err)
			}
		}
		synctest.Wait()
		if st := e.Stats(); !st.Cut || st.Parts != 2 || st.Furthest != 2048 || st.Downloads != 1 {
			t.Errorf("stats %+v", st)
		}
		if len(parts) != 4 || parts[1].Offset != 1024 || parts[1].Total != 5000 || parts[1].Cut || !parts[2].Cut || parts[0].Peer != "192.0.2.2:40000" {
			t.Errorf("parts %+v", parts)
		}
	})
}

func TestNamesFitIntoAURI(t *testing.T) {
	s := NewStore(nil)
	var names []string
	for _, name := range []string{"a.bin", "dir/a.bin", `c:\a b.bin`, "ümlaut", "", "..", "x/", strings.Repeat("y", 300), "?&#%"} {
		names = append(names, add(t, s, fileOf(name, image(1))).Name())
	}
	want := "[a.bin a.bin-2 a-b.bin -mlaut file file-2 file-3 " + strings.Repeat("y", 64) + " ----]"
	if got := fmt.Sprint(names); got != want {
		t.Errorf("names %s, want %s", got, want)
	}
}

// broken is content that cannot be read.
type broken struct{}

func (broken) ReadAt([]byte, int64) (int, error) { return 0, errors.New("disk on fire") }

// flaky can be read once from the beginning, and then no more.
type flaky struct {
	io.ReaderAt
	reads *int
}

func (f flaky) ReadAt(b []byte, at int64) (int, error) {
	if *f.reads--; *f.reads < 0 {
		return 0, errors.New("disk on fire")
	}
	return f.ReaderAt.ReadAt(b, at)
}

func TestStoreIsBounded(t *testing.T) {
	s := NewStore(nil)
	if _, err := s.Add(fileOf("a", nil)); !errors.Is(err, ErrEmpty) {
		t.Errorf("an empty file: %v", err)
	}
	if _, err := s.Add(File{Name: "a", Size: MaxFileSize + 1}); !errors.Is(err, ErrTooLong) {
		t.Errorf("a file too long: %v", err)
	}
	if _, err := s.Add(File{Name: "a", Content: broken{}, Size: 1}); err == nil {
		t.Error("a file that cannot be read was taken")
	}
	var entries []*Entry
	for range MaxFiles {
		entries = append(entries, add(t, s, fileOf("a", image(1))))
	}
	if _, err := s.Add(fileOf("a", image(1))); !errors.Is(err, ErrTooMany) {
		t.Errorf("one file more: %v", err)
	}
	entries[3].Remove()
	entries[3].Remove()
	if e, err := s.Add(fileOf("a", image(1))); err != nil || e.Name() != "a-4" {
		t.Errorf("after a file was removed: %v, %v", e, err)
	}
}

func TestFileThatCannotBeReadIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reads := 2
		s := NewStore(nil)
		e := add(t, s, File{Name: "a", Content: flaky{bytes.NewReader(image(10)), &reads}, Size: 10})
		reads = 0
		r, err := get(t, s, coap.Parameters{})(coap.NewRequest(coap.GET, e.Path()), coap.RequestOptions{})
		if err != nil || r.Code != coap.InternalServerError || e.Stats().Parts != 0 {
			t.Errorf("%v, %v; want 5.00", r, err)
		}
	})
}
