package app

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// typing opens a terminal at which somebody has typed this.
func typing(t *testing.T, keys string) *os.File {
	t.Helper()
	t.Setenv("TERM", "xterm")
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
	terminal, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, terminal.Close()) })
	_, err = master.WriteString(keys)
	require.NoError(t, err)
	return terminal
}

func TestConfirmAtATerminal(t *testing.T) {
	no := plan.Cancel()
	tests := []struct {
		name, keys string
		want       error
	}{
		{"y is a yes", "y\n", nil},
		{"so is the word, in any case", "YES\n", nil},
		{"n is a no", "n\n", no},
		{"so is a bare return", "\n", no},
		{"so is anything else", "yep\n", no},
		{"so is the end of the input", "\x04", no},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			terminal := typing(t, test.keys)
			p := &plan.Plan{Title: "abort", Details: []string{"back"}, Warnings: []string{"Helm is about"}}
			r := &Runner{
				permitted: p.Needs(sts.Snapshot{}),
				Env:       &Env{Streams: term.Streams{In: terminal, Out: &strings.Builder{}, Err: terminal}},
			}

			err := r.Confirm(t.Context(), p, sts.Snapshot{}, "Go back?")

			require.Equal(t, test.want, err)
			require.True(t, r.shown, "the plan was shown")
			require.Equal(t, []string{"Helm is about"}, r.told, "whoever answers knows")
		})
	}
}
