package main

import (
	"os"
	"path/filepath"
	"testing"
)

// writeInputs makes a directory with every file that the hash covers.
func writeInputs(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range append([]string{"kube/tools.go"}, inputs...) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("content of "+name+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func mustHash(t *testing.T, dir string) string {
	t.Helper()
	hash, err := sourceHash(dir)
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

func TestTwoClonesWithTheSameSourcesShareABuild(t *testing.T) {
	if a, b := mustHash(t, writeInputs(t)), mustHash(t, writeInputs(t)); a != b {
		t.Errorf("hashes differ: %s and %s", a, b)
	}
}

func TestAChangeOfAnyInputIsAnotherBuild(t *testing.T) {
	before := mustHash(t, writeInputs(t))
	for _, name := range inputs {
		dir := writeInputs(t)
		if err := os.WriteFile(filepath.Join(dir, name), []byte("changed"), 0o644); err != nil {
			t.Fatal(err)
		}
		if after := mustHash(t, dir); after == before {
			t.Errorf("%s changed and the hash did not", name)
		}
	}
}

func TestAFileThatIsNotCompiledDoesNotCount(t *testing.T) {
	dir := writeInputs(t)
	before := mustHash(t, dir)
	if err := os.WriteFile(filepath.Join(dir, "kube", "tools.go"), []byte("changed"), 0o644); err != nil {
		t.Fatal(err)
	}
	if after := mustHash(t, dir); after != before {
		t.Errorf("hash went from %s to %s", before, after)
	}
}

func TestALineThatMovesBetweenFilesCounts(t *testing.T) {
	first, second := writeInputs(t), writeInputs(t)
	for dir, content := range map[string][2]string{first: {"a\nb\n", "c\n"}, second: {"a\n", "b\nc\n"}} {
		for i, name := range inputs[:2] {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content[i]), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if a, b := mustHash(t, first), mustHash(t, second); a == b {
		t.Errorf("both hash to %s", a)
	}
}

func TestAMissingInputIsAnError(t *testing.T) {
	dir := writeInputs(t)
	if err := os.Remove(filepath.Join(dir, "kube", "go.sum")); err != nil {
		t.Fatal(err)
	}
	if hash, err := sourceHash(dir); err == nil {
		t.Errorf("got %s without kube/go.sum", hash)
	}
}

func TestThePinnedVersionIsTheOneInGoMod(t *testing.T) {
	dir, err := sourceDir()
	if err != nil {
		t.Fatal(err)
	}
	out, err := goTool(t.Context(), filepath.Join(dir, "kube"), "list", "-m", "-f", "{{.Version}}", "k8s.io/kubernetes")
	if err != nil {
		t.Fatal(err)
	}
	if got := string(out); got != pinned+"\n" {
		t.Errorf("kube/go.mod has %q, main.go has %q", got, pinned)
	}
}
