package commands

import (
	"fmt"
	"strings"
)

// Word is one word of a line.
type Word struct {
	Text       string // without quotes and backslashes
	Start, End int    // octets of the line that say it, quotes included
	Open       bool   // a quote or a backslash at its end is not closed
}

// maxLine is the most octets of a line that Split takes: a large payload in hex.
const maxLine = 16 << 20

// Words parts a line into words: blanks part them, '…' and "…" group, and a
// backslash takes the next character as it is, everywhere but between '…'. An
// empty pair of quotes is an empty word.
func Words(line string) ([]string, error) {
	split, err := Split(line)
	if err != nil {
		return nil, err
	}
	words := make([]string, len(split))
	for i := range split {
		words[i] = split[i].Text
	}
	return words, nil
}

// Split parts a line into words as Words does, and tells where they stand. Of a
// line whose last quote is not closed the words come with the error, the last
// one Open: completion works on those.
func Split(line string) ([]Word, error) {
	if len(line) > maxLine {
		return nil, usage("line: expected at most %d octets, found %d", maxLine, len(line))
	}
	var words []Word
	for at := 0; ; {
		for at < len(line) && blank(line[at]) {
			at++
		}
		if at == len(line) {
			return words, nil
		}
		w, err := splitWord(line, at)
		words = append(words, w)
		if err != nil {
			return words, err
		}
		at = w.End
	}
}

// splitWord reads the word that begins at an octet.
func splitWord(line string, start int) (Word, error) {
	var text strings.Builder
	var quote byte
	opened := 0
	at := start
	for ; at < len(line); at++ {
		c := line[at]
		switch {
		case c == '\\' && quote != '\'':
			if at++; at == len(line) {
				return Word{text.String(), start, at, true}, usage("line: expected a character behind the backslash at offset %d, found the end", at-1)
			}
			text.WriteByte(line[at])
		case quote != 0 && c == quote: // outside quotes, quote is a NUL, which is a character of a word
			quote = 0
		case quote != 0:
			text.WriteByte(c)
		case c == '\'' || c == '"':
			quote, opened = c, at
		case blank(c):
			return Word{text.String(), start, at, false}, nil
		default:
			text.WriteByte(c)
		}
	}
	w := Word{text.String(), start, at, quote != 0}
	if quote != 0 {
		return w, usage("line: expected %c to close the one at offset %d, found the end", quote, opened)
	}
	return w, nil
}

// blank says whether an octet parts words.
func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// Quote writes a word so that Words reads it back.
func Quote(word string) string {
	if word != "" && !strings.ContainsAny(word, " \t\r\n'\"\\") {
		return word
	}
	if !strings.Contains(word, "'") {
		return "'" + word + "'"
	}
	return fmt.Sprintf(`"%s"`, strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(word))
}
