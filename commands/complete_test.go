package commands

import (
	"slices"
	"strings"
	"testing"

	"lwcon/lwm2m/objects"
)

// texts are the words of completions.
func texts(found []Completion) []string {
	words := make([]string, len(found))
	for i := range found {
		words[i] = found[i].Text
	}
	return words
}

func TestCompletionOffersWhatCanStandThere(t *testing.T) {
	live(t, func(b *bench) {
		for _, c := range []struct {
			line  string
			with  []string // offered
			never []string // not offered
		}{
			{"", []string{"read", "write", "help"}, []string{"complete"}},
			{"re", []string{"read", "register"}, []string{"write"}},
			{"read ", []string{"/3/", "/3303/"}, []string{"/5/", "read"}},
			{"read /3", []string{"/3/", "/3303/"}, []string{"/1/"}},
			{"read Dev", []string{"Device/"}, []string{"/3/"}},
			{"read temp", []string{"Temperature/"}, nil},
			{"read /3303/", []string{"/3303/0"}, []string{"/3303/1"}},
			{"read /3303/0/", []string{"/3303/0/5700"}, []string{"/3303/0/5605"}},
			{"execute /3303/0/", []string{"/3303/0/5605"}, []string{"/3303/0/5700"}},
			{"write /3/0/", []string{"/3/0/14"}, []string{"/3/0/0"}},
			{"read Temperature/0/S", []string{"Temperature/0/SensorValue"}, []string{"Temperature/0/MinMeasuredValue"}},
			{"write /1/0/6 ", []string{"true", "false"}, nil},
			{"write /1/0 ", []string{"1=", "6="}, []string{"0="}},
			{"read /3/0 --", []string{"--accept", "--endpoint", "--timeout"}, []string{"--partial"}},
			{"read /3/0 --accept ", []string{"tlv", "senml-cbor"}, []string{"/3/"}},
			{"read /3/0 --accept s", []string{"senml-cbor"}, []string{"tlv"}},
			{"read -e ", []string{"thermo"}, nil},
			{"use ", []string{"thermo"}, nil},
			{"wait not", []string{"notification"}, []string{"register"}},
			{"help obs", []string{"observe", "observations"}, []string{"read"}},
			{"set strict ", []string{"register"}, []string{"timeout"}},
			{"set strict register ", []string{"on", "off"}, nil},
			{"attributes /3303/0/5700 pm", []string{"pmin=", "pmax="}, []string{"gt="}},
			{"connect coap://h t", []string{"thermometer"}, []string{"full"}},
			{"decode --at /3/0/", []string{"/3/0/9"}, nil},
			{"nonsense ", nil, []string{"read"}},
			{"read 'Dev", []string{"Device/"}, nil},
		} {
			found, _ := b.env.Table.Complete(b.env, c.line)
			got := texts(found)
			for _, want := range c.with {
				if !slices.Contains(got, want) {
					t.Errorf("%q: got %q, want %s", c.line, got, want)
				}
			}
			for _, never := range c.never {
				if slices.Contains(got, never) {
					t.Errorf("%q: %s does not belong there", c.line, never)
				}
			}
			if len(c.with) == 0 && len(got) > 0 {
				t.Errorf("%q: got %q, want nothing", c.line, got)
			}
		}
	})
}

func TestCompletionReplacesTheWordAtTheEnd(t *testing.T) {
	env := &Env{Table: All(), Definitions: objects.New()}
	for line, want := range map[string]int{"": 0, "re": 0, "help re": 5, "help ": 5, "help 're": 5} {
		if _, start := env.Table.Complete(env, line); start != want {
			t.Errorf("%q: start %d, want %d", line, start, want)
		}
	}
}

func TestCompletionTellsNameTypeAndUnit(t *testing.T) {
	live(t, func(b *bench) {
		found, _ := b.env.Table.Complete(b.env, "read /3303/0/5700")
		if len(found) != 1 || !strings.Contains(found[0].Summary, "Sensor Value, float") {
			t.Errorf("got %+v", found)
		}
	})
}

func TestTheShellsAskForTheLastOfSomeWords(t *testing.T) {
	for line, want := range map[string]string{
		"complete -- re":                          "read",
		"complete -- read /3/0 --accept tl":       "tlv",
		"complete -- --output js":                 "json",
		"complete -- --outp":                      "--output",
		"complete -- --output json decode --form": "--format",
	} {
		r, err := offline(t, line)
		if err != nil || !slices.Contains(texts(r.(*Candidates).List), want) {
			t.Errorf("%s: got %v, %v, want %s", line, r, err, want)
		}
	}
}

func TestProfilesOfTheFileThatTheLineNamesAreOffered(t *testing.T) {
	env := &Env{Table: All(), Definitions: objects.New(), Profiles: func(config string) []string { return []string{"testfest", "of-" + config} }}
	for line, want := range map[string]string{
		"complete -- --profile te":                     "testfest",
		"complete -- --config x.yaml --profile of":     "of-x.yaml",
		"complete -- --connect coap://h --device ther": "thermometer",
	} {
		r, _, err := runLine(t, env, t.Context(), line)
		if err != nil || !slices.Equal(texts(r.(*Candidates).List), []string{want}) {
			t.Errorf("%s: got %v, %v, want %s", line, r, err, want)
		}
	}
}

func FuzzCompleteTakesAnyLine(f *testing.F) {
	f.Add("read /3")
	f.Add("write /1/0 1=")
	f.Add("decode --type /3/0/9=")
	f.Add("read '")
	env := &Env{Table: All(), Definitions: objects.New()}
	f.Fuzz(func(t *testing.T, line string) {
		if _, start := env.Table.Complete(env, line); start < 0 || start > len(line) {
			t.Fatalf("%q: start %d", line, start)
		}
	})
}
