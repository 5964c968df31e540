//go:build !linux

package transport

import "net"

// Only Linux is asked where a datagram came to; elsewhere the routing table
// chooses the address from which an answer leaves.

func requestPacketLocal(*net.UDPConn) bool { return false }

func packetLocal([]byte, uint16) Local { return Local{} }

func appendPacketLocal(b []byte, _ Local) []byte { return b }
