package commands

import (
	"strings"

	"lwcon/session/transport"
)

// Suites reads the values of --suites: lists parted by commas. None allows all.
func Suites(values []string) ([]transport.CipherSuite, error) {
	var words []string
	for _, value := range values {
		words = append(words, strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' })...)
	}
	if len(words) == 0 {
		return nil, nil
	}
	all, err := transport.ParseSuites(words)
	if err != nil {
		return nil, usage("--suites: %v", err)
	}
	return all, nil
}

// completeSuites offers the suites behind the last comma.
func completeSuites(_ *Env, _ Args, prefix string) []Completion {
	before := prefix[:strings.LastIndexByte(prefix, ',')+1]
	if strings.HasPrefix(prefix[len(before):], "-") {
		before += "-"
	}
	var all []Completion
	for _, word := range transport.SuiteWords() {
		all = append(all, Completion{Text: before + word})
	}
	return all
}
