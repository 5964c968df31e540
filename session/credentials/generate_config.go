package credentials

import (
	"path/filepath"
	"strconv"

	"gopkg.in/yaml.v3"

	"lwcon/session/transport"
)

// configure enters new devices in the directory's lwcon.yaml, beside what stands
// there: as devices, and with a bootstrap account each.
func (m *maker) configure(devices []*material) error {
	_, err := edit(filepath.Join(m.plan.Directory, FileName), func(root *yaml.Node) error {
		section(root, "own", ownNode)
		known := section(root, "devices", func() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode} })
		accounts := section(root, "bootstrap", func() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode} })
		for _, d := range devices {
			set(known, d.endpoint, mapping(
				"psk", mapping("key", quoted("file:"+d.file+".psk")),
				"rpk", mapping("public-key", quoted("file:"+d.file+"-spki.pem")),
				"x509", mapping("certificate", quoted("file:"+d.file+".pem")),
			))
			set(accounts, d.endpoint, account(d, m.plan.Account, m.plan.Streams))
		}
		return nil
	})
	return err
}

// section is a mapping of the file, made if it is not there.
func section(root *yaml.Node, key string, make func() *yaml.Node) *yaml.Node {
	if found := member(root, key); found != nil && found.Kind == yaml.MappingNode {
		return found
	}
	n := make()
	set(root, key, n)
	return n
}

// ownNode is what the server proves itself with.
func ownNode() *yaml.Node {
	return mapping(
		"certificate", quoted("file:server.pem"), "private-key", quoted("file:server.key"),
		"public-key", quoted("file:server-spki.pem"), "trust", &yaml.Node{
			Kind: yaml.SequenceNode, Style: yaml.FlowStyle, Content: []*yaml.Node{quoted("file:ca.pem")},
		},
	)
}

// account is what a bootstrap server writes into a device, so that it comes to
// this lwcon. Spec: Core 1.2 §E.1, §E.2.
func account(d *material, mode transport.SecurityMode, streams bool) *yaml.Node {
	scheme, binding := "coaps", "U"
	if streams {
		scheme, binding = "coaps+tcp", "T"
	}
	write := &yaml.Node{Kind: yaml.MappingNode}
	put := func(path string, value *yaml.Node) { set(write, path, value) }
	put("/0/0/0", quoted(scheme+"://${advertise}"))
	put("/0/0/1", plainScalar("false"))
	put("/0/0/2", plainScalar(strconv.Itoa(int(mode))))
	switch mode {
	case transport.PreSharedKey:
		put("/0/0/3", quoted("text:"+d.endpoint))
		put("/0/0/5", quoted("file:"+d.file+".psk"))
	case transport.RawPublicKey:
		put("/0/0/3", quoted("file:"+d.file+"-spki.der"))
		put("/0/0/4", quoted("file:server-spki.der"))
		put("/0/0/5", quoted("file:"+d.file+"-key.der"))
	case transport.Certificate:
		put("/0/0/3", quoted("file:"+d.file+".der"))
		put("/0/0/4", quoted("file:server.der"))
		put("/0/0/5", quoted("file:"+d.file+"-key.der"))
	}
	put("/0/0/10", plainScalar("1"))
	put("/1/0/0", plainScalar("1"))
	put("/1/0/1", plainScalar("300"))
	put("/1/0/6", plainScalar("false")) // mandatory: a device without it refuses the account
	put("/1/0/7", plainScalar(binding))
	deleted := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle, Content: []*yaml.Node{plainScalar("/0"), plainScalar("/1")}}
	return &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{scalar("delete"), deleted, scalar("write"), write}}
}

// plainScalar is a value as it is written.
func plainScalar(text string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: text} }

// mapping is a mapping on one line, of keys and values in turn.
func mapping(pairs ...any) *yaml.Node {
	n := flow()
	for i := 0; i+1 < len(pairs); i += 2 {
		set(n, pairs[i].(string), pairs[i+1].(*yaml.Node))
	}
	return n
}
