package kube

import (
	"context"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Namespaces are the names of the cluster's namespaces, in order.
func (c *Client) Namespaces(ctx context.Context) ([]string, error) {
	var names []string
	err := pages(c.quiet(ctx), metav1.ListOptions{}, c.namespaces().List, func(list *corev1.NamespaceList) {
		for i := range list.Items {
			names = append(names, list.Items[i].Name)
		}
	})
	slices.Sort(names)
	return names, c.explain(err, "list", "namespaces", "")
}
