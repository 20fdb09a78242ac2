package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// Who asks where something is decided finds it in the table of docs/architecture.md,
// and there the names that it has.
func TestWhereThingsAreDecidedIsSo(t *testing.T) {
	root := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(root, "docs", "architecture.md"))
	require.NoError(t, err)
	rows := regexp.MustCompile(`(?m)^\| .* \| \[.*\]\(\.\./(pkg/.*\.go)\) \| (.*) \|$`).FindAllStringSubmatch(string(text), -1)
	require.Greater(t, len(rows), 15, "is it still a table?")
	for _, row := range rows {
		names := regexp.MustCompile("`(\\w+)`").FindAllStringSubmatch(row[2], -1)
		require.NotEmpty(t, names, row[0])
		declared := declarations(t, filepath.Join(root, row[1]))
		for _, name := range names {
			require.Contains(t, declared, name[1], "what %s declares", row[1])
		}
	}
}

// declarations are the functions, methods and types of a file, and the methods of its
// interfaces.
func declarations(t *testing.T, file string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	var out []string
	ast.Inspect(parsed, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			out = append(out, n.Name.Name)
		case *ast.TypeSpec:
			out = append(out, n.Name.Name)
		case *ast.InterfaceType:
			for _, method := range n.Methods.List {
				for _, name := range method.Names {
					out = append(out, name.Name)
				}
			}
		}
		return true
	})
	return out
}
