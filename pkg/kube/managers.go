package kube

import (
	"context"
	"encoding/json"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/jsonpatch"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// give hands fields to another manager.
func (c *Client) give(ctx context.Context, g plan.Give, seen sts.Snapshot, dryRun []string) (*workload.Set, error) {
	fields, changes := g.Of(seen)
	if g.ReceiverGone(seen) {
		return nil, fmt.Errorf("statefulset %q: manager %q owns nothing of it any more: nothing was handed over",
			seen.Name(), sts.Clean(g.To))
	}
	if !changes {
		return seen.Set, nil
	}
	return c.setManagers(ctx, fields, seen, dryRun)
}

// restoreManagers gives fields back to those who had them.
func (c *Client) restoreManagers(ctx context.Context, r plan.RestoreManagers, seen sts.Snapshot, dryRun []string) (*workload.Set, error) {
	fields, err := r.Of(seen)
	if err != nil {
		return nil, fmt.Errorf("statefulset %q: %w", seen.Name(), err)
	}
	return c.setManagers(ctx, fields, seen, dryRun)
}

// setManagers writes who owns what. Nothing else about the set changes, so that only its
// resourceVersion tells whether these are still the entries that were seen.
func (c *Client) setManagers(
	ctx context.Context, fields []metav1.ManagedFieldsEntry, seen sts.Snapshot, dryRun []string,
) (*workload.Set, error) {
	patch, err := json.Marshal([]jsonpatch.Operation{
		jsonpatch.Test("/metadata/uid", seen.UID()),
		jsonpatch.Test("/metadata/resourceVersion", seen.Set.ResourceVersion),
		jsonpatch.Replace("/metadata/managedFields", fields),
	})
	if err != nil {
		return nil, fmt.Errorf("statefulset %q: %w", seen.Name(), err)
	}
	set, err := c.conn.StatefulSets(c.Namespace).Patch(ctx, seen.Name(), types.JSONPatchType, patch, metav1.PatchOptions{
		FieldManager: c.FieldManager, DryRun: dryRun,
	})
	if err != nil {
		return nil, c.conn.WriteError(err, "patch", "statefulsets.apps", seen.Name())
	}
	return workload.FromApps(set), nil
}
