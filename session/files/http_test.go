package files

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"testing"
	"time"
)

// serve serves a store on loopback and returns how to ask for something there.
func serve(t *testing.T, s *Store) func(method, path string, header ...string) (*http.Response, []byte, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	h, err := s.Listen(ctx, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return func(method, path string, header ...string) (*http.Response, []byte, error) {
		r, err := http.NewRequestWithContext(ctx, method, "http://"+h.Address()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		response, err := client.Do(r)
		if err != nil {
			return nil, nil, err
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		return response, body, err
	}
}

func TestFileIsServedByHTTPWithRanges(t *testing.T) {
	s := NewStore(nil)
	e := add(t, s, fileOf("a.bin", image(5000)))
	ask := serve(t, s)
	r, body, err := ask("GET", e.Path())
	if err != nil || r.StatusCode != 200 || !bytes.Equal(body, image(5000)) || r.ContentLength != 5000 {
		t.Fatalf("whole: %+v, %d octets, %v", r, len(body), err)
	}
	tag := r.Header.Get("ETag")
	if st := e.Stats(); st.Downloads != 1 || st.Furthest != 5000 {
		t.Errorf("stats %+v", st)
	}
	r, body, err = ask("GET", e.Path(), "Range", "bytes=4000-", "If-Range", tag)
	if err != nil || r.StatusCode != 206 || !bytes.Equal(body, image(5000)[4000:]) {
		t.Errorf("range: %+v, %d octets, %v", r, len(body), err)
	}
	r, body, err = ask("GET", e.Path(), "Range", "bytes=4000-", "If-Range", `"other"`)
	if err != nil || r.StatusCode != 200 || len(body) != 5000 {
		t.Errorf("range of another file: %+v, %d octets, %v", r, len(body), err)
	}
	before := e.Stats()
	if r, body, err = ask("HEAD", e.Path()); err != nil || r.StatusCode != 200 || len(body) != 0 || e.Stats() != before {
		t.Errorf("HEAD: %+v, %d octets, %v, stats %+v", r, len(body), err, e.Stats())
	}
}

func TestHTTPRequestsForNoFileAreRefused(t *testing.T) {
	s := NewStore(nil)
	e := add(t, s, fileOf("a.bin", image(10)))
	ask := serve(t, s)
	for what, want := range map[[2]string]int{
		{"GET", "/fw/b.bin"}: 404, {"GET", "/"}: 404, {"GET", "/fw/"}: 404, {"GET", "/a.bin"}: 404,
		{"PUT", e.Path()}: 405, {"POST", e.Path()}: 405,
	} {
		if r, _, err := ask(what[0], what[1]); err != nil || r.StatusCode != want {
			t.Errorf("%v: %+v, %v; want %d", what, r, err, want)
		}
	}
}

func TestHTTPConnectionIsCutInTheMidst(t *testing.T) {
	f := fileOf("a.bin", image(50_000))
	f.CutAfter = 3
	s := NewStore(nil)
	e := add(t, s, f)
	ask := serve(t, s)
	r, body, err := ask("GET", e.Path())
	if err == nil || r == nil || r.ContentLength != 50_000 || len(body) > 3*httpBlock {
		t.Fatalf("%+v, %d octets, %v; want an error after 3 blocks", r, len(body), err)
	}
	if _, _, err := ask("GET", e.Path()); err == nil {
		t.Error("after the cut something was answered")
	}
	if st := e.Stats(); !st.Cut || st.Parts != 3 || st.Furthest != 3*httpBlock {
		t.Errorf("stats %+v", st)
	}
}
