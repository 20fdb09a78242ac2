package lane

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/test/faults/judge"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
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

// calm waits for what happens by itself, and not for long.
func (l *lane) calm(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 4*time.Second)
	defer cancel()
	_ = l.await(ctx, unsettled) // what does not is what a command is for
}

// note is what the plugin's records have in common, and what of them decides.
type note struct {
	Verb string `json:"verb"`
	From *int   `json:"from"`
	To   *int   `json:"to"`
	// Before is the flag of the command that runs before each pod goes.
	Before string `json:"before"`
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

// command is the way out of one operation.
func (l *lane) command(set *appsv1.StatefulSet, annotation string, n note, e *judge.Evidence) []string {
	on := l.schedule.Way == "canary" && l.healthy(set) && !e.Taken(set.Name)
	switch {
	case annotation == scaleRecord && n.To != nil:
		return l.scale(set, n, e)
	case annotation == holdRecord && l.healthy(set):
		return []string{"release", set.Name, "--yes"}
	case annotation == holdRecord:
		return l.undo(set)
	case n.Verb == "undo":
		return l.undo(set)
	case n.Verb == "restart" && on:
		return []string{"restart", set.Name, "--yes", "--retry"}
	case n.Verb == "" && on:
		return []string{"canary", set.Name, "--yes", "--retry"}
	case n.Verb == "" && l.schedule.Way == "undo":
		return []string{"undo", set.Name, "--yes", "--soak=0s", "--retry"}
	}
	return []string{"abort", set.Name, "--yes"}
}

// scale is the command that goes on with a scale: the same that has begun it.
func (l *lane) scale(set *appsv1.StatefulSet, n note, e *judge.Evidence) []string {
	to := *n.To
	args := []string{"scale", set.Name, "--replicas=" + strconv.Itoa(to), "--yes", "--retry"}
	if n.Before != "" {
		args = append(args, "--"+n.Before+"=true")
	}
	for _, r := range slices.Backward(e.Runs) {
		if a := r.Act; a.Verb() == "scale" && a.Set() == set.Name && !a.Dry() && a.Flag("replicas") == strconv.Itoa(to) {
			if pvc := a.Flag("pvc"); pvc != "" && pvc != "fail" {
				return append(args, "--pvc="+pvc)
			}
			break
		}
	}
	if int(ptr.Deref(set.Spec.Replicas, 1)) < to {
		args = append(args, "--pvc=reuse")
	}
	return args
}

// healthy reports whether pods of the set's template get Ready, and stay so.
func (l *lane) healthy(set *appsv1.StatefulSet) bool {
	_, tag, _ := strings.Cut(set.Spec.Template.Spec.Containers[0].Image, ":")
	return strings.HasPrefix(tag, "v") || strings.HasPrefix(tag, "slow")
}

// undo goes back to a revision that is good: by itself where that is the one that
// it would choose, else by its name.
func (l *lane) undo(set *appsv1.StatefulSet) []string {
	args := []string{"undo", set.Name, "--yes", "--soak=0s", "--retry"}
	if ptr.Deref(set.Spec.Replicas, 1) == 0 {
		return []string{"scale", set.Name, "--replicas=1", "--yes", "--pvc=reuse"}
	}
	if good := l.goodRevision(set); good != "" {
		args = append(args, "--to-revision="+good)
	}
	return args
}

// goodRevision is one whose pods have been Ready.
func (l *lane) goodRevision(set *appsv1.StatefulSet) string {
	all, err := l.plane.client.AppsV1().ControllerRevisions(l.namespace).List(context.Background(), metav1.ListOptions{})
	if err != nil {
		return ""
	}
	for _, r := range all.Items {
		owner := metav1.GetControllerOf(&r)
		if owner != nil && owner.UID == set.UID && strings.Contains(string(r.Data.Raw), `"image":"app:v`) {
			return r.Name
		}
	}
	return ""
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

// restore brings the claims back whose volumes were to stay, unless another claim
// has their names by then.
func (l *lane) restore(ctx context.Context, e *judge.Evidence) ([]judge.Kept, error) {
	kept := e.Retained()
	for i := range kept {
		k := &kept[i]
		claims := l.plane.client.CoreV1().PersistentVolumeClaims(l.namespace)
		err := l.awaitGone(ctx, k.Claim, k.Volume)
		if err != nil {
			return kept, err
		}
		if _, err := claims.Get(ctx, k.Claim, metav1.GetOptions{}); !apierrors.IsNotFound(err) {
			continue
		}
		r, err := l.begin(ctx, schedule.Act{
			Home: k.Home, Args: []string{"restore-pvc", k.Claim, "--timeout=60s", "-o", "json"},
		}, judge.Restores)
		if err != nil {
			return kept, err
		}
		r.end(ctx)
		k.Restored = r.Number
		if claim, err := claims.Get(ctx, k.Claim, metav1.GetOptions{}); err == nil {
			k.Bound = claim.Spec.VolumeName
		}
	}
	return kept, nil
}

// awaitGone waits while the very claim that was deleted is on its way out.
func (l *lane) awaitGone(ctx context.Context, claim, volume string) error {
	ctx, cancel := context.WithTimeout(ctx, time30)
	defer cancel()
	for {
		c, err := l.plane.client.CoreV1().PersistentVolumeClaims(l.namespace).Get(ctx, claim, metav1.GetOptions{})
		if apierrors.IsNotFound(err) || err == nil && (c.DeletionTimestamp == nil || c.Spec.VolumeName != volume) {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}
