package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// target is one fuzz function.
type target struct {
	dir  string // its package's, from the root of the module, with slashes
	name string
}

// String is how it is called on the command line and in the table.
func (t target) String() string { return strings.TrimPrefix(t.dir, "pkg/") + "." + t.name }

// find lists the targets in pkg of the module at root whose names match, by
// package and in the order of their files.
func find(root string, pick *regexp.Regexp) ([]target, error) {
	var out []target
	err := fs.WalkDir(os.DirFS(root), "pkg", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == "testdata":
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, filepath.FromSlash(name)), nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && isTarget(fn) {
				if t := (target{path.Dir(name), fn.Name.Name}); pick.MatchString(t.String()) {
					out = append(out, t)
				}
			}
		}
		return nil
	})
	return out, err
}

// isTarget reports whether go test takes a function for a fuzz target.
func isTarget(fn *ast.FuncDecl) bool {
	return fn.Recv == nil && strings.HasPrefix(fn.Name.Name, "Fuzz") && len(fn.Type.Params.List) == 1
}
