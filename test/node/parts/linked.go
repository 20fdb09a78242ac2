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
		needs, err := needed(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, need := range needs {
			found, err := find(root, need, name, append(slices.Clone(all), queue...))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			queue = append(queue, found)
		}
	}
	slices.Sort(all)
	return all, nil
}

// needed returns what one file is linked with: its loader by path, and libraries by
// name. A script is linked with nothing.
func needed(file string) ([]string, error) {
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
	return append(all, libraries...), err
}

// find finds a library where the loader looks, or beside the file that needs it, or
// among those that are there: a program may load one by its path before another needs it.
func find(root, name, by string, there []string) (string, error) {
	if path.IsAbs(name) {
		return name, nil
	}
	for _, dir := range []string{"/lib/" + triplet, "/usr/lib/" + triplet, "/lib64", path.Dir(by), path.Join(path.Dir(by), "..", "lib")} {
		if _, err := os.Lstat(filepath.Join(root, dir, name)); err == nil {
			return path.Join(dir, name), nil
		}
	}
	for _, other := range there {
		if path.Base(other) == name {
			return other, nil
		}
	}
	return "", fmt.Errorf("no package has %s", name)
}
