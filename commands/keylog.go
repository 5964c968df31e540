package commands

import "fmt"

// openKeyLog begins to write the secrets of secure sessions to a file, if the
// configuration says so. The error is an *Error.
func (s *Sessions) openKeyLog(c *Config) error {
	if c.KeyLog == "" {
		return nil
	}
	others, err := s.keyLog.OpenFile(c.KeyLog, func(err error) { s.warn("--" + err.Error()) })
	if err != nil {
		e := failure(ConfigError, "--%v", err)
		e.Err = err
		return e
	}
	if others {
		s.warn(fmt.Sprintf("--key-log %s: others than its owner can read this file; chmod 600 closes it", c.KeyLog))
	}
	return nil
}

// closeKeyLog ends the file, and warns where that fails: who leaves is told nothing
// else.
func (s *Sessions) closeKeyLog() error {
	err := s.keyLog.Close()
	if err != nil {
		s.warn("--" + err.Error())
	}
	return err
}

// KeyLog is the file that is given the secrets of secure sessions, "" for none.
func (s *Sessions) KeyLog() string { return s.keyLog.Name() }

// capturesSecrets is what to keep in mind about a capture that holds secrets, "" for
// another.
func (s *Sessions) capturesSecrets() string {
	c := s.wires.capture.Load()
	if c == nil || !c.HoldsSecrets() {
		return ""
	}
	return "everybody who has " + c.Status().Files[0] + " can read what the secure sessions carry"
}
