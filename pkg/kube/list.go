package kube

import (
	"context"
	"errors"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// pageSize is how many objects are asked for at once, as kubectl does.
const pageSize = 500

// Query says which sets of a namespace, or of all, a list is about.
type Query struct {
	Selector string   // a label selector; empty for all
	Names    []string // only sets of these names; empty for all
}

// Everywhere is the same client for the sets of all namespaces. It can only
// list.
func (c *Client) Everywhere() *Client {
	all := *c
	all.Namespace = metav1.NamespaceAll
	return &all
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

func (c *Client) listSets(ctx context.Context, q Query) ([]*appsv1.StatefulSet, error) {
	var sets []*appsv1.StatefulSet
	opts := metav1.ListOptions{LabelSelector: q.Selector}
	err := pages(ctx, opts, c.statefulSets(c.Namespace).List, func(list *appsv1.StatefulSetList) {
		for i := range list.Items {
			if len(q.Names) == 0 || slices.Contains(q.Names, list.Items[i].Name) {
				sets = append(sets, slimSet(&list.Items[i]))
			}
		}
	})
	return sets, c.explain(err, "list", "statefulsets.apps", "")
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
		if strings.HasPrefix(key, sts.OwnAnnotations) {
			metav1.SetMetaDataAnnotation(&slim.ObjectMeta, key, value)
		}
	}
	if _, open := set.Annotations[sts.RolloutAnnotation]; !open { // else whether somebody changed it is to be told
		slim.Spec.Template = corev1.PodTemplateSpec{}
		for i := range set.Spec.Template.Spec.Containers {
			c := &set.Spec.Template.Spec.Containers[i]
			slim.Spec.Template.Spec.Containers = append(slim.Spec.Template.Spec.Containers, corev1.Container{Name: c.Name, Image: c.Image})
		}
	}
	if len(slim.Annotations) == 0 && (sts.Snapshot{Set: set}).Partition() == 0 {
		slim.ManagedFields = nil
	}
	return slim
}

// namespaceOf is the namespace that all the sets are in, or all namespaces.
func namespaceOf(sets []*appsv1.StatefulSet) string {
	for _, set := range sets {
		if set.Namespace != sets[0].Namespace {
			return metav1.NamespaceAll
		}
	}
	return sets[0].Namespace
}

// pages lists page by page and passes each on.
func pages[L metav1.ListInterface](ctx context.Context, opts metav1.ListOptions,
	list func(context.Context, metav1.ListOptions) (L, error), each func(L),
) error {
	opts.Limit = pageSize
	for {
		page, err := again(ctx, func(ctx context.Context) (L, error) { return list(ctx, opts) })
		next := ""
		if err != nil {
			// Too slow: the server has forgotten the state that the first page
			// showed. It offers to go on with the present one.
			if next = offered(err); next == "" {
				return err
			}
		} else {
			each(page)
			next = page.GetContinue()
		}
		if next == "" {
			return nil
		}
		opts.Continue = next
	}
}

// offered is what to go on from after a 410 between two pages, or "".
func offered(err error) string {
	var status apierrors.APIStatus
	if !apierrors.IsResourceExpired(err) || !errors.As(err, &status) {
		return ""
	}
	return status.Status().Continue
}
