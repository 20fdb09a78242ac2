package canary_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// request takes up or goes on with what there is, in the default steps.
func request(changes ...func(*canary.Request)) canary.Request {
	r := canary.Request{
		Run: "RUN", Steps: operation.DefaultSteps(), Soak: time.Minute, Command: "kubectl sts -n prod",
		Limits: plan.Limits{Patience: 30 * time.Second, StepTimeout: 10 * time.Minute, Timeout: time.Hour},
	}
	for _, change := range changes {
		change(&r)
	}
	return r
}

// image brings the template with this image.
func image(name string) func(*canary.Request) {
	return func(r *canary.Request) { r.Template = ststest.Raw(name) }
}

func steps(list ...string) func(*canary.Request) {
	return func(r *canary.Request) { r.Steps = list }
}

func cause(text string) func(*canary.Request) {
	return func(r *canary.Request) { r.Cause = text }
}

func force(r *canary.Request) { r.Force = true }

func asking(r *canary.Request) { r.Pace = canary.Pace{Gate: plan.GateAsk} }

// record is of a canary that set its own template, begun at the start.
func record(changes ...func(*operation.Rollout)) operation.Rollout {
	r := operation.Rollout{
		Version: 1, Run: "RUN", Started: ststest.Start, Stable: ststest.Stable, OwnTemplate: true,
		Steps: operation.DefaultSteps(), Soak: metav1.Duration{Duration: time.Minute},
	}
	for _, change := range changes {
		change(&r)
	}
	return r
}

// takenUp makes the record that of a canary which took up a change behind
// this partition.
func takenUp(partition int) func(*operation.Rollout) {
	return func(r *operation.Rollout) { r.OwnTemplate, r.Partition = false, partition }
}

func aborting(r *operation.Rollout) { r.Aborting = true }

// canarySet is the set in the middle of a canary of nginx:1.22.
func canarySet(r operation.Rollout, partition int32, changes ...func(*appsv1.StatefulSet)) *appsv1.StatefulSet {
	data, err := json.Marshal(r)
	if err != nil {
		panic(err)
	}
	return ststest.Set(slices.Concat([]func(*appsv1.StatefulSet){
		ststest.Updating("nginx:1.22"), ststest.Partition(partition), ststest.Annotated(sts.RolloutAnnotation, string(data)),
	}, changes)...)
}

// updated are five pods, of which those from an ordinal up are updated, Ready
// since a time before the start.
func updated(from int, since time.Duration) []*corev1.Pod {
	return slices.Concat(ststest.Pods(0, from),
		ststest.Pods(from, 5, ststest.Revision(ststest.Update), ststest.ReadySince(ststest.Start.Add(-since))))
}

// settled is the set at rest, with all that differs from that.
func settled(changes ...func(*appsv1.StatefulSet)) sts.Snapshot {
	return ststest.Snapshot(ststest.Set(changes...), ststest.Pods(0, 5))
}

// outline is a plan's steps, each with all its parts in one line.
func outline(p *plan.Plan) []string {
	var lines []string
	for _, s := range p.Steps {
		parts := []string{s.Title, changeLine(s.Change), untilLine(s.Until)}
		if s.Number > 0 {
			parts[0] = fmt.Sprintf("%d/%d %s", s.Number, s.Of, s.Title)
		}
		if s.Replace != nil {
			parts = append(parts, freeLine(*s.Replace))
		}
		if s.Disrupts != nil {
			parts = append(parts, fmt.Sprintf("disrupts %v", s.Disrupts))
		}
		if s.Part {
			parts = append(parts, "part")
		}
		if s.Soak != 0 {
			parts = append(parts, "soak "+s.Soak.String())
		}
		if s.Gate != nil {
			parts = append(parts, fmt.Sprintf("%s (wanted %v) before %s", s.Gate.Kind, s.Gate.Wanted, s.Gate.Next))
		}
		lines = append(lines, strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), "; "))
	}
	return lines
}

func freeLine(f plan.Replace) string {
	line := fmt.Sprintf("free %s after %s", f.Mode, f.Grace)
	if !f.Order.IsZero() {
		line += " " + f.Order.String()
	}
	if f.AlwaysUnhealthy {
		line += ", unhealthy ones always,"
	}
	if f.Budgets {
		line += " within budgets"
	}
	return line
}

func changeLine(c plan.Change) string {
	edit, ok := c.(plan.Edit)
	if !ok {
		return ""
	}
	var parts []string
	if edit.Template != nil {
		parts = append(parts, "template")
	}
	if edit.Partition != nil {
		parts = append(parts, fmt.Sprintf("partition %d", *edit.Partition))
	}
	for _, key := range slices.Sorted(maps.Keys(edit.Annotations)) {
		if edit.Annotations[key] != nil && key == sts.RolloutAnnotation && strings.HasPrefix(edit.Says, "partition ") {
			continue // every move of the gate notes it
		}
		what := "annotation "
		if edit.Annotations[key] == nil {
			what = "no annotation "
		}
		parts = append(parts, what+key)
	}
	return strings.Join(parts, ", ")
}

func untilLine(c plan.Condition) string {
	switch c := c.(type) {
	case plan.PodsGood:
		return fmt.Sprintf("good from %d", c.From)
	case plan.PodsUpdated:
		return fmt.Sprintf("updated %d", c.Count)
	case plan.PodsRestarted:
		return fmt.Sprintf("restarted %v alone %v", slices.Sorted(maps.Keys(c.Pods)), c.Alone)
	}
	return "observed"
}

// planned is the plan that there must be.
func planned(t *testing.T) func(*plan.Plan, error) *plan.Plan {
	t.Helper()
	return func(p *plan.Plan, err error) *plan.Plan {
		t.Helper()
		require.NoError(t, err)
		require.NotNil(t, p)
		return p
	}
}

// requireRefusal wants exactly this refusal, and no plan.
func requireRefusal(t *testing.T, want *plan.Refusal, p *plan.Plan, err error) {
	t.Helper()
	require.Nil(t, p)
	var got *plan.Refusal
	require.ErrorAs(t, err, &got)
	require.Equal(t, want, got)
	require.EqualError(t, err, want.Why)
}

// write is the edit that a step makes.
func write(t *testing.T, s plan.Step) plan.Edit {
	t.Helper()
	edit, ok := s.Change.(plan.Edit)
	require.True(t, ok, "step %q makes no edit", s.Title)
	return edit
}

// written is the record that an edit writes.
func written(t *testing.T, edit plan.Edit) operation.Rollout {
	t.Helper()
	text := edit.Annotations[sts.RolloutAnnotation]
	require.NotNil(t, text)
	r, err := operation.FindRollout(settled(ststest.Annotated(sts.RolloutAnnotation, *text)))
	require.NoError(t, err)
	return *r
}
