package scenarios

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"

	"lwcon/lwm2m"
)

// expression is what stands between ${ and }.
type expression struct {
	source  string
	at      Position // of its first character
	exact   bool     // columns within the source can be told from at
	program *vm.Program
}

// names are the variables that an expression can use, with what their type is.
type names map[string]types.Type

// predefined are the variables that every scenario has.
func predefined() names {
	open := types.TypeOf(map[string]any{})
	return names{
		"server":       types.Map{"ssid": types.Int},
		"endpoint":     types.String,
		"registration": open,
		"last":         open,
	}
}

// compile reads the expression; names that it does not know are errors. The
// error names no file.
func (e *expression) compile(known names) *SyntaxError {
	if strings.TrimSpace(e.source) == "" {
		return &SyntaxError{Position: e.at, Reason: "expected a variable or an expression between ${ and }, found nothing"}
	}
	program, err := expr.Compile(e.source, expr.Env(types.Map(known)), expr.DisableBuiltin("last"))
	if err == nil {
		e.program = program
		return nil
	}
	var wrong *file.Error
	if !errors.As(err, &wrong) {
		return &SyntaxError{Position: e.at, Reason: fmt.Sprintf("${%s}: %v", e.source, firstLine(err.Error()))}
	}
	reason := wrong.Message
	if name, ok := strings.CutPrefix(reason, "unknown name "); ok {
		reason = "undefined variable " + name + offer(name, sortedNames(known))
	}
	return &SyntaxError{Position: e.place(wrong), Reason: fmt.Sprintf("${%s}: %s", e.source, firstLine(reason))}
}

// place is where in the file an error of the expression stands.
func (e *expression) place(wrong *file.Error) Position {
	if !e.exact || wrong.Line != 1 {
		return e.at
	}
	return Position{e.at.Line, e.at.Column + wrong.Column}
}

// firstLine returns a message without the source that is quoted below it.
func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// evaluate returns what the expression is now.
func (e *expression) evaluate(values map[string]any) (any, error) {
	out, err := expr.Run(e.program, values)
	if err != nil {
		var wrong *file.Error
		if errors.As(err, &wrong) {
			err = errors.New(wrong.Message)
		}
		return nil, fmt.Errorf("${%s}: %s", e.source, firstLine(err.Error()))
	}
	return out, nil
}

// holds returns the truth of a condition.
func (e *expression) holds(values map[string]any) (bool, error) {
	out, err := e.evaluate(values)
	if err != nil {
		return false, err
	}
	truth, ok := out.(bool)
	if !ok {
		return false, fmt.Errorf("${%s}: expected true or false, found %s", e.source, shown(out))
	}
	return truth, nil
}

// text returns what the expression is, as it is put into a word.
func (e *expression) text(values map[string]any) (string, error) {
	out, err := e.evaluate(values)
	if err != nil {
		return "", err
	}
	s, ok := plain(out)
	if !ok {
		return "", fmt.Errorf("${%s}: expected one value, found %s", e.source, shown(out))
	}
	return s, nil
}

// plain writes a single value as a user would type it.
func plain(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case int:
		return strconv.Itoa(v), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case uint64:
		return strconv.FormatUint(v, 10), true
	case float64:
		return string(lwm2m.AppendFloat(nil, v)), true
	}
	return "", false
}

// shown writes any value for a message.
func shown(v any) string {
	switch v := v.(type) {
	case nil:
		return "nothing"
	case string:
		return quoted(v)
	case []any:
		return "a list"
	case map[string]any:
		return "a mapping"
	}
	if s, ok := plain(v); ok {
		return s
	}
	return fmt.Sprintf("a %T", v)
}

// isName says whether a word can be a variable: a letter or _, then letters,
// digits and _.
func isName(word string) bool {
	for i := range len(word) {
		c := word[i]
		letter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return word != ""
}

// reservedNames are words that no variable can have for a name: they mean
// something in every expression.
func reservedNames() []string {
	return []string{
		"true", "false", "nil", "not", "and", "or", "in", "matches", "contains", "let", "if", "else",
		"startsWith", "endsWith",
	}
}

// checkName says what is wrong with the name of a variable, "" if nothing is.
func checkName(word string) string {
	if !isName(word) {
		return fmt.Sprintf("expected the name of a variable (letters, digits and _), found %s", quoted(word))
	}
	for _, r := range reservedNames() {
		if r == word {
			return fmt.Sprintf("expected the name of a variable, found %q, which is a word of expressions", word)
		}
	}
	if _, taken := predefined()[word]; taken {
		return fmt.Sprintf("expected the name of a variable, found %q, which is predefined", word)
	}
	return ""
}

// add makes a variable known.
func (n names) add(name string) { n[name] = types.Any }

// sortedNames lists names for a message.
func sortedNames[V any](known map[string]V) []string {
	list := make([]string, 0, len(known))
	for name := range known {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}
