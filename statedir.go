package main

import (
	"os"
	"path/filepath"
	"runtime"
)

// stateDirectory is where lwcon keeps what outlives it: in the user's state
// directory, "" where there is none.
func stateDirectory(getenv func(string) string) string {
	directory := getenv("XDG_STATE_HOME")
	if directory == "" && runtime.GOOS != "windows" {
		if home := getenv("HOME"); home != "" {
			directory = filepath.Join(home, ".local", "state")
		}
	}
	if directory == "" {
		local, err := os.UserCacheDir()
		if err != nil {
			return ""
		}
		directory = local
	}
	return filepath.Join(directory, "lwcon")
}

// historyFile is where the lines of the prompt are kept, "" if nowhere.
func historyFile(getenv func(string) string) string {
	directory := stateDirectory(getenv)
	if directory == "" {
		return ""
	}
	return filepath.Join(directory, "history")
}
