package kube

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// remove deletes an object. That a dry run is one stands in the address as well
// as in the body: most audit logs only show the address, and whoever reads one
// must not take a rehearsal for a deletion.
func (c *Client) remove(ctx context.Context, resource, namespace, name string, opts metav1.DeleteOptions) error {
	request := c.core.Delete().Namespace(namespace).Resource(resource).Name(name).Body(&opts)
	for _, value := range opts.DryRun {
		request = request.Param("dryRun", value)
	}
	return request.Do(ctx).Error()
}
