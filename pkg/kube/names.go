package kube

import (
	"context"
	"slices"
)

// Names are the names of the namespace's StatefulSets that a label selector
// matches, in order; an empty selector matches all.
func (c *Client) Names(ctx context.Context, selector string) ([]string, error) {
	sets, err := c.listSets(c.quiet(ctx), Query{Selector: selector})
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(sets))
	for _, set := range sets {
		names = append(names, set.Name)
	}
	slices.Sort(names)
	return names, nil
}
