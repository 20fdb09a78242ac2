package kube

import (
	"context"
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/version"
)

// ServerVersion is the version that the API server says it has.
func (c *Client) ServerVersion(ctx context.Context) (version.Info, error) {
	raw, err := body(c.core.Get().AbsPath("/version").SetHeader("Accept", runtime.ContentTypeJSON).Do(quiet(ctx)))
	if err != nil {
		return version.Info{}, c.explain(err, "get", "/version", "")
	}
	var info version.Info
	if err := json.Unmarshal(raw, &info); err != nil {
		return version.Info{}, fmt.Errorf("the API server at %s: its version: %w", c.host, err)
	}
	return info, nil
}
