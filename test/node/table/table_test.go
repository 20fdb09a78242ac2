package table

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const page = `# Page

<!-- redis: written by make real -->
old
<!-- end of redis -->

between

<!-- etcd: written by make real -->
old
<!-- end of etcd -->
the end
`

func TestOnlyCompleteTablesAreWritten(t *testing.T) {
	var all Tables
	all.Add("redis", Row{"an image", "canary", 12, 12, 2345 * time.Millisecond, "updated"})
	all.Add("etcd", Row{"an image", "canary", 1, 1, time.Second, "updated"})
	all.Add("redis", Row{"the same", "the controller", 3, 3, 40 * time.Millisecond, "stuck"})
	all.Of("redis").Complete = true
	file := filepath.Join(t.TempDir(), "page.md")
	require.NoError(t, os.WriteFile(file, []byte(page), 0o600))
	require.NoError(t, all.Write(file))
	got, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, strings.Replace(page, "old\n", `
| change | by | acknowledged | found | longest pause of writes | how it ended |
| --- | --- | --: | --: | --: | --- |
| an image | canary | 12 | 12 | 2.3 s | updated |
| the same | the controller | 3 | 3 | 0.0 s | stuck |

`, 1), string(got))
	require.NoError(t, all.Write(file), "again, in the place of the one before")
	again, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(got), string(again))
}

// A table of an earlier run would say what is not so any more.
func TestATableOfAFailedRunIsTakenOut(t *testing.T) {
	var all Tables
	all.Add("redis", Row{"an image", "canary", 12, 12, time.Second, "updated"})
	all.Of("redis").Failed = true
	all.Add("etcd", Row{"an image", "canary", 1, 1, time.Second, "updated"})
	file := filepath.Join(t.TempDir(), "page.md")
	require.NoError(t, os.WriteFile(file, []byte(page), 0o600))
	require.NoError(t, all.Write(file))
	got, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, strings.Replace(page, "old\n", "\nThe last run has failed: there is nothing to show.\n\n", 1), string(got))
}

func TestPageWithoutPlace(t *testing.T) {
	var all Tables
	all.Of("redis").Complete = true
	file := filepath.Join(t.TempDir(), "page.md")
	require.NoError(t, os.WriteFile(file, []byte("# Page\n"), 0o600))
	require.ErrorContains(t, all.Write(file), "no place for the table of redis")
}
