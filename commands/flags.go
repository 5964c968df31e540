package commands

// callFlags are the flags that every command takes at its call.
func callFlags() []Parameter {
	return []Parameter{
		{Name: "endpoint", Short: 'e', Kind: KindEndpoint, Summary: "the device that the command is for: its name, an alias, a unique part of the name or a glob"},
		{Name: "timeout", Short: 't', Kind: KindDuration, Summary: "how long to wait for an answer, from the moment of sending"},
		{Name: "wait", Kind: KindDuration, Summary: "how long to wait for the device to register or to wake"},
	}
}

// ProgramFlags are the flags of the program itself, without those that every
// command takes. Each is also an environment variable: FlagVariable.
func ProgramFlags() []Parameter {
	return []Parameter{
		{Name: "listen", Short: 'l', Kind: KindURI, Repeated: true, Summary: "be a server there: coap://HOST:PORT, coaps://, coap+tcp:// or coaps+tcp://; host empty: all local addresses, port 0: any"},
		{Name: "bootstrap", Short: 'b', Kind: KindURI, Repeated: true, Summary: "be a bootstrap server there; with the URI of --listen, both at one port"},
		{Name: "connect", Short: 'c', Kind: KindURI, Summary: "be a client towards that server, with --device"},
		{Name: "device", Kind: KindText, Word: "PROFILE", Summary: "the simulated device that --connect registers: minimal, thermometer, full, bootstrap or a file", Complete: completeProfiles},
		{Name: "link", Kind: KindEnum, Values: LinkNames(), Default: "default", Summary: "ACK timeout, retransmissions, block size and awake time together"},
		{Name: "output", Short: 'o', Kind: KindEnum, Values: []string{"text", "json"}, Default: "text", Summary: "json: one JSON object per line on stdout, nothing else there"},
		{Name: "objects", Kind: KindDirectory, Repeated: true, Summary: "extra object definitions (OMA XML)"},
		{Name: "config", Kind: KindFile, Summary: "lwcon.yaml: credentials, defaults, profiles; else ./lwcon.yaml, then lwcon/lwcon.yaml in the user's configuration directory"},
		{Name: "profile", Kind: KindText, Word: "NAME", Summary: "the profile of lwcon.yaml whose values hold where neither a flag nor the environment says otherwise", Complete: completeOwnProfiles},
		{Name: "psk", Kind: KindSecret, Word: "IDENTITY=SECRET", Repeated: true, Summary: "a pre-shared key for this run; SECRET is hex:… base64:… text:… env:NAME file:FILE"},
		{Name: "accept-any-identity", Kind: KindSwitch, Summary: "let in peers whose identity is unknown, or not that of their endpoint; for the bench only"},
		{Name: "prefer", Kind: KindEnum, Values: []string{"psk", "rpk", "x509"}, Summary: "how to go on with a device that offers this among others over coaps://; else as the device would rather have it"},
		{Name: "insecure-file-mode", Kind: KindSwitch, Summary: "read keys from files that others can read too"},
		{Name: "show-secrets", Kind: KindSwitch, Summary: "show keys in answers, traces, details and captures as they are"},
		{Name: "suites", Kind: KindText, Word: "SUITE,…", Repeated: true, Complete: completeSuites, Summary: "the cipher suites that are allowed, by name or number, the best first; -SUITE switches one off, TLS1.3 stands for those of TLS 1.3"},
		{Name: "no-resumption", Kind: KindSwitch, Summary: "make a whole handshake for each secure session: none is resumed from an earlier one"},
		{Name: "key-log", Kind: KindFile, Summary: "write the secrets of DTLS and TLS sessions there, as Wireshark reads them, and into captures: who has them can read the traffic"},
		{Name: "state", Kind: KindDirectory, Summary: "where registrations are kept over a restart; else the user's state directory"},
		{Name: "fresh", Kind: KindSwitch, Summary: "ignore the registrations that were kept"},
		{Name: "advertise", Kind: KindText, Word: "HOST[:PORT]", Summary: "what is written into Package URI and bootstrap accounts; else the local address that the device talks to"},
		{Name: "trace", Kind: KindEnum, Values: []string{"off", "summary", "full", "hex"}, Default: "off", Summary: "the wire, on stderr in one-shot mode"},
		{Name: "full", Kind: KindSwitch, Summary: "show long texts and octets whole, not only how they begin"},
		{Name: "keep-going", Kind: KindSwitch, Summary: "lines from a pipe: run all and exit with the first failure"},
		{Name: "color", Kind: KindEnum, Values: []string{"auto", "always", "never"}, Default: "auto", Summary: "colours; also NO_COLOR"},
		{Name: "plain", Kind: KindSwitch, Summary: "no menus, redraws, boxes or bars: each event one line that begins with a word"},
	}
}

// FlagVariable is the environment variable that stands for a flag:
// LWCON_KEEP_GOING.
func FlagVariable(name string) string {
	b := []byte("LWCON_" + name)
	for i, c := range b {
		switch {
		case c == '-':
			b[i] = '_'
		case c >= 'a' && c <= 'z':
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}
