//go:build linux

package cluster

import (
	"context"
	"io"
	"path/filepath"

	"github.com/kubectl-sts/kubectl-sts/test/node/images"
	"github.com/kubectl-sts/kubectl-sts/test/node/parts"
)

// Build gets all parts, those that are there at no cost.
func Build(ctx context.Context, stderr io.Writer) (Parts, error) {
	var p Parts
	source, err := Source()
	if err != nil {
		return p, err
	}
	cache, err := Cache()
	if err != nil {
		return p, err
	}
	cache = filepath.Join(cache, "node")
	unlock, err := lock(filepath.Join(cache, ".lock"))
	if err != nil {
		return p, err
	}
	defer unlock()
	sandbox := filepath.Join(filepath.Dir(source), "sandbox")
	if p.Debian, err = parts.Debian(ctx, cache); err != nil {
		return p, err
	}
	if p.Images, err = images.Make(ctx, p.Debian, source, cache, stderr); err != nil {
		return p, err
	}
	if p.Control, err = parts.ControlPlane(ctx, sandbox, stderr); err != nil {
		return p, err
	}
	p.Kubelet, err = parts.Kubelet(ctx, sandbox, cache, stderr)
	return p, err
}
