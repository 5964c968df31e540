package commands

import (
	"lwcon/session"
	"lwcon/session/coap"
)

// answerSettings make the server answer devices wrongly, on purpose.
func answerSettings() []setting {
	var all []setting
	for _, kind := range session.Answerable() {
		all = append(all, answerSetting(kind))
	}
	return append(all, setting{
		name: "answer-delay", help: "how long every answer to a device waits",
		get: func(env *Env) string {
			if env.Sessions == nil {
				return "0s"
			}
			return shortDuration(env.Sessions.Server().AnswerDelay())
		},
		set: func(env *Env, word string) error {
			d, ok := parseDuration(word)
			if word == "default" {
				d, ok = 0, true
			}
			if !ok || d > maxFaultDelay || env.Sessions == nil {
				return usage("set answer-delay: expected a duration up to %v, found %q", maxFaultDelay, word)
			}
			env.Sessions.Server().SetAnswerDelay(d)
			return nil
		},
	})
}

// answerSetting is how one kind of request is answered.
func answerSetting(kind session.EventKind) setting {
	name := "answer " + kind.String()
	return setting{
		name: name, help: "default, silence, or a code such as 4.03 in place of the right one",
		get: func(env *Env) string {
			if env.Sessions == nil {
				return "default"
			}
			return env.Sessions.Server().Answering(kind).String()
		},
		set: func(env *Env, word string) error {
			if env.Sessions == nil {
				return usage("set %s: there is no server here", name)
			}
			a, ok := parseAnswering(word)
			if !ok {
				return usage("set %s: expected default, silence or a code such as 4.03, found %q", name, word)
			}
			return env.Sessions.Server().SetAnswering(kind, a)
		},
	}
}

// parseAnswering reads what session.Answering writes.
func parseAnswering(word string) (session.Answering, bool) {
	switch word {
	case "default":
		return session.Answering{}, true
	case "silence":
		return session.Answering{Silent: true}, true
	}
	code, ok := coap.ParseCode(word)
	return session.Answering{Code: code}, ok && code != coap.Empty
}
