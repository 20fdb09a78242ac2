package kube

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/evidence"
)

const (
	// evidenceWithin is what reading the evidence may take in all: a run that has
	// failed is not kept from saying so.
	evidenceWithin = 10 * time.Second
	// tailLines is how many lines of a log are asked for. The API server's own limit
	// of bytes would cut off the end of them.
	tailLines = 40
	// mostRead is how many bytes of those are read at most.
	mostRead = 512 << 10
)

var _ engine.Witness = (*Client)(nil)

// Evidence reads what a pod tells about its trouble: its containers, the end of
// the log, the newest probe that failed, and whether its node is there. What can't
// be read within a few seconds, or may not be read, is left out. It is nil where
// there is no such pod.
func (c *Client) Evidence(ctx context.Context, pod, container string) *evidence.Evidence {
	ctx, cancel := context.WithTimeoutCause(transport.Quiet(ctx), evidenceWithin, errors.New("the evidence took too long"))
	defer cancel()
	pods, err := transport.Again(ctx, func(ctx context.Context) (*corev1.PodList, error) {
		return c.conn.Pods(c.Namespace).List(ctx,
			metav1.ListOptions{FieldSelector: fields.OneTermEqualSelector("metadata.name", pod).String()})
	})
	if err != nil || len(pods.Items) != 1 {
		return nil
	}
	p := &pods.Items[0]
	var events []*corev1.Event
	var lost time.Time
	var log podLog
	var all sync.WaitGroup
	all.Go(func() { events = c.probeEvents(ctx, p) })
	all.Go(func() { lost = c.nodeLost(ctx, p) })
	all.Go(func() { log = c.lastLog(ctx, p, container) })
	all.Wait()
	e := evidence.Observe(p, container, events)
	e.Log, e.Previous, e.NoLog = evidence.LastWords(log.text), log.previous, log.denied
	if !lost.IsZero() {
		lost = lost.UTC()
		e.NodeLost = &lost
	}
	return &e
}

// probeEvents are the events about probes of a pod that failed.
func (c *Client) probeEvents(ctx context.Context, p *corev1.Pod) []*corev1.Event {
	of := fields.Set{
		"involvedObject.kind": "Pod", "involvedObject.name": p.Name,
		"involvedObject.uid": string(p.UID), "reason": evidence.ReasonUnhealthy,
	}
	events, err := transport.Again(ctx, func(ctx context.Context) (*corev1.EventList, error) {
		return c.conn.Events(c.Namespace).List(ctx, metav1.ListOptions{FieldSelector: of.AsSelector().String()})
	})
	if err != nil {
		return nil
	}
	return pointers(events.Items)
}

// nodeLost is since when a pod's node has not been heard of, zero when it is there.
func (c *Client) nodeLost(ctx context.Context, p *corev1.Pod) time.Time {
	if p.Spec.NodeName == "" {
		return time.Time{}
	}
	node, err := transport.Again(ctx, func(ctx context.Context) (*corev1.Node, error) {
		return c.conn.Nodes().Get(ctx, p.Spec.NodeName, metav1.GetOptions{})
	})
	if err != nil {
		return time.Time{}
	}
	return sts.ObserveNode(node).Lost
}

// podLog is the end of a container's log.
type podLog struct {
	text     string
	previous bool // of the container before
	denied   bool // the user may not read it
}

// lastLog reads the log that tells why a container ended. Between two looks it may
// have been started again: then the other log is the one.
func (c *Client) lastLog(ctx context.Context, p *corev1.Pod, container string) podLog {
	name, previous, known := evidence.LogOf(p, container)
	if !known {
		return podLog{}
	}
	text, err := c.tail(ctx, p.Name, name, previous)
	if (apierrors.IsBadRequest(err) || err == nil && text == "") && ctx.Err() == nil {
		if other, errOther := c.tail(ctx, p.Name, name, !previous); errOther == nil && other != "" {
			text, previous, err = other, !previous, nil
		}
	}
	if text == "" {
		previous = false
	}
	return podLog{text, previous, apierrors.IsForbidden(err)}
}

// tail reads the end of a log.
func (c *Client) tail(ctx context.Context, pod, container string, previous bool) (string, error) {
	stream, err := c.conn.Core.Get().Namespace(c.Namespace).Resource("pods").Name(pod).SubResource("log").
		VersionedParams(&corev1.PodLogOptions{
			Container: container, Previous: previous, TailLines: ptr.To[int64](tailLines),
		}, c.conn.Parameters).Stream(ctx)
	if err != nil {
		return "", err
	}
	defer stream.Close()
	end := &ending{most: evidence.MostLog}
	if _, err := io.Copy(end, io.LimitReader(stream, mostRead)); err != nil && len(end.kept) == 0 {
		return "", err
	}
	return string(end.kept), nil
}

// ending keeps the last bytes of what is written to it.
type ending struct {
	kept []byte
	most int
}

// Write keeps the end.
func (e *ending) Write(text []byte) (int, error) {
	e.kept = append(e.kept, text...)
	if over := len(e.kept) - e.most; over > 0 {
		e.kept = append(e.kept[:0], e.kept[over:]...)
	}
	return len(text), nil
}
