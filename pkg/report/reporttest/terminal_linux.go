package reporttest

import (
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// OnTerminal runs write with a terminal of this width and returns what the
// terminal got.
func OnTerminal(t *testing.T, width uint16, write func(terminal *os.File)) string {
	t.Helper()
	master, terminal := OpenTerminal(t, width)
	got := make(chan string)
	go func() {
		text, _ := io.ReadAll(master) // ends in an error when the terminal is closed
		got <- string(text)
	}()
	write(terminal)
	require.NoError(t, terminal.Close())
	return strings.ReplaceAll(<-got, "\r\n", "\n")
}

// OpenTerminal opens a terminal of this width, and the side on which one sees it.
// The test closes the terminal.
func OpenTerminal(t *testing.T, width uint16) (master, terminal *os.File) {
	t.Helper()
	t.Setenv("TERM", "xterm")
	t.Setenv("NO_COLOR", "")
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, master.Close()) })
	var number, unlock uint32
	ioctl(t, master, syscall.TIOCSPTLCK, unsafe.Pointer(&unlock)) //nolint:gosec // there is no other way to ask
	ioctl(t, master, syscall.TIOCGPTN, unsafe.Pointer(&number))   //nolint:gosec // there is no other way to ask
	Resize(t, master, 24, width)
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	require.NoError(t, err)
	return master, terminal
}

func ioctl(t *testing.T, f *os.File, request uintptr, arg unsafe.Pointer) {
	t.Helper()
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), request, uintptr(arg))
	require.Zero(t, errno)
}

// Fits checks that no line breaks but those with a word that is longer than it.
func Fits(t *testing.T, text string, width int) {
	t.Helper()
	for line := range strings.Lines(text) {
		if len(strings.Fields(line)) > 1 {
			require.LessOrEqual(t, len([]rune(strings.TrimRight(line, "\n"))), width, line)
		}
	}
}

// Resize gives a terminal this many lines and columns.
func Resize(t *testing.T, terminal *os.File, lines, columns uint16) {
	t.Helper()
	size := [4]uint16{lines, columns}
	ioctl(t, terminal, syscall.TIOCSWINSZ, unsafe.Pointer(&size)) //nolint:gosec // there is no other way to tell
}
