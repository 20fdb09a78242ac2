package lane

import (
	"context"
	"slices"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/test/annotations"
	"github.com/kubectl-sts/kubectl-sts/test/faults/judge"
)

// note is what the plugin's records have in common, and what of them decides.
type note struct {
	Verb string `json:"verb"`
	// Aborting says that it is on its way back already: that is finished.
	Aborting bool `json:"aborting"`
	From     *int `json:"from"`
	To       *int `json:"to"`
	// Checks and Hooks are what whoever goes on has to give again, or to do without.
	Checks []any    `json:"checks"`
	Hooks  []string `json:"hooks"`
}

// goOn has a command that goes on do so without the commands that the run began with.
func (n note) goOn(args ...string) []string {
	if len(n.Checks) > 0 || len(n.Hooks) > 0 {
		return append(args, "--checks-changed")
	}
	return args
}

// command is the way out of one operation.
func (l *lane) command(ctx context.Context, set *appsv1.StatefulSet, annotation string, n note, e *judge.Evidence) []string {
	on := l.schedule.Way == "canary" && healthy(set) && !e.Taken(set.Name)
	switch {
	case annotation == annotations.Scale && n.To != nil:
		return l.scale(set, n, e)
	case annotation == annotations.Hold && healthy(set):
		return []string{"release", set.Name, "--yes"}
	case annotation == annotations.Hold:
		return l.undo(ctx, set)
	case n.Aborting:
		return []string{"abort", set.Name, "--yes"}
	case n.Verb == "undo":
		return l.undo(ctx, set)
	case n.Verb == "restart" && on:
		return n.goOn("restart", set.Name, "--yes", "--retry")
	case n.Verb == "replace" && l.schedule.Way == "canary" && healthy(set) && !e.Keeps(set.Name):
		return n.goOn("replace", set.Name, "--yes", "--retry")
	case n.Verb == "" && on:
		return n.goOn("canary", set.Name, "--yes", "--retry")
	case n.Verb == "" && l.schedule.Way == "undo":
		return []string{"undo", set.Name, "--yes", "--soak=0s", "--retry"}
	}
	return []string{"abort", set.Name, "--yes"}
}

// scale is the command that goes on with a scale: the same that has begun it.
func (l *lane) scale(set *appsv1.StatefulSet, n note, e *judge.Evidence) []string {
	to := *n.To
	args := []string{"scale", set.Name, "--replicas=" + strconv.Itoa(to), "--yes", "--retry"}
	for _, flag := range n.Hooks {
		args = append(args, "--"+flag+"=true")
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
func healthy(set *appsv1.StatefulSet) bool {
	return judge.Healthy(set.Spec.Template.Spec.Containers[0].Image)
}

// undo goes back to a revision that is good: by itself where that is the one that
// it would choose, else by its name.
func (l *lane) undo(ctx context.Context, set *appsv1.StatefulSet) []string {
	args := []string{"undo", set.Name, "--yes", "--soak=0s", "--retry"}
	if ptr.Deref(set.Spec.Replicas, 1) == 0 {
		return []string{"scale", set.Name, "--replicas=1", "--yes", "--pvc=reuse"}
	}
	if good := l.goodRevision(ctx, set); good != "" {
		args = append(args, "--to-revision="+good)
	}
	return args
}

// goodRevision is one whose pods have been Ready.
func (l *lane) goodRevision(ctx context.Context, set *appsv1.StatefulSet) string {
	all, err := l.plane.client.AppsV1().ControllerRevisions(l.namespace).List(ctx, metav1.ListOptions{})
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
