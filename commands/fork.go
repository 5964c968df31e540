package commands

// Fork returns an environment for one command that may outlast the next one:
// its request waits for a device that sleeps.
func (env *Env) Fork() *Env {
	fork := *env
	return &fork
}

// Join takes over what a command has changed in a fork.
func (env *Env) Join(fork *Env) {
	env.Endpoint, env.Timeout, env.Wait, env.Trace = fork.Endpoint, fork.Timeout, fork.Wait, fork.Trace
	env.exchange, env.since, env.sinceTime = fork.exchange, fork.since, fork.sinceTime
}
