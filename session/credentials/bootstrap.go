package credentials

import "gopkg.in/yaml.v3"

// bootstrap takes the section of the bootstrap server's accounts.
func (r *reader) bootstrap(n *yaml.Node) { r.file.bootstrap = n }
