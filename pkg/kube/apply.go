package kube

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Apply sends a change with its preconditions; see [engine.Cluster].
func (c *Client) Apply(ctx context.Context, change plan.Change, seen sts.Snapshot) (*workload.Set, error) {
	return c.send(ctx, change, seen, nil)
}

// DryRun sends a change with dryRun=All: the server judges it and keeps
// nothing. It returns the set as it would be.
func (c *Client) DryRun(ctx context.Context, change plan.Change, seen sts.Snapshot) (*workload.Set, error) {
	return c.send(ctx, change, seen, []string{metav1.DryRunAll})
}

// Unwilling words the error of such a rehearsal of a change. Where there was no answer,
// or the user lacks a permission, nobody has said anything against it.
func Unwilling(err error, change string) error {
	if errors.Is(err, engine.ErrLost) || errors.Is(err, engine.ErrTimedOut) || errors.Is(err, context.Canceled) || Denied(err) {
		return err
	}
	return fmt.Errorf("%s: %w", change, err)
}

func (c *Client) send(ctx context.Context, change plan.Change, seen sts.Snapshot, dryRun []string) (*workload.Set, error) {
	ctx = c.conn.Quiet(ctx)
	if dryRun == nil {
		return c.sendOnce(ctx, change, seen, nil)
	}
	// A rehearsal does no harm when it is repeated.
	return transport.Again(ctx, func(ctx context.Context) (*workload.Set, error) { return c.sendOnce(ctx, change, seen, dryRun) })
}

func (c *Client) sendOnce(ctx context.Context, change plan.Change, seen sts.Snapshot, dryRun []string) (*workload.Set, error) {
	switch change := change.(type) {
	case plan.Edit:
		return c.edit(ctx, change, seen, dryRun)
	case plan.DeletePod:
		return nil, c.deletePod(ctx, change, dryRun)
	case plan.DeleteClaim:
		return nil, c.DeleteUnwanted(ctx, change, seen, dryRun != nil)
	case plan.RetainVolume:
		return nil, c.RetainVolume(ctx, change, dryRun != nil)
	case plan.ResizeClaim:
		return nil, c.ResizeClaim(ctx, change, seen, dryRun)
	case plan.ReleaseVolume:
		return nil, c.ReleaseVolume(ctx, change, dryRun != nil)
	case plan.CreateClaim:
		return nil, c.CreateClaim(ctx, change, dryRun)
	case plan.ResetReclaim:
		return nil, c.ResetReclaim(ctx, change, dryRun != nil)
	case plan.Give:
		return c.give(ctx, change, seen, dryRun)
	case plan.SaveSet:
		return nil, c.SaveSet(ctx, change, seen, dryRun)
	case plan.DisownClaim:
		return nil, c.DisownClaim(ctx, change, seen, dryRun)
	case plan.DeleteSet:
		return nil, c.DeleteSet(ctx, change, seen, dryRun)
	case plan.CreateSet:
		return c.CreateSet(ctx, change, seen, dryRun)
	case plan.RestoreManagers:
		return c.restoreManagers(ctx, change, seen, dryRun)
	case plan.ForgetSet:
		return nil, c.ForgetSet(ctx, change, dryRun)
	}
	return nil, fmt.Errorf("no way to send a %T", change)
}

func (c *Client) edit(ctx context.Context, e plan.Edit, seen sts.Snapshot, dryRun []string) (*workload.Set, error) {
	patch, err := patchFor(e, seen.Set)
	if err != nil {
		return nil, fmt.Errorf("statefulset %q: %w", seen.Name(), err)
	}
	set, err := c.conn.StatefulSets(c.Namespace).Patch(ctx, seen.Name(), types.JSONPatchType, patch, metav1.PatchOptions{
		FieldManager:    c.FieldManager,
		FieldValidation: metav1.FieldValidationStrict,
		DryRun:          dryRun,
	})
	if err != nil {
		return nil, c.conn.WriteError(err, "patch", "statefulsets.apps", seen.Name())
	}
	return workload.FromApps(set), nil
}

func (c *Client) deletePod(ctx context.Context, d plan.DeletePod, dryRun []string) error {
	only := &metav1.Preconditions{UID: &d.UID}
	if d.Version != "" {
		only.ResourceVersion = &d.Version
	}
	err := c.conn.Remove(ctx, "pods", c.Namespace, d.Name, metav1.DeleteOptions{Preconditions: only, DryRun: dryRun})
	if apierrors.IsNotFound(err) {
		return fmt.Errorf("%w: pod %s is gone", engine.ErrConflict, d.Name)
	}
	return c.conn.WriteError(err, "delete", "pods", d.Name)
}

// Preview asks the server, by a dry run, what a template would be once it has
// filled in its defaults. A webhook that does not support dry runs costs only
// that: the template is then taken as it is, and is not exact.
func (c *Client) Preview(
	ctx context.Context, template podtemplate.Template, seen sts.Snapshot,
) (filled podtemplate.Template, exact bool, err error) {
	patch, err := patchFor(plan.Edit{Template: template}, seen.Set)
	if err != nil {
		return nil, false, fmt.Errorf("statefulset %q: %w", seen.Name(), err)
	}
	raw, err := transport.Again(c.conn.Quiet(ctx), func(ctx context.Context) ([]byte, error) {
		return transport.Body(c.conn.Apps.Patch(types.JSONPatchType).Namespace(c.Namespace).Resource("statefulsets").Name(seen.Name()).
			Param("dryRun", metav1.DryRunAll).Param("fieldManager", c.FieldManager).Param("fieldValidation", metav1.FieldValidationStrict).
			SetHeader("Accept", runtime.ContentTypeJSON).Body(patch).Do(ctx))
	})
	if err != nil && strings.Contains(err.Error(), "does not support dry run") {
		return template, false, nil
	}
	if err != nil {
		return nil, false, c.conn.WriteError(err, "patch", "statefulsets.apps", seen.Name())
	}
	var set struct {
		Spec struct {
			Template json.RawMessage `json:"template"`
		} `json:"spec"`
	}
	if err := json.Unmarshal(raw, &set); err != nil {
		return nil, false, fmt.Errorf("statefulset %q: %w", seen.Name(), err)
	}
	return podtemplate.Template(set.Spec.Template), true, nil
}
