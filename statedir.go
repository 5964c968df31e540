package main

import (
	"os"
	"path/filepath"
	"runtime"
)

// historyFile is where the lines of the prompt are kept: in the user's state
// directory, "" where there is none.
func historyFile(getenv func(string) string) string {
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
	return filepath.Join(directory, "lwcon", "history")
}
