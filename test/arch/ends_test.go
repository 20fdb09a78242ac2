package arch

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// rule is something about the end of a command that only some files do.
type rule struct {
	what  string
	files []string // that do it, by how their names begin
	finds func(ast.Node) bool
}

var rules = []rule{
	// Hooks and checks know those of other programs.
	{"makes an exit code", []string{"pkg/engine/exit.go", "pkg/process/run.go"}, namesExitCode},
	// The end of the command, the key of the same name, the command that is told of it, and
	// the end of a hook or a check.
	{
		"asks for an exit code",
		[]string{"pkg/cli/cli.go", "pkg/cli/end.go", "pkg/report/object/", "pkg/app/onend.go", "pkg/process/run.go"},
		asksExitCode,
	},
	{"makes an error of an outcome", []string{"pkg/app/ended.go"}, makesEnded},
	{"notes how the command ended", []string{"pkg/app/end.go"}, notesEnd},
}

// namesExitCode reports whether it is one of the exit codes' names, outside or inside
// of their package.
func namesExitCode(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.SelectorExpr:
		pkg, ok := n.X.(*ast.Ident)
		return ok && pkg.Name == "engine" && strings.HasPrefix(n.Sel.Name, "Exit")
	case *ast.Ident:
		return slices.Contains([]string{
			"ExitDone", "ExitError", "ExitUsage", "ExitRefused", "ExitHalted", "ExitHeld", "ExitTimedOut", "ExitInterrupted",
		}, n.Name)
	}
	return false
}

func asksExitCode(n ast.Node) bool {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return false
	}
	method, ok := call.Fun.(*ast.SelectorExpr)
	return ok && method.Sel.Name == "ExitCode"
}

func makesEnded(n ast.Node) bool {
	literal, ok := n.(*ast.CompositeLit)
	if !ok {
		return false
	}
	switch t := literal.Type.(type) {
	case *ast.Ident:
		return t.Name == "Ended"
	case *ast.SelectorExpr:
		return t.Sel.Name == "Ended"
	}
	return false
}

func notesEnd(n ast.Node) bool {
	set, ok := n.(*ast.AssignStmt)
	return ok && slices.ContainsFunc(set.Lhs, func(to ast.Expr) bool {
		end, ok := to.(*ast.SelectorExpr)
		if !ok || end.Sel.Name != "End" {
			return false
		}
		protocol, ok := end.X.(*ast.SelectorExpr)
		return ok && protocol.Sel.Name == "Protocol"
	})
}

// endings are the places outside of their files that do what the rules are about.
func endings(t *testing.T, files map[string]string) []string {
	t.Helper()
	var found []string
	for name, src := range files {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, r := range rules {
			if slices.ContainsFunc(r.files, func(prefix string) bool { return strings.HasPrefix(name, prefix) }) {
				continue
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if r.finds(n) {
					found = append(found, fmt.Sprintf("%s:%d %s", name, fset.Position(n.Pos()).Line, r.what))
					return false
				}
				return true
			})
		}
	}
	slices.Sort(found)
	return found
}

// Whatever verb it is, a command ends in one function, and one function makes an exit
// code of its outcome.
func TestACommandEndsInOnePlace(t *testing.T) {
	require.Empty(t, endings(t, sources(t, filepath.Join("..", ".."), "pkg", "cmd")))
}

func TestAnEndElsewhereIsReported(t *testing.T) {
	for _, test := range []struct {
		name, file, src string
		want            []string
	}{
		{
			"an exit code", "pkg/cmd/undo/x.go", "package undo\nvar a = engine.ExitHeld",
			[]string{"pkg/cmd/undo/x.go:2 makes an exit code"},
		},
		{
			"one of the engine's", "pkg/engine/next.go", "package engine\nvar a = ExitHeld",
			[]string{"pkg/engine/next.go:2 makes an exit code"},
		},
		{
			"an outcome's code", "pkg/report/text/x.go", "package text\nvar a = o.ExitCode()",
			[]string{"pkg/report/text/x.go:2 asks for an exit code"},
		},
		{
			"an error", "pkg/cmd/undo/x.go", "package undo\nvar a, b = &app.Ended{o}, Ended{o}",
			[]string{"pkg/cmd/undo/x.go:2 makes an error of an outcome", "pkg/cmd/undo/x.go:2 makes an error of an outcome"},
		},
		{
			"the end", "pkg/cmd/undo/x.go", "package undo\nfunc f() { env.Protocol.End = o }",
			[]string{"pkg/cmd/undo/x.go:2 notes how the command ended"},
		},
		{"another end", "pkg/cmd/undo/x.go", "package undo\nfunc f() { part.End = o; say(env.Protocol.End) }", nil},
		{"the one place", "pkg/engine/exit.go", "package engine\nconst ExitHeld = 5", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, endings(t, map[string]string{test.file: test.src}))
		})
	}
}
