package session

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lwcon/lwm2m"
	"lwcon/lwm2m/objects"
	"lwcon/session/coap"
	"lwcon/session/device"
	"lwcon/session/transport"
)

// factoryProfile is a device that knows its bootstrap server only.
const factoryProfile = `lwcon: 1
endpoint: dev
lwm2m: "1.1"
objects:
  0: {0: {0: "coap://192.0.2.1:5683", 1: true, 2: 3, 3: "", 4: "", 5: "", 11: 5, 12: 0}}
  3: {0: {0: ACME, 16: U}}
`

// knownProfile knows a server too, at the same address.
const knownProfile = `lwcon: 1
endpoint: dev
lwm2m: "1.1"
objects:
  0:
    0: {0: "coap://192.0.2.1:5683", 1: true, 2: 3, 3: "", 4: "", 5: ""}
    3: {0: "coap://192.0.2.1:5683", 1: false, 2: 3, 3: "", 4: "", 5: "", 10: 9}
  1: {4: {0: 9, 1: 300, 6: false, 7: U, 9: }}
  3: {0: {0: ACME, 16: U}}
`

// factory is a client of ours whose links all lead to the memory server.
func factory(t *testing.T, network *transport.MemoryNetwork, profile string) *Client {
	t.Helper()
	parsed, err := device.Parse("factory.yaml", profile, objects.New())
	if err != nil {
		t.Fatal(err)
	}
	d, err := device.New(device.Config{Profile: parsed})
	if err != nil {
		t.Fatal(err)
	}
	port := 40000
	c, err := NewClient(ClientConfig{Device: d, Dial: func(context.Context, device.Account) (transport.Link, transport.Address, error) {
		port++
		link, err := network.Datagram(fmt.Sprintf("192.0.2.7:%d", port))
		return link, serverAddress(t), err
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(context.Background()) })
	return c
}

// factoryBench is a client of ours against a server and its bootstrap server.
func factoryBench(t *testing.T, profile string, accounts BootstrapAccounts, f func(t *testing.T, b *BootstrapServer, c *Client)) {
	synctest.Test(t, func(t *testing.T) {
		s, network := memoryServer(t, ServerConfig{Definitions: objects.New()})
		b := NewBootstrapServer(s, accounts)
		b.Serve(s.Listeners()[0])
		t.Cleanup(b.Close)
		f(t, b, factory(t, network, profile))
	})
}

// accountsOfDevice are the accounts of a device, "bs" or "9 coap://…".
func accountsOfDevice(c *Client) string {
	var list []string
	for _, a := range c.Device().Accounts() {
		if a.Bootstrap {
			list = append(list, fmt.Sprintf("/0/%d bs", a.Security))
			continue
		}
		list = append(list, fmt.Sprintf("/0/%d /1/%d %d %s", a.Security, a.Server, a.ShortServerID, a.URI))
	}
	return strings.Join(list, ", ")
}

func TestADeviceFromTheFactoryBootstrapsAndRegisters(t *testing.T) {
	for _, version := range []string{"1.0", "1.1", "1.2"} {
		factoryBench(t, strings.Replace(factoryProfile, `"1.1"`, `"`+version+`"`, 1), ownAccounts(), func(t *testing.T, b *BootstrapServer, c *Client) {
			before := time.Now()
			r, err := c.Register(t.Context())
			if err != nil || r.Code != Created {
				t.Fatalf("%s: %+v, %v", version, r, err)
			}
			if held := time.Since(before); held < 5*time.Second || held > 6*time.Second {
				t.Errorf("held off for %v, want 5 s", held)
			}
			want := "/0/1 /1/0 1 coap://192.0.2.1:5683, /0/0 bs"
			if got := accountsOfDevice(c); got != want {
				t.Errorf("%s: accounts %s, want %s", version, got, want)
			}
			if e, err := b.server.Find("dev"); err != nil || len(e.Registration().Deviations) != 0 {
				t.Errorf("%s: %+v, %v", version, e, err)
			}
			synctest.Wait()
			list, _ := steps(b)
			if pack := slices.Contains(list, "bootstrap-pack / 2.05"); pack != (version == "1.2") {
				t.Errorf("%s: steps %q", version, list)
			}
			if version == "1.1" && !slices.Contains(list, "bs-read /1 2.05") {
				t.Errorf("steps %q", list)
			}
		})
	}
}

func TestTheBuiltInProfileBootstraps(t *testing.T) {
	text, _ := device.Source("bootstrap")
	factoryBench(t, strings.Replace(text, `0: ""`, `0: "coap://192.0.2.1:5683"`, 1), ownAccounts(), func(t *testing.T, b *BootstrapServer, c *Client) {
		if r, err := c.Register(t.Context()); err != nil || r.Code != Created {
			t.Fatalf("%+v, %v", r, err)
		}
		e, err := b.server.Find("sim-bootstrap")
		if err != nil || len(e.Registration().Deviations) != 0 {
			t.Fatalf("%+v, %v", e, err)
		}
		for _, p := range e.Registration().Instances() {
			if r, err := Read(t.Context(), e, p, ReadOptions{}); err != nil || r.Code != Content || len(r.Deviations) != 0 {
				t.Errorf("read %s: %+v, %v", p, r, err)
			}
		}
	})
}

func TestARefusedPackFallsBackToASequence(t *testing.T) {
	factoryBench(t, strings.Replace(factoryProfile, `"1.1"`, `"1.2"`, 1), ownAccounts(), func(t *testing.T, b *BootstrapServer, c *Client) {
		b.SetPackRefusal(coap.NotImplemented)
		if r, err := c.Register(t.Context()); err != nil || r.Code != Created {
			t.Fatalf("%+v, %v", r, err)
		}
		synctest.Wait()
		if list, _ := steps(b); !slices.Contains(list, "bs-finish / 2.04") {
			t.Errorf("steps %q", list)
		}
	})
}

func TestTheTriggerOfAServerBeginsABootstrap(t *testing.T) {
	factoryBench(t, knownProfile, ownAccounts(), func(t *testing.T, b *BootstrapServer, c *Client) {
		if r, err := c.Register(t.Context()); err != nil || r.Code != Created {
			t.Fatalf("%+v, %v", r, err)
		}
		e, err := b.server.Find("dev")
		if err != nil {
			t.Fatal(err)
		}
		if r, err := Execute(t.Context(), e, at("/1/4/9"), "", RequestOptions{}); err != nil || r.Code != Changed {
			t.Fatalf("execute /1/4/9: %+v, %v", r, err)
		}
		pass(10 * time.Second)
		if got := accountsOfDevice(c); got != "/0/1 /1/0 1 coap://192.0.2.1:5683, /0/0 bs" {
			t.Errorf("accounts %s", got)
		}
		if c.State() != ClientRegistered {
			t.Errorf("state %v", c.State())
		}
	})
}

func TestAServerThatRefusesLeadsToABootstrap(t *testing.T) {
	factoryBench(t, knownProfile, ownAccounts(), func(t *testing.T, b *BootstrapServer, c *Client) {
		if err := b.server.SetAnswering(EventRegister, Answering{Code: coap.Forbidden}); err != nil {
			t.Fatal(err)
		}
		if r, err := c.Register(t.Context()); err != nil || r.Code != coap.Forbidden {
			t.Fatalf("%+v, %v", r, err)
		}
		b.server.SetAnswering(EventRegister, Answering{})
		pass(10 * time.Second)
		if c.State() != ClientRegistered || !strings.Contains(accountsOfDevice(c), " 1 coap://") {
			t.Errorf("state %v, accounts %s", c.State(), accountsOfDevice(c))
		}
	})
}

func TestABootstrapThatDoesNotFinishLeavesTheDeviceAsItWas(t *testing.T) {
	factoryBench(t, knownProfile, ownAccounts(), func(t *testing.T, b *BootstrapServer, c *Client) {
		before := accountsOfDevice(c)
		if r, err := c.Register(t.Context()); err != nil || r.Code != Created {
			t.Fatalf("%+v, %v", r, err)
		}
		b.SetStopBefore(StageFinish) // all is deleted and written, and then the server leaves
		begun := time.Now()
		if _, err := c.Bootstrap(t.Context()); err == nil {
			t.Fatal("expected an error")
		}
		if took := time.Since(begun); took < 247*time.Second || took > 250*time.Second {
			t.Errorf("gave up after %v, want 247 s", took)
		}
		if got := accountsOfDevice(c); got != before || c.State() != ClientRegistered {
			t.Errorf("accounts %s and state %v, want %s", got, c.State(), before)
		}
		if r, err := c.Update(t.Context()); err != nil || r.Code != Changed {
			t.Errorf("Update afterwards: %+v, %v", r, err)
		}
	})
}

func TestAnInconsistentFinishIsRefusedAndCanBeCorrected(t *testing.T) {
	account := AdvertisedAccount("coap")
	account.Write = slices.DeleteFunc(account.Write, func(n lwm2m.Node) bool { return n.Path().Object() == 1 })
	factoryBench(t, factoryProfile, BootstrapAccounts{Default: account}, func(t *testing.T, b *BootstrapServer, c *Client) {
		done := make(chan error, 1)
		go func() {
			r, err := c.Register(t.Context())
			if err == nil && r.Code != Created {
				err = fmt.Errorf("answered %v", r.Code)
			}
			done <- err
		}()
		pass(10 * time.Second)
		_, last := steps(b)
		if last.Operation != "bs-finish" || last.Code != coap.NotAcceptable {
			t.Fatalf("last step %+v", last)
		}
		of := b.Find("dev")
		nodes := []lwm2m.Node{
			value("/1/0/0", lwm2m.IntegerValue(1)), value("/1/0/1", lwm2m.IntegerValue(60)),
			value("/1/0/6", lwm2m.BooleanValue(true)), value("/1/0/7", lwm2m.StringValue("U")),
		}
		if r, err := BootstrapWrite(t.Context(), of, at("/1/0"), nodes, WriteOptions{}); err != nil || r.Code != Changed {
			t.Fatalf("%+v, %v", r, err)
		}
		if r, err := BootstrapFinish(t.Context(), of, RequestOptions{}); err != nil || r.Code != Changed {
			t.Fatalf("%+v, %v", r, err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestAFinishBeforeAnythingElseIsRefusedByAFactoryDevice(t *testing.T) {
	factoryBench(t, factoryProfile, BootstrapAccounts{Default: &BootstrapAccount{}}, func(t *testing.T, b *BootstrapServer, c *Client) {
		go c.Register(t.Context())
		pass(10 * time.Second)
		if _, last := steps(b); last.Operation != "bs-finish" || last.Code != coap.NotAcceptable {
			t.Errorf("last step %+v", last)
		}
	})
}

func TestOtherServersAreNotHeardDuringABootstrap(t *testing.T) {
	factoryBench(t, knownProfile, ownAccounts(), func(t *testing.T, b *BootstrapServer, c *Client) {
		if r, err := c.Register(t.Context()); err != nil || r.Code != Created {
			t.Fatalf("%+v, %v", r, err)
		}
		b.SetStopBefore(StageDelete)
		go c.Bootstrap(t.Context())
		pass(time.Second)
		e, err := b.server.Find("dev")
		if err != nil {
			t.Fatal(err)
		}
		if r, err := Read(t.Context(), e, at("/3/0/0"), ReadOptions{RequestOptions: RequestOptions{Timeout: 5 * time.Second}}); err == nil {
			t.Errorf("the server was answered %v", r.Code)
		}
		if _, err := b.Run(t.Context(), b.Find("dev"), BootstrapOptions{}); err != nil {
			t.Fatal(err)
		}
		pass(time.Second)
		if c.State() != ClientRegistered {
			t.Errorf("state %v", c.State())
		}
	})
}

func TestABootstrapRequestThatIsRefusedIsRepeatedLater(t *testing.T) {
	factoryBench(t, factoryProfile, BootstrapAccounts{}, func(t *testing.T, b *BootstrapServer, c *Client) {
		if _, err := c.Register(t.Context()); err == nil {
			t.Fatal("expected an error")
		}
		b.SetAccounts(ownAccounts())
		pass(2 * time.Minute)
		if c.State() != ClientRegistered {
			t.Errorf("state %v", c.State())
		}
	})
}

func TestServersThatRefuseAgainAndAgainLeadToFewBootstraps(t *testing.T) {
	factoryBench(t, knownProfile, ownAccounts(), func(t *testing.T, b *BootstrapServer, c *Client) {
		if err := b.server.SetAnswering(EventRegister, Answering{Code: coap.Forbidden}); err != nil {
			t.Fatal(err)
		}
		if r, err := c.Register(t.Context()); err != nil || r.Code != coap.Forbidden {
			t.Fatalf("%+v, %v", r, err)
		}
		pass(10 * time.Minute)
		finishes := 0
		list, _ := steps(b)
		for _, s := range list {
			if strings.HasPrefix(s, "bs-finish") {
				finishes++
			}
		}
		if finishes < 2 || finishes > 5 {
			t.Errorf("bootstrapped %d times in 10 minutes, want 2 to 5", finishes)
		}
	})
}

func TestTheAccountOfTheBootstrapServerEndsWithItsTime(t *testing.T) {
	factoryBench(t, strings.Replace(factoryProfile, "12: 0", "12: 60", 1), ownAccounts(), func(t *testing.T, b *BootstrapServer, c *Client) {
		if r, err := c.Register(t.Context()); err != nil || r.Code != Created {
			t.Fatalf("%+v, %v", r, err)
		}
		pass(59 * time.Second)
		if !strings.Contains(accountsOfDevice(c), "bs") {
			t.Errorf("gone too early: %s", accountsOfDevice(c))
		}
		pass(2 * time.Second)
		if strings.Contains(accountsOfDevice(c), "bs") || c.State() != ClientRegistered {
			t.Errorf("accounts %s, state %v", accountsOfDevice(c), c.State())
		}
	})
}

func TestTwoBootstrapsAtOnceAreOne(t *testing.T) {
	factoryBench(t, factoryProfile, ownAccounts(), func(t *testing.T, b *BootstrapServer, c *Client) {
		done := make(chan error, 2)
		for range 2 {
			go func() {
				_, err := c.Bootstrap(t.Context())
				done <- err
			}()
		}
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		synctest.Wait()
		if list, _ := steps(b); len(list) != 8 {
			t.Errorf("steps %q, want those of one bootstrap", list)
		}
	})
}
