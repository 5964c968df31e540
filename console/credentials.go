package console

import (
	"lwcon/commands"
	"lwcon/console/terminal"
	"lwcon/session/credentials"
	"lwcon/session/transport"
)

// credentialList writes who is known, and what lwcon proves itself with.
func (t *Text) credentialList(p *page, l *commands.CredentialList) {
	from := "no lwcon.yaml"
	if l.File != "" {
		from = terminal.Escape(l.File)
	}
	p.head(plural(len(l.Credentials), "credential"), nil, from)
	p.table("credential", t.credentialRows(l.Credentials))
	var own [][]cell
	for _, o := range l.Own {
		own = append(own, []cell{{"own " + o.What, nil}, {terminal.Escape(o.Key), nil}})
	}
	p.table("own", own)
	if l.AnyIdentity {
		p.line("warning", t.Style.Failure("any identity is accepted"))
	}
	for _, w := range l.Warnings {
		p.line("warning", t.Style.Refusal(terminal.Escape(w)))
	}
	for _, fault := range l.Faults {
		p.line("fault", t.Style.Failure(terminal.Escape(fault)))
	}
}

// shownFingerprint is how many digits of a fingerprint are shown.
const shownFingerprint = 16

// credentialRows are credentials as rows: never a key.
func (t *Text) credentialRows(list []*credentials.Credential) [][]cell {
	rows := make([][]cell, len(list))
	for i, c := range list {
		identity, key := c.Shown()
		if c.Mode == transport.RawPublicKey {
			identity = identity[:shownFingerprint] + "…"
		}
		rows[i] = []cell{
			{terminal.Escape(c.Endpoint), nil},
			{terminal.Escape(c.Alias), t.Style.Dim},
			{c.ModeName(), nil},
			{terminal.Escape(identity), nil},
			{terminal.Escape(key), nil},
			{terminal.Escape(c.Origin), t.Style.Dim},
		}
	}
	return rows
}

// credentialsChanged writes what became of credentials.
func (t *Text) credentialsChanged(p *page, c *commands.CredentialsChanged) {
	where := "for this run only"
	if c.File != "" {
		where = terminal.Escape(c.File)
	}
	p.head(c.Command, nil, where)
	p.table("credential", t.credentialRows(c.Credentials))
	for _, note := range c.Notes {
		p.line("note", terminal.Escape(note))
	}
}

// keysMade writes which files there are now, and what to do with them.
func (t *Text) keysMade(p *page, k *commands.KeysMade) {
	p.head("keys new", nil, terminal.Escape(k.Directory), plural(len(k.Files), "file")+", mode 0600")
	rows := make([][]cell, len(k.Files))
	for i, f := range k.Files {
		rows[i] = []cell{{terminal.Escape(f.File), nil}, {f.What, t.Style.Dim}}
	}
	p.table("file", rows)
	for _, line := range k.Next {
		p.line("next", "next: "+terminal.Escape(line))
	}
}
