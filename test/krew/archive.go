package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// checkArchive checks that an archive has what its platform needs: the program,
// and the licence, without which krew-index takes no plugin.
func checkArchive(p platform, dist string) []string {
	name := path.Base(p.URI)
	files, err := list(filepath.Join(dist, name))
	if err != nil {
		return []string{fmt.Sprintf("%s: %v", name, err)}
	}
	var problems []string
	switch mode, ok := files[p.Bin]; {
	case !ok:
		problems = append(problems, fmt.Sprintf("%s: has no %s", name, p.Bin))
	case mode&0o111 == 0:
		problems = append(problems, fmt.Sprintf("%s: %s can't be run", name, p.Bin))
	}
	if _, ok := files["LICENSE"]; !ok {
		problems = append(problems, name+": has no LICENSE")
	}
	for file := range files {
		if !filepath.IsLocal(file) {
			problems = append(problems, fmt.Sprintf("%s: %s lies outside", name, file))
		}
	}
	return problems
}

// list is what is in an archive, and with which permissions.
func list(file string) (map[string]fs.FileMode, error) {
	if strings.HasSuffix(file, ".zip") {
		return listZip(file)
	}
	return listTar(file)
}

func listZip(file string) (map[string]fs.FileMode, error) {
	archive, err := zip.OpenReader(file)
	if err != nil {
		return nil, err
	}
	defer archive.Close() //nolint:errcheck // it was only read
	files := map[string]fs.FileMode{}
	for _, f := range archive.File {
		files[f.Name] = f.Mode()
	}
	return files, nil
}

func listTar(file string) (map[string]fs.FileMode, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	files := map[string]fs.FileMode{}
	for archive := tar.NewReader(unzipped); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		files[header.Name] = header.FileInfo().Mode()
	}
}
