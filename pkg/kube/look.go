package kube

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// noticed is how long a wait is that a person notices.
const noticed = time.Second

// LoadObserved is [Client.Load] once the StatefulSet controller has seen the spec:
// right after somebody's change ("kubectl apply" and then a verb) the status
// speaks of the spec before. Where the controller takes longer than within, it is
// what is there then. A wait that one notices is told, as [Client.OnRetry] has it.
func (c *Client) LoadObserved(ctx context.Context, name string, within time.Duration) (sts.Snapshot, Manifest, error) {
	var s sts.Snapshot
	var raw Manifest
	err := context.Cause(ctx)
	began := time.Now()
	_ = transport.Retries.DelayFunc().Until(ctx, true, true, func(ctx context.Context) (bool, error) {
		s, raw, err = c.Load(ctx, name)
		over := err != nil || s.Observed() || time.Since(began) >= within
		if !over && time.Since(began) >= noticed {
			c.conn.Tell(fmt.Sprintf("the StatefulSet controller has not seen the newest spec of %s yet; looking again for up to %s",
				name, within))
		}
		return over, nil
	})
	if err == nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return s, raw, err
}

// Look reads the set again, and whatever else the snapshot knows; see
// [engine.Looker].
func (c *Client) Look(ctx context.Context, seen sts.Snapshot) (sts.Snapshot, error) {
	if !seen.Exists() {
		return seen, nil // there is no name to ask for
	}
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

var _ engine.Looker = (*Client)(nil)
