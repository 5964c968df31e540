package session

// bootstrapCause is why a client asks its bootstrap server.
type bootstrapCause uint8

const (
	bootstrapWithoutServers bootstrapCause = iota // it knows no other server
	bootstrapAfterFailure                         // a server refused it, or could not be reached
	bootstrapByTrigger                            // a server executed /1/x/9
)

// bootstrap begins a client-initiated bootstrap; false if the device knows no
// bootstrap server that could be asked.
func (c *Client) bootstrap(bootstrapCause) bool { return false }
