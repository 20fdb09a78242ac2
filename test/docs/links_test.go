package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// link is one of Markdown: [words](where).
var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// Each page links only what there is: scripts that prove a promise among them.
func TestLinksLeadSomewhere(t *testing.T) {
	t.Chdir(filepath.Join("..", ".."))
	pages := []string{"README.md", "test/e2e/README.md", "test/faults/README.md", "test/sandbox/README.md"}
	require.NoError(t, filepath.WalkDir("docs", func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".md") {
			pages = append(pages, path)
		}
		return err
	}))
	for _, page := range pages {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, found := range link.FindAllStringSubmatch(string(text), -1) {
			to, _, _ := strings.Cut(found[1], "#")
			if to == "" || strings.Contains(to, "://") {
				continue
			}
			_, err := os.Stat(filepath.Join(filepath.Dir(page), to))
			require.NoError(t, err, "%s links %s", page, found[1])
		}
	}
}

// Each page is found by whoever begins at the first one.
func TestPagesAreLinkedFromTheFirst(t *testing.T) {
	t.Chdir(filepath.Join("..", "..", "docs"))
	first, err := os.ReadFile("README.md")
	require.NoError(t, err)
	pages, err := filepath.Glob("*.md")
	require.NoError(t, err)
	for _, page := range pages {
		if page != "README.md" {
			require.Contains(t, string(first), "]("+page+")", "docs/README.md does not link it")
		}
	}
}

// Each promise of the page is shown by a script.
func TestPromisesAreProved(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "safety.md"))
	require.NoError(t, err)
	promises := strings.Split(string(text), "\n- **")[1:]
	require.GreaterOrEqual(t, len(promises), 15, "are the promises still in a list?")
	for _, promise := range promises {
		require.Regexp(t, `\]\((\.\./test/e2e/testdata/script/\w+\.txtar|rbac\.md)\)`, promise)
	}
}
