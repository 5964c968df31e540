package commands

import (
	"fmt"
	"strconv"
	"strings"

	"lwcon/session"
	"lwcon/session/transport"
)

// defaultCoAPPort is read as CoAP without being told.
const defaultCoAPPort = 5683

// StartCapture writes what passes on all links to a file from now on, in place of
// the file before.
func (s *Sessions) StartCapture(c transport.CaptureConfig) error {
	masker := session.NewMasker()
	c.Mask = func(r transport.WireRecord) ([]byte, bool) {
		if s.ShowsSecrets() {
			return r.Bytes, false
		}
		return masker.Wire(r)
	}
	c.Ports = s.wires.ports
	capture, err := transport.NewCapture(c)
	if err != nil {
		e := failure(ConfigError, "%v", err)
		e.Err = err
		return e
	}
	return closeCapture(s.wires.capture.Swap(capture))
}

// StopCapture ends the capture, if there is one. The error is the first one that
// writing met.
func (s *Sessions) StopCapture() error { return closeCapture(s.wires.capture.Swap(nil)) }

func closeCapture(c *transport.Capture) error {
	if c == nil {
		return nil
	}
	if err := c.Close(); err != nil {
		e := failure(ConfigError, "%v", err)
		e.Err = err
		return e
	}
	return nil
}

// ports are those that carry CoAP in plain text: of the listeners, and of the servers
// of our devices.
func (w *wires) ports() []transport.CapturePort {
	var all []transport.CapturePort
	for _, one := range w.chosen("") {
		port := one.bound.Port()
		if port != 0 && port != defaultCoAPPort && !one.secure {
			all = append(all, transport.CapturePort{Stream: one.Reliable(), Port: port})
		}
	}
	return append(all, transport.CapturePort{Port: defaultCoAPPort}, transport.CapturePort{Stream: true, Port: defaultCoAPPort})
}

// changeCapture starts or ends a capture, as the arguments say.
func (env *Env) changeCapture(args Args) error {
	rotated := args.Has("rotate") || args.Has("files") || args.Has("secrets")
	switch {
	case args.Switch("stop") && (args.Has("to") || rotated), rotated && !args.Has("to"):
		return usage("trace: --rotate, --files and --secrets go with --to, and --stop with none of them")
	case args.Switch("stop"):
		return env.Sessions.StopCapture()
	case !args.Has("to"):
		return nil
	}
	c := transport.CaptureConfig{File: env.fileName(args.Text("to")), Files: args.Count("files"), Application: "lwcon " + env.Version}
	if args.Has("rotate") {
		size, ok := parseSize(args.Text("rotate"))
		if !ok || size < minRotation {
			return usage("trace --rotate %q: expected a size such as 10MB, at least %d octets", args.Text("rotate"), minRotation)
		}
		c.Rotate = size
	}
	if c.Files < 1 {
		return usage("trace --files 0: expected at least 1")
	}
	if args.Switch("secrets") || env.Sessions.KeyLog() != "" {
		c.KeyLog = &env.Sessions.keyLog
	}
	return env.Sessions.StartCapture(c)
}

// minRotation keeps a capture from beginning a file for every few messages.
const minRotation = 4096

// parseSize reads a number of octets: 4096, 10KB, 10MB, 1GB, or KiB, MiB, GiB.
func parseSize(word string) (int64, bool) {
	factor := int64(1)
	for _, unit := range [...]struct {
		name   string
		factor int64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"KB", 1e3}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1}} {
		if number, ok := strings.CutSuffix(word, unit.name); ok {
			word, factor = number, unit.factor
			break
		}
	}
	const most = 1 << 50
	n, err := strconv.ParseInt(word, 10, 64)
	if err != nil || n < 0 || n > most/factor {
		return 0, false
	}
	return n * factor, true
}

// captureSettings tell how the capture stands, nothing where there is none.
func (s *Sessions) captureSettings() []Setting {
	c := s.wires.capture.Load()
	if c == nil {
		return nil
	}
	status := c.Status()
	text := fmt.Sprintf("%s, %d packets", strings.Join(status.Files, ", "), status.Packets)
	if status.Dropped > 0 {
		text += fmt.Sprintf(", %d dropped", status.Dropped)
	}
	if status.Err != nil {
		text += ": " + status.Err.Error()
	}
	return []Setting{{"capture", text}}
}
