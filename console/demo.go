package console

import (
	"context"

	"lwcon/commands"
)

// Where the server of the demo is: on loopback only.
const (
	demoListen         = "coap://127.0.0.1:0"
	demoListenSecurely = "coaps://127.0.0.1:0"
)

// demoProfile is the simulated device of the demo.
const demoProfile = "thermometer"

// demoServer makes a configuration that of the server of the demo, and returns the
// keys of the device, nil without security.
func (f *face) demoServer(c *commands.Config) (keys *commands.Configuration, err error) {
	c.Connect, c.State = nil, ""
	listen, security := demoListen, f.program.DemoSecurity
	if security != "" && security != commands.DemoPlain {
		listen = demoListenSecurely
		if c.Credentials == nil {
			c.Credentials = commands.NewConfiguration()
		}
		if keys, err = commands.DemoKeys(security, c.Credentials, f.program.Clock.Now()); err != nil {
			return nil, err
		}
	}
	if len(c.Listen)+len(c.Links) == 0 {
		c.Listen = []string{listen}
	}
	return keys, nil
}

// startDemo registers a simulated thermometer with the server, or the device that
// the program connects. It has sessions of its own, so that events and numbers
// of exchanges are those of a server with a device far away. Keys are those of the
// device, nil without security.
func (f *face) startDemo(ctx context.Context, keys *commands.Configuration) error {
	far := f.program.Sessions.Connect
	if len(far) == 0 {
		far = []commands.Connection{{URI: f.env.Sessions.URIs()[0], Profile: demoProfile}}
	}
	device, err := commands.Open(ctx, commands.Config{
		Connect: far, Credentials: keys,
		Definitions: f.program.Definitions, Clock: f.program.Clock, Seed: f.program.Sessions.Seed,
	})
	if err != nil {
		return err
	}
	f.demo = device
	for _, c := range device.Clients() {
		if _, err := c.Register(ctx); err != nil {
			return err
		}
	}
	return nil
}

// demoHint is what to type first.
func (t *Text) demoHint(security string) string {
	p := t.page()
	secured := map[string]string{
		commands.DemoPSK:  ", over DTLS with a pre-shared key",
		commands.DemoRPK:  ", over DTLS with raw public keys",
		commands.DemoX509: ", over DTLS with certificates",
	}[security]
	p.head("demo", t.Style.Success, "a server and a simulated thermometer on loopback"+secured+"; help lists the commands, quit leaves")
	p.line("try", "read /3/0                               what the device says of itself")
	p.line("try", "observe Temperature/0/SensorValue       be told when it changes; cancel ends it")
	p.line("try", "write /3/0/14 +02:00                    then: execute Device/0/Reboot")
	return p.String()
}
