package kube

import (
	"context"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// listing puts the pods of a list to their sets.
type listing struct {
	client *Client
	each   func([]sts.Snapshot) error
	// inTurn passes a namespace on as soon as the list of pods is past it.
	inTurn bool

	sets      *sts.Gathering
	left      []string // the namespaces that were not passed on, in order
	at        string   // the namespace that the list of pods has got to
	held      int      // how many sets and pods are in memory
	explainer explainer
}

func (l *listing) read(ctx context.Context, q Query) error {
	c := l.client
	ctx, stop := context.WithCancel(c.conn.Quiet(ctx))
	defer stop()
	readAway := c.readAway(ctx, q)
	sets, err := c.listSets(ctx, q)
	if err != nil {
		return err
	}
	away, err := readAway(sets)
	if err != nil || len(sets)+len(away) == 0 {
		return err
	}
	l.sets = sts.Gather(sets)
	l.sets.AddAway(away)
	l.left = namespacesOf(sets, away)
	l.hold(len(sets) + len(away))
	l.explainer = explainer{client: c, all: l.inTurn}
	countable := slices.DeleteFunc(sets, func(set *workload.Set) bool { return sts.Countable(set) != nil })
	if len(countable) == 0 {
		return l.pass(ctx, len(l.left))
	}
	// Every pod of a StatefulSet has this label (updateIdentity in the
	// controller's source), so the other pods of a cluster are not read.
	opts := metav1.ListOptions{LabelSelector: appsv1.StatefulSetPodNameLabel}
	var failed error
	err = transport.Pages(ctx, opts, c.conn.Pods(namespaceOf(countable)).List, func(list *corev1.PodList) {
		if failed == nil {
			failed = l.add(ctx, list)
		}
		if failed != nil {
			stop()
		}
	})
	switch {
	case failed != nil:
		return failed
	case err != nil:
		return c.conn.Explain(err, "list", "pods", "")
	}
	return l.pass(ctx, len(l.left))
}

// add takes a page of pods.
func (l *listing) add(ctx context.Context, list *corev1.PodList) error {
	for i := range list.Items {
		pod := &list.Items[i]
		if l.inTurn && l.at != "" && claims.CompareNamespaces(pod.Namespace, l.at) < 0 {
			return ErrNoOrder
		}
		l.at = pod.Namespace
		if l.sets.Add(pod) {
			l.held++
		}
	}
	l.hold(0)
	if !l.inTurn {
		return nil
	}
	past := slices.IndexFunc(l.left, func(namespace string) bool { return claims.CompareNamespaces(namespace, l.at) >= 0 })
	if past < 0 {
		past = len(l.left)
	}
	return l.pass(ctx, past)
}

// pass passes on the sets of the next namespaces, so many.
func (l *listing) pass(ctx context.Context, namespaces int) error {
	var out []sts.Snapshot
	for _, namespace := range l.left[:namespaces] {
		out = append(out, l.sets.Take(namespace)...)
	}
	l.left = l.left[namespaces:]
	if len(out) == 0 {
		return nil
	}
	for i := range out {
		l.held -= 1 + len(out[i].Pods)
	}
	l.explainer.addFailedCreates(ctx, out)
	l.explainer.addNodes(ctx, out)
	err := l.each(out)
	l.hold(0)
	return err
}

// hold tells how many objects there are in memory, so many more than before.
func (l *listing) hold(more int) {
	l.held += more
	if l.client.Held != nil {
		l.client.Held(l.held)
	}
}

// namespacesOf are the namespaces of the sets, in the order of a list.
func namespacesOf(sets []*workload.Set, away []sts.Snapshot) []string {
	var out []string
	for _, set := range sets {
		out = append(out, set.Namespace)
	}
	for i := range away {
		out = append(out, away[i].Set.Namespace)
	}
	slices.SortFunc(out, claims.CompareNamespaces)
	return slices.Compact(out)
}
