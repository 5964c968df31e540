package commands

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"lwcon/session/credentials"
	"lwcon/session/transport"
)

// KeysMade is the files that keys new has made.
//
//	{"command":"keys new","directory":"keys","files":[{"file":"dev1.psk","what":"pre-shared key, …"}],
//	 "next":["lwcon --config keys/lwcon.yaml --listen coaps://:5684"]}
type KeysMade struct {
	Directory string
	Files     []credentials.Made
	Next      []string // command lines that use them
}

// AppendJSON appends the files as one JSON object.
func (k *KeysMade) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("command", "keys new")
	o.text("directory", k.Directory)
	o.list("files", len(k.Files), func(i int, in *object) {
		in.text("file", k.Files[i].File)
		in.text("what", k.Files[i].What)
	})
	o.texts("next", k.Next)
	return o.end()
}

// accountModes are the modes of an account, by their number.
var accountModes = []string{"psk", "rpk", "x509"}

// accountSchemes are those of servers with security.
var accountSchemes = []string{"coaps", "coaps+tcp"}

// keysNewCommand makes keys for tests.
func keysNewCommand() *Command {
	return &Command{
		Name: "keys new", Group: GroupTools,
		Summary: "make a test CA, a server's and devices' certificates, raw keys and pre-shared keys",
		Help: `For each device a pre-shared key of 16 octets, and a key pair on P-256 with its raw public key and a certificate of the test
CA, in the forms that the Security object takes, each told with its resource; NAME-security.txt has them in hex and
base64, to be pasted. lwcon.yaml beside them names the devices, lwcon's own keys, and for each device the bootstrap
account that carries its keys in the mode of --account: lwcon --config DIR/lwcon.yaml --bootstrap coap://:5783 hands them out.

All files have mode 0600, and none is overwritten. A directory that has a CA and a server already keeps them, and gets more
devices. These keys are for tests: whoever has ca.key can be any device.`,
		Spec: "Core 1.2 §E.1",
		Parameters: []Parameter{
			{Name: "device-name", Word: "ENDPOINT", Positional: true, Required: true, Repeated: true, Summary: "the names of the devices"},
			{Name: "into", Kind: KindDirectory, Default: "lwcon-keys", Summary: "where the files go"},
			{Name: "host", Kind: KindText, Word: "NAME", Repeated: true, Summary: "name or address of the server, for its certificate; else those of this machine"},
			{Name: "account", Kind: KindEnum, Values: accountModes, Default: "psk", Summary: "the mode of the bootstrap accounts"},
			{Name: "scheme", Kind: KindEnum, Values: accountSchemes, Default: "coaps", Summary: "by which the bootstrap accounts lead to lwcon"},
			{Name: "days", Kind: KindCount, Default: "825", Summary: "how long the certificates of server and devices are valid"},
		},
		Examples: []string{"keys new dev1", "keys new urn:imei:351756051523999 dev2 --into bench --host lwcon.example --account rpk"},
		Run: func(_ context.Context, env *Env, args Args, _ Emit) (Result, error) {
			directory := env.fileName(args.Text("into"))
			plan := credentials.Plan{
				Directory: directory, Endpoints: args.Texts("device-name"), Hosts: args.Texts("host"), Days: max(args.Count("days"), 1),
				Account: transport.SecurityMode(slices.Index(accountModes, args.Text("account"))), Now: env.clock().Now(),
			}
			plan.Streams = args.Text("scheme") == accountSchemes[1]
			if len(plan.Hosts) == 0 {
				plan.Hosts = machineNames()
			}
			made, err := credentials.Generate(plan)
			if err != nil {
				return nil, usage("keys new: %v", err)
			}
			config := filepath.Join(directory, credentials.FileName)
			return &KeysMade{Directory: directory, Files: made, Next: []string{
				"lwcon --config " + Quote(config) + " --listen " + args.Text("scheme") + "://:5684",
				"lwcon --config " + Quote(config) + " credentials list",
			}}, nil
		},
	}
}

// machineNames are the names that this machine goes by.
func machineNames() []string {
	names := []string{"localhost", "127.0.0.1", "::1"}
	if host, err := os.Hostname(); err == nil && host != "" && host != "localhost" {
		names = append([]string{host}, names...)
	}
	return names
}
