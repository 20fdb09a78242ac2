package lint

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/manifest"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
)

// bundle is files that belong together: those that were named, or those of one folder.
type bundle struct {
	docs []manifest.Document
}

// stdin is how the standard input is called where a file's name stands.
const stdin = "stdin"

// reader reads files, and goes on behind those that can't be read.
type reader struct {
	in     io.Reader
	given  bundle
	byDir  map[string]*bundle
	dirs   []string // in the order in which they came
	failed []error
	files  int
}

// read reads all files that were asked for.
func read(names []string, in io.Reader) *reader {
	r := &reader{in: in, byDir: map[string]*bundle{}}
	for _, name := range names {
		info, err := os.Stat(name)
		switch {
		case name == "-":
			r.file(&r.given, "-", stdin)
		case err != nil:
			r.fail(name, err)
		case info.IsDir():
			r.folder(name)
		default:
			r.file(&r.given, name, name)
		}
	}
	return r
}

// bundles are those that have anything in them.
func (r *reader) bundles() []bundle {
	out := []bundle{r.given}
	for _, dir := range r.dirs {
		out = append(out, *r.byDir[dir])
	}
	return slices.DeleteFunc(out, func(b bundle) bool { return len(b.docs) == 0 })
}

// folder reads a folder and all below it, but for what is hidden. Links are not
// followed: they may lead round in a circle.
func (r *reader) folder(root string) {
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		hidden := name != root && strings.HasPrefix(entry.Name(), ".")
		switch {
		case err != nil:
			r.fail(name, err)
			return nil
		case entry.IsDir() && hidden:
			return fs.SkipDir
		case entry.IsDir() || hidden || !entry.Type().IsRegular() || !isManifest(name):
			return nil
		}
		dir := filepath.Dir(name)
		if r.byDir[dir] == nil {
			r.byDir[dir] = &bundle{}
			r.dirs = append(r.dirs, dir)
		}
		r.file(r.byDir[dir], name, name)
		return nil
	})
	if err != nil {
		r.fail(root, err)
	}
}

func isManifest(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".yaml", ".yml", ".json":
		return true
	}
	return false
}

// file adds what is in a file. shown is what it is called.
func (r *reader) file(into *bundle, name, shown string) {
	r.files++
	text, err := options.ReadFile(name, r.in)
	if err != nil {
		r.fail(shown, err)
		return
	}
	docs, err := manifest.Read(shown, text)
	if err != nil {
		r.failed = append(r.failed, err)
		return
	}
	into.docs = append(into.docs, docs...)
}

func (r *reader) fail(name string, err error) {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	r.failed = append(r.failed, &manifest.Error{File: name, Err: err})
}
