package commands

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"

	"lwcon/session/credentials"
	"lwcon/session/transport"
)

// credentialsAddCommand makes a device known.
func credentialsAddCommand() *Command {
	return &Command{
		Name: "credentials add", Group: GroupTools,
		Summary: "make a device known: by a pre-shared key, a raw public key, a certificate or an OSCORE context",
		Help: `The credential is written into lwcon.yaml, that of --config, else ./lwcon.yaml, else the one in the user's configuration
directory, which is made with mode 0600 where there is none. What else stands in the file stays, comments too. It
holds at once, for the next handshake. --unsaved leaves the file alone.

A key is hex:…, base64:…, text:…, env:NAME or file:FILE. A public key is SubjectPublicKeyInfo or a certificate, PEM or DER, or
a bare point of P-256 or P-384. The ids of an OSCORE context are those that the device sees: --sender-id is its own, and may be
empty (hex:). lwcon keeps such a context but does not speak OSCORE yet. Lines with --key or --oscore are not kept in the history of the prompt; env: and file: keep a key out of
the shell's history too.`,
		Spec: "Core 1.2 §E.1",
		Parameters: []Parameter{
			{Name: "device-name", Word: "ENDPOINT", Positional: true, Required: true, Summary: "the name that the device registers by"},
			{Name: "alias", Kind: KindText, Word: "NAME", Summary: "a short name for it"},
			{Name: "identity", Kind: KindText, Word: "IDENTITY", Summary: "the PSK identity; else the endpoint name; hex: for octets that are no text"},
			{Name: "key", Kind: KindSecret, Summary: "the pre-shared key, 1 to 64 octets"},
			{Name: "public-key", Kind: KindText, Word: "KEY", Summary: "the raw public key"},
			{Name: "certificate", Kind: KindText, Word: "KEY", Summary: "the device's own certificate, trusted as it is"},
			{Name: "subject", Kind: KindText, Word: "NAME", Summary: "the name in a certificate that a trust anchor signed"},
			{Name: "oscore", Kind: KindSecret, Summary: "the master secret of an OSCORE context"},
			{Name: "sender-id", Kind: KindText, Word: "ID", Summary: "OSCORE: the device's id, at most 7 octets"},
			{Name: "recipient-id", Kind: KindText, Word: "ID", Summary: "OSCORE: lwcon's id"},
			{Name: "salt", Kind: KindText, Word: "OCTETS", Summary: "OSCORE: the master salt"},
			{Name: "id-context", Kind: KindText, Word: "OCTETS", Summary: "OSCORE: the id context"},
			{Name: "unsaved", Kind: KindSwitch, Summary: "for this run only"},
		},
		Examples: []string{
			"credentials add dev1 --key hex:00112233445566778899aabbccddeeff",
			"credentials add urn:imei:351756051523999 --alias bench-a --identity dev1 --key env:PSK_BENCH_A",
			"credentials add dev3 --public-key file:d3.pem",
			"credentials add dev4 --certificate file:d4.pem --unsaved",
			"credentials add dev5 --oscore env:OSCORE_DEV5 --sender-id hex:01 --recipient-id hex:02 --salt hex:9e7ca92223786340",
		},
		Run: func(_ context.Context, env *Env, args Args, _ Emit) (Result, error) {
			c, err := env.credentialsOf("credentials add")
			if err != nil {
				return nil, err
			}
			entry, err := c.entry(args, env.Directory)
			if err != nil {
				return nil, err
			}
			return env.Sessions.take("credentials add", []credentials.Entry{entry}, !args.Switch("unsaved"))
		},
	}
}

// proofs are the flags of which credentials add takes exactly one.
var proofs = []string{"key", "public-key", "certificate", "subject", "oscore"}

// companions are flags that belong to one of them.
var companions = [...]struct{ flag, proof, what string }{
	{"identity", "key", "a pre-shared key"},
	{"sender-id", "oscore", "an OSCORE context"},
	{"recipient-id", "oscore", "an OSCORE context"},
	{"salt", "oscore", "an OSCORE context"},
	{"id-context", "oscore", "an OSCORE context"},
}

