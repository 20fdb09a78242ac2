package report_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files again")

// golden compares an output with testdata/NAME.golden.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o600))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "go test ./pkg/report -update writes it")
	require.Equal(t, string(want), got, "if this is meant: go test ./pkg/report -update")
}

const longName = "ledger-postgresql-replicated-storage-primary-europe1"

// stripped is what is left of a coloured text.
func stripped(text string) string { return ansi.Strip(text) }

const schemaFile = "../../docs/events.schema.json"
