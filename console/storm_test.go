//go:build unix

package console

import (
	"context"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"

	"lwcon/commands"
	"lwcon/lwm2m/objects"
	"lwcon/session/coap"
	"lwcon/session/transport"
)

// storm is how many notifications come while a line is typed.
const storm = 20_000

// TestPromptStaysUsableInAStormOfNotifications types a command while a device
// notifies as fast as it can. The command runs, and what is shown and what is
// said to be skipped are together all that came.
func TestPromptStaysUsableInAStormOfNotifications(t *testing.T) {
	network := transport.NewMemoryNetwork()
	near, err := network.Datagram("127.0.0.1:5683")
	if err != nil {
		t.Fatal(err)
	}
	keyboard, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer keyboard.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	screen := &recorder{ctx: ctx, changed: make(chan struct{})}
	go func() { _, _ = io.Copy(screen, keyboard) }() // ends with the pty
	left := make(chan int)
	program := Program{
		Table: commands.All().Append(Commands()...), Definitions: objects.New(), Version: "0.1.0",
		Sessions: commands.Config{Links: []transport.Link{near}}, In: tty, Out: tty, Err: tty,
		Getenv: func(name string) string { return map[string]string{"TERM": "xterm"}[name] },
	}
	go func() { left <- program.Run(ctx, nil) }()

	screen.await(t, "listening")
	blast := newStormy(t, network, near.Address())
	screen.await(t, "register")
	press(t, keyboard, "observe /3303/0/5700\r")
	screen.await(t, "cancel /3303/0/5700 ends it")
	var blown sync.WaitGroup
	blown.Go(func() { blast(storm) })
	for _, key := range "version" {
		press(t, keyboard, string(key))
	}
	press(t, keyboard, "\r")
	screen.await(t, "lwcon  0.1.0 (")
	blown.Wait()
	screen.until(t, "all notifications shown or counted", func(text string) bool { return accounted(text) >= storm })
	press(t, keyboard, "quit\r")
	if status := <-left; status != 0 {
		t.Errorf("expected exit status 0, found %d", status)
	}
	if n := accounted(screen.text()); n != storm || !strings.Contains(screen.text(), "skipped") {
		t.Errorf("expected %d notifications, shown or counted as skipped, found %d", storm, n)
	}
}

var (
	shownLine   = regexp.MustCompile(`notification  stormy  /3303/0/5700 `)
	skippedLine = regexp.MustCompile(`skipped  (\d+) lines? came faster`)
)

// accounted counts the notifications that were shown, and those that were said
// to be skipped.
func accounted(text string) int {
	n := len(shownLine.FindAllString(text, -1))
	for _, m := range skippedLine.FindAllStringSubmatch(text, -1) {
		skipped, _ := strconv.Atoi(m[1]) // digits by the pattern
		n += skipped
	}
	return n
}

// stormy is a device that answers an Observe and then notifies on demand.
type stormy struct {
	link *transport.Memory
	mu   sync.Mutex
	peer transport.Address
	seen []byte // token of the observation
}

// newStormy registers the device; blast sends so many notifications.
func newStormy(t *testing.T, network *transport.MemoryNetwork, server transport.Address) (blast func(n int)) {
	t.Helper()
	link, err := network.Datagram("127.0.0.1:40001")
	if err != nil {
		t.Fatal(err)
	}
	s := &stormy{link: link, peer: server}
	if err := link.Start(s); err != nil {
		t.Fatal(err)
	}
	register := coap.NewRequest(coap.POST, "/rd")
	for _, q := range []string{"ep=stormy", "lt=300", "lwm2m=1.1", "b=U"} {
		register.AddQuery(q)
	}
	register.ID, register.Token = 1, []byte{1}
	register.SetContentFormat(40)
	register.Payload = []byte("</1/0>,</3/0>,</3303/0>")
	s.send(register)
	return func(n int) {
		for i := range n {
			s.send(s.value(coap.NonConfirmable, uint16(2+i), uint32(2+i)))
		}
	}
}

// value is an answer or a notification with a value.
func (s *stormy) value(kind coap.Type, id uint16, sequence uint32) *coap.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := coap.NewResponse(coap.Content)
	m.Type, m.ID, m.Token = kind, id, s.seen
	m.SetObserve(sequence)
	m.SetContentFormat(0)
	m.Payload = []byte(strconv.Itoa(int(sequence)))
	return m
}

func (s *stormy) send(m *coap.Message) {
	b, err := coap.Encode(m, false)
	if err != nil {
		panic(fmt.Sprintf("a message that cannot be sent: %v", err))
	}
	_ = s.link.Send(s.peer, transport.Local{}, b) // lost, as on a network
}

// Receive answers an Observe.
func (s *stormy) Receive(d transport.Datagram) {
	m, err := coap.Decode(d.Bytes, false)
	if err != nil || m.Code != coap.GET {
		return
	}
	s.mu.Lock()
	s.seen = append([]byte(nil), m.Token...)
	s.mu.Unlock()
	s.send(s.value(coap.Acknowledgement, m.ID, 1))
}

func (s *stormy) SendFailed(transport.Address, error)            {}
func (s *stormy) PeerUp(transport.Address, transport.Local)      {}
func (s *stormy) PeerMoved(transport.Address, transport.Address) {}
func (s *stormy) PeerDown(transport.Address, error)              {}

// press types.
func press(t *testing.T, keyboard *os.File, keys string) {
	t.Helper()
	if _, err := keyboard.WriteString(keys); err != nil {
		t.Fatal(err)
	}
}

// recorder keeps all that is written to a screen.
type recorder struct {
	ctx     context.Context // until when to wait
	mu      sync.Mutex
	b       strings.Builder
	changed chan struct{}
}

func (r *recorder) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.b.Write(b)
	close(r.changed)
	r.changed = make(chan struct{})
	return len(b), nil
}

func (r *recorder) text() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.String()
}

// await waits until a text has been written.
func (r *recorder) await(t *testing.T, text string) {
	t.Helper()
	r.until(t, text, func(all string) bool { return strings.Contains(all, text) })
}

// until waits until what was written is as wanted.
func (r *recorder) until(t *testing.T, what string, wanted func(text string) bool) {
	t.Helper()
	for {
		r.mu.Lock()
		text, changed := r.b.String(), r.changed
		r.mu.Unlock()
		if wanted(text) {
			return
		}
		select {
		case <-changed:
		case <-r.ctx.Done():
			t.Fatalf("expected %s, found:\n%s", what, text[max(0, len(text)-2000):])
		}
	}
}
