package commands

// Nearest offers the one of some names that comes nearest to a word that is
// none of them, as the end of a message: "; did you mean read?". It is "" if
// none comes near.
func Nearest(word string, names []string) string { return nearest(word, names) }
