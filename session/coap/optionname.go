package coap

import (
	"strconv"
	"strings"
)

// optionsNamed are the options of the registry that have a name, by number.
var optionsNamed = [...]OptionNumber{
	IfMatch, URIHost, ETag, IfNoneMatch, Observe, URIPort, LocationPath, OSCORE, URIPath, ContentFormat, MaxAge, URIQuery,
	HopLimit, Accept, QBlock1, LocationQuery, EDHOC, Block2, Block1, Size2, QBlock2, ProxyURI, ProxyScheme, Size1, Echo,
	NoResponse, RequestTag,
}

// OptionNames returns the names of all options that have one, by number.
func OptionNames() []string {
	names := make([]string, len(optionsNamed))
	for i, n := range optionsNamed {
		names[i] = n.String()
	}
	return names
}

// OptionByName returns the option of a registered name, compared without case, or
// of a number from 0 to 65535.
func OptionByName(name string) (OptionNumber, bool) {
	if n, err := strconv.ParseUint(name, 10, 16); err == nil {
		return OptionNumber(n), true
	}
	for _, n := range optionsNamed {
		if strings.EqualFold(name, n.String()) {
			return n, true
		}
	}
	return 0, false
}
