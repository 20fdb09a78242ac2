package kube

import (
	"cmp"
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

// List reads sets and their pods, by namespace and name. How many requests
// that takes depends on how many pages there are, not on how many sets. The
// snapshots have no revisions, budgets and claims, their sets no templates. A set
// that wants more pods than can be counted does not hide the others.
func (c *Client) List(ctx context.Context, q Query) ([]sts.Snapshot, error) {
	ctx = c.quiet(ctx)
	sets, err := c.listSets(ctx, q)
	if err != nil || len(sets) == 0 {
		return nil, err
	}
	var absurd []sts.Snapshot
	sets = slices.DeleteFunc(sets, func(set *appsv1.StatefulSet) bool {
		err := sts.Countable(set)
		if err != nil {
			absurd = append(absurd, sts.Snapshot{Set: set, Uncountable: err})
		}
		return err != nil
	})
	if len(sets) == 0 {
		return absurd, nil
	}
	// Every pod of a StatefulSet has this label (updateIdentity in the
	// controller's source), so the other pods of a cluster are not read.
	opts := metav1.ListOptions{LabelSelector: appsv1.StatefulSetPodNameLabel}
	gathering := sts.Gather(sets)
	err = pages(ctx, opts, c.pods(namespaceOf(sets)).List, func(list *corev1.PodList) {
		for i := range list.Items {
			gathering.Add(&list.Items[i])
		}
	})
	if err != nil {
		return nil, c.explain(err, "list", "pods", "")
	}
	snapshots := gathering.Snapshots()
	c.addFailedCreates(ctx, snapshots)
	c.addNodes(ctx, snapshots)
	snapshots = append(snapshots, absurd...)
	slices.SortStableFunc(snapshots, func(a, b sts.Snapshot) int {
		return cmp.Or(strings.Compare(a.Set.Namespace, b.Set.Namespace), strings.Compare(a.Name(), b.Name()))
	})
	return snapshots, nil
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
// it, and would stay in memory with all of its page. The template is kept where a
// rollout of it is not over, and else its images.
func slimSet(set *appsv1.StatefulSet) *appsv1.StatefulSet {
	slim := &appsv1.StatefulSet{ObjectMeta: set.ObjectMeta, Spec: set.Spec, Status: set.Status}
	slim.Spec.VolumeClaimTemplates = nil
	if _, open := set.Annotations[sts.RolloutAnnotation]; !open { // else whether somebody changed it is to be told
		slim.Spec.Template = corev1.PodTemplateSpec{}
		for i := range set.Spec.Template.Spec.Containers {
			c := &set.Spec.Template.Spec.Containers[i]
			slim.Spec.Template.Spec.Containers = append(slim.Spec.Template.Spec.Containers, corev1.Container{Name: c.Name, Image: c.Image})
		}
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
