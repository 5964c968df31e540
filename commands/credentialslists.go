package commands

import (
	"context"
	"fmt"
	"io"
	"os"

	"lwcon/session/credentials"
)

// maxCredentialList is the most octets of a list that is imported.
const maxCredentialList = 64 << 20

// credentialsImportCommand takes a list of credentials in.
func credentialsImportCommand() *Command {
	return &Command{
		Name: "credentials import", Group: GroupTools,
		Summary: "make the devices of a list known",
		Help: `Formats, told by the content unless --as-format says it:
yaml   another lwcon.yaml: its devices
json   [{"endpoint":"dev1","tls":{"mode":"psk","details":{"identity":"dev1","key":"HEX"}}}, …], as device management servers
       export their security store; rpk with key or x and y, x509, oscore; and the older {"endpoint":…,"psk":{…}}
csv    endpoint,identity,key or identity,key; a first line with these names gives another order; the semicolon parts too
lines  IDENTITY:KEY, as psktool and other tools write it

Keys that say nothing of themselves are hex, unless --keys says otherwise. All are taken or none: what is wrong is told with its
line.`,
		Spec: "Core 1.2 §E.1",
		Parameters: []Parameter{
			{Name: "file", Kind: KindFile, Positional: true, Required: true, Summary: "the list; - is standard input"},
			{Name: "as-format", Kind: KindEnum, Values: credentials.Formats(), Summary: "what the list is"},
			{Name: "keys", Kind: KindEnum, Values: []string{"hex", "base64", "text"}, Default: "hex", Summary: "how keys are written that do not say it"},
			{Name: "unsaved", Kind: KindSwitch, Summary: "for this run only"},
		},
		Examples: []string{"credentials import devices.csv", "credentials import store.json --unsaved", "credentials import keys.txt --as-format lines --keys base64"},
		Run: func(_ context.Context, env *Env, args Args, _ Emit) (Result, error) {
			c, err := env.credentialsOf("credentials import")
			if err != nil {
				return nil, err
			}
			name := args.Text("file")
			text, err := env.readList(name)
			if err != nil {
				return nil, err
			}
			if name == "-" {
				name = "standard input"
			}
			list, err := credentials.Import(name, text, args.Text("as-format"), args.Text("keys"), c.sources(env.Directory))
			if err != nil {
				return nil, configError(err)
			}
			entries := make([]credentials.Entry, len(list))
			for i, x := range list {
				entries[i] = credentials.Entry{Credential: x}
			}
			return env.Sessions.take("credentials import", entries, !args.Switch("unsaved"))
		},
	}
}

// readList reads a list of credentials.
func (env *Env) readList(name string) ([]byte, error) {
	var from io.Reader = env.Input
	if name != "-" {
		f, err := os.Open(env.fileName(name))
		if err != nil {
			return nil, usage("credentials import: %v", err)
		}
		defer f.Close()
		from = f
	}
	if from == nil {
		return nil, usage("credentials import -: there is no input here to read")
	}
	text, err := io.ReadAll(io.LimitReader(from, maxCredentialList+1))
	switch {
	case err != nil:
		return nil, usage("credentials import %s: %v", name, err)
	case len(text) > maxCredentialList:
		return nil, usage("credentials import %s: expected at most %d octets, found more", name, maxCredentialList)
	}
	return text, nil
}

// credentialsExportCommand writes all credentials, keys and all.
func credentialsExportCommand() *Command {
	return &Command{
		Name: "credentials export", Group: GroupTools, Passive: true,
		Summary: "write all credentials, with their keys, into a new file of mode 0600",
		Help: `The formats are those of credentials import. What a format cannot hold is left out and counted: csv and lines hold
pre-shared keys only.`,
		Spec: "Core 1.2 §E.1",
		Parameters: []Parameter{
			{Name: "file", Kind: KindFile, Positional: true, Required: true, Summary: "the file to make; it must not be there"},
			{Name: "as-format", Kind: KindEnum, Values: credentials.Formats(), Default: credentials.FormatYAML, Summary: "how to write it"},
		},
		Examples: []string{"credentials export all.yaml", "credentials export store.json --as-format json"},
		Run: func(_ context.Context, env *Env, args Args, _ Emit) (Result, error) {
			c, err := env.credentialsOf("credentials export")
			if err != nil {
				return nil, err
			}
			if args.Text("file") == "-" {
				return nil, usage("credentials export -: expected the name of a new file; keys are not written to standard output")
			}
			list := c.Store.Credentials()
			text, left, err := credentials.Export(args.Text("as-format"), list)
			if err != nil {
				return nil, configError(err)
			}
			name := env.fileName(args.Text("file"))
			if err := credentials.WriteNew(name, text); err != nil {
				return nil, usage("credentials export: %v", err)
			}
			done := &CredentialsChanged{Command: "credentials export", File: name, Notes: []string{
				fmt.Sprintf("%d of %d written, with their keys, mode 0600", len(list)-left, len(list)),
			}}
			return done, nil
		},
	}
}
