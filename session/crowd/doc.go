// Package crowd is a crowd of simulated devices before one server: they
// register at a given rate, stay registered, notify, send and leave, while
// their number, what they were asked and how long the server took is counted.
package crowd
