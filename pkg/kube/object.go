package kube

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/savedset"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
)

// saved writes sets down and creates them again.
func (c *Client) saved() savedset.Sets { return savedset.Of(c.conn) }

// Saved reads what is written down of a set that is recreated; nil where nothing is.
func (c *Client) Saved(ctx context.Context, name string) (*saved.Set, error) {
	return c.saved().Find(ctx, name)
}

// SavedSets are the sets that are written down, as they will be, of the namespace or of all.
func (c *Client) SavedSets(ctx context.Context) ([]sts.Snapshot, error) { return c.saved().All(ctx) }

// missing says of a set that is not there where it has gone: a recreate may have been killed
// between its deletion and its creation. Where that can't be read the error says only that
// the set is not there.
func (c *Client) missing(ctx context.Context, name string, err error) error {
	if !apierrors.IsNotFound(err) {
		return err
	}
	was, unknown := c.Saved(ctx, name)
	if unknown != nil || was == nil {
		return err
	}
	return &hint.Error{
		Err: fmt.Errorf("%w: a recreate that was begun at %s has deleted it and was not ended; its pods run without it",
			err, was.Started.UTC().Format(time.RFC3339)),
		Hints: []hint.Hint{hint.Plugin("create it again", "recreate", name)},
	}
}

// Defaults is the manifest of a set as the API server would have it, with its defaults.
func (c *Client) Defaults(ctx context.Context, manifest []byte) ([]byte, error) {
	return c.saved().Defaults(ctx, manifest)
}

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
