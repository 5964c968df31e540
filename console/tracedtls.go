package console

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lwcon/commands"
	"lwcon/console/terminal"
	"lwcon/session/transport"
)

// secured writes a datagram of DTLS, or records of TLS, as much of it as the level of a trace says: of
// handshakes and alerts a line, with full each record, and what carries data too,
// with hex the octets.
func (t *Text) secured(p *page, d *commands.SecureDatagram, level string) {
	full := level == commands.TraceFull || level == commands.TraceHex
	if d.Data() && !full {
		return
	}
	way := "->"
	if d.Direction == transport.Received {
		way = "<-"
	}
	parts := []string{way + " " + terminal.Escape(d.Peer.String())}
	for _, flight := range flightsOf(d) {
		parts = append(parts, "flight "+strconv.Itoa(flight))
	}
	title := strings.Join(t.recordTitles(d), ", ")
	alone := d.Data() && len(d.Records) == 1
	if alone {
		title = t.recordTitle(&d.Records[0]) + "  " + recordLine(&d.Records[0])
	}
	parts = append(parts, title)
	if d.Inner {
		parts = append(parts, t.Style.Dim("decrypted"))
	} else {
		parts = append(parts, t.Style.Dim(plural(len(d.Bytes), "byte")))
	}
	if again := slices.ContainsFunc(d.Records, func(r transport.DTLSRecord) bool { return r.Retransmission }); again {
		parts = append(parts, t.Style.Refusal("retransmission"))
	}
	if d.Note != "" {
		parts = append(parts, t.Style.Refusal(terminal.Escape(d.Note)))
	}
	p.head(d.Name(), t.Style.Dim, t.Style.Dim(timeOfDay(d.Time)), strings.Join(parts, "  "))
	if full && !alone && !d.Inner {
		t.dtlsRecords(p, d)
	}
	if level == commands.TraceHex && !d.Inner {
		t.dump(p, string(d.Bytes))
	}
}

// flightsOf are the flights that a datagram has records of.
func flightsOf(d *commands.SecureDatagram) []int {
	var flights []int
	for i := range d.Records {
		if f := d.Records[i].Flight; f > 0 && !slices.Contains(flights, f) {
			flights = append(flights, f)
		}
	}
	return flights
}

// recordTitles are what the records of a datagram are, each in a word or two.
func (t *Text) recordTitles(d *commands.SecureDatagram) []string {
	var titles []string
	for i := 0; i < len(d.Records); i++ {
		r := &d.Records[i]
		if again := hiddenAlike(d.Records[i:]); again > 1 {
			titles = append(titles, fmt.Sprintf("%s ×%d", t.recordTitle(r), again))
			i += again - 1
			continue
		}
		if len(r.Messages) == 0 {
			titles = append(titles, t.recordTitle(r))
		}
		for k := range r.Messages {
			titles = append(titles, messageTitle(&r.Messages[k]))
		}
	}
	if d.Rest > 0 {
		titles = append(titles, t.Style.Failure(fmt.Sprintf("%s that are no whole record", plural(d.Rest, "byte"))))
	}
	return titles
}

// hiddenAlike is how many records a list begins with that are of one type, and of TLS and
// encrypted.
func hiddenAlike(records []transport.DTLSRecord) int {
	n := 0
	for n < len(records) && records[n].Stream && records[n].Encrypted() && !records[n].Finished && records[n].Type == records[0].Type {
		n++
	}
	return n
}

// recordTitle is what a record is whose messages cannot be read, or that has none.
func (t *Text) recordTitle(r *transport.DTLSRecord) string {
	switch name := r.TypeName(); {
	case r.Alert != nil:
		return t.alertTitle(r.Alert)
	case r.Finished:
		return "Finished (encrypted)"
	case name == "change_cipher_spec":
		return "ChangeCipherSpec"
	case name == "application_data" && r.Stream:
		return "encrypted data" // in TLS 1.3 it can be anything
	case name == "application_data":
		return "application data"
	case name == "tls12_cid" && r.Encrypted():
		return "application data or alert" // which of both is encrypted too
	case name == "alert" && r.Encrypted():
		return "alert (encrypted)"
	case name == "":
		return fmt.Sprintf("record of unknown type %d", r.Type)
	default:
		return name
	}
}

func (t *Text) alertTitle(a *transport.Alert) string {
	name := a.Name()
	if name == "" {
		name = "unknown"
	}
	if !a.Fatal {
		return fmt.Sprintf("alert warning %s (%d)", name, a.Description)
	}
	return t.Style.Failure(fmt.Sprintf("alert fatal %s (%d)", name, a.Description))
}

// messageTitle is a message of a handshake by its name.
func messageTitle(m *transport.HandshakeMessage) string {
	title := m.Name()
	if title == "" {
		title = fmt.Sprintf("message of unknown type %d", m.Type)
	}
	if m.Hello != nil && m.Hello.Cookie {
		title += " (cookie)"
	}
	if m.Fragment() {
		title += fmt.Sprintf(" %d..%d of %d", m.Offset, m.Offset+m.FragmentLength, m.Length)
	}
	return title
}

// dtlsRecords writes each record of a datagram on a line, and what a hello offers.
func (t *Text) dtlsRecords(p *page, d *commands.SecureDatagram) {
	for i := range d.Records {
		r := &d.Records[i]
		name := r.TypeName()
		if name == "" {
			name = fmt.Sprintf("unknown (%d)", r.Type)
		}
		parts := []string{name + " " + recordLine(r)}
		for k := range r.Messages {
			m := &r.Messages[k]
			if r.Stream {
				parts = append(parts, fmt.Sprintf("%s of %s", messageTitle(m), plural(m.Length, "byte")))
			} else {
				parts = append(parts, fmt.Sprintf("%s message %d", messageTitle(m), m.Number))
			}
		}
		if r.Alert != nil {
			parts = append(parts, t.alertTitle(r.Alert))
		}
		if r.Retransmission {
			parts = append(parts, t.Style.Refusal("retransmission"))
		}
		p.line("record", strings.Join(parts, ", "))
		for k := range r.Messages {
			if h := r.Messages[k].Hello; h != nil {
				t.hello(p, h)
			}
		}
	}
}

// recordLine is where a record stands in its session, and how much it carries.
func recordLine(r *transport.DTLSRecord) string {
	text := ""
	if !r.Stream {
		text = fmt.Sprintf("epoch %d sequence %d, ", r.Epoch, r.Sequence)
	}
	if r.CID != nil {
		text += fmt.Sprintf("Connection ID %x of %s, ", r.CID, plural(len(r.CID), "byte"))
	}
	text += plural(len(r.Content), "byte")
	if r.Encrypted() {
		text += " encrypted"
	}
	return text
}

// hello writes what a ClientHello offers or a ServerHello chose.
func (t *Text) hello(p *page, h *transport.Hello) {
	p.deep = true
	defer func() { p.deep = false }()
	p.line("suites", strings.Join(commands.SuiteNames(h.Suites), " "))
	var parts []string
	if h.CID >= 0 {
		parts = append(parts, fmt.Sprintf("Connection ID of %s", plural(h.CID, "byte")))
	}
	if h.ServerName != "" {
		parts = append(parts, "server name "+terminal.Escape(h.ServerName))
	}
	if h.RawKeys {
		parts = append(parts, "raw public keys")
	}
	if len(parts) > 0 {
		p.line("extensions", strings.Join(parts, ", "))
	}
}
