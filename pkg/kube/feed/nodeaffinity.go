package feed

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/evidence"
)

// Where volumes can be used is looked at only when a pod that has some fits on
// no node. Not being allowed to costs the words and nothing else.

// addNodeAffinity adds, to what the scheduler says about a pod, where its volumes
// can be used. It asks once for each pod.
func (w *watcher) addNodeAffinity(ctx context.Context, s sts.Snapshot) sts.Snapshot {
	for i := range s.Pods {
		pod := &s.Pods[i]
		if pod.Trouble == nil || pod.Trouble.Reason != sts.ReasonUnschedulable {
			continue
		}
		words, asked := w.affinity[pod.UID]
		if !asked {
			words = nodeAffinityOf(ctx, w.conn, w.pod(pod.Name))
			w.affinity[pod.UID] = words
		}
		if words != "" {
			trouble := *pod.Trouble
			trouble.Message += "; " + words
			pod.Trouble = &trouble
		}
	}
	return s
}

func (w *watcher) pod(name string) *corev1.Pod {
	for _, pod := range items[*corev1.Pod](w.pods) {
		if pod.Name == name {
			return pod
		}
	}
	return nil
}

// nodeAffinityOf says where the volumes of a pod, nil for one that is not found, can be
// used, or "".
func nodeAffinityOf(ctx context.Context, c *transport.Conn, pod *corev1.Pod) string {
	if pod == nil {
		return "" // it was deleted since the snapshot
	}
	const atMost = 5 * time.Second
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	volumes := map[string]*corev1.PersistentVolume{}
	for i := range pod.Spec.Volumes {
		source := pod.Spec.Volumes[i].PersistentVolumeClaim
		if source == nil {
			continue
		}
		claim, err := c.PersistentVolumeClaims(c.Namespace).Get(ctx, source.ClaimName, metav1.GetOptions{})
		if err != nil || claim.Spec.VolumeName == "" {
			continue
		}
		volume, err := c.PersistentVolumes().Get(ctx, claim.Spec.VolumeName, metav1.GetOptions{})
		if err == nil {
			volumes[claim.Name] = volume
		}
	}
	if !evidence.HasNodeAffinity(volumes) {
		return ""
	}
	var nodes []corev1.Node
	err := transport.Pages(ctx, metav1.ListOptions{}, c.Nodes().List, func(list *corev1.NodeList) {
		for i := range list.Items {
			node := &list.Items[i]
			nodes = append(nodes, corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: node.Name, Labels: node.Labels}, Spec: node.Spec})
		}
	})
	if err != nil {
		return "" // the scheduler's own words have to do
	}
	return evidence.NodeAffinity(volumes, nodes)
}
