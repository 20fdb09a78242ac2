package kube

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Names are the names of the namespace's StatefulSets that a label selector
// matches, in order; an empty selector matches all.
func (c *Client) Names(ctx context.Context, selector string) ([]string, error) {
	ctx = quiet(ctx)
	var names []string
	next := ""
	for {
		request := c.apps.RESTClient().Get().Namespace(c.Namespace).Resource("statefulsets").
			SetHeader("Accept", onlyMetadataList).Param("limit", strconv.Itoa(pageSize))
		if selector != "" {
			request = request.Param("labelSelector", selector)
		}
		if next != "" {
			request = request.Param("continue", next)
		}
		raw, err := body(request.Do(ctx))
		if err != nil {
			return nil, c.explain(err, "list", "statefulsets.apps", "")
		}
		var page metav1.PartialObjectMetadataList
		if err := json.Unmarshal(raw, &page); err != nil {
			return nil, fmt.Errorf("list statefulsets: %w", err)
		}
		for i := range page.Items {
			names = append(names, page.Items[i].Name)
		}
		if next = page.Continue; next == "" {
			slices.Sort(names)
			return names, nil
		}
	}
}
