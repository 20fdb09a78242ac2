package kube

import (
	"context"
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/version"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
)

// ServerVersion is the version that the API server says it has.
func (c *Client) ServerVersion(ctx context.Context) (version.Info, error) {
	raw, err := transport.Body(c.conn.Core.Get().AbsPath("/version").SetHeader("Accept", runtime.ContentTypeJSON).Do(transport.Quiet(ctx)))
	if err != nil {
		return version.Info{}, c.conn.Explain(err, "get", "/version", "")
	}
	var info version.Info
	if err := json.Unmarshal(raw, &info); err != nil {
		return version.Info{}, fmt.Errorf("the API server at %s: its version: %w", c.conn.Host(), err)
	}
	return info, nil
}
