package coap

import (
	"bytes"
	"slices"
	"strconv"
)

// OptionNumber identifies an option. Odd numbers are critical: a receiver that
// does not know one must refuse the message. RFC 7252 §5.4.
type OptionNumber uint16

// Option numbers.
const (
	IfMatch       OptionNumber = 1
	URIHost       OptionNumber = 3
	ETag          OptionNumber = 4
	IfNoneMatch   OptionNumber = 5
	Observe       OptionNumber = 6
	URIPort       OptionNumber = 7
	LocationPath  OptionNumber = 8
	OSCORE        OptionNumber = 9
	URIPath       OptionNumber = 11
	ContentFormat OptionNumber = 12
	MaxAge        OptionNumber = 14
	URIQuery      OptionNumber = 15
	HopLimit      OptionNumber = 16
	Accept        OptionNumber = 17
	QBlock1       OptionNumber = 19
	LocationQuery OptionNumber = 20
	EDHOC         OptionNumber = 21
	Block2        OptionNumber = 23
	Block1        OptionNumber = 27
	Size2         OptionNumber = 28
	QBlock2       OptionNumber = 31
	ProxyURI      OptionNumber = 35
	ProxyScheme   OptionNumber = 39
	Size1         OptionNumber = 60
	Echo          OptionNumber = 252
	NoResponse    OptionNumber = 258
	RequestTag    OptionNumber = 292
)

// Option numbers of signalling messages; each has its meaning in one code only.
// RFC 8323 §5.
const (
	CSMMaxMessageSize         OptionNumber = 2
	CSMBlockWiseTransfer      OptionNumber = 4
	PingCustody               OptionNumber = 2
	ReleaseAlternativeAddress OptionNumber = 2
	ReleaseHoldOff            OptionNumber = 4
	AbortBadCSMOption         OptionNumber = 2
)

// Critical tells whether a receiver that does not know the option must refuse
// the message.
func (n OptionNumber) Critical() bool { return n&1 == 1 }

// String is the registered name, "Uri-Path", or the number.
func (n OptionNumber) String() string {
	if d, known := definitionOf(n); known {
		return d.Name
	}
	return strconv.Itoa(int(n))
}

// OptionFormat is the shape of an option's value. RFC 7252 §3.2.
type OptionFormat uint8

// Option formats.
const (
	FormatOpaque OptionFormat = iota
	FormatEmpty
	FormatUint
	FormatString
)

// OptionDefinition is what the registry says of an option.
type OptionDefinition struct {
	Number OptionNumber
	Name   string
	Format OptionFormat
	// Min and Max are the lengths of the value that are allowed, in bytes.
	Min, Max int
	// Repeatable: may occur more than once.
	Repeatable bool
}

// Definition returns what the registry says of the option in a request or a
// response.
func (n OptionNumber) Definition() (OptionDefinition, bool) { return definitionOf(n) }

// definitionOf is a switch rather than a table, so that nothing is built at
// start and nobody can change it.
func definitionOf(n OptionNumber) (OptionDefinition, bool) {
	def := func(name string, f OptionFormat, lo, hi int, repeatable bool) (OptionDefinition, bool) {
		return OptionDefinition{n, name, f, lo, hi, repeatable}, true
	}
	switch n {
	case IfMatch:
		return def("If-Match", FormatOpaque, 0, 8, true)
	case URIHost:
		return def("Uri-Host", FormatString, 1, 255, false)
	case ETag:
		return def("ETag", FormatOpaque, 1, 8, true)
	case IfNoneMatch:
		return def("If-None-Match", FormatEmpty, 0, 0, false)
	case Observe:
		return def("Observe", FormatUint, 0, 3, false)
	case URIPort:
		return def("Uri-Port", FormatUint, 0, 2, false)
	case LocationPath:
		return def("Location-Path", FormatString, 0, 255, true)
	case OSCORE:
		return def("OSCORE", FormatOpaque, 0, 255, false)
	case URIPath:
		return def("Uri-Path", FormatString, 0, 255, true)
	case ContentFormat:
		return def("Content-Format", FormatUint, 0, 2, false)
	case MaxAge:
		return def("Max-Age", FormatUint, 0, 4, false)
	case URIQuery:
		return def("Uri-Query", FormatString, 0, 255, true)
	case HopLimit:
		return def("Hop-Limit", FormatUint, 1, 1, false)
	case Accept:
		return def("Accept", FormatUint, 0, 2, false)
	}
	return definitionOfRare(n, def)
}

type definer func(name string, f OptionFormat, lo, hi int, repeatable bool) (OptionDefinition, bool)

