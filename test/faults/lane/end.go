package lane

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/test/faults/judge"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
	"github.com/kubectl-sts/kubectl-sts/test/faults/witness"
)

// wayOut ends what the schedule has left on each set, with the commands that the
// documentation names for it: one for each operation.
func (l *lane) wayOut(ctx context.Context, began uint64) error {
	for _, s := range l.schedule.Sets {
		for range 3 {
			l.calm(ctx)
			set, err := l.plane.client.AppsV1().StatefulSets(l.namespace).Get(ctx, s.Name, metav1.GetOptions{})
			if apierrors.IsNotFound(err) {
				break
			}
			if err != nil {
				return err
			}
			e, err := l.evidence(ctx, began)
			if err != nil {
				return err
			}
			if e.Left(s.Name) == "" && l.healthy(set) {
				break
			}
			if err := l.helps(ctx, set, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// calm waits for what happens by itself, and not for long, but for pods to be
// scheduled: that always happens here, whenever their claims are bound.
func (l *lane) calm(ctx context.Context) {
	briefly, cancel := context.WithTimeout(ctx, 4*time.Second)
	defer cancel()
	if l.await(briefly, unsettled) == nil {
		return
	}
	// What does not get well is what a command is for.
	_ = l.patiently(ctx, func(ctx context.Context) error { return l.await(ctx, unscheduled) })
}

// unscheduled says which pod has no node yet.
func unscheduled(live []witness.Moment) string {
	for _, m := range live {
		if m.Pod != nil && m.Pod.DeletionTimestamp == nil && m.Pod.Spec.NodeName == "" {
			return m.Pod.Name + " has no node"
		}
	}
	return ""
}

// helps runs the one command that is to help.
func (l *lane) helps(ctx context.Context, set *appsv1.StatefulSet, e *judge.Evidence) error {
	for _, annotation := range []string{rolloutRecord, scaleRecord, holdRecord} {
		text, ok := set.Annotations[annotation]
		if !ok {
			continue
		}
		if l.unreadable(e, set.Name, text) {
			return l.drop(ctx, set.Name, annotation)
		}
		var n note
		if err := json.Unmarshal([]byte(text), &n); err != nil {
			return l.drop(ctx, set.Name, annotation)
		}
		return l.run(ctx, l.command(set, annotation, n, e))
	}
	// A template whose pods do not stay Ready may have been rolled out.
	return l.run(ctx, l.undo(set))
}

// unreadable reports whether somebody else has written this.
func (l *lane) unreadable(e *judge.Evidence, set, text string) bool {
	return slices.ContainsFunc(e.Edits, func(d judge.Edit) bool {
		return d.Set == set && d.Does == schedule.Garbage && d.Text == text
	})
}

// drop removes a record that can't be read, as the plugin's message says, and
// leaves the partition where it belongs.
func (l *lane) drop(ctx context.Context, set, annotation string) error {
	patch := map[string]any{"metadata": map[string]any{"annotations": map[string]any{annotation: nil}}}
	planned := l.schedule.Sets[slices.IndexFunc(l.schedule.Sets, func(s schedule.Set) bool { return s.Name == set })]
	if planned.Template != "" {
		policy := func(word string) string {
			if word == "" {
				return "Retain"
			}
			return word
		}
		patch["spec"] = map[string]any{"persistentVolumeClaimRetentionPolicy": map[string]any{
			"whenScaled": policy(planned.WhenScaled), "whenDeleted": policy(planned.WhenDeleted),
		}}
	}
	text := marshal(patch)
	kubectl := exec.CommandContext(ctx, l.plane.Cluster.Bin+"/kubectl", "--kubeconfig", l.plane.Cluster.Kubeconfig, "-n", l.namespace,
		"patch", "statefulset", set, "--type=merge", "-p", string(text))
	if out, err := kubectl.CombinedOutput(); err != nil {
		return fmt.Errorf("dropping the record: %w\n%s", err, out)
	}
	return nil
}

// run runs a command that nothing disturbs.
func (l *lane) run(ctx context.Context, args []string) error {
	if slices.Contains([]string{"abort", "undo", "canary", "restart"}, args[0]) {
		args = append(args, "--ignore-pdb") // a scale may have left fewer pods than the budget wants
	}
	a := schedule.Act{Args: append(args, "--patience=2s", "--step-timeout=20s", "--timeout=60s", "-o", "json")}
	r, err := l.begin(ctx, a, judge.WayOut)
	if err != nil {
		return err
	}
	r.end(ctx)
	return ctx.Err()
}
