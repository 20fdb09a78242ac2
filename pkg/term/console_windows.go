package term

import (
	"os"

	"golang.org/x/sys/windows"
)

// escapes makes the console carry out escape sequences instead of showing
// them, and reports whether it does. A console of Windows before 10 can't.
// The mode belongs to the console, not to this process: it is left as it is
// afterwards, as kubectl's own output may come next and other programs do so.
func escapes(f *os.File) bool {
	console := windows.Handle(f.Fd())
	var mode uint32
	if err := windows.GetConsoleMode(console, &mode); err != nil {
		return false
	}
	if mode&windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING != 0 {
		return true
	}
	return windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING|windows.ENABLE_PROCESSED_OUTPUT) == nil
}
