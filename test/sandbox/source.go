package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// inputs are the files, seen from this directory, that decide what the
// binaries are. tools.go is not among them: it is never compiled.
var inputs = []string{"go.mod", "go.sum", "kube/go.mod", "kube/go.sum", "kube/etcd/main.go"}

// recipe changes when the way of building changes, so that nobody goes on
// with binaries from before.
const recipe = "1"

// sourceDir finds this directory: where `go run -C` puts us, or else where
// the program was compiled from.
func sourceDir() (string, error) {
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	_, file, _, _ := runtime.Caller(0)
	for _, dir := range []string{here, filepath.Dir(file)} {
		if _, err := os.Stat(filepath.Join(dir, "kube", "go.mod")); err == nil {
			return dir, nil
		}
	}
	return "", fmt.Errorf("kube/go.mod is not in %s: run me with go run -C test/sandbox", here)
}

// sourceHash names a build: clones with the same inputs share it.
func sourceHash(dir string) (string, error) {
	sum := sha256.New()
	fmt.Fprintf(sum, "recipe %s\n", recipe)
	for _, name := range inputs {
		content, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			return "", err
		}
		// The length keeps a line that moves between two files from going unseen.
		fmt.Fprintf(sum, "%s %d\n", name, len(content))
		sum.Write(content)
	}
	return hex.EncodeToString(sum.Sum(nil))[:12], nil
}

// cacheDir is where everything of the sandbox lives: binaries and clusters.
func cacheDir() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "kubectl-sts"), nil
}

// binDir is where the binaries of one version are, or will be.
func binDir(version, hash string) (string, error) {
	cache, err := cacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(cache, "sandbox", version+"-"+hash), nil
}
