package kube

import (
	"cmp"
	"context"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
)

// Names are the names of the namespace's StatefulSets, in order, and of those that are away,
// which are left out where they can't be read.
func (c *Client) Names(ctx context.Context, q Query) (names, away []string, err error) {
	readAway := c.readAway(ctx, q)
	sets, err := c.listSets(c.conn.Quiet(ctx), q)
	if err != nil {
		return nil, nil, err
	}
	for _, set := range sets {
		names = append(names, set.Name)
	}
	missing, _ := readAway(sets)
	for i := range missing {
		away = append(away, missing[i].Name())
	}
	slices.Sort(names)
	slices.Sort(away)
	return names, away, nil
}

// Sets are the StatefulSets that a label selector matches, by namespace and name,
// of the client's namespace or of all; an empty selector matches all.
func (c *Client) Sets(ctx context.Context, selector string) ([]types.NamespacedName, error) {
	sets, err := c.listSets(c.conn.Quiet(ctx), Query{Selector: selector})
	if err != nil {
		return nil, err
	}
	names := make([]types.NamespacedName, 0, len(sets))
	for _, set := range sets {
		names = append(names, types.NamespacedName{Namespace: set.Namespace, Name: set.Name})
	}
	slices.SortFunc(names, func(a, b types.NamespacedName) int {
		return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Name, b.Name))
	})
	return names, nil
}

// Namespaces are the names of the cluster's namespaces, in order.
func (c *Client) Namespaces(ctx context.Context) ([]string, error) {
	var names []string
	err := transport.Pages(c.conn.Quiet(ctx), metav1.ListOptions{}, c.conn.Namespaces().List, func(list *corev1.NamespaceList) {
		for i := range list.Items {
			names = append(names, list.Items[i].Name)
		}
	})
	slices.Sort(names)
	return names, c.conn.Explain(err, "list", "namespaces", "")
}
