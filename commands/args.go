package commands

import (
	"strconv"
	"time"

	"lwcon/lwm2m"
)

// Args are the words given for parameters, checked as far as their Kind tells;
// those not given have their defaults. The zero Args has nothing. Args is not
// changed once parsed.
type Args struct {
	parameters []Parameter
	given      []argument
}

// argument is one word for one parameter.
type argument struct {
	name string
	word string
}

// Has says whether a parameter was given, its default not counted.
func (a Args) Has(name string) bool {
	for i := range a.given {
		if a.given[i].name == name {
			return true
		}
	}
	return false
}

// Text returns the word for a parameter, the last one if there are more, else
// its default.
func (a Args) Text(name string) string {
	for i := len(a.given) - 1; i >= 0; i-- {
		if a.given[i].name == name {
			return a.given[i].word
		}
	}
	if p := find(a.parameters, name); p != nil {
		return p.Default
	}
	return ""
}

// Texts returns all words for a parameter in their order, without its default.
func (a Args) Texts(name string) []string {
	var words []string
	for i := range a.given {
		if a.given[i].name == name {
			words = append(words, a.given[i].word)
		}
	}
	return words
}

// Switch says whether a switch is on.
func (a Args) Switch(name string) bool {
	on, err := strconv.ParseBool(a.Text(name))
	return on && err == nil
}

// Duration returns the duration given for a parameter, 0 if there is none.
func (a Args) Duration(name string) time.Duration {
	d, _ := parseDuration(a.Text(name))
	return d
}

// Count returns the number given for a parameter, 0 if there is none.
func (a Args) Count(name string) int {
	n, err := strconv.Atoi(a.Text(name))
	if err != nil {
		return 0
	}
	return n
}

// Format returns the content format given for a parameter, nil if there is none.
func (a Args) Format(name string) *lwm2m.ContentFormat {
	f, ok := lwm2m.ParseContentFormat(a.Text(name))
	if !ok || !a.Has(name) {
		return nil
	}
	return &f
}

// add returns the arguments with one more word.
func (a *Args) add(p *Parameter, word string) { a.given = append(a.given, argument{p.Name, word}) }
