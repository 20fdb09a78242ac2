package kube

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Look reads the set again, and whatever else the snapshot knows; see
// [rollout.Looker].
func (c *Client) Look(ctx context.Context, seen sts.Snapshot) (sts.Snapshot, error) {
	s, _, err := c.Load(ctx, seen.Name())
	switch {
	case apierrors.IsNotFound(err):
		return sts.Snapshot{}, nil
	case err != nil:
		return s, err
	}
	if len(seen.Budgets) > 0 {
		if s, err = c.Budgets(ctx, s); err != nil {
			return s, err
		}
	}
	if seen.Claims != nil {
		s, _, err = c.SetClaims(ctx, s)
	}
	return s, err
}

var _ rollout.Looker = (*Client)(nil)
