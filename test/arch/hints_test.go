package arch

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// command is one that a person could copy out of a text.
var command = regexp.MustCompile(`\bkubectl( sts)? [-a-z]`)

// mayName are the texts outside of pkg/hint that name a command and offer none:
// what stands there is a title, or says where a file is from.
var mayName = map[string][]string{
	"pkg/cli/end.go":         {"kubectl sts"}, // where there is no verb, its help is the root's
	"pkg/cli/cli.go":         {"kubectl sts"}, // the name of the root command
	"pkg/receipt/receipt.go": {"not a record of kubectl sts prune-pvc"},
	"pkg/options/flags.go": {"Name of the manager used to track field ownership. " +
		"Flux removes the fields of managers whose names begin with kubectl."},
	"pkg/cmd/prunepvc/run.go":  {"kubectl sts prune-pvc"},
	"pkg/cmd/scale/record.go":  {"kubectl sts scale "},
	"pkg/cmd/canary/canary.go": {"kubectl sts canary"}, // the change-cause
	"pkg/report/ci/actions.go": {"kubectl sts"},
}

// TestOnlyHintsNameCommands keeps all commands that are offered in the one place
// that puts the user's own flags into them: pasted, one without would act in
// another namespace, on another cluster, or as somebody else.
func TestOnlyHintsNameCommands(t *testing.T) {
	files := sources(t, filepath.Join("..", ".."), "pkg")
	require.NotEmpty(t, files)
	require.Empty(t, commandsIn(t, files))
}

func TestACommandThatIsWrittenOutIsReported(t *testing.T) {
	for _, test := range []struct {
		name, file, src string
		want            []string
	}{
		{
			"the plugin's", "pkg/sts/x.go", "package sts\nvar a = \"go on: kubectl sts canary web\"",
			[]string{`pkg/sts/x.go:2: a command outside of pkg/hint: "go on: kubectl sts canary web"`},
		},
		{
			"kubectl's own, with flags", "pkg/kube/pvc/x.go", "package pvc\nvar a = `kubectl -n %s delete pvc %s`",
			[]string{`pkg/kube/pvc/x.go:2: a command outside of pkg/hint: "kubectl -n %s delete pvc %s"`},
		},
		{"the name of the program", "pkg/sts/x.go", "package sts\nvar a = \"use a newer kubectl-sts\"", nil},
		{"an example in the help", "pkg/cmd/undo/x.go", "package undo\nvar example = templates.Examples(`kubectl sts undo web`)", nil},
		{
			"the help of a flag", "pkg/cmd/undo/x.go",
			"package undo\nfunc f() { fs.BoolVar(&x, \"y\", false, \"see kubectl sts promote\") }", nil,
		},
		{"the one place", "pkg/hint/x.go", "package hint\nvar a = \"kubectl sts promote web\"", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, commandsIn(t, map[string]string{test.file: test.src}))
		})
	}
}

// commandsIn are the texts that name a command, in order.
func commandsIn(t *testing.T, files map[string]string) []string {
	t.Helper()
	var found []string
	for name, src := range files {
		// A package that only tests use offers nobody anything.
		if within(name, "pkg/hint") || strings.HasSuffix(path.Dir(name), "test") {
			continue
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && helps(call) {
				return false
			}
			literal, ok := n.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(literal.Value)
			require.NoError(t, err)
			if command.MatchString(text) && !slices.Contains(mayName[name], text) {
				line := fset.Position(literal.Pos()).Line
				found = append(found, fmt.Sprintf("%s:%d: a command outside of pkg/hint: %q", name, line, text))
			}
			return true
		})
	}
	slices.Sort(found)
	return found
}

// helps reports whether a call makes text of the help: there nobody's flags are
// known yet.
func helps(call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	switch sel.Sel.Name {
	case "LongDesc", "Examples":
		return true
	}
	return strings.HasSuffix(sel.Sel.Name, "Var") || strings.HasSuffix(sel.Sel.Name, "VarP")
}
