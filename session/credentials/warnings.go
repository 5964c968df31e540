package credentials

import (
	"fmt"
	"time"

	"lwcon/session/transport"
)

// Warnings tells of certificates whose time is not now, and of weak keys: what
// works, but perhaps not as it is meant.
func (s *Store) Warnings(now time.Time) []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var all []string
	for _, c := range s.own.Chain {
		if wrong := Validity(c, now); wrong != "" {
			all = append(all, fmt.Sprintf("own certificate %s %s", Printable(subject(c)), wrong))
		}
	}
	for _, c := range s.trust {
		if wrong := Validity(c, now); wrong != "" {
			all = append(all, fmt.Sprintf("trust anchor %s %s", Printable(subject(c)), wrong))
		}
	}
	for _, c := range s.list {
		if c.Certificate != nil {
			if wrong := Validity(c.Certificate, now); wrong != "" {
				all = append(all, fmt.Sprintf("certificate of %s %s", Printable(c.Endpoint), wrong))
			}
		}
		if c.Mode == transport.PreSharedKey && c.Key.Len() < WeakPSK {
			all = append(all, fmt.Sprintf("key of %s has %d octets; 16 are recommended", Printable(c.Endpoint), c.Key.Len()))
		}
	}
	return all
}
