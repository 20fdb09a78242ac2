package arch

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const planners = module + "/pkg/planner/"

// Whatever plan a test makes is compared with what is read after it was written: what
// a planner returns goes through plantest.Saved right away.
func TestEveryPlanOfATestIsSaved(t *testing.T) {
	root := filepath.Join("..", "..")
	makers := planMakers(t, sources(t, root, "pkg/planner"))
	for _, name := range []string{"canary.Plan", "canary.Promote", "abort.Plan", "undo.GoOn", "scale.Plan", "restorepvc.Plan"} {
		require.Contains(t, makers, planners+strings.Replace(name, ".", " ", 1))
	}
	var found []string
	for name, src := range testSources(t, root) {
		found = append(found, unsaved(t, makers, name, src)...)
	}
	require.Empty(t, found)
}

func TestAPlanThatIsNotSavedIsReported(t *testing.T) {
	makers := []string{planners + "canary Plan"}
	const imports = "package x\nimport \"" + planners + "canary\"\n"
	require.Empty(t, unsaved(t, makers, "x_test.go", imports+"var p, _ = plantest.Saved(canary.Plan(1))\nvar q = canary.Other()"))
	require.Equal(t, []string{"x_test.go:3: canary.Plan is not within plantest.Saved"},
		unsaved(t, makers, "x_test.go", imports+"var p, _ = canary.Plan(1)"))
}

// planMakers are the functions that return a plan and an error: package and name.
func planMakers(t *testing.T, files map[string]string) []string {
	t.Helper()
	var out []string
	for name, src := range files {
		if strings.HasSuffix(path.Dir(name), "test") {
			continue // these have saved what they return
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, src, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Recv != nil || !fn.Name.IsExported() || fn.Type.Results == nil || len(fn.Type.Results.List) != 2 {
				continue
			}
			star, ok := fn.Type.Results.List[0].Type.(*ast.StarExpr)
			if sel, selects := starred(star, ok); selects && sel == "plan.Plan" {
				out = append(out, module+"/"+path.Dir(name)+" "+fn.Name.Name)
			}
		}
	}
	return out
}

// starred is the name behind the star, as it is written.
func starred(star *ast.StarExpr, ok bool) (string, bool) {
	if !ok {
		return "", false
	}
	return selected(star.X)
}

// selected is a name of another package, as it is written.
func selected(e ast.Expr) (string, bool) {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return "", false
	}
	pkg, ok := sel.X.(*ast.Ident)
	if !ok {
		return "", false
	}
	return pkg.Name + "." + sel.Sel.Name, true
}

// unsaved are the calls of these functions whose results go anywhere else first.
func unsaved(t *testing.T, makers []string, name, src string) []string {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
	require.NoError(t, err)
	byName := map[string]string{}
	for _, spec := range file.Imports {
		imported := importPath(spec)
		local := path.Base(imported)
		if spec.Name != nil {
			local = spec.Name.Name
		}
		byName[local] = imported
	}
	saved := map[ast.Expr]bool{}
	var found []string
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		called, _ := selected(call.Fun)
		if called == "plantest.Saved" {
			saved[call.Args[0]] = true
		}
		pkg, fn, _ := strings.Cut(called, ".")
		if slices.Contains(makers, byName[pkg]+" "+fn) && !saved[call] {
			found = append(found, fmt.Sprintf("%s:%d: %s is not within plantest.Saved", name, fset.Position(call.Pos()).Line, called))
		}
		return true
	})
	return found
}

// testSources are the tests below pkg, and what only tests use.
func testSources(t *testing.T, root string) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, fs.WalkDir(os.DirFS(root), "pkg", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, "_test.go") && !strings.HasSuffix(path.Dir(name), "test") {
			return err
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		src, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		files[name] = string(src)
		return err
	}))
	return files
}
