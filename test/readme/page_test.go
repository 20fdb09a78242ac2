// Package readme holds the READMEs against what they speak of, and against each
// other.
package readme

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	root    = "../.."
	english = "README.md"
	chinese = "README.zh-CN.md"
)

// page is what a README is made of, but for its prose.
type page struct {
	Headings []string   // the # of each
	Rows     []int      // how many columns each row of a table has
	Blocks   [][]string // the lines of each block of code, with comments as "#"
	Links    []string   // where they lead, and pictures
	Codes    []string   // what stands between back quotes
}

var (
	heading = regexp.MustCompile(`^#+ `)
	link    = regexp.MustCompile(`\]\(([^)]+)\)`)
	code    = regexp.MustCompile("`([^`]+)`")
)

func read(t *testing.T, name string) page {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, name))
	require.NoError(t, err)
	var p page
	inside := false
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "```"):
			if inside = !inside; inside {
				p.Blocks = append(p.Blocks, []string{line})
			}
		case inside:
			last := len(p.Blocks) - 1
			if strings.HasPrefix(line, "# ") {
				line = "#"
			}
			p.Blocks[last] = append(p.Blocks[last], line)
		default:
			p.prose(line)
		}
	}
	return p
}

func (p *page) prose(line string) {
	if h := heading.FindString(line); h != "" {
		p.Headings = append(p.Headings, h)
	}
	if strings.HasPrefix(line, "|") {
		p.Rows = append(p.Rows, strings.Count(line, "|")-1)
	}
	for _, found := range link.FindAllStringSubmatch(line, -1) {
		p.Links = append(p.Links, found[1])
	}
	for _, found := range code.FindAllStringSubmatch(line, -1) {
		p.Codes = append(p.Codes, found[1])
	}
}

// commands are the lines of all blocks.
func (p *page) commands() []string {
	var out []string
	for _, block := range p.Blocks {
		for _, line := range block[1:] {
			if line != "" && line != "#" {
				out = append(out, line)
			}
		}
	}
	return out
}
