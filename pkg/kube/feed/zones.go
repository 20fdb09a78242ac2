package feed

import (
	"context"
	"encoding/json"
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// onlyMetadata asks for an object without spec and status: a node has a lot in
// there.
const onlyMetadata = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"

// Zones knows in which zones the nodes are, for pods whose own labels don't
// tell: servers before 1.35 don't copy it there. Each node is asked for once.
type Zones struct {
	mu    sync.Mutex
	known map[string]string // by node; empty while it is asked for, or when it has none
	deny  bool              // nodes may not be read
}

// NewZones knows no zone yet.
func NewZones() *Zones { return &Zones{known: map[string]string{}} }

// add adds the zones that are known to the pods, and asks for the others; changed
// is called when there is more to know. Nil knows none, and asks for none.
func (z *Zones) add(ctx context.Context, c *transport.Conn, s sts.Snapshot, changed func()) {
	if z == nil {
		return
	}
	if unknown := z.fill(s); len(unknown) > 0 {
		go func() {
			for _, node := range unknown {
				z.ask(ctx, c, node)
			}
			changed()
		}()
	}
}

// fill returns the nodes that nobody has asked for yet.
func (z *Zones) fill(s sts.Snapshot) []string {
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

func (z *Zones) ask(ctx context.Context, c *transport.Conn, node string) {
	raw, err := transport.Body(c.Core.Get().Resource("nodes").Name(node).SetHeader("Accept", onlyMetadata).Do(ctx))
	var object struct {
		Metadata struct{ Labels map[string]string }
	}
	if err == nil {
		err = json.Unmarshal(raw, &object)
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	switch {
	case apierrors.IsForbidden(err):
		z.deny = true
	case err == nil:
		z.known[node] = object.Metadata.Labels[corev1.LabelTopologyZone]
	}
}
