package transport

import (
	"strconv"
	"strings"
)

// Lanes is a link with many local ends towards one peer, which sees as many
// hosts: what a crowd of simulated devices speaks over. The peer has a different
// Address on each lane; what is sent to it leaves there.
type Lanes interface {
	Link
	// Server returns where the peer is.
	Server() Address
	// Open opens one more lane and returns the peer as it is reached there, until
	// Disconnect shuts it.
	Open() (Address, error)
}

// laneAddress is the address of a peer on a lane: "192.0.2.1:5683#17".
func laneAddress(server Address, number int) Address {
	return Address{hostport: server.hostport, name: server.String() + "#" + strconv.Itoa(number)}
}

// laneOf returns the number in an address that laneAddress made.
func laneOf(a Address) (int, bool) {
	_, digits, found := strings.Cut(a.name, "#")
	number, err := strconv.Atoi(digits)
	return number, found && err == nil && number >= 0
}
