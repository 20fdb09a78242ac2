package auditlog_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/test/auditlog"
)

func appendTo(t *testing.T, log, text string) {
	t.Helper()
	file, err := os.OpenFile(log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	_, err = file.WriteString(text)
	require.NoError(t, errors.Join(err, file.Close()))
}

func TestALogIsFollowedIntoTheNextFile(t *testing.T) {
	log := filepath.Join(t.TempDir(), "audit.log")
	appendTo(t, log, "before\none\ntw")
	next := map[string]func(){
		"one\n": func() { appendTo(t, log, "o\n") },
		"two\n": func() {
			require.NoError(t, os.Rename(log, log+".1"))
			appendTo(t, log, "three\n")
		},
	}
	var got []string

	err := auditlog.Follow(t.Context(), log, int64(len("before\n")), func(line string) bool {
		got = append(got, line)
		if then := next[line]; then != nil {
			then()
		}
		return line != "three\n"
	})

	require.NoError(t, err)
	require.Equal(t, []string{"one\n", "two\n", "three\n"}, got)
}

func TestFollowingALogEndsWithItsContext(t *testing.T) {
	log := filepath.Join(t.TempDir(), "audit.log")
	appendTo(t, log, "one\n")
	ctx, cancel := context.WithCancel(t.Context())

	err := auditlog.Follow(ctx, log, 0, func(string) bool {
		cancel()
		return true
	})

	require.ErrorIs(t, err, context.Canceled)
}
