package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAwait(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log")
	require.ErrorContains(t, await(file, at(100), 0), "nothing is acknowledged: ")
	require.NoError(t, os.WriteFile(file, []byte("1 100\n"), 0o600))
	require.NoError(t, await(file, at(100), 0))
	require.ErrorContains(t, await(file, at(101), 0), "nothing is acknowledged: ")

	found := make(chan error)
	go func() { found <- await(file, at(300), time.Minute) }()
	log, err := os.OpenFile(file, os.O_WRONLY|os.O_APPEND, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = log.Close() })
	for _, line := range []string{"2 200\n", "3 300\n"} {
		_, err := log.WriteString(line)
		require.NoError(t, err)
	}
	require.NoError(t, <-found)
}
