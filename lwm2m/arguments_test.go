package lwm2m_test

import (
	"slices"
	"testing"

	"lwcon/lwm2m"
)

func TestArgumentsAreWrittenInTheGrammar(t *testing.T) {
	arguments := []lwm2m.Argument{{ID: 0, Value: "U", HasValue: true}, {ID: 5}, {ID: 9, HasValue: true}}
	text, err := lwm2m.FormatArguments(arguments)
	if err != nil || text != "0='U',5,9=''" {
		t.Fatalf("found %s (%v)", text, err)
	}
	again, deviations, err := lwm2m.ParseArguments(text)
	if err != nil || len(deviations) > 0 || !slices.Equal(again, arguments) {
		t.Errorf("found %v, %v (%v)", again, deviations, err)
	}
	if text, err := lwm2m.FormatArguments(nil); err != nil || text != "" {
		t.Errorf("no arguments: found %q (%v)", text, err)
	}
}

func TestArgumentsThatTheGrammarCannotSayAreRefused(t *testing.T) {
	for name, arguments := range map[string][]lwm2m.Argument{
		"an id of two digits": {{ID: 10}},
		"an id twice":         {{ID: 1}, {ID: 1}},
		"a quote":             {{ID: 1, Value: "it's", HasValue: true}},
		"a blank":             {{ID: 1, Value: "a b", HasValue: true}},
		"a backslash":         {{ID: 1, Value: `\`, HasValue: true}},
		"no ASCII":            {{ID: 1, Value: "é", HasValue: true}},
	} {
		if text, err := lwm2m.FormatArguments(arguments); err == nil {
			t.Errorf("%s: expected an error, found %q", name, text)
		}
	}
}

func FuzzArguments(f *testing.F) {
	for _, seed := range []string{"", "5", "0='U',1", "0, 1", "0=U", "1,1,", "0='it's'", "12='", "hello", "300"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		arguments, deviations, err := lwm2m.ParseArguments(text)
		if err != nil || len(deviations) > 0 {
			return
		}
		written, err := lwm2m.FormatArguments(arguments)
		if err != nil || written != text {
			t.Fatalf("%q: without deviation, but is written %q (%v)", text, written, err)
		}
	})
}
