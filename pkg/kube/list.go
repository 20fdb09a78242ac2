package kube

import (
	"context"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/annotation"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Query says which sets of a namespace, or of all, a list is about.
type Query struct {
	Selector string   // a label selector; empty for all
	Names    []string // only sets of these names; empty for all
	Away     bool     // also sets that a recreate has deleted and not created again
}

// wants reports whether the list is about a set that is away. The labels of one that can't
// be read nobody knows.
func (q Query) wants(s sts.Snapshot) bool {
	if len(q.Names) > 0 && !slices.Contains(q.Names, s.Name()) {
		return false
	}
	selector, err := labels.Parse(q.Selector)
	return err == nil && (selector.Empty() || s.Away.Unread == nil && selector.Matches(labels.Set(s.Set.Labels)))
}

// List reads sets and their pods, in the order of [claims.CompareNamespaces] and
// by name. How many requests that takes depends on how many pages there are, not
// on how many sets. The snapshots have no revisions, budgets and claims, their
// sets no templates. A set that wants more pods than can be counted does not hide
// the others.
func (c *Client) List(ctx context.Context, q Query) ([]sts.Snapshot, error) {
	var out []sts.Snapshot
	l := &listing{client: c, each: func(some []sts.Snapshot) error {
		out = append(out, some...)
		return nil
	}}
	if err := l.read(ctx, q); err != nil {
		return nil, err
	}
	return out, nil
}

// ListInTurn reads what [Client.List] does, and passes on the sets of each
// namespace as soon as the list of pods is past it, so that only the pods of the
// namespace at hand are in memory. It ends with [ErrNoOrder] when that list is not
// in the order of namespaces; List needs no order.
func (c *Client) ListInTurn(ctx context.Context, q Query, each func([]sts.Snapshot) error) error {
	l := &listing{client: c, each: each, inTurn: c.Namespace == metav1.NamespaceAll}
	return l.read(ctx, q)
}

func (c *Client) listSets(ctx context.Context, q Query) ([]*workload.Set, error) {
	var sets []*workload.Set
	opts := metav1.ListOptions{LabelSelector: q.Selector}
	err := transport.Pages(ctx, opts, c.conn.StatefulSets(c.Namespace).List, func(list *appsv1.StatefulSetList) {
		for i := range list.Items {
			if len(q.Names) == 0 || slices.Contains(q.Names, list.Items[i].Name) {
				sets = append(sets, workload.FromApps(slimSet(&list.Items[i])))
			}
		}
	})
	return sets, c.conn.Explain(err, "list", "statefulsets.apps", "")
}

// readAway begins to read, in one request, which sets are away, and returns how to wait for them
// and to leave out those that are listed. Whoever may not read that sees no such set, as when
// asking for one by its name: it would be said with every list, and hardly ever matter.
func (c *Client) readAway(ctx context.Context, q Query) func(listed []*workload.Set) ([]sts.Snapshot, error) {
	if !q.Away {
		return func([]*workload.Set) ([]sts.Snapshot, error) { return nil, nil }
	}
	type answer struct {
		sets []sts.Snapshot
		err  error
	}
	done := make(chan answer, 1)
	go func() {
		sets, err := c.Away(ctx)
		done <- answer{sets, err}
	}()
	return func(listed []*workload.Set) ([]sts.Snapshot, error) {
		got := <-done
		if Denied(got.err) {
			return nil, nil
		}
		there := map[setKey]bool{}
		for _, set := range listed {
			there[setKey{set.Namespace, set.Name}] = true
		}
		return slices.DeleteFunc(got.sets, func(s sts.Snapshot) bool {
			return !q.wants(s) || there[setKey{s.Set.Namespace, s.Name()}]
		}), got.err
	}
}

// slimSet copies what a list of many sets needs to know. The rest is most of
// it, and would stay in memory with all of its page. The template and who wrote
// which field are kept where a run is not over, and else the template's images and,
// where there is a partition, who wrote that.
func slimSet(set *appsv1.StatefulSet) *appsv1.StatefulSet {
	slim := &appsv1.StatefulSet{ObjectMeta: set.ObjectMeta, Spec: set.Spec, Status: set.Status}
	slim.Spec.VolumeClaimTemplates = nil
	slim.Annotations = nil
	for key, value := range set.Annotations {
		if strings.HasPrefix(key, annotation.Prefix) {
			metav1.SetMetaDataAnnotation(&slim.ObjectMeta, key, value)
		}
	}
	if _, open := set.Annotations[note.RolloutAnnotation]; !open { // else whether somebody changed it is to be told
		slim.Spec.Template = corev1.PodTemplateSpec{}
		for i := range set.Spec.Template.Spec.Containers {
			c := &set.Spec.Template.Spec.Containers[i]
			slim.Spec.Template.Spec.Containers = append(slim.Spec.Template.Spec.Containers, corev1.Container{Name: c.Name, Image: c.Image})
		}
	}
	if len(slim.Annotations) == 0 && workload.FromApps(set).Spec.Partition == 0 {
		slim.ManagedFields = nil
	}
	return slim
}

// namespaceOf is the namespace that all the sets are in, or all namespaces.
func namespaceOf(sets []*workload.Set) string {
	for _, set := range sets {
		if set.Namespace != sets[0].Namespace {
			return metav1.NamespaceAll
		}
	}
	return sets[0].Namespace
}
