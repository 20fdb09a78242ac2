// Package savedset writes a StatefulSet down in a ConfigMap, deletes it without its pods
// and creates it again.
package savedset

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/jsonpatch"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Sets writes the sets of one namespace down, and creates them again.
type Sets struct{ conn *transport.Conn }

// Of is for the namespace of a connection.
func Of(conn *transport.Conn) Sets { return Sets{conn} }

// What the API server calls them, in errors.
const (
	sets    = "statefulsets.apps"
	configs = "configmaps"
)

// Find reads what is written down of a set; nil where nothing is.
func (s Sets) Find(ctx context.Context, name string) (*saved.Set, error) {
	config, err := s.config(ctx, name)
	if config == nil || err != nil {
		return nil, err
	}
	out, err := saved.Read(config.Data)
	if err == nil && out.Name != name {
		err = fmt.Errorf("it is about statefulset %q", out.Name)
	}
	if err != nil {
		return nil, fmt.Errorf("configmap %q, in which statefulset %q is written down, can't be read: %w",
			config.Name, name, sts.CleanError(err))
	}
	return out, nil
}

func (s Sets) config(ctx context.Context, set string) (*corev1.ConfigMap, error) {
	name := saved.ConfigMap(set)
	config, err := transport.Again(s.conn.Quiet(ctx), func(ctx context.Context) (*corev1.ConfigMap, error) {
		out := &corev1.ConfigMap{}
		return out, s.conn.Core.Get().Namespace(s.conn.Namespace).Resource(configs).Name(name).Do(ctx).Into(out)
	})
	if apierrors.IsNotFound(err) {
		return nil, nil //nolint:nilnil // there is none
	}
	return config, s.conn.Explain(err, "get", configs, name)
}

// All are the sets of the namespace, or of all, that are written down, as they will be. One
// that can't be read is an error: what it wants nobody knows.
func (s Sets) All(ctx context.Context) ([]sts.Snapshot, error) {
	list, err := transport.Again(s.conn.Quiet(ctx), func(ctx context.Context) (*corev1.ConfigMapList, error) {
		out := &corev1.ConfigMapList{}
		return out, s.conn.Core.Get().Namespace(s.conn.Namespace).Resource(configs).
			Param("labelSelector", saved.Annotation).Do(ctx).Into(out)
	})
	if err != nil {
		return nil, s.conn.Explain(err, "list", configs, "")
	}
	var out []sts.Snapshot
	for i := range list.Items {
		config := &list.Items[i]
		kept, err := saved.Read(config.Data)
		object := &appsv1.StatefulSet{}
		if err == nil {
			err = json.Unmarshal(kept.Manifest, object)
		}
		if err != nil {
			return nil, fmt.Errorf("configmap %q of namespace %q, in which a statefulset is written down, can't be read: %w",
				config.Name, config.Namespace, sts.CleanError(err))
		}
		object.Namespace, object.Name, object.UID = config.Namespace, kept.Name, kept.UID
		set := workload.FromApps(object)
		if err := sts.Countable(set); err != nil {
			return nil, err
		}
		out = append(out, sts.Observe(set, nil, nil, nil))
	}
	return out, nil
}

// Save writes a set down, where it is still the one that is to be.
func (s Sets) Save(ctx context.Context, c plan.SaveSet, seen sts.Snapshot, dryRun []string) error {
	if err := s.unchanged(ctx, c.Saved.Name, c.Saved.UID, c.Saved.Before, seen); err != nil {
		return err
	}
	data, err := c.Saved.Data()
	if err != nil {
		return fmt.Errorf("statefulset %q: %w", c.Saved.Name, err)
	}
	name := saved.ConfigMap(c.Saved.Name)
	config := &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{
			Name: name, Namespace: s.conn.Namespace,
			Labels: map[string]string{saved.Annotation: "true", "app.kubernetes.io/managed-by": "kubectl-sts"},
		},
		Data: data,
	}
	request := s.conn.Core.Post().Namespace(s.conn.Namespace).Resource(configs).Param("fieldManager", s.conn.FieldManager).Body(config)
	err = dry(request, dryRun).Do(ctx).Error()
	switch {
	case apierrors.IsAlreadyExists(err):
		return s.sameAs(ctx, c.Saved)
	case err != nil:
		return s.conn.WriteError(err, "create", configs, name)
	case dryRun != nil:
		return nil
	}
	// Another run may have been faster with all of it, and what is written down would stay.
	err = s.unchanged(ctx, c.Saved.Name, c.Saved.UID, c.Saved.Before, seen)
	if err != nil && !errors.Is(err, engine.ErrLost) {
		_ = s.Forget(ctx, plan.ForgetSet{Name: c.Saved.Name, ID: c.Saved.ID}, nil)
	}
	return err
}

// sameAs takes what is written down already for the answer to a request that had none.
func (s Sets) sameAs(ctx context.Context, want saved.Set) error {
	there, err := s.Find(ctx, want.Name)
	switch {
	case err != nil:
		return transport.ReadError(err)
	case there == nil:
		return fmt.Errorf("%w: configmap %s", engine.ErrConflict, saved.ConfigMap(want.Name))
	case there.ID != want.ID:
		return fmt.Errorf("configmap %q is there already: another recreate of statefulset %q was begun at %s",
			saved.ConfigMap(want.Name), want.Name, there.Started.UTC().Format("15:04:05Z"))
	}
	return nil
}

// unchanged is an error where the set is not what was written down of it: what else
// somebody has changed since would be lost. A set that is another one is a conflict.
func (s Sets) unchanged(ctx context.Context, name string, uid types.UID, before []byte, seen sts.Snapshot) error {
	_, err := s.version(ctx, name, uid, before, seen)
	return err
}

