package kube

import (
	"context"
	"encoding/json"
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// onlyMetadata asks for an object without spec and status: a node has a lot in
// there.
const onlyMetadata = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"

// zones knows in which zones the nodes are, for pods whose own labels don't
// tell: servers before 1.35 don't copy it there. Each node is asked for once.
type zones struct {
	mu    sync.Mutex
	known map[string]string // by node; empty while it is asked for, or when it has none
	deny  bool              // nodes may not be read
}

// KnowZones makes Watch look at a pod's node where the pod does not say in
// which zone it is. Not being allowed to read nodes only costs the zones.
func (c *Client) KnowZones() { c.zones = &zones{known: map[string]string{}} }

// fill adds the zones that are known to the pods, and asks for the others;
// changed is called when there is more to know.
func (c *Client) fillZones(ctx context.Context, s sts.Snapshot, changed func()) {
	if c.zones == nil {
		return
	}
	if unknown := c.zones.fill(s); len(unknown) > 0 {
		go func() {
			for _, node := range unknown {
				c.askZone(ctx, node)
			}
			changed()
		}()
	}
}

// fill returns the nodes that nobody has asked for yet.
func (z *zones) fill(s sts.Snapshot) []string {
	z.mu.Lock()
	defer z.mu.Unlock()
	var unknown []string
	for i := range s.Pods {
		pod := &s.Pods[i]
		if pod.Zone != "" || pod.Node == "" || z.deny {
			continue
		}
		zone, asked := z.known[pod.Node]
		if !asked {
			z.known[pod.Node] = ""
			unknown = append(unknown, pod.Node)
		}
		pod.Zone = zone
	}
	return unknown
}

func (c *Client) askZone(ctx context.Context, node string) {
	raw, err := body(c.core.Get().Resource("nodes").Name(node).SetHeader("Accept", onlyMetadata).Do(ctx))
	var object struct {
		Metadata struct{ Labels map[string]string }
	}
	if err == nil {
		err = json.Unmarshal(raw, &object)
	}
	c.zones.mu.Lock()
	defer c.zones.mu.Unlock()
	switch {
	case apierrors.IsForbidden(err):
		c.zones.deny = true
	case err == nil:
		c.zones.known[node] = object.Metadata.Labels[corev1.LabelTopologyZone]
	}
}
