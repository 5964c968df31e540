// Package console is lwcon at a terminal, at the end of a pipe and on a shell's
// command line. It owns what is printed: commands return data, and this package
// makes text or JSON of it.
//
//	Text, JSON        how a result, an event or an error looks
//	Run               chooses the face and runs it: prompt, pipe or one shot
//	Commands          the verbs that only a console has: quit, trace, demo
//
// Results go to standard output; traces and error messages to standard error,
// but at the prompt, where all share the screen.
package console
