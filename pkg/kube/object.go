package kube

import (
	"context"
	"encoding/json"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
)

// Object reads one object of a kind that the plugin has no type of. It is nil where there
// is no such object, or the cluster has no such kind.
func (c *Client) Object(ctx context.Context, of schema.GroupVersionResource, namespace, name string) (map[string]any, error) {
	conn := c.conn.In(namespace)
	path := "/apis/" + of.Group + "/" + of.Version
	raw, err := transport.Again(conn.Quiet(ctx), func(ctx context.Context) ([]byte, error) {
		return transport.Body(conn.Core.Get().AbsPath(path, "namespaces", namespace, of.Resource, name).
			SetHeader("Accept", runtime.ContentTypeJSON).Do(ctx))
	})
	if apierrors.IsNotFound(err) {
		return nil, nil //nolint:nilnil // there is none
	}
	resource := of.Resource + "." + of.Group
	if err != nil {
		return nil, conn.Explain(err, "get", resource, name)
	}
	var object map[string]any
	if err := json.Unmarshal(raw, &object); err != nil {
		return nil, fmt.Errorf("%s %q: %w", resource, name, err)
	}
	return object, nil
}
