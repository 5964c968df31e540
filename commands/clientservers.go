package commands

import (
	"strconv"

	"lwcon/session"
)

// serverIDs are the short server ids of a simulated device, as words.
func serverIDs(c *session.Client) []string {
	var ids []string
	for _, n := range c.Connections() {
		if a := n.Account(); !a.Bootstrap {
			ids = append(ids, strconv.Itoa(int(a.ShortServerID)))
		}
	}
	return ids
}

// completeServers offers the short server ids of our simulated device.
func completeServers(env *Env, _ Args, _ string) []Completion {
	if env.Sessions == nil {
		return nil
	}
	c, err := env.client()
	if err != nil {
		return nil
	}
	return plain(serverIDs(c))
}
