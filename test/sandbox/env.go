package main

import (
	"context"
	"fmt"
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
	fmt.Fprintf(o.stdout, "export SANDBOX_AUDIT_LOG=%s\n", quote(c.auditLog()))
	return nil
}

// quote makes one word of s for a POSIX shell.
func quote(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
