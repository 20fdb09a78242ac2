package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// runEnv prints what a shell evaluates to work with the cluster.
func runEnv(_ context.Context, o options) error {
	c, err := newCluster(o.name)
	if err != nil {
		return err
	}
	r, err := c.read()
	if err != nil {
		return err
	}
	fmt.Fprintf(o.stdout, "export KUBECONFIG=%s\n", quote(c.kubeconfig()))
	fmt.Fprintf(o.stdout, "export PATH=%s:$PATH\n", quote(r.Bin))
	if etcd, err := c.etcd(); err == nil {
		fmt.Fprintf(o.stdout, "export SANDBOX_ETCD=%s\n", quote(etcd))
	}
	fmt.Fprintf(o.stdout, "export SANDBOX_AUDIT_LOG=%s\n", quote(c.auditLog()))
	return nil
}

// etcd is the URL of the cluster's etcd, as kwokctl has noted it.
func (c cluster) etcd() (string, error) {
	content, err := os.ReadFile(filepath.Join(c.kwokDir(), "kwok.yaml"))
	if err != nil {
		return "", err
	}
	found := regexp.MustCompile(`--listen-client-urls=(http://127\.0\.0\.1:\d+)`).FindSubmatch(content)
	if found == nil {
		return "", errors.New("kwok.yaml does not tell where etcd listens")
	}
	return string(found[1]), nil
}

// quote makes one word of s for a POSIX shell.
func quote(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