func definitionOfRare(n OptionNumber, def definer) (OptionDefinition, bool) {
	switch n {
	case QBlock1:
		return def("Q-Block1", FormatUint, 0, 3, false)
	case LocationQuery:
		return def("Location-Query", FormatString, 0, 255, true)
	case EDHOC:
		return def("EDHOC", FormatEmpty, 0, 0, false)
	case Block2:
		return def("Block2", FormatUint, 0, 3, false)
	case Block1:
		return def("Block1", FormatUint, 0, 3, false)
	case Size2:
		return def("Size2", FormatUint, 0, 4, false)
	case QBlock2:
		return def("Q-Block2", FormatUint, 0, 3, true)
	case ProxyURI:
		return def("Proxy-Uri", FormatString, 1, 1034, false)
	case ProxyScheme:
		return def("Proxy-Scheme", FormatString, 1, 255, false)
	case Size1:
		return def("Size1", FormatUint, 0, 4, false)
	case Echo:
		return def("Echo", FormatOpaque, 1, 40, false)
	case NoResponse:
		return def("No-Response", FormatUint, 0, 1, false)
	case RequestTag:
		return def("Request-Tag", FormatOpaque, 0, 8, true)
	}
	return OptionDefinition{}, false
}

// Option is one option of a message. The value is as on the wire.
type Option struct {
	Number OptionNumber
	Value  []byte
}

// Uint reads the value as an unsigned integer in network order. A value of
// more than 8 bytes keeps its last 8.
func (o Option) Uint() uint64 {
	var n uint64
	for _, b := range o.Value {
		n = n<<8 | uint64(b)
	}
	return n
}

// UintValue encodes an unsigned integer in as few bytes as it needs, none for
// 0. RFC 7252 §3.2.
func UintValue(n uint64) []byte {
	if n == 0 {
		return nil
	}
	var b []byte
	for shift := 56; shift >= 0; shift -= 8 {
		if octet := byte(n >> shift); octet != 0 || len(b) > 0 {
			b = append(b, octet)
		}
	}
	return b
}

// Options are the options of a message, sorted by number; those of one number
// stand in the order of the wire.
type Options []Option

// Get returns the first value of the option.
func (o Options) Get(n OptionNumber) ([]byte, bool) {
	for i := range o {
		if o[i].Number == n {
			return o[i].Value, true
		}
	}
	return nil, false
}

// Has tells whether the option is there.
func (o Options) Has(n OptionNumber) bool {
	_, found := o.Get(n)
	return found
}

// Uint returns the first value of the option as an unsigned integer.
func (o Options) Uint(n OptionNumber) (uint64, bool) {
	v, found := o.Get(n)
	return Option{n, v}.Uint(), found
}

// Strings returns all values of the option as text.
func (o Options) Strings(n OptionNumber) []string {
	var all []string
	for i := range o {
		if o[i].Number == n {
			all = append(all, string(o[i].Value))
		}
	}
	return all
}

// Add puts one more value behind those that the option has.
func (o *Options) Add(n OptionNumber, value []byte) {
	at := len(*o)
	for at > 0 && (*o)[at-1].Number > n {
		at--
	}
	*o = slices.Insert(*o, at, Option{n, value})
}

// Set makes value the only one of the option.
func (o *Options) Set(n OptionNumber, value []byte) {
	o.Remove(n)
	o.Add(n, value)
}

// SetUint makes the unsigned integer the only value of the option.
func (o *Options) SetUint(n OptionNumber, value uint64) { o.Set(n, UintValue(value)) }

// Remove takes all values of the option away. It leaves the backing array of
// other copies of the slice as it was.
func (o *Options) Remove(n OptionNumber) {
	if !o.Has(n) {
		return
	}
	kept := make(Options, 0, len(*o))
	for _, option := range *o {
		if option.Number != n {
			kept = append(kept, option)
		}
	}
	*o = kept
}

// Equal tells whether both hold the same values in the same order.
func (o Options) Equal(p Options) bool {
	return slices.EqualFunc(o, p, func(a, b Option) bool {
		return a.Number == b.Number && bytes.Equal(a.Value, b.Value)
	})
}

// signalDefinition returns what an option means in a signalling message.
func signalDefinition(code Code, n OptionNumber) (OptionDefinition, bool) {
	switch {
	case code == CSM && n == CSMMaxMessageSize:
		return OptionDefinition{n, "Max-Message-Size", FormatUint, 0, 4, false}, true
	case code == CSM && n == CSMBlockWiseTransfer:
		return OptionDefinition{n, "Block-Wise-Transfer", FormatEmpty, 0, 0, false}, true
	case (code == Ping || code == Pong) && n == PingCustody:
		return OptionDefinition{n, "Custody", FormatEmpty, 0, 0, false}, true
	case code == Release && n == ReleaseAlternativeAddress:
		return OptionDefinition{n, "Alternative-Address", FormatString, 1, 255, true}, true
	case code == Release && n == ReleaseHoldOff:
		return OptionDefinition{n, "Hold-Off", FormatUint, 0, 3, false}, true
	case code == Abort && n == AbortBadCSMOption:
		return OptionDefinition{n, "Bad-CSM-Option", FormatUint, 0, 2, false}, true
	}
	return OptionDefinition{}, false
}
