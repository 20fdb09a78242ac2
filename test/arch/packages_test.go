package arch

import (
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// mostFiles is how many files a package has at most, without its tests: with more it
// is two packages.
const mostFiles = 16

func TestAPackageIsOneSubject(t *testing.T) {
	for dir, n := range packages(t) {
		require.LessOrEqual(t, n, mostFiles, "files of %s", dir)
	}
}

// A reader who looks for a package finds it in the table of rooms, and nothing there
// that does not exist. A verb's package, and one that only tests use, need no row.
func TestTheTableOfRoomsIsWhole(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "architecture.md"))
	require.NoError(t, err)
	var rows []string
	for _, row := range regexp.MustCompile("(?m)^\\| `((?:pkg|cmd)/[^`]*)` \\|").FindAllStringSubmatch(string(text), -1) {
		rows = append(rows, row[1])
	}
	want := []string{"pkg/cmd/<verb>"}
	for dir := range packages(t) {
		if !strings.HasPrefix(dir, "pkg/cmd/") && !strings.HasSuffix(dir, "test") {
			want = append(want, dir)
		}
	}
	slices.Sort(rows)
	slices.Sort(want)
	require.Equal(t, want, rows)
}

// packages are the packages of the program, and how many files each has without its
// tests.
func packages(t *testing.T) map[string]int {
	t.Helper()
	out := map[string]int{}
	for name := range maps.Keys(sources(t, filepath.Join("..", ".."), "pkg", "cmd")) {
		out[path.Dir(name)]++
	}
	require.NotEmpty(t, out)
	return out
}