// version is the resourceVersion of a set that is what was written down of it. One whose spec
// has changed since it was seen is a conflict: the next look tells what was changed, and by
// whom.
func (s Sets) version(ctx context.Context, name string, uid types.UID, before []byte, seen sts.Snapshot) (string, error) {
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
		return "", fmt.Errorf("statefulset %q was changed since the plan was made: it is left as it is", name)
	}
	return meta.ResourceVersion, nil
}

func (s Sets) read(ctx context.Context, name string) ([]byte, error) {
	raw, err := transport.Body(s.conn.Apps.Get().Namespace(s.conn.Namespace).Resource("statefulsets").Name(name).
		SetHeader("Accept", runtime.ContentTypeJSON).Do(ctx))
	return raw, s.conn.WriteError(err, "get", sets, name)
}

// Delete deletes the set and leaves its pods alone, where it is what was written down.
func (s Sets) Delete(ctx context.Context, d plan.DeleteSet, seen sts.Snapshot, dryRun []string) error {
	if dryRun == nil {
		kept, err := s.Find(ctx, d.Name)
		if err != nil {
			return transport.ReadError(err)
		}
		if kept == nil || kept.ID != d.ID {
			return fmt.Errorf("configmap %s, in which statefulset %q was written down, is gone: the set is left as it is",
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

// Create creates the set. One that is there is a conflict: the next look tells whose it is.
// A dry run has the API server judge it under its own name, which is taken, and under
// another one, and compares the pods that it would have with those that there are.
func (s Sets) Create(ctx context.Context, c plan.CreateSet, seen sts.Snapshot, dryRun []string) (*workload.Set, error) {
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

func (s Sets) post(ctx context.Context, manifest []byte, dryRun []string) (*appsv1.StatefulSet, error) {
	request := s.conn.Apps.Post().Namespace(s.conn.Namespace).Resource("statefulsets").
		Param("fieldManager", s.conn.FieldManager).Param("fieldValidation", metav1.FieldValidationStrict).
		SetHeader("Content-Type", runtime.ContentTypeJSON).Body(manifest)
	out := &appsv1.StatefulSet{}
	return out, dry(request, dryRun).Do(ctx).Into(out)
}

// dry makes a rehearsal of a request.
func dry(request *rest.Request, values []string) *rest.Request {
	for _, value := range values {
		request = request.Param("dryRun", value)
	}
	return request
}

// ErrOtherPods is a set that would replace its pods although nothing about them is meant
// to change.
var ErrOtherPods = errors.New("the API server makes another set of it, whose pods, their number or how they are updated would not " +
	"stay as they are (an admission webhook, or another default)")

func (s Sets) rehearse(ctx context.Context, c plan.CreateSet, seen sts.Snapshot) error {
	if seen.Exists() {
		if _, err := s.post(ctx, c.Manifest, []string{metav1.DryRunAll}); !apierrors.IsAlreadyExists(err) {
			return s.conn.WriteError(err, "create", sets, c.Name)
		}
	}
	probe, err := saved.Probe(c.Manifest)
	if err != nil {
		return err
	}
	set, err := s.post(ctx, probe, []string{metav1.DryRunAll})
	switch {
	case err != nil:
		return s.conn.WriteError(err, "create", sets, c.Name)
	case seen.Exists() && !c.Adopts(set, seen):
		return fmt.Errorf("statefulset %q: %w", c.Name, ErrOtherPods)
	}
	return nil
}

// Defaults is a manifest as the API server would have it: with its defaults.
func (s Sets) Defaults(ctx context.Context, manifest []byte) ([]byte, error) {
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

// RestoreManagers writes who owns which field. Nothing else about the set changes, so that
// only its resourceVersion tells whether these are still the entries that were seen.
func (s Sets) RestoreManagers(ctx context.Context, r plan.RestoreManagers, seen sts.Snapshot, dryRun []string) (*workload.Set, error) {
	fields, err := r.Of(seen)
	if err != nil {
		return nil, fmt.Errorf("statefulset %q: %w", seen.Name(), err)
	}
	patch, err := json.Marshal([]jsonpatch.Operation{
		jsonpatch.Test("/metadata/uid", seen.UID()),
		jsonpatch.Test("/metadata/resourceVersion", seen.Set.ResourceVersion),
		jsonpatch.Replace("/metadata/managedFields", fields),
	})
	if err != nil {
		return nil, fmt.Errorf("statefulset %q: %w", seen.Name(), err)
	}
	set, err := s.conn.StatefulSets(s.conn.Namespace).Patch(ctx, seen.Name(), types.JSONPatchType, patch, metav1.PatchOptions{
		FieldManager: s.conn.FieldManager, DryRun: dryRun,
	})
	if err != nil {
		return nil, s.conn.WriteError(err, "patch", sets, seen.Name())
	}
	return workload.FromApps(set), nil
}

// Forget deletes what is written down of a recreate. That it is gone is no error.
func (s Sets) Forget(ctx context.Context, f plan.ForgetSet, dryRun []string) error {
	config, err := s.config(ctx, f.Name)
	if err != nil || config == nil {
		return transport.ReadError(err)
	}
	there, unread := saved.Read(config.Data)
	if unread != nil || there.ID != f.ID {
		return nil //nolint:nilerr // another's, or nobody knows whose
	}
	opts := metav1.DeleteOptions{
		DryRun: dryRun, Preconditions: &metav1.Preconditions{UID: &config.UID, ResourceVersion: &config.ResourceVersion},
	}
	err = s.conn.Remove(ctx, configs, s.conn.Namespace, config.Name, opts)
	if apierrors.IsNotFound(err) {
		return nil
	}
	return s.conn.WriteError(err, "delete", configs, config.Name)
}
