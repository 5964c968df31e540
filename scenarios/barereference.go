package scenarios

// bareReference looks for a ${ outside quotes within {…} or […], which YAML does
// not read: there a brace begins a mapping. It reads lines just well enough for
// a text that YAML refused.
func bareReference(lines []string) (Position, bool) {
	depth := 0
	var quote rune
	for number, line := range lines {
		runes := []rune(line)
		for i := 0; i < len(runes); i++ {
			c := runes[i]
			next := rune(0)
			if i+1 < len(runes) {
				next = runes[i+1]
			}
			switch {
			case quote == '"' && c == '\\':
				i++
			case quote != 0:
				if c == quote {
					quote = 0
				}
			case c == '#' && (i == 0 || runes[i-1] == ' '):
				i = len(runes)
			case c == '$' && next == '{' && depth > 0:
				return Position{number + 1, i + 1}, true
			case c == '$' && next == '{':
				i = skipReference(runes, i)
			case (c == '"' || c == '\'') && opensQuote(runes, i):
				quote = c
			case (c == '{' || c == '[') && (depth > 0 || opensFlow(runes, i)):
				depth++
			case (c == '}' || c == ']') && depth > 0:
				depth--
			}
		}
	}
	return Position{}, false
}

// skipReference returns where a reference outside of flow style ends on its line.
func skipReference(line []rune, i int) int {
	for ; i < len(line) && line[i] != '}'; i++ {
	}
	return i
}

// opensQuote says whether a quote begins a scalar: within a word it is text.
func opensQuote(line []rune, i int) bool {
	for i--; i >= 0; i-- {
		switch line[i] {
		case ' ':
			continue
		case ':', '-', '{', '[', ',', '?':
			return true
		}
		return false
	}
	return true
}

// opensFlow says whether a bracket begins a flow style: it stands where a value
// begins.
func opensFlow(line []rune, i int) bool {
	for i--; i >= 0; i-- {
		switch line[i] {
		case ' ':
			continue
		case ':', '-', '?':
			return true
		}
		return false
	}
	return true
}
