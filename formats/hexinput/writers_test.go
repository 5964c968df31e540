package hexinput_test

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// payload makes octets that are hard to tell from their dump: text of digits,
// blanks and what columns are delimited with, and runs of the same.
func payload(seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 1))
	alphabets := []string{
		"abcdef0123456789", "ab 01  ", "  ", "<>|:[]/ ,0", "\x00\x01\xff.", "\x00",
		"{\"n\":9,v}[] ", "abcdefghijklmnopqrstuvwxyz 0123456789\n", "*", ". |<>",
	}
	var out []byte
	for n := 1 + r.IntN(70); len(out) < n; {
		a := alphabets[r.IntN(len(alphabets))]
		for range 1 + r.IntN(40) {
			c := a[r.IntN(len(a))]
			if r.IntN(50) == 0 {
				c = byte(r.Uint32())
			}
			out = append(out, c)
		}
	}
	return out
}

type written struct{ name, text string }

// dumps writes octets as the tools do.
func dumps(octets []byte, seed uint64) []written {
	r := rand.New(rand.NewPCG(seed, 2))
	columns, group := 1+r.IntN(40), 1+r.IntN(8)
	name := fmt.Sprintf("xxd -c%d -g%d", columns, group)
	all := []written{
		{"xxd", xxd(octets, 16, 2, false)},
		{name, xxd(octets, columns, group, false)},
		{name + " -u, trimmed", trimmed(strings.ToUpper(xxd(octets, columns, group, false)[:10]) + xxd(octets, columns, group, false)[10:])},
		{"xxd -p", hex.EncodeToString(octets)},
		{"hexdump -C", hexdump(octets)},
		{"hexdump -C of the library", hex.Dump(octets)},
		{"od -tx1", od(octets, 1, "%07o", false)},
		{"od -tx1z", od(octets, 1, "%07o", true)},
		{"od -Ax -tx1z", od(octets, 1, "%06x", true)},
		{"od -tx2z", od(octets, 2, "%07o", true)},
		{"od -tx4z", od(octets, 4, "%07o", true)},
		{"tcpdump -x", tcpdump(octets, false)},
		{"tcpdump -X", tcpdump(octets, true)},
		{"Wireshark", wireshark(octets, true)},
		{"Wireshark without characters", wireshark(octets, false)},
	}
	if swapsVisibly(octets) { // else the dump is one of xxd -g 4 just as well
		all = append(all, written{"xxd -e", xxd(octets, 16, 4, true)})
	}
	if !repeatsLines(octets) { // what is left out is ambiguous in the radix
		all = append(all, written{"od -Ad -tx1", od(octets, 1, "%07d", false)}, written{"od -x", od(octets, 2, "%07o", false)}, written{"hexdump", od(octets, 2, "%07x", false)}, written{"od -Ax -x", od(octets, 2, "%06x", false)})
	}
	return all
}

// characters writes a character column.
func characters(octets []byte, blank string) string {
	var b strings.Builder
	for _, c := range octets {
		switch {
		case c == ' ':
			b.WriteString(blank)
		case c < ' ' || c > '~':
			b.WriteByte('.')
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// trimmed takes the blanks away that are at the ends of lines.
func trimmed(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// xxd writes as xxd -c columns -g group, with -e in words.
func xxd(octets []byte, columns, group int, little bool) string {
	var b strings.Builder
	width := columns*2 + (columns+group-1)/group
	at := 0
	for line := range slices.Chunk(octets, columns) {
		var groups []string
		for g := range slices.Chunk(line, group) {
			if little {
				g = slices.Clone(g)
				slices.Reverse(g)
				groups = append(groups, fmt.Sprintf("%*x", group*2, g))
				continue
			}
			groups = append(groups, hex.EncodeToString(g))
		}
		fmt.Fprintf(&b, "%08x: %-*s %s\n", at, width, strings.Join(groups, " "), characters(line, " "))
		at += len(line)
	}
	return b.String()
}

// repeated writes lines of 16 octets, those that repeat as *.
func repeated(octets []byte, write func(at int, line []byte) string) string {
	var b strings.Builder
	star := false
	for at := 0; at < len(octets); at += 16 {
		line := octets[at:min(at+16, len(octets))]
		if at > 0 && slices.Equal(line, octets[at-16:at]) {
			if !star {
				b.WriteString("*\n")
			}
			star = true
			continue
		}
		star = false
		b.WriteString(write(at, line))
	}
	return b.String()
}

func repeatsLines(octets []byte) bool {
	return strings.Contains(repeated(octets, func(int, []byte) string { return "" }), "*")
}

// swapsVisibly says whether the characters of some line tell in which order the
// octets of its words are.
func swapsVisibly(octets []byte) bool {
	for line := range slices.Chunk(octets, 16) {
		var other []byte
		for g := range slices.Chunk(line, 4) {
			g = slices.Clone(g)
			slices.Reverse(g)
			other = append(other, g...)
		}
		if strings.TrimSpace(characters(line, " ")) != strings.TrimSpace(characters(other, " ")) {
			return true
		}
	}
	return false
}

func hexdump(octets []byte) string {
	return repeated(octets, func(at int, line []byte) string {
		left := spaced(line[:min(8, len(line))])
		right := spaced(line[min(8, len(line)):])
		return fmt.Sprintf("%08x  %-24s %-24s |%s|\n", at, left, right, characters(line, " "))
	}) + fmt.Sprintf("%08x\n", len(octets))
}

// spaced writes octets with a blank behind each.
func spaced(octets []byte) string {
	var b strings.Builder
	for _, c := range octets {
		fmt.Fprintf(&b, "%02x ", c)
	}
	return b.String()
}

// od writes words of a width, in the order of a little-endian machine.
func od(octets []byte, width int, offset string, column bool) string {
	return repeated(octets, func(at int, line []byte) string {
		var b strings.Builder
		for w := range slices.Chunk(line, width) {
			w = append(slices.Clone(w), make([]byte, width-len(w))...)
			slices.Reverse(w)
			fmt.Fprintf(&b, " %x", w)
		}
		end := "\n"
		if column {
			end = strings.Repeat(" ", (16/width)*(2*width+1)-b.Len()) + "  >" + characters(line, " ") + "<\n"
		}
		return fmt.Sprintf(offset, at) + b.String() + end
	}) + fmt.Sprintf(offset, len(octets)) + "\n"
}

func tcpdump(octets []byte, column bool) string {
	b := strings.Builder{}
	b.WriteString("22:05:00.000000 IP 127.0.0.1.5683 > 127.0.0.1.40000: UDP, length 40\n")
	for at := 0; at < len(octets); at += 16 {
		line := octets[at:min(at+16, len(octets))]
		var groups []string
		for g := range slices.Chunk(line, 2) {
			groups = append(groups, hex.EncodeToString(g))
		}
		if column {
			fmt.Fprintf(&b, "\t0x%04x:  %-40s %s\n", at, strings.Join(groups, " "), characters(line, "."))
			continue
		}
		fmt.Fprintf(&b, "\t0x%04x:  %s\n", at, strings.Join(groups, " "))
	}
	return b.String()
}

func wireshark(octets []byte, column bool) string {
	var b strings.Builder
	for at := 0; at < len(octets); at += 16 {
		line := octets[at:min(at+16, len(octets))]
		if column {
			fmt.Fprintf(&b, "%04x   %-48s  %s\n", at, spaced(line), characters(line, " "))
			continue
		}
		fmt.Fprintf(&b, "%04x   %s\n", at, strings.TrimSpace(spaced(line)))
	}
	return b.String()
}
