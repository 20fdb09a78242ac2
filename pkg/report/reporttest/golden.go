package reporttest

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files again")

// Golden compares an output with testdata/NAME.golden.
func Golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o600))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "the test with -update writes it")
	require.Equal(t, string(want), got, "if this is meant: run the test with -update")
}

// LongName is a set's name that leaves little room on a terminal.
const LongName = "ledger-postgresql-replicated-storage-primary-europe1"

// Stripped is what is left of a coloured text.
func Stripped(text string) string { return ansi.Strip(text) }

// SchemaFile is where the schema of objects is, from the tests of a form.
const SchemaFile = "../../../docs/events.schema.json"
