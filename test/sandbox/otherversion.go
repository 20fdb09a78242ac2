package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// goMod is the part of `go mod edit -json` that is needed here.
type goMod struct {
	Go      string
	Require []struct{ Path, Version string }
	Replace []struct {
		Old, New struct{ Path, Version string }
	}
}

// otherVersion writes a module like kube/ for another Kubernetes version, so
// that an older server is built the same way, and returns its directory.
func otherVersion(ctx context.Context, source, dir, version string) (string, error) {
	if err := os.MkdirAll(filepath.Join(dir, "etcd"), 0o700); err != nil {
		return "", err
	}
	main, err := os.ReadFile(filepath.Join(source, "kube", "etcd", "main.go"))
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, "etcd", "main.go"), main, 0o600); err != nil {
		return "", err
	}
	// A go.mod to begin with, so that no go.sum but this module's grows by it.
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module sandbox/kube\n"), 0o600); err != nil {
		return "", err
	}
	out, err := goTool(ctx, dir, "mod", "download", "-json", "k8s.io/kubernetes@"+version)
	if err != nil {
		return "", fmt.Errorf("there is no module of Kubernetes %s: %w", version, err)
	}
	var module struct{ GoMod string }
	if err := json.Unmarshal(out, &module); err != nil {
		return "", err
	}
	out, err = goTool(ctx, dir, "mod", "edit", "-json", module.GoMod)
	if err != nil {
		return "", err
	}
	text, err := rewriteGoMod(out, version)
	if err != nil {
		return "", err
	}
	return dir, os.WriteFile(filepath.Join(dir, "go.mod"), text, 0o600)
}

// rewriteGoMod turns the go.mod of k8s.io/kubernetes, as JSON, into one that
// requires it. There the parts of Kubernetes come from ./staging; here they
// come from their own modules, where v1.34.4 is called v0.34.4. Replacements
// count in the main module only, so every one has to be said again.
func rewriteGoMod(in []byte, version string) ([]byte, error) {
	var mod goMod
	if err := json.Unmarshal(in, &mod); err != nil {
		return nil, err
	}
	var etcd string
	for _, r := range mod.Require {
		if r.Path == "go.etcd.io/etcd/server/v3" {
			etcd = r.Version
		}
	}
	if etcd == "" {
		return nil, fmt.Errorf("the go.mod of Kubernetes %s does not say which etcd it is tested with", version)
	}
	part := "v0" + strings.TrimPrefix(version, "v1")
	var replaced []string
	for _, r := range mod.Replace {
		by := r.New
		if strings.HasPrefix(by.Path, "./staging/") {
			by.Path, by.Version = r.Old.Path, part
		}
		replaced = append(replaced, fmt.Sprintf("\t%s => %s %s\n", r.Old.Path, by.Path, by.Version))
	}
	sort.Strings(replaced)

	var b bytes.Buffer
	fmt.Fprintf(&b, "module sandbox/kube\n\ngo %s\n\nrequire (\n", mod.Go)
	fmt.Fprintf(&b, "\tgo.etcd.io/etcd/server/v3 %s\n\tk8s.io/kubernetes %s\n)\n\nreplace (\n", etcd, version)
	b.WriteString(strings.Join(replaced, "") + ")\n")
	return b.Bytes(), nil
}
