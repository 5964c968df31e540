package session

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/lwm2m/objects"
	"lwcon/session/coap"
)

func TestMisbehaviourOfTheProfileReachesTheServer(t *testing.T) {
	for rule, check := range map[string]func(*Result, error) bool{
		"{rst: true}":   func(_ *Result, err error) bool { return errors.Is(err, coap.ErrReset) },
		"{token: ff00}": func(_ *Result, err error) bool { return errors.Is(err, coap.ErrTimeout) },
		"{drop: true}":  func(_ *Result, err error) bool { return errors.Is(err, coap.ErrTimeout) },
		"{code: 5.03}":  func(r *Result, err error) bool { return err == nil && r.Code == coap.ServiceUnavailable },
		"{delay: 30s}":  func(r *Result, err error) bool { return err == nil && r.Duration >= 30*time.Second },
		"{payload: ff}": func(r *Result, err error) bool { return err == nil && string(r.Payload) == "ff" },
	} {
		t.Run(rule, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, network := memoryServer(t, ServerConfig{Definitions: objects.New()})
				_, e := simulated(t, s, network, testProfile+"misbehave:\n  - {when: {operation: read, path: /3/0/0}, do: "+rule+"}\n")
				if r, err := Read(t.Context(), e, at("/3/0/0"), ReadOptions{}); !check(r, err) {
					t.Errorf("read of /3/0/0: %+v, %v", r, err)
				}
				if r, err := Read(t.Context(), e, at("/3/0/1"), ReadOptions{}); err != nil || shown(r) != "2.05 /3/0/1=T-1000" {
					t.Errorf("read of /3/0/1, which the rule does not concern: %v, %v", r, err)
				}
			})
		})
	}
}

func TestRequestDuringARebootIsAnsweredAfterIt(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server, c *Client, e *Endpoint) {
		if _, err := Execute(t.Context(), e, at("/3/0/4"), "", RequestOptions{}); err != nil {
			t.Fatal(err)
		}
		r, err := Read(t.Context(), e, at("/3/0/0"), ReadOptions{})
		if err != nil || shown(r) != "2.05 /3/0/0=ACME" {
			t.Errorf("%v, %v; a repetition after the reboot must be answered", r, err)
		}
	})
}
