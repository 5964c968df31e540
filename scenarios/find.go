package scenarios

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Source is a scenario file that was found.
type Source struct {
	ID   string // path below the folder that was given, with slashes, without extension
	File string
}

// ErrNoScenario: what was named holds no scenario.
var ErrNoScenario = errors.New("no scenario")

// Find returns the scenario files that names mean: a file, or a folder with all
// of its scenarios, at any depth, in the order of their paths. In a folder only
// files ending in .yaml or .yml with a line that begins with "scenario:" count,
// so that profiles can lie beside; what begins with a dot is passed over.
func Find(names []string) ([]Source, error) {
	var all []Source
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			return nil, fmt.Errorf("scenario %s: expected a file or a folder: %w", name, cause(err))
		}
		found := []Source{{strings.TrimSuffix(filepath.Base(name), filepath.Ext(name)), name}}
		if info.IsDir() {
			if found, err = findIn(name); err != nil {
				return nil, err
			}
		}
		all = append(all, found...)
		if len(all) > MaxFiles {
			return nil, fmt.Errorf("scenarios: expected at most %d files, found more", MaxFiles)
		}
	}
	return distinct(all), nil
}

// cause is the reason of a file error without the name, which is said already.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// findIn returns the scenario files of a folder.
func findIn(folder string) ([]Source, error) {
	var all []Source
	err := filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != folder && strings.HasPrefix(entry.Name(), "."):
			if entry.IsDir() {
				return filepath.SkipDir
			}
			return nil
		case entry.IsDir():
			return nil
		}
		extension := filepath.Ext(name)
		if extension != ".yaml" && extension != ".yml" || !isScenario(name) {
			return nil
		}
		relative, err := filepath.Rel(folder, name)
		if err != nil {
			return err
		}
		all = append(all, Source{filepath.ToSlash(strings.TrimSuffix(relative, extension)), name})
		if len(all) > MaxFiles {
			return filepath.SkipAll // Find tells
		}
		return nil
	})
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("folder %s: %w: expected .yaml files that have the key scenario", folder, ErrNoScenario)
	}
	return all, err
}

// isScenario says whether a file has the key that every scenario has. A file that
// cannot be read counts, so that its error is told.
func isScenario(name string) bool {
	info, err := os.Stat(name)
	if err != nil || info.Size() > MaxFileSize {
		return true
	}
	text, err := os.ReadFile(name)
	return err != nil || regexp.MustCompile(`(?m)^("?)scenario("?)\s*:`).Match(text)
}

// distinct makes ids that are there twice the paths of their files.
func distinct(all []Source) []Source {
	count := map[string]int{}
	for _, s := range all {
		count[s.ID]++
	}
	seen := map[string]bool{}
	var kept []Source
	for _, s := range all {
		if count[s.ID] > 1 {
			s.ID = filepath.ToSlash(strings.TrimSuffix(filepath.Clean(s.File), filepath.Ext(s.File)))
		}
		if !seen[s.ID] {
			seen[s.ID] = true
			kept = append(kept, s)
		}
	}
	return kept
}
