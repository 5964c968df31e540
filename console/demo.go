package console

import (
	"context"

	"lwcon/commands"
)

// demoListen is where the server of the demo is: on loopback only.
const demoListen = "coap://127.0.0.1:0"

// demoProfile is the simulated device of the demo.
const demoProfile = "thermometer"

// startDemo registers a simulated thermometer with the server, or the device that
// the program connects. It has sessions of its own, so that events and numbers
// of exchanges are those of a server with a device far away.
func (f *face) startDemo(ctx context.Context) error {
	far := f.program.Sessions.Connect
	if len(far) == 0 {
		far = []commands.Connection{{URI: f.env.Sessions.URIs()[0], Profile: demoProfile}}
	}
	device, err := commands.Open(ctx, commands.Config{
		Connect:     far,
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
func (t *Text) demoHint() string {
	p := t.page()
	p.head("demo", t.Style.Success, "a server and a simulated thermometer on loopback; help lists the commands, quit leaves")
	p.line("try", "read /3/0                               what the device says of itself")
	p.line("try", "observe Temperature/0/SensorValue       be told when it changes; cancel ends it")
	p.line("try", "write /3/0/14 +02:00                    then: execute Device/0/Reboot")
	return p.String()
}
