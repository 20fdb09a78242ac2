package savedset

import (
	"context"
	"encoding/json"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// unchanged is an error where the set is not what was written down of it: what else
// somebody has changed since would be lost. A set that is another one is a conflict.
func (s Store) unchanged(ctx context.Context, name string, uid types.UID, before []byte, seen sts.Snapshot) error {
	_, err := s.version(ctx, name, uid, before, seen)
	return err
}

// version is the resourceVersion of a set that is what was written down of it. One whose spec
// has changed since it was seen is a conflict: the next look tells what was changed, and by
// whom.
func (s Store) version(ctx context.Context, name string, uid types.UID, before []byte, seen sts.Snapshot) (string, error) {
	raw, err := s.read(ctx, name)
	if err != nil {
		return "", err
	}
	var meta metav1.PartialObjectMetadata
	if err := json.Unmarshal(raw, &meta); err != nil {
		return "", fmt.Errorf("statefulset %q: %w", name, err)
	}
	if meta.UID != uid {
		return "", fmt.Errorf("%w: %s %s", engine.ErrConflict, sets, name)
	}
	same, err := saved.Same(before, raw)
	switch {
	case err != nil:
		return "", fmt.Errorf("statefulset %q: %w", name, err)
	case !same && seen.Exists() && seen.UID() == uid && meta.Generation > seen.Set.Generation:
		return "", fmt.Errorf("%w: %s %s", engine.ErrConflict, sets, name)
	case !same:
		return "", fmt.Errorf("statefulset %q was changed since the plan was made, so it is not deleted", name)
	}
	return meta.ResourceVersion, nil
}

func (s Store) read(ctx context.Context, name string) ([]byte, error) {
	raw, err := transport.Body(s.conn.Apps.Get().Namespace(s.conn.Namespace).Resource("statefulsets").Name(name).
		SetHeader("Accept", runtime.ContentTypeJSON).Do(ctx))
	return raw, s.conn.WriteError(err, "get", sets, name)
}

// DeleteSet deletes the set and leaves its pods alone, where it is what was written down.
func (s Store) DeleteSet(ctx context.Context, d plan.DeleteSet, seen sts.Snapshot, dryRun []string) error {
	if dryRun == nil {
		kept, err := s.Saved(ctx, d.Name)
		if err != nil {
			return transport.ReadError(err)
		}
		if kept == nil || kept.ID != d.ID {
			return fmt.Errorf("configmap %s, in which statefulset %q was saved, is gone, so the set is not deleted",
				saved.ConfigMap(d.Name), d.Name)
		}
	}
	version, err := s.version(ctx, d.Name, d.UID, d.Before, seen)
	if err != nil {
		return err
	}
	orphan := metav1.DeletePropagationOrphan
	opts := metav1.DeleteOptions{
		PropagationPolicy: &orphan, DryRun: dryRun, Preconditions: &metav1.Preconditions{UID: &d.UID, ResourceVersion: &version},
	}
	request := s.conn.Apps.Delete().Namespace(s.conn.Namespace).Resource("statefulsets").Name(d.Name).Body(&opts)
	return s.conn.WriteError(dry(request, dryRun).Do(ctx).Error(), "delete", sets, d.Name)
}

// CreateSet creates the set. One that is there is a conflict: the next look tells whose it is.
// A dry run has the API server judge it under its own name, which is taken, and under
// another one, and compares what it would be with what is asked for.
func (s Store) CreateSet(ctx context.Context, c plan.CreateSet, seen sts.Snapshot, dryRun []string) (*workload.Set, error) {
	if dryRun != nil {
		return nil, s.rehearse(ctx, c, seen)
	}
	set, err := s.post(ctx, c.Manifest, nil)
	if apierrors.IsAlreadyExists(err) {
		return nil, fmt.Errorf("%w: %s %s", engine.ErrConflict, sets, c.Name)
	}
	if err != nil {
		return nil, s.conn.WriteError(err, "create", sets, c.Name)
	}
	return workload.FromApps(set), nil
}

func (s Store) post(ctx context.Context, manifest []byte, dryRun []string) (*appsv1.StatefulSet, error) {
	request := s.conn.Apps.Post().Namespace(s.conn.Namespace).Resource("statefulsets").
		Param("fieldManager", s.conn.FieldManager).Param("fieldValidation", metav1.FieldValidationStrict).
		SetHeader("Content-Type", runtime.ContentTypeJSON).Body(manifest)
	out := &appsv1.StatefulSet{}
	return out, dry(request, dryRun).Do(ctx).Into(out)
}

func (s Store) rehearse(ctx context.Context, c plan.CreateSet, seen sts.Snapshot) error {
	if seen.Exists() {
		switch _, err := s.post(ctx, c.Manifest, []string{metav1.DryRunAll}); {
		case err == nil:
			return fmt.Errorf("%w: %s %s", engine.ErrConflict, sets, c.Name) // it is there no more
		case !apierrors.IsAlreadyExists(err):
			return s.conn.WriteError(err, "create", sets, c.Name)
		}
	}
	probe, err := saved.Probe(c.Manifest)
	if err != nil {
		return err
	}
	set, err := s.post(ctx, probe, []string{metav1.DryRunAll})
	if err != nil {
		return s.conn.WriteError(err, "create", sets, c.Name)
	}
	other, err := c.Differs(set)
	switch {
	case err != nil:
		return fmt.Errorf("statefulset %q: %w", c.Name, err)
	case len(other) > 0:
		return fmt.Errorf("statefulset %q: the API server would create it otherwise "+
			"(an admission webhook or policy, or another default): %s", c.Name, sts.Clean(sts.Few(other)))
	}
	return nil
}

// Defaults is a manifest as the API server would have it: with its defaults.
func (s Store) Defaults(ctx context.Context, manifest []byte) ([]byte, error) {
	probe, err := saved.Probe(manifest)
	if err != nil {
		return nil, err
	}
	raw, err := transport.Again(s.conn.Quiet(ctx), func(ctx context.Context) ([]byte, error) {
		return transport.Body(s.conn.Apps.Post().Namespace(s.conn.Namespace).Resource("statefulsets").
			Param("dryRun", metav1.DryRunAll).Param("fieldManager", s.conn.FieldManager).
			Param("fieldValidation", metav1.FieldValidationStrict).
			SetHeader("Content-Type", runtime.ContentTypeJSON).SetHeader("Accept", runtime.ContentTypeJSON).Body([]byte(probe)).Do(ctx))
	})
	return raw, s.conn.Explain(err, "create", sets, "")
}
