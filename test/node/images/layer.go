package images

import (
	"archive/tar"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/test/node/parts"
)

// An entry is one file of a layer: a link, or content, or a file to copy.
type entry struct {
	link    string
	content string
	file    string
	dir     bool
	mode    int64
}

// writeLayer writes the files of an image as a tar archive that is the same
// every time: sorted, without owners and times.
func writeLayer(w io.Writer, root string, image Image) error {
	entries, err := collect(root, image)
	if err != nil {
		return err
	}
	out := tar.NewWriter(w)
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		if err := writeEntry(out, strings.TrimPrefix(name, "/"), entries[name]); err != nil {
			return err
		}
	}
	return out.Close()
}

func collect(root string, image Image) (map[string]entry, error) {
	entries := map[string]entry{"/tmp": {dir: true, mode: 0o1777}, "/run": {dir: true, mode: 0o755}, "/etc": {dir: true, mode: 0o755}}
	names, err := parts.Linked(root, image.Programs...)
	if err != nil {
		return nil, err
	}
	for _, tree := range image.Trees {
		err := filepath.WalkDir(filepath.Join(root, tree), func(file string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				names = append(names, strings.TrimPrefix(file, root))
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	for _, name := range names {
		file := filepath.Join(root, name)
		info, err := os.Lstat(file)
		if err != nil {
			return nil, err
		}
		if link, err := os.Readlink(file); err == nil {
			entries[name] = entry{link: link}
			continue
		}
		entries[name] = entry{file: file, mode: int64(info.Mode().Perm())}
	}
	for name, link := range image.Links {
		entries[name] = entry{link: link}
	}
	for name, content := range image.Files {
		entries[name] = entry{content: content, mode: 0o755}
	}
	for name, file := range image.Built {
		entries[name] = entry{file: file, mode: 0o755}
	}
	addParents(entries)
	return entries, nil
}

// addParents adds the directories that the entries lie in.
func addParents(entries map[string]entry) {
	for name := range maps.Clone(entries) {
		for dir := path.Dir(name); dir != "/"; dir = path.Dir(dir) {
			if _, there := entries[dir]; !there {
				entries[dir] = entry{dir: true, mode: 0o755}
			}
		}
	}
}

func writeEntry(out *tar.Writer, name string, e entry) error {
	header := &tar.Header{Name: name, Mode: e.mode, Format: tar.FormatPAX}
	switch {
	case e.dir:
		header.Name, header.Typeflag = name+"/", tar.TypeDir
		return out.WriteHeader(header)
	case e.link != "":
		header.Typeflag, header.Linkname, header.Mode = tar.TypeSymlink, e.link, 0o777
		return out.WriteHeader(header)
	case e.file == "":
		header.Typeflag, header.Size = tar.TypeReg, int64(len(e.content))
		if err := out.WriteHeader(header); err != nil {
			return err
		}
		_, err := io.WriteString(out, e.content)
		return err
	}
	file, err := os.Open(e.file)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // It was only read.
	info, err := file.Stat()
	if err != nil {
		return err
	}
	header.Typeflag, header.Size = tar.TypeReg, info.Size()
	if err := out.WriteHeader(header); err != nil {
		return err
	}
	_, err = io.Copy(out, file)
	return err
}
