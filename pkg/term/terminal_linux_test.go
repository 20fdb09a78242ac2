package term_test

import (
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/muesli/termenv"
	"github.com/stretchr/testify/require"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// terminal opens one, 72 columns wide.
func terminal(t *testing.T) *os.File {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, master.Close()) })
	var number, unlock uint32
	ioctl := func(request uintptr, arg unsafe.Pointer) {
		_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, master.Fd(), request, uintptr(arg))
		require.Zero(t, errno)
	}
	ioctl(syscall.TIOCSPTLCK, unsafe.Pointer(&unlock))
	ioctl(syscall.TIOCGPTN, unsafe.Pointer(&number))
	ioctl(syscall.TIOCSWINSZ, unsafe.Pointer(&[4]uint16{24, 72}))
	f, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	return f
}

func file(t *testing.T) *os.File {
	t.Helper()
	f, err := os.Create(t.TempDir() + "/out")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	return f
}

func TestProfile(t *testing.T) {
	tty, file := terminal(t), file(t)
	tests := []struct {
		name          string
		w             io.Writer
		mode          term.ColorMode
		noColor, kind string
		want          termenv.Profile
	}{
		{"a terminal has colour", tty, term.ColorAuto, "", "xterm", termenv.ANSI},
		{"NO_COLOR takes it away", tty, term.ColorAuto, "1", "xterm", termenv.Ascii},
		{"whatever its value", tty, term.ColorAuto, "false", "xterm", termenv.Ascii},
		{"a dumb terminal has none", tty, term.ColorAuto, "", "dumb", termenv.Ascii},
		{"never means none", tty, term.ColorNever, "", "xterm", termenv.Ascii},
		{"always counts more than NO_COLOR", tty, term.ColorAlways, "1", "xterm", termenv.ANSI},
		{"always counts more than a dumb terminal", tty, term.ColorAlways, "", "dumb", termenv.ANSI},
		{"a file has none", file, term.ColorAuto, "", "xterm", termenv.Ascii},
		{"a file has it when asked for", file, term.ColorAlways, "", "xterm", termenv.ANSI},
		{"what is no file has none", &strings.Builder{}, term.ColorAuto, "", "xterm", termenv.Ascii},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("NO_COLOR", test.noColor)
			t.Setenv("TERM", test.kind)
			require.Equal(t, test.want, term.Profile(test.w, test.mode))
		})
	}
}

func TestInteractive(t *testing.T) {
	tty, file := terminal(t), file(t)
	tests := []struct {
		name    string
		streams term.Streams
		kind    string
		want    bool
	}{
		{"a person types and sees the question", term.Streams{In: tty, Out: file, Err: tty}, "xterm", true},
		{"nobody types", term.Streams{In: file, Out: tty, Err: tty}, "xterm", false},
		{"nobody sees the question", term.Streams{In: tty, Out: tty, Err: file}, "xterm", false},
		{"a dumb terminal is a program's", term.Streams{In: tty, Out: tty, Err: tty}, "dumb", false},
		{"streams that are no files", term.Streams{In: strings.NewReader(""), Err: &strings.Builder{}}, "xterm", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("TERM", test.kind)
			require.Equal(t, test.want, test.streams.Interactive())
		})
	}
}

func TestWidth(t *testing.T) {
	require.Equal(t, 72, term.Width(terminal(t)))
	require.Zero(t, term.Width(file(t)), "a file has no width")
	require.Zero(t, term.Width(&strings.Builder{}), "what is no file has no width")
}

func TestLive(t *testing.T) {
	tty := terminal(t)
	t.Setenv("TERM", "xterm")
	require.True(t, term.Live(tty))
	require.False(t, term.Live(file(t)))
	t.Setenv("TERM", "dumb")
	require.False(t, term.Live(tty))
}

func TestEachStreamIsWhereItBelongs(t *testing.T) {
	given := genericiooptions.IOStreams{In: os.Stdin, Out: os.Stdout, ErrOut: os.Stderr}
	require.Equal(t, term.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, term.Of(given))
}
