// Command krew renders the krew manifest from its template and the archives of
// a build, and holds it against the rules of krew and of krew-index.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	var o options
	flag.StringVar(&o.template, "template", "krew-manifest.yaml", "the template")
	flag.StringVar(&o.dist, "dist", "dist", "where goreleaser left the archives")
	flag.StringVar(&o.out, "out", "dist/sts.yaml", "the manifest to write; its name is the plugin's")
	flag.BoolVar(&o.release, "release", false, "refuse archives that are no release's")
	flag.Parse()
	said, err := o.run()
	if err != nil {
		fmt.Fprintln(os.Stderr, "krew:", err)
		os.Exit(1)
	}
	fmt.Println(said)
}

type options struct {
	template, dist, out string
	release             bool
}

// run writes the manifest if every rule holds, and says so.
func (o options) run() (string, error) {
	version, err := o.version()
	if err != nil {
		return "", err
	}
	template, err := os.ReadFile(o.template)
	if err != nil {
		return "", err
	}
	text, err := render(string(template), version, o.dist)
	if err != nil {
		return "", err
	}
	name := strings.TrimSuffix(filepath.Base(o.out), ".yaml")
	m, problems := parse(text, name)
	for _, p := range m.Spec.Platforms {
		problems = append(problems, checkArchive(p, o.dist)...)
	}
	if len(problems) > 0 {
		return "", fmt.Errorf("%s breaks rules of krew or krew-index:\n  %s", o.template, strings.Join(problems, "\n  "))
	}
	if err := os.WriteFile(o.out, []byte(text), 0o644); err != nil { //nolint:gosec // it is there for everybody to read
		return "", err
	}
	return fmt.Sprintf("%s: %s for %d platforms, as krew-index wants it", o.out, version, len(m.Spec.Platforms)), nil
}

// version is what was built, as goreleaser notes it.
func (o options) version() (string, error) {
	text, err := os.ReadFile(filepath.Join(o.dist, "metadata.json"))
	if errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("there are no archives in %s: make release-snapshot builds some", o.dist)
	}
	if err != nil {
		return "", err
	}
	var built struct{ Tag, Version string }
	if err := json.Unmarshal(text, &built); err != nil {
		return "", fmt.Errorf("metadata.json: %w", err)
	}
	if o.release && built.Tag != "v"+built.Version {
		return "", fmt.Errorf("the archives in %s are of %s, which is no release", o.dist, built.Version)
	}
	return "v" + built.Version, nil
}
