package commands

import (
	"strings"

	"lwcon/session"
	"lwcon/session/coap"
)

// bootstrapSettings change what the bootstrap server does by itself.
func bootstrapSettings() []setting {
	stages := append([]string{"none"}, session.StageNames()...)
	return []setting{
		{
			name: "stop-before", help: "the step before which bootstraps that begin by themselves stop: " + strings.Join(stages, ", "), quiet: "none",
			get: func(env *Env) string {
				if env.Sessions == nil {
					return "none"
				}
				return env.Sessions.Bootstrap().StopBefore().String()
			},
			set: func(env *Env, word string) error {
				stage, ok := session.ParseBootstrapStage(word)
				if !ok || env.Sessions == nil {
					return usage("set stop-before: expected %s, found %q", listed(stages), word)
				}
				env.Sessions.Bootstrap().SetStopBefore(stage)
				return nil
			},
		},
		{
			name: "bootstrap-pack", help: "answer, or the code with which Bootstrap-Pack-Requests are refused, such as 4.05 or 5.01", quiet: "answer",
			get: func(env *Env) string {
				if env.Sessions == nil || env.Sessions.Bootstrap().PackRefusal() == 0 {
					return "answer"
				}
				return env.Sessions.Bootstrap().PackRefusal().String()
			},
			set: func(env *Env, word string) error {
				code, ok := coap.ParseCode(word)
				if word == "answer" || word == "default" {
					code, ok = 0, true
				}
				if !ok || code != 0 && code.Class() < 4 || env.Sessions == nil {
					return usage("set bootstrap-pack: expected answer or a code such as 5.01, found %q", word)
				}
				env.Sessions.Bootstrap().SetPackRefusal(code)
				return nil
			},
		},
	}
}
