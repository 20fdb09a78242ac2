package e2e

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/version"
)

// condition is what scripts can ask in brackets besides testscript's own:
// [kube>=1.37] and [kube<1.37], about the Kubernetes that they run against.
func (c *cluster) condition(text string) (bool, error) {
	for _, operator := range []string{">=", "<"} {
		name, than, ok := strings.Cut(text, operator)
		if !ok || name != "kube" {
			continue
		}
		other, err := version.ParseGeneric(than)
		if err != nil {
			return false, fmt.Errorf("[%s]: %w", text, err)
		}
		return c.Version.AtLeast(other) == (operator == ">="), nil
	}
	return false, fmt.Errorf("unknown condition [%s]", text)
}

// unusedSince is the first version whose controllers keep the condition Unused
// of claims (KEP-5541).
var unusedSince = version.MajorMinor(1, 37)

// cmdIdle waits until the condition Unused of every claim says what the pods say,
// where the server keeps that condition: its controller is some time behind them.
//
//	idle
func cmdIdle(ts *testscript.TestScript, w *world, args []string) {
	if len(args) > 0 {
		ts.Fatalf("usage: idle")
	}
	w.idle(ts)
}

func (w *world) idle(ts *testscript.TestScript) {
	if w.cluster.Version.LessThan(unusedSince) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for behind := "?"; behind != ""; time.Sleep(50 * time.Millisecond) {
		ts.Check(ctx.Err())
		pods, err := w.core.Pods(w.namespace).List(ctx, metav1.ListOptions{})
		ts.Check(err)
		claims, err := w.core.PersistentVolumeClaims(w.namespace).List(ctx, metav1.ListOptions{})
		ts.Check(err)
		used := mounted(pods.Items)
		behind = ""
		for i := range claims.Items {
			if c := &claims.Items[i]; c.Status.Phase == corev1.ClaimBound && c.DeletionTimestamp == nil && unused(c) == used[c.Name] {
				behind = c.Name
			}
		}
	}
}

// mounted are the claims that a pod mounts which has not ended, by name.
func mounted(pods []corev1.Pod) map[string]bool {
	out := map[string]bool{}
	for i := range pods {
		if phase := pods[i].Status.Phase; phase == corev1.PodSucceeded || phase == corev1.PodFailed {
			continue
		}
		for _, volume := range pods[i].Spec.Volumes {
			switch {
			case volume.PersistentVolumeClaim != nil:
				out[volume.PersistentVolumeClaim.ClaimName] = true
			case volume.Ephemeral != nil:
				out[pods[i].Name+"-"+volume.Name] = true
			}
		}
	}
	return out
}

func unused(c *corev1.PersistentVolumeClaim) bool {
	for _, condition := range c.Status.Conditions {
		if condition.Type == "Unused" {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}
