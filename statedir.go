package main

import (
	"os"
	"path/filepath"
	"runtime"
)

// historyFile is where the lines of the prompt are kept, "" where the user has no
// state directory.
func historyFile(getenv func(string) string) string {
	if directory := stateDirectory(getenv); directory != "" {
		return filepath.Join(directory, "history")
	}
	return ""
}

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
