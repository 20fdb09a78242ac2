package lane

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/test/annotations"
	"github.com/kubectl-sts/kubectl-sts/test/faults/judge"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
	"github.com/kubectl-sts/kubectl-sts/test/witness"
)

// wayOut ends what the schedule has left on each set, with the commands that the
// documentation names for it. The judge says how many of them there may be.
func (l *lane) wayOut(ctx context.Context, began uint64) error {
	for _, s := range l.schedule.Sets {
		for range 4 {
			left, err := l.wayOutOf(ctx, s.Name, began)
			if err != nil {
				return err
			}
			if !left {
				break
			}
		}
	}
	return nil
}

// wayOutOf ends one thing that is left on a set, and reports whether there was any.
func (l *lane) wayOutOf(ctx context.Context, name string, began uint64) (bool, error) {
	set, err := l.rested(ctx, name)
	if apierrors.IsNotFound(err) {
		set, err = nil, nil
	}
	if err != nil {
		return false, err
	}
	e, err := l.evidence(ctx, began)
	if err != nil {
		return false, err
	}
	kept := e.WrittenDown(name)
	switch {
	case set == nil && kept == nil, set != nil && e.Left(name) == "" && healthy(set):
		return false, nil
	case set == nil:
		return true, l.run(ctx, []string{"recreate", name, "--yes"})
	}
	return true, l.leave(ctx, set, kept, e)
}

// rested is a set once it has come to rest, or does not do so: that is what a command
// is for.
func (l *lane) rested(ctx context.Context, name string) (*appsv1.StatefulSet, error) {
	sets := l.plane.client.AppsV1().StatefulSets(l.namespace)
	written, err := sets.Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	_ = within(ctx, func(ctx context.Context) error { return l.await(ctx, restless(written)) })
	return sets.Get(ctx, name, metav1.GetOptions{})
}

// restless says what happens with a set by itself that a command would only disturb.
// A set comes to rest unless an operation is in progress, or pods do not get well. The
// watch has to show what was written last before it is believed.
func restless(written *appsv1.StatefulSet) func([]witness.Moment) string {
	return func(live []witness.Moment) string {
		for _, m := range live {
			s := m.Set
			switch {
			case s == nil || s.Name != written.Name:
			case s.UID == written.UID && s.Generation < written.Generation:
				return s.Name + " is shown as it was before"
			case !stuck(s, live):
				return unsettled(s, live)
			}
		}
		return ""
	}
}

// stuck reports whether a set does not come to rest by itself. Pods that a scale leaves
// are rolled out all the same, and those of a set that is recreated come back.
func stuck(s *appsv1.StatefulSet, live []witness.Moment) bool {
	for _, annotation := range annotations.Records() {
		if _, open := s.Annotations[annotation]; open && annotation != annotations.Scale && annotation != annotations.Recreate {
			return true
		}
	}
	return !healthy(s) || slices.ContainsFunc(live, func(m witness.Moment) bool {
		return m.Pod != nil && metav1.IsControlledBy(m.Pod, s) && !judge.Healthy(m.Pod.Spec.Containers[0].Image)
	})
}

// leave runs the one command that ends what is on a set.
func (l *lane) leave(ctx context.Context, set *appsv1.StatefulSet, kept *judge.Written, e *judge.Evidence) error {
	notes := map[string]note{}
	for _, annotation := range annotations.Records() {
		text, ok := set.Annotations[annotation]
		if !ok {
			continue
		}
		var n note
		if err := json.Unmarshal([]byte(text), &n); err != nil || l.unreadable(e, set.Name, text) {
			return l.drop(ctx, set.Name, annotation)
		}
		notes[annotation] = n
	}
	if _, marked := notes[annotations.Recreate]; marked || kept != nil { // nothing else can be ended before
		return l.recreated(ctx, set, kept, e)
	}
	for _, annotation := range annotations.Records() {
		if n, ok := notes[annotation]; ok {
			return l.run(ctx, l.command(ctx, set, annotation, n, e))
		}
	}
	// A template whose pods do not stay Ready may have been rolled out.
	return l.run(ctx, l.undo(ctx, set))
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
	if planned, known := l.planned(set); known && planned.Template != "" {
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

// run runs a command that nothing disturbs. It has the plugin's own patience, and the
// harness' for each step: how long pods take is the machine's business.
func (l *lane) run(ctx context.Context, args []string) error {
	if slices.Contains([]string{"abort", "undo", "canary", "restart", "replace"}, args[0]) {
		args = append(args, "--ignore-pdb") // a scale may have left fewer pods than the budget wants
	}
	r, err := l.begin(ctx, schedule.Act{Args: append(args, "--step-timeout="+patience.String(), "-o", "json")}, judge.WayOut)
	if err != nil {
		return err
	}
	r.end(ctx)
	return ctx.Err()
}
