package transport

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Remove deletes an object. That a dry run is one stands in the address as well
// as in the body: most audit logs only show the address, and whoever reads one
// must not take a rehearsal for a deletion.
func (c *Conn) Remove(ctx context.Context, resource, namespace, name string, opts metav1.DeleteOptions) error {
	request := c.Core.Delete().Namespace(namespace).Resource(resource).Name(name).Body(&opts)
	for _, value := range opts.DryRun {
		request = request.Param("dryRun", value)
	}
	return request.Do(ctx).Error()
}
