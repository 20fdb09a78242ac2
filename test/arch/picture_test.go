package arch

import (
	"flag"
	"fmt"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "draw the pictures of docs/architecture.md again")

// The pictures of docs/architecture.md are drawn from the imports.
func TestThePicturesShowWhatIsImported(t *testing.T) {
	file := filepath.Join("..", "..", "docs", "architecture.md")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	between, inside := pictures(t, sources(t, filepath.Join("..", ".."), "pkg", "cmd"))
	want := framed(t, framed(t, string(text), "between rooms", between), "inside rooms", inside)
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(want), 0o600))
		return
	}
	require.Equal(t, want, string(text), "if this is meant: go test ./test/arch -update")
}

func TestAPictureLeavesOutWhatFollows(t *testing.T) {
	imports := func(pkg, of string) string {
		return "package x; import _ \"" + module + "/" + pkg + "\"\nimport _ \"" + module + "/" + of + "\""
	}
	between, inside := pictures(t, map[string]string{
		"cmd/kubectl-sts/main.go":    imports("pkg/cmd/undo", "pkg/report"),
		"pkg/cmd/undo/run.go":        imports("pkg/report/text", "pkg/report"),
		"pkg/report/text/lines.go":   imports("pkg/report", "pkg/sts"),
		"pkg/report/style.go":        imports("pkg/sts", "pkg/sts"),
		"pkg/sts/set.go":             "package sts",
		"pkg/sts/ststest/builder.go": imports("pkg/cmd/undo", "pkg/report"),
	})
	require.Equal(t, `flowchart TD
    cmd_kubectl_sts["cmd/kubectl-sts"] --> cmd
    cmd --> report
    report --> sts
`, between)
	require.Equal(t, `flowchart TD
    report_text["report/text"] --> report
`, inside)
}

func TestRoomsThatImportEachOtherAreReported(t *testing.T) {
	g := graph{"app": {"kube"}, "kube": {"report"}, "report": {"app"}}
	_, err := g.layers()
	require.EqualError(t, err, "app imports itself over others: app -> kube -> report -> app")
}

// framed is a text with a picture between its marks.
func framed(t *testing.T, text, name, picture string) string {
	t.Helper()
	begin, end := "<!-- dependencies "+name+" -->\n", "<!-- end of dependencies "+name+" -->"
	before, rest, begins := strings.Cut(text, begin)
	_, after, ends := strings.Cut(rest, end)
	require.True(t, begins && ends, "docs/architecture.md lacks the marks %s", begin+end)
	return before + begin + "\n```mermaid\n" + picture + "```\n\n" + end + after
}

// pictures are those of the imports between rooms, which are the folders below pkg,
// and of those between the packages of one room.
func pictures(t *testing.T, files map[string]string) (between, inside string) {
	t.Helper()
	rooms, packages := graph{}, graph{}
	for name, src := range files {
		from := path.Dir(name)
		if strings.HasSuffix(from, "test") {
			continue // only tests use it
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, src, parser.ImportsOnly)
		require.NoError(t, err)
		for _, spec := range file.Imports {
			to, ours := strings.CutPrefix(importPath(spec), module+"/")
			switch {
			case !ours || to == from:
			case folder(from) == folder(to):
				packages.add(shortName(from), shortName(to))
			default:
				rooms.add(folder(from), folder(to))
			}
		}
	}
	return draw(t, rooms), draw(t, packages)
}

// shortName is the name of a package in a picture.
func shortName(dir string) string { return strings.TrimPrefix(dir, "pkg/") }

// folder is the room of a package in a picture.
func folder(dir string) string {
	if within(dir, "cmd") {
		return dir
	}
	room, _, _ := strings.Cut(shortName(dir), "/")
	return room
}

// graph is what each room or package imports.
type graph map[string][]string

func (g graph) add(from, to string) {
	if !slices.Contains(g[from], to) {
		g[from] = append(g[from], to)
	}
}

// draw is a graph in the language of Mermaid, the highest layer first.
func draw(t *testing.T, g graph) string {
	t.Helper()
	layers, err := g.layers()
	require.NoError(t, err)
	var b strings.Builder
	b.WriteString("flowchart TD\n")
	highest := func(a, b string) int { return 2*(layers[b]-layers[a]) + strings.Compare(a, b) }
	for _, from := range slices.SortedFunc(maps.Keys(g), highest) {
		var to []string
		for _, name := range g.needed(from) {
			to = append(to, box(name))
		}
		fmt.Fprintf(&b, "    %s --> %s\n", box(from), strings.Join(to, " & "))
	}
	return b.String()
}

// box is a node. What Mermaid knows it by has no slash and no dash.
func box(name string) string {
	id := strings.NewReplacer("/", "_", "-", "_").Replace(name)
	if id == name {
		return name
	}
	return fmt.Sprintf("%s[%q]", id, name)
}

// needed are the imports of a node that do not follow from its other ones.
func (g graph) needed(from string) []string {
	var out []string
	for _, to := range g[from] {
		follows := slices.ContainsFunc(g[from], func(other string) bool { return other != to && g.leads(other, to) })
		if !follows {
			out = append(out, to)
		}
	}
	slices.Sort(out)
	return out
}

// leads reports whether one node imports another one, be it over others.
func (g graph) leads(from, to string) bool {
	return slices.ContainsFunc(g[from], func(next string) bool { return next == to || g.leads(next, to) })
}

// layers are how many others are below each node at most. Nodes that import each other
// have no layers: that is an error.
func (g graph) layers() (map[string]int, error) {
	layers := map[string]int{}
	var walk func(name string, way []string) error
	walk = func(name string, way []string) error {
		if at := slices.Index(way, name); at >= 0 {
			return fmt.Errorf("%s imports itself over others: %s", name, strings.Join(append(way[at:], name), " -> "))
		}
		if _, known := layers[name]; known {
			return nil
		}
		layer := 0
		for _, next := range g[name] {
			if err := walk(next, append(way, name)); err != nil {
				return err
			}
			layer = max(layer, layers[next]+1)
		}
		layers[name] = layer
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(g)) {
		if err := walk(name, nil); err != nil {
			return nil, err
		}
	}
	return layers, nil
}
