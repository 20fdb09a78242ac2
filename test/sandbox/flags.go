package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
)

// maxNodes is how many /24 pod networks fit into the cluster's 10.244.0.0/16.
const maxNodes = 250

// The name ends up in paths, in a context and in command lines.
var validName = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?$`)

var validVersion = regexp.MustCompile(`^v\d+\.\d+\.\d+$`)

// parse reads one command's flags and rejects what cannot be meant.
func parse(c command, args []string, stderr io.Writer) (options, error) {
	o := options{name: "sts", version: defaultVersion(), nodes: 6}
	set := flag.NewFlagSet(c.name, flag.ContinueOnError)
	set.SetOutput(stderr)
	takes := strings.Fields(c.flags)
	if slices.Contains(takes, "name") {
		set.StringVar(&o.name, "name", o.name, "name of the cluster; its context is kwok-`NAME`")
	}
	if slices.Contains(takes, "version") {
		set.StringVar(&o.version, "version", o.version, "Kubernetes `VERSION` (also $KUBE_VERSION)")
	}
	if slices.Contains(takes, "nodes") {
		set.IntVar(&o.nodes, "nodes", o.nodes, "`NUMBER` of nodes, spread over three zones")
	}
	if err := set.Parse(args); err != nil {
		return o, err
	}
	o.version = withV(o.version)
	if slices.Contains(takes, "components") {
		if err := checkComponents(c.name, set.Args()); err != nil {
			return o, err
		}
		o.args = set.Args()
	}
	switch {
	case set.NArg() > len(o.args):
		return o, fmt.Errorf("%s takes no arguments, only flags: %q", c.name, set.Args())
	case !validName.MatchString(o.name):
		return o, fmt.Errorf("--name %q: use lower-case letters, digits and dashes, at most 32", o.name)
	case !validVersion.MatchString(o.version):
		return o, fmt.Errorf("--version %q: want something like %s", o.version, pinned)
	case o.nodes < 1 || o.nodes > maxNodes:
		return o, fmt.Errorf("--nodes %d: want 1 to %d", o.nodes, maxNodes)
	}
	return o, nil
}

// checkComponents takes at least one of those that can be frozen.
func checkComponents(command string, names []string) error {
	if len(names) == 0 {
		return fmt.Errorf("%s what? name some of %s", command, strings.Join(freezableNames(), ", "))
	}
	for _, name := range names {
		if freezable[name] == "" {
			return fmt.Errorf("%s %q: want some of %s", command, name, strings.Join(freezableNames(), ", "))
		}
	}
	return nil
}

func defaultVersion() string {
	if v := os.Getenv("KUBE_VERSION"); v != "" {
		return v
	}
	return pinned
}

func withV(version string) string { return "v" + strings.TrimPrefix(version, "v") }
