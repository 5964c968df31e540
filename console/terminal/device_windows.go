package terminal

import (
	"os"

	"golang.org/x/sys/windows"
)

// processOutput: a Windows console adds the carriage return anyway.
func processOutput(*os.File) {}

// understandsEscapes switches a console to escape sequences; false: it is one
// of before Windows 10.
func understandsEscapes(f *os.File) bool {
	var mode uint32
	handle := windows.Handle(f.Fd())
	if windows.GetConsoleMode(handle, &mode) != nil {
		return false
	}
	return windows.SetConsoleMode(handle, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
