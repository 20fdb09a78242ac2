package parts

import (
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
)

// triplet names the directories of this architecture's libraries.
var triplet = map[string]string{"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}[runtime.GOARCH]

// Linked returns the programs, the libraries that they are linked with and the
// loader, all as paths below root. What is a link is returned with its target.
func Linked(root string, programs ...string) ([]string, error) {
	var all []string
	for queue := programs; len(queue) > 0; queue = queue[1:] {
		name := queue[0]
		if slices.Contains(all, name) {
			continue
		}
		all = append(all, name)
		file := filepath.Join(root, name)
		target, err := os.Readlink(file)
		switch {
		case err == nil && path.IsAbs(target):
			queue = append(queue, target)
			continue
		case err == nil:
			queue = append(queue, path.Join(path.Dir(name), target))
			continue
		}
		needs, err := needed(root, file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		queue = append(queue, needs...)
	}
	slices.Sort(all)
	return all, nil
}

// needed returns what one file is linked with. A script is linked with nothing.
func needed(root, file string) ([]string, error) {
	object, err := elf.Open(file)
	var format *elf.FormatError
	if errors.As(err, &format) || errors.Is(err, io.EOF) { // or shorter than any
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer object.Close() //nolint:errcheck // It was only read.
	var all []string
	for _, segment := range object.Progs {
		if segment.Type != elf.PT_INTERP {
			continue
		}
		loader := make([]byte, segment.Filesz-1) // without the zero at its end
		if _, err := segment.ReadAt(loader, 0); err != nil {
			return nil, err
		}
		all = append(all, string(loader))
	}
	libraries, err := object.ImportedLibraries()
	if err != nil {
		return nil, err
	}
	for _, library := range libraries {
		found, err := findLibrary(root, library)
		if err != nil {
			return nil, err
		}
		all = append(all, found)
	}
	return all, nil
}

func findLibrary(root, name string) (string, error) {
	for _, dir := range []string{"/lib/" + triplet, "/usr/lib/" + triplet, "/lib64"} {
		if _, err := os.Lstat(filepath.Join(root, dir, name)); err == nil {
			return path.Join(dir, name), nil
		}
	}
	return "", fmt.Errorf("no package has %s", name)
}
