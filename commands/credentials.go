package commands

import (
	"context"

	"lwcon/session/credentials"
	"lwcon/session/transport"
)

// CredentialList is who is known, and what lwcon proves itself with: what keys
// were taken for and how long they are, never a key.
//
//	{"command":"credentials list","file":"lwcon.yaml","credentials":[{"endpoint":"urn:imei:1","alias":"bench-a",
//	 "mode":"psk","identity":"dev1","key":"16 octets, hex","octets":16,"from":"lwcon.yaml:4"}],
//	 "own":[{"what":"private-key","key":"P-256, PKCS#8 PEM"}],"faults":[]}
type CredentialList struct {
	File        string // "" if there is none
	AnyIdentity bool
	Credentials []*credentials.Credential
	Own         []credentials.OwnShown
	Faults      []string // what could not be looked up
	Warnings    []string
}

// AppendJSON appends the list as one JSON object.
func (l *CredentialList) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("command", "credentials list")
	o.optional("file", l.File)
	o.boolean("accept-any-identity", l.AnyIdentity)
	o.list("credentials", len(l.Credentials), func(i int, in *object) { in.credential(l.Credentials[i]) })
	o.list("own", len(l.Own), func(i int, in *object) {
		in.text("what", l.Own[i].What)
		in.text("key", l.Own[i].Key)
	})
	o.texts("faults", l.Faults)
	o.texts("warnings", l.Warnings)
	return o.end()
}

// credential writes what may be shown of a credential.
func (o *object) credential(c *credentials.Credential) {
	identity, key := c.Shown()
	o.text("endpoint", c.Endpoint)
	o.optional("alias", c.Alias)
	o.text("mode", c.ModeName())
	o.text("identity", identity)
	o.text("key", key)
	if n := keyOctets(c); n > 0 {
		o.integer("octets", int64(n))
	}
	o.text("from", c.Origin)
}

// keyOctets is how long a key is, 0 where there is none.
func keyOctets(c *credentials.Credential) int {
	switch {
	case c.OSCORE != nil:
		return c.OSCORE.Secret.Len()
	case c.Mode == transport.PreSharedKey:
		return c.Key.Len()
	case c.Mode == transport.RawPublicKey:
		return len(c.PublicKey.SPKI)
	case c.Certificate != nil:
		return len(c.Certificate.Raw)
	}
	return 0
}

// CredentialsChanged is what credentials add, remove, import and export did.
//
//	{"command":"credentials add","file":"lwcon.yaml","credentials":[…],"notes":["made lwcon.yaml, mode 0600"]}
type CredentialsChanged struct {
	Command     string
	File        string // that was written, "" for none
	Credentials []*credentials.Credential
	Notes       []string
}

// AppendJSON appends what was done as one JSON object.
func (c *CredentialsChanged) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("command", c.Command)
	o.optional("file", c.File)
	o.list("credentials", len(c.Credentials), func(i int, in *object) { in.credential(c.Credentials[i]) })
	o.texts("notes", c.Notes)
	return o.end()
}

// credentialsOf is the configuration that a command is about.
func (env *Env) credentialsOf(command string) (*Configuration, error) {
	s, err := env.sessions(command)
	if err != nil {
		return nil, err
	}
	return s.Credentials(), nil
}

// credentialsListCommand shows who is known.
func credentialsListCommand() *Command {
	return &Command{
		Name: "credentials list", Group: GroupTools, Passive: true,
		Summary: "list who is known and how each proves it, without the keys",
		Help: `A key is shown as what it was taken for and how long it is. What could not be looked up, such as a variable that is not
set, is listed too, with its place in lwcon.yaml.`,
		Spec:     "Core 1.2 §E.1",
		Examples: []string{"credentials list"},
		Run: func(_ context.Context, env *Env, _ Args, _ Emit) (Result, error) {
			c, err := env.credentialsOf("credentials list")
			if err != nil {
				return nil, err
			}
			l := &CredentialList{
				AnyIdentity: c.Store.Any(), Credentials: c.Store.Credentials(), Own: c.Store.OwnKeys(),
				Faults: c.Store.Faults(), Warnings: c.Store.Warnings(env.clock().Now()),
			}
			if c.File() != nil {
				l.File = c.Path
			}
			return l, nil
		},
	}
}

// credentialsRemoveCommand forgets who is known.
func credentialsRemoveCommand() *Command {
	return &Command{
		Name: "credentials remove", Group: GroupTools,
		Summary: "remove the credentials of a device, from lwcon.yaml too",
		Help:    "A session that stands already goes on: a change of credentials holds from the next handshake.",
		Spec:    "Core 1.2 §E.1",
		Parameters: []Parameter{
			{Name: "who", Word: "NAME", Positional: true, Required: true, Summary: "endpoint name, alias, or identity", Complete: completeCredentials},
		},
		Examples: []string{"credentials remove dev1"},
		Run: func(_ context.Context, env *Env, args Args, _ Emit) (Result, error) {
			c, err := env.credentialsOf("credentials remove")
			if err != nil {
				return nil, err
			}
			who := args.Text("who")
			removed := c.Store.Find(who)
			if len(removed) == 0 {
				return nil, usage("credentials remove %q: nobody is known by that name%s", who, nearest(who, credentialNames(c))).
					hinting("credentials list shows who is known")
			}
			done := &CredentialsChanged{Command: "credentials remove", Credentials: removed}
			if c.File() != nil {
				found, err := credentials.Delete(c.Path, []string{removed[0].Endpoint})
				if err != nil {
					return nil, configError(err)
				}
				if found {
					done.File = c.Path
				}
			}
			c.Store.Remove(who)
			return done, env.Sessions.rereadCredentials()
		},
	}
}

// credentialNames are all names that credentials are known by.
func credentialNames(c *Configuration) []string {
	var names []string
	for _, x := range c.Store.Credentials() {
		names = append(names, x.Endpoint)
		if x.Alias != "" {
			names = append(names, x.Alias)
		}
	}
	return names
}

// completeCredentials offers who is known.
func completeCredentials(env *Env, _ Args, _ string) []Completion {
	if env.Sessions == nil {
		return nil
	}
	var found []Completion
	for _, c := range env.Sessions.Credentials().Store.Credentials() {
		identity, key := c.Shown()
		found = append(found, Completion{Text: c.Endpoint, Summary: c.ModeName() + " " + identity + ", " + key})
	}
	return found
}
