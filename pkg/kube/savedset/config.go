package savedset

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Saved reads what is written down of a set; nil where nothing is.
func (s Store) Saved(ctx context.Context, name string) (*saved.Set, error) {
	config, err := s.config(ctx, name)
	if config == nil || err != nil {
		return nil, err
	}
	data, err := s.data(ctx, config)
	if data == nil || err != nil {
		return nil, err
	}
	out, err := saved.Read(data)
	if err == nil && out.Name != name {
		err = fmt.Errorf("it is about statefulset %q", out.Name)
	}
	if err != nil {
		return nil, fmt.Errorf("configmap %q, in which statefulset %q is saved, can't be read: %w",
			saved.ConfigMap(name), name, sts.CleanError(err))
	}
	return out, nil
}

func (s Store) config(ctx context.Context, set string) (*corev1.ConfigMap, error) {
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

// SavedSets are the sets of the namespace, or of all, that are written down, as they will be. One
// that can't be read is an error: what it wants nobody knows.
func (s Store) SavedSets(ctx context.Context) ([]sts.Snapshot, error) {
	list, err := s.configs(ctx)
	var out []sts.Snapshot
	for i := range list {
		config := &list[i]
		data, err := s.data(ctx, config)
		if err != nil {
			return nil, err
		}
		if data == nil {
			continue
		}
		kept, set, err := setOf(data, config.Namespace)
		if err != nil {
			return nil, fmt.Errorf("configmap %q of namespace %q, in which a statefulset is saved, can't be read: %w",
				config.Name, config.Namespace, err)
		}
		set.Name, set.UID = kept.Name, kept.UID
		if err := sts.Countable(set); err != nil {
			return nil, err
		}
		out = append(out, sts.Observe(set, nil, nil, nil))
	}
	return out, err
}

// Away are the same sets for a person to see. They are away where there is no set of the
// name.
func (s Store) Away(ctx context.Context) ([]sts.Snapshot, error) {
	list, err := s.configs(ctx)
	var out []sts.Snapshot
	for i := range list {
		if set, ok := AwayOf(&list[i]); ok {
			out = append(out, set)
		}
	}
	return out, err
}

// AwayOf is the set that a ConfigMap holds, if a recreate may have written that. Of one that
// can't be read the name alone tells.
func AwayOf(config *corev1.ConfigMap) (sts.Snapshot, bool) {
	name, ok := saved.SetOf(config.Name)
	if !ok {
		return sts.Snapshot{}, false
	}
	away := &sts.Away{Started: config.CreationTimestamp.Time}
	kept, set, err := setOf(config.Data, config.Namespace)
	if record, unread := saved.Record(config.Data); unread == nil && record.Secret { // what it wants is not for everybody
		kept, set, err = record, bare(config.Namespace), nil
	}
	if err == nil && kept.Name != name {
		err = fmt.Errorf("it is about statefulset %q", kept.Name)
	}
	if err != nil {
		set, away.Unread = bare(config.Namespace), err
	} else {
		away.ID, away.Started, away.Changes, set.UID = kept.ID, kept.Started, kept.Says(), kept.UID
	}
	set.Name = name
	return sts.Snapshot{Set: set, Away: away}, true
}

// configs are the ConfigMaps that hold sets.
func (s Store) configs(ctx context.Context) ([]corev1.ConfigMap, error) {
	out, err := transport.Again(s.conn.Quiet(ctx), func(ctx context.Context) (out []corev1.ConfigMap, err error) {
		_, err = s.Each(ctx, metav1.ListOptions{}, nil, func(c *corev1.ConfigMap) { out = append(out, *c) })
		return out, err
	})
	return out, s.conn.Explain(err, "list", configs, "")
}

// Each reads the ConfigMaps that hold sets. It is a list as [transport.Stream] has them, which
// comes at once: there are next to none, whatever else is in the namespaces.
func (s Store) Each(ctx context.Context, _ metav1.ListOptions, _ []string, each func(*corev1.ConfigMap)) (next string, err error) {
	list := &corev1.ConfigMapList{}
	err = s.conn.Core.Get().Namespace(s.conn.Namespace).Resource(configs).Param("labelSelector", saved.Annotation).Do(ctx).Into(list)
	for i := range list.Items {
		each(&list.Items[i])
	}
	return "", err
}

// setOf is what was written down, and the set that is to be.
func setOf(data map[string]string, namespace string) (*saved.Set, *workload.Set, error) {
	kept, err := saved.Read(data)
	object := &appsv1.StatefulSet{}
	if err == nil {
		err = podtemplate.CheckQuantities(kept.Manifest)
	}
	if err == nil {
		err = json.Unmarshal(kept.Manifest, object)
	}
	if err != nil {
		return nil, nil, sts.CleanError(err)
	}
	object.Namespace = namespace
	return kept, workload.FromApps(object), nil
}

// bare is a set of which nothing is known.
func bare(namespace string) *workload.Set {
	object := &appsv1.StatefulSet{Spec: appsv1.StatefulSetSpec{Replicas: new(int32)}}
	object.Namespace = namespace
	return workload.FromApps(object)
}

// SaveSet writes a set down, where it is still the one that is to be.
func (s Store) SaveSet(ctx context.Context, c plan.SaveSet, seen sts.Snapshot, dryRun []string) error {
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
	hidden := hide(c.Saved, config)
	if c.Instead != "" {
		return s.instead(ctx, c, config, hidden, seen, dryRun)
	}
	made := &corev1.ConfigMap{}
	request := s.conn.Core.Post().Namespace(s.conn.Namespace).Resource(configs).Param("fieldManager", s.conn.FieldManager).Body(config)
	err = dry(request, dryRun).Do(ctx).Into(made)
	if apierrors.IsAlreadyExists(err) {
		if made, err = s.same(ctx, c.Saved, dryRun); err != nil {
			return err
		}
	}
	if err != nil {
		return s.conn.WriteError(err, "create", configs, name)
	}
	if err := s.keep(ctx, hidden, made, dryRun); err != nil || dryRun != nil {
		return err
	}
	// Another run may have been faster with all of it, and what is written down would stay.
	err = s.unchanged(ctx, c.Saved.Name, c.Saved.UID, c.Saved.Before, seen)
	if err != nil && !errors.Is(err, engine.ErrLost) {
		_ = s.ForgetSet(ctx, plan.ForgetSet{Name: c.Saved.Name, ID: c.Saved.ID}, nil)
	}
	return err
}

// instead writes the set down in the place of another recreate, which ends with that.
func (s Store) instead(
	ctx context.Context, c plan.SaveSet, config *corev1.ConfigMap, hidden *corev1.Secret, seen sts.Snapshot, dryRun []string,
) error {
	there, err := s.config(ctx, c.Saved.Name)
	if err != nil {
		return transport.ReadError(err)
	}
	if there == nil {
		return fmt.Errorf("configmap %s, in which statefulset %q was saved, is gone", config.Name, c.Saved.Name)
	}
	kept, err := saved.Record(there.Data)
	if err != nil || kept.ID != c.Instead {
		_, err := s.same(ctx, c.Saved, dryRun) // the answer may have been lost
		return err
	}
	if err := s.keep(ctx, hidden, there, dryRun); err != nil {
		return err
	}
	config.UID, config.ResourceVersion = there.UID, there.ResourceVersion
	request := s.conn.Core.Put().Namespace(s.conn.Namespace).Resource(configs).Name(config.Name).
		Param("fieldManager", s.conn.FieldManager).Body(config)
	if err := s.conn.WriteError(dry(request, dryRun).Do(ctx).Error(), "update", configs, config.Name); err != nil || dryRun != nil {
		return err
	}
	// The recreate that ends with this may have ended otherwise meanwhile.
	return s.unchanged(ctx, c.Saved.Name, c.Saved.UID, c.Saved.Before, seen)
}

// same is the ConfigMap that is there already, as the answer to a request that had none. One
// whose Secret there is not says nothing: a run was killed before it had written that.
func (s Store) same(ctx context.Context, want saved.Set, dryRun []string) (*corev1.ConfigMap, error) {
	conflict := fmt.Errorf("%w: configmap %s", engine.ErrConflict, saved.ConfigMap(want.Name))
	config, err := s.config(ctx, want.Name)
	switch {
	case err != nil:
		return nil, transport.ReadError(err)
	case config == nil:
		return nil, conflict
	}
	record, err := saved.Record(config.Data)
	if err == nil && record.ID == want.ID {
		return config, nil
	}
	there, err := s.Saved(ctx, want.Name)
	switch {
	case err != nil:
		return nil, transport.ReadError(err)
	case there == nil && record != nil && dryRun != nil:
		return config, nil
	case there == nil && record != nil:
		return nil, cmp.Or(s.ForgetSet(ctx, plan.ForgetSet{Name: want.Name, ID: record.ID}, nil), conflict)
	case there == nil:
		return nil, conflict
	}
	return nil, fmt.Errorf("configmap %q already exists: another recreate of statefulset %q started at %s",
		saved.ConfigMap(want.Name), want.Name, there.Started.UTC().Format("15:04:05Z"))
}

// ForgetSet deletes what is written down of a recreate. That it is gone is no error.
func (s Store) ForgetSet(ctx context.Context, f plan.ForgetSet, dryRun []string) error {
	config, err := s.config(ctx, f.Name)
	if err != nil || config == nil {
		return transport.ReadError(err)
	}
	there, unread := saved.Record(config.Data)
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
