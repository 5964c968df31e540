package report

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// appendJSON appends a struct as one JSON object, HTML signs as they are.
func appendJSON(b []byte, v any) []byte {
	var w bytes.Buffer
	e := json.NewEncoder(&w)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return append(b, "{}"...) // texts, numbers and lists of them always encode
	}
	return append(b, bytes.TrimSuffix(w.Bytes(), []byte("\n"))...)
}

// seconds is a duration in seconds, to the millisecond.
func seconds(d time.Duration) float64 { return math.Round(d.Seconds()*1e3) / 1e3 }

// printable escapes what a terminal would act upon: a peer's text can be in what
// is told.
func printable(s string) string {
	if strings.IndexFunc(s, unprintable) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if unprintable(r) {
			q := strconv.QuoteRuneToASCII(r)
			b.WriteString(q[1 : len(q)-1])
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// unprintable says whether a character has no place on a line.
func unprintable(r rune) bool { return r != ' ' && !unicode.IsPrint(r) }