// entry makes a credential of the arguments; file names are relative to a
// directory.
func (c *Configuration) entry(args Args, directory string) (credentials.Entry, error) {
	x := &credentials.Credential{Endpoint: args.Text("device-name"), Alias: args.Text("alias"), Origin: "credentials add"}
	e := credentials.Entry{Credential: x}
	given := slices.DeleteFunc(slices.Clone(proofs), func(name string) bool { return !args.Has(name) })
	if len(given) != 1 {
		return e, usage("credentials add %s: expected one of --key, --public-key, --certificate, --subject and --oscore, found %d", x.Endpoint, len(given))
	}
	for _, f := range companions {
		if args.Has(f.flag) && given[0] != f.proof {
			return e, usage("credentials add %s: --%s belongs to %s: expected --%s, found --%s", x.Endpoint, f.flag, f.what, f.proof, given[0])
		}
	}
	text := args.Text(given[0])
	var err error
	sources := c.sources(directory)
	switch given[0] {
	case "key":
		x.Mode, x.Identity = transport.PreSharedKey, x.Endpoint
		if args.Has("identity") {
			x.Identity, err = credentials.Identity(args.Text("identity"))
		}
		if err == nil {
			x.Key, err = sources.PSK(text)
		}
	case "public-key":
		x.Mode = transport.RawPublicKey
		x.PublicKey, err = sources.PublicKey(text)
	case "certificate":
		x.Mode = transport.Certificate
		x.Certificate, x.Taken, err = sources.Certificate(text)
	case "subject":
		x.Mode, x.Name = transport.Certificate, text
		return e, nil
	case "oscore":
		x.Mode = transport.NoSecurity
		for _, id := range [...]string{"sender-id", "recipient-id"} {
			if !args.Has(id) {
				return e, usage("credentials add %s: expected --%s with --oscore, found none", x.Endpoint, id)
			}
		}
		x.OSCORE, err = sources.OSCORE(credentials.OSCOREText{
			Secret: text, Salt: args.Text("salt"), SenderID: args.Text("sender-id"), RecipientID: args.Text("recipient-id"),
			IDContext: args.Text("id-context"),
		})
	}
	if err != nil {
		problem := usage("credentials add %s: --%s: %v", x.Endpoint, given[0], err)
		problem.Hint = configError(err).Hint
		return e, problem
	}
	e.Text = credentials.Relative(c.Path, directory, text)
	if given[0] != "key" && given[0] != "oscore" && !credentials.Noted(text) {
		e.Text = "" // it was told by its structure: written in hex
	}
	return e, nil
}

// take makes devices known, and writes them into the file if save is set.
func (s *Sessions) take(command string, entries []credentials.Entry, save bool) (Result, error) {
	c := s.Credentials()
	done := &CredentialsChanged{Command: command}
	for _, e := range entries {
		if other := c.Store.Taken(e.Credential); other != "" {
			identity, _ := e.Shown()
			return nil, usage("%s %s: identity %s is that of %s already", command, e.Endpoint, identity, other).
				hinting("credentials remove %s first", Quote(other))
		}
	}
	if save {
		if c.Path == "" {
			return nil, usage("%s: there is no file to keep it in", command).hinting("--unsaved makes it known for this run only")
		}
		edited, err := credentials.Put(c.Path, entries)
		if err != nil {
			return nil, configError(err)
		}
		done.File = c.Path
		switch {
		case edited.Created:
			done.Notes = append(done.Notes, "made "+c.Path+", closed to others")
		case edited.Closed:
			done.Notes = append(done.Notes, c.Path+" holds a key now, and is closed to others")
		}
	}
	for _, e := range entries {
		if save {
			e.Origin = filepath.Base(c.Path)
		}
		if e.Mode == transport.PreSharedKey && e.OSCORE == nil && e.Key.Len() < credentials.WeakPSK {
			done.Notes = append(done.Notes, "key of "+e.Endpoint+": "+e.Key.String()+"; 16 octets are recommended")
		}
		if err := c.Store.Add(e.Credential); err != nil {
			return nil, configError(err)
		}
		done.Credentials = append(done.Credentials, e.Credential)
	}
	if !save {
		return done, nil
	}
	return done, s.rereadCredentials()
}

// rereadCredentials takes the file as it is now, with its aliases; the store has
// been changed already.
func (s *Sessions) rereadCredentials() error {
	c := s.Credentials()
	if c.File() == nil && c.Path == "" {
		return nil
	}
	file, err := credentials.Load(c.Path, c.AnyMode)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return configError(err)
	}
	c.file.Store(file)
	s.server.SetAliases(c.aliases())
	return s.takeProfiles()
}
