package commands

import (
	"context"
	"strings"
)

// completionCommand writes the completion script of a shell. The scripts ask
// the hidden command complete.
func completionCommand() *Command {
	return &Command{
		Name: "completion", Group: GroupTools, Passive: true,
		Summary: "write the script by which a shell completes lwcon's words",
		Help: `  bash        source <(lwcon completion bash)
  zsh         source <(lwcon completion zsh)
  fish        lwcon completion fish | source
  powershell  lwcon completion powershell | Out-String | Invoke-Expression`,
		Parameters: []Parameter{
			{Name: "shell", Kind: KindEnum, Values: []string{"bash", "zsh", "fish", "powershell"}, Positional: true, Required: true, Summary: "the shell"},
		},
		Examples: []string{"completion bash", "completion zsh", "completion fish", "completion powershell"},
		Run: func(_ context.Context, _ *Env, args Args, _ Emit) (Result, error) {
			return &Text{"completion", completionScript(args.Text("shell"))}, nil
		},
	}
}

// completionScript is the script of a shell: it hands the words left of the
// cursor to lwcon, the last one unfinished, and offers the first column of what
// comes back.
func completionScript(shell string) string {
	switch shell {
	case "bash":
		return `_lwcon() {
  local IFS=$'\n'
  COMPREPLY=($(lwcon complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1))
  case "${COMPREPLY[0]}" in */ | *=) compopt -o nospace 2>/dev/null ;; esac
}
complete -F _lwcon lwcon
`
	case "zsh":
		return `#compdef lwcon
_lwcon() {
  local -a found
  local line
  while IFS=$'\t' read -r word what; do
    found+=("${word//:/\\:}:$what")
  done < <(lwcon complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)
  _describe lwcon found
}
compdef _lwcon lwcon
`
	case "fish":
		return `complete -c lwcon -f -a '(lwcon complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`
	}
	return `Register-ArgumentCompleter -Native -CommandName lwcon -ScriptBlock {
  param($word, $tree, $cursor)
  $words = @($tree.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -lt $cursor } | ForEach-Object { "$_" }) + $word
  lwcon complete -- @words 2>$null | ForEach-Object {
    $text, $what = $_ -split "` + "`" + `t", 2
    [System.Management.Automation.CompletionResult]::new($text, $text, 'ParameterValue', "$what ")
  }
}
`
}

// Candidates are what can stand at the end of a line.
//
//	{"command":"complete","candidates":[{"text":"read","summary":"…"}]}
type Candidates struct{ List []Completion }

// AppendJSON appends the candidates as one JSON object.
func (c *Candidates) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("command", "complete")
	o.list("candidates", len(c.List), func(i int, in *object) {
		in.text("text", c.List[i].Text)
		in.optional("summary", c.List[i].Summary)
	})
	return o.end()
}

// completeCommand offers what can stand for the last of some words; the shells'
// scripts call it.
func completeCommand() *Command {
	return &Command{
		Name: "complete", Group: GroupTools, Passive: true, Hidden: true,
		Summary: "list what can stand for the last of these words, one a line with what it is",
		Parameters: []Parameter{
			{Name: "word", Positional: true, Repeated: true, Summary: "the words of the line, the last one unfinished"},
		},
		Examples: []string{"complete -- re", "complete -- read /3303/0/ --accept ''"},
		Run: func(_ context.Context, env *Env, args Args, _ Emit) (Result, error) {
			words := args.Texts("word")
			prefix := ""
			if n := len(words); n > 0 {
				words, prefix = words[:n-1], words[n-1]
			}
			if programWord(words) {
				return &Candidates{completeProgram(env, words, prefix)}, nil
			}
			_, own, err := ParseFlags(words, ProgramFlags(), env.Table.TakesWord)
			if err != nil {
				return &Candidates{}, nil // what is wrong before leaves nothing to offer
			}
			c := &Candidates{List: env.Table.completeWord(env, own, prefix)}
			if strings.HasPrefix(prefix, "-") && len(own) == 0 {
				c.List = append(c.List, completeProgram(env, nil, prefix)...)
			}
			return c, nil
		},
	}
}

// programWord says whether the next word is the value of a flag of the program.
func programWord(words []string) bool {
	if len(words) == 0 || !isFlag(words[len(words)-1]) {
		return false
	}
	args := Args{parameters: ProgramFlags()}
	p := parser{own: &args, common: &args}
	q := p.lookup(words[len(words)-1])
	return q != nil && q.Kind != KindSwitch
}

// completeProgram offers the flags of the program, or the values of one.
func completeProgram(env *Env, words []string, prefix string) []Completion {
	args := Args{parameters: ProgramFlags()}
	p := parser{own: &args, common: &Args{}}
	n := len(words)
	if n == 0 {
		return completeFlags(&p, prefix)
	}
	if before, _, err := ParseFlags(words[:n-1], args.parameters, env.Table.TakesWord); err == nil {
		args = before
	}
	return matching(p.lookup(words[n-1]).complete(env, args, prefix), prefix)
}

// completeOwnProfiles offers the profiles of lwcon.yaml.
func completeOwnProfiles(env *Env, soFar Args, _ string) []Completion {
	if env.Profiles == nil {
		return nil
	}
	return plain(env.Profiles(soFar.Text("config")))
}
