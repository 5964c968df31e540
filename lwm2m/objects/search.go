package objects

import (
	"slices"
	"strconv"
	"strings"

	"lwcon/lwm2m"
)

// Match is an object that Search found.
type Match struct {
	Object    *lwm2m.Object // in its newest version
	Resources []uint16      // those that match, ascending; none if the object's own name or id does
}

// Search finds the objects, and the resources, whose name holds all words or
// whose id is one of them. Words are compared without case and without anything
// but letters and digits. Objects that match by themselves come first, then
// those of which a resource does, each by ascending id. No words match every
// object.
func (r *Registry) Search(words ...string) []Match {
	var byObject, byResource []Match
	for o := range r.All() {
		if matches(words, o.ID, o.Name) {
			byObject = append(byObject, Match{Object: o})
			continue
		}
		var resources []uint16
		for _, resource := range o.Resources {
			if matches(words, resource.ID, o.Name+" "+resource.Name) {
				resources = append(resources, resource.ID)
			}
		}
		if len(resources) > 0 {
			byResource = append(byResource, Match{Object: o, Resources: resources})
		}
	}
	return append(byObject, byResource...)
}

// matches says whether all words are in the name or are the id.
func matches(words []string, id uint16, name string) bool {
	folded := strings.ToLower(Compact(name))
	return !slices.ContainsFunc(words, func(word string) bool {
		return strings.TrimPrefix(word, "/") != strconv.Itoa(int(id)) && !strings.Contains(folded, strings.ToLower(Compact(word)))
	})
}
