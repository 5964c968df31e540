package terminal

import "fmt"

// menuRows is how many suggestions are shown at once.
const menuRows = 8

// maxSuggestions is how many suggestions are kept; a longer list is cut.
const maxSuggestions = 1000

// menu is the list below the line and the choice made in it.
type menu struct {
	items  []Suggestion
	chosen int // -1: none
	first  int // of the items shown
}

func (m *menu) open(items []Suggestion) {
	*m = menu{items: items[:min(len(items), maxSuggestions)], chosen: -1}
}

func (m *menu) close() { *m = menu{chosen: -1} }

// choosing says whether an item is chosen.
func (m *menu) choosing() bool { return m.chosen >= 0 }

// step goes to the next item (1) or the one before (-1); past both ends lies
// the line as it was typed.
func (m *menu) step(by int) {
	around := len(m.items) + 1
	m.chosen = (m.chosen+1+by+around)%around - 1
	if m.chosen >= 0 {
		m.first = min(max(m.first, m.chosen-menuRows+1), m.chosen)
	}
}

// rows draws the menu into a window of the given width, at most height rows,
// its left edge at column left if there is room.
func (m *menu) rows(left, width, height int, style Style) []row {
	n := min(len(m.items), menuRows, height)
	if n <= 0 {
		return nil
	}
	first := min(max(m.first, m.chosen-n+1), len(m.items)-n)
	texts, descriptions := m.widths(width - 2)
	left = max(min(left-2, width-2-texts-descriptions), 0)
	var rows []row
	for i := first; i < first+n; i++ {
		rows = append(rows, m.row(i, left, texts, descriptions, style))
	}
	if n < len(m.items) && n < height {
		count := fit(fmt.Sprintf("%*s%d to %d of %d", left+2, "", first+1, first+n, len(m.items)), width, false)
		rows = append(rows, row{text: style.Dim(count), width: textColumns(count)})
	}
	return rows
}

// minDescription is the least number of columns that a description is worth
// showing in.
const minDescription = 8

// widths shares out the columns: texts come first, descriptions get what is
// left.
func (m *menu) widths(room int) (texts, descriptions int) {
	for _, item := range m.items {
		texts = max(texts, textColumns(Escape(item.Text)))
		if item.Description != "" {
			descriptions = max(descriptions, textColumns(Escape(item.Description))+2)
		}
	}
	texts = min(texts, room)
	descriptions = min(descriptions, room-texts)
	if descriptions < minDescription {
		descriptions = 0
	}
	return texts, descriptions
}

// row draws one item: the chosen one is marked by a sign, so that it can be
// told without colours.
func (m *menu) row(i, left, texts, descriptions int, style Style) row {
	text := fit(Escape(m.items[i].Text), texts, true)
	description := ""
	if m.items[i].Description != "" && descriptions > 0 {
		description = "  " + fit(Escape(m.items[i].Description), descriptions-2, false)
	}
	r := row{width: left + 2 + texts + textColumns(description)}
	margin := fmt.Sprintf("%*s", left, "")
	if i == m.chosen {
		r.text = margin + style.mark(sgrReverse, "> "+text+description)
	} else {
		r.text = margin + "  " + text + style.Dim(description)
	}
	return r
}
