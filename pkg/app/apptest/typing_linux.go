package apptest

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/report/reporttest"
)

// Typing opens a terminal at which somebody has typed this.
func Typing(t *testing.T, keys string) *os.File {
	t.Helper()
	master, terminal := reporttest.OpenTerminal(t, 80)
	t.Cleanup(func() { require.NoError(t, terminal.Close()) })
	_, err := master.WriteString(keys)
	require.NoError(t, err)
	return terminal
}
