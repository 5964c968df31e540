package credentials

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// csv reads endpoint,identity,key, or identity,key; a first line that names these
// columns puts them in its own order. The semicolon parts too.
func (i *importer) csv(text []byte) ([]*Credential, error) {
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord, r.TrimLeadingSpace, r.Comment = -1, true, '#'
	if line, _, _ := strings.Cut(string(text), "\n"); strings.Contains(line, ";") && !strings.Contains(line, ",") {
		r.Comma = ';'
	}
	var all []*Credential
	var columns []string
	for {
		record, err := r.Read()
		var parse *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return all, nil
		case errors.As(err, &parse):
			return nil, &Error{File: i.name, Line: parse.Line, Column: parse.Column, Reason: parse.Err.Error()}
		case err != nil:
			return nil, err
		}
		if columns == nil {
			if columns = header(record); columns != nil {
				continue
			}
			columns = []string{"endpoint", "identity", "key"}[3-min(3, max(2, len(record))):]
		}
		c, err := i.record(columns, record)
		if err != nil {
			line, _ := r.FieldPos(0)
			return nil, &Error{File: i.name, Line: line, Column: 1, Reason: err.Error()}
		}
		all = append(all, c)
	}
}

// record reads one line of CSV.
func (i *importer) record(columns, record []string) (*Credential, error) {
	if len(record) != len(columns) {
		return nil, fmt.Errorf("expected %d columns (%s), found %d", len(columns), strings.Join(columns, ", "), len(record))
	}
	field := func(name string) string {
		if at := slices.Index(columns, name); at >= 0 {
			return record[at]
		}
		return ""
	}
	identity := field("identity")
	if identity == "" {
		identity = field("endpoint")
	}
	return i.psk(field("endpoint"), identity, field("key"))
}

// header is the columns that a first line names, nil if it is no header.
func header(record []string) []string {
	columns := make([]string, len(record))
	known := 0
	for i, name := range record {
		columns[i] = strings.ToLower(strings.TrimSpace(name))
		if slices.Contains([]string{"endpoint", "identity", "key"}, columns[i]) {
			known++
		}
	}
	if known < 2 || !slices.Contains(columns, "key") {
		return nil
	}
	return columns
}
