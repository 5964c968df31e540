package session

import (
	"strings"
	"testing"
	"testing/synctest"

	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
	"lwcon/session/device"
)

// What comes with the program must itself pass the program's checks, on every
// object and in every format that can carry it.
func TestBuiltInProfilesAnswerWithoutDeviation(t *testing.T) {
	formats := []lwm2m.ContentFormat{lwm2m.FormatTLV, lwm2m.FormatSenMLJSON, lwm2m.FormatSenMLCBOR}
	for _, name := range device.Profiles() {
		if name == "bootstrap" {
			continue // it registers with nobody: TestTheBuiltInProfileBootstraps
		}
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, network := memoryServer(t, ServerConfig{Definitions: objects.New()})
				text, _ := device.Source(name)
				c, e := simulated(t, s, network, strings.Replace(text, "endpoint: sim-"+name, "endpoint: thermo", 1))
				if d := e.Registration().Deviations; len(d) > 0 {
					t.Errorf("registration: %v", d)
				}
				for _, p := range e.Registration().Instances() {
					want := c.Device().Read(1, p)
					for i := range formats {
						r, err := Read(t.Context(), e, p, ReadOptions{Accept: &formats[i]})
						if err != nil || r.Code != Content || r.Tree == nil {
							t.Errorf("read %s as %s: %+v, %v", p, formats[i], r, err)
							continue
						}
						if len(r.Tree.Deviations) > 0 || valued(r.Tree.Nodes) != valued(want.Nodes) {
							t.Errorf("read %s as %s: %d values of %d, deviations %v", p, formats[i], valued(r.Tree.Nodes), valued(want.Nodes), r.Tree.Deviations)
						}
					}
				}
			})
		})
	}
}

// valued counts the values among nodes; not every format can say that a resource
// is empty.
func valued(nodes []lwm2m.Node) int {
	count := 0
	for i := range nodes {
		if nodes[i].HasValue() {
			count++
		}
	}
	return count
}
