package scale_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/scale"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

const openCanary = `{"version":1,"run":"r","started":"2030-01-02T03:04:05Z","stable":"web-stable",` +
	`"ownTemplate":true,"steps":["1"],"soak":"1s"}`

func TestRefusals(t *testing.T) {
	canaryOpen := ststest.Annotated(note.RolloutAnnotation, openCanary)
	undoOpen := ststest.Annotated(note.RolloutAnnotation, openCanary[:len(openCanary)-1]+`,"verb":"undo"}`)
	crash := ststest.Waiting("CrashLoopBackOff", "")
	since := func(d time.Duration) []*corev1.Pod {
		return []*corev1.Pod{ststest.Pod(0, crash, ststest.ReadySince(ststest.Start.Add(-d)))}
	}
	held := set(ststest.Updating("nginx:1.22"), ststest.Partition(4))
	force := func(r *scale.Request) { r.Force = true }
	hooked := snapshot(set(record(`{"version":1,"from":6,"to":2,"whenScaled":"Delete","before":"before-exec"}`)))
	asked := snapshot(set(record(
		`{"version":1,"from":6,"to":2,"whenScaled":"Delete","hooks":["before-cmd","last-exec","step-down-exec"]}`)))
	preset := snapshot(set(record(`{"version":1,"from":6,"to":2,"whenScaled":"Delete","hooks":["preset=redis"]}`)))
	both := snapshot(set(record(`{"version":1,"from":6,"to":2,"whenScaled":"Delete","hooks":["preset=redis","before-exec"]}`)))
	ofPreset := func(r *scale.Request) {
		r.Hooks.Before = []plan.Hook{{Exec: true, Command: "may go", Preset: "redis"}}
		r.Hooks.Leader = &plan.Leader{Find: plan.Hook{Moment: plan.Leads, Exec: true, Command: "who", Preset: "redis"}}
	}
	leader := func(steps bool) func(*scale.Request) {
		return func(r *scale.Request) {
			r.Hooks.Leader = &plan.Leader{Find: plan.Hook{Moment: plan.Leads, Exec: true, Command: "leads"}}
			if steps {
				r.Hooks.Leader.StepDown = &plan.Hook{Moment: plan.StepDown, Exec: true, Command: "down"}
			}
		}
	}
	tests := []struct {
		name string
		r    scale.Request
		s    sts.Snapshot
		want string // empty when it is not refused
	}{
		{"a set that goes", request(2), snapshot(set(ststest.Deleted)), `statefulset "web" is being deleted`},
		{
			"other replicas than given", request(2, func(r *scale.Request) { r.Current = ptr.To(5) }), snapshot(set()),
			`statefulset "web" has 4 replicas, not the 5 of --current-replicas`,
		},
		{"the replicas given", request(2, func(r *scale.Request) { r.Current = ptr.To(4) }), snapshot(set()), ""},
		{
			"the replicas that it began with", request(2, func(r *scale.Request) { r.Current = ptr.To(5) }),
			snapshot(set(record(`{"version":1,"from":5,"to":2}`))), "",
		},
		{
			"a scale that goes on without the command that it was begun with", request(2, force), hooked,
			"this scale was begun with --before-exec, and the other pods would go without",
		},
		{
			"a scale that goes on with another command",
			request(2, func(r *scale.Request) { r.Hooks.Before = []plan.Hook{{Command: "true"}} }),
			hooked,
			"",
		},
		{"a scale that is left as it is, without its command", request(4), hooked, ""},
		{
			"a scale that goes on without asking who leads",
			request(2, func(r *scale.Request) { r.Hooks.Before = []plan.Hook{{Command: "true"}} }), asked,
			"this scale was begun with --last-exec and --step-down-exec, and the other pods would go without",
		},
		{
			"a scale that goes on without who leads stepping down", request(2, leader(false)), asked,
			"this scale was begun with --before-cmd and --step-down-exec, and the other pods would go without",
		},
		{
			"a scale that goes on with all of them",
			request(2, leader(true), func(r *scale.Request) { r.Hooks.Before = []plan.Hook{{Exec: true, Command: "true"}} }), asked, "",
		},
		{
			"a scale that goes on without its preset",
			request(2, func(r *scale.Request) { r.Hooks.After = []plan.Hook{{Moment: plan.AfterPod}} }), preset,
			"this scale was begun with --preset=redis, and the other pods would go without",
		},
		{"a scale that goes on with another command than its preset's", request(2, leader(false)), preset, ""},
		{
			"a scale that goes on with its preset, without the command beside it", request(2, ofPreset), both,
			"this scale was begun with --before-exec, and the other pods would go without",
		},
		{
			"a scale that goes on with the command beside its preset, without that",
			request(2, func(r *scale.Request) { r.Hooks.Before = []plan.Hook{{Command: "true"}} }), both,
			"this scale was begun with --preset=redis, and the other pods would go without",
		},
		{
			"a scale that goes on with its preset and the command beside it",
			request(2, ofPreset, func(r *scale.Request) { r.Hooks.Before = append(r.Hooks.Before, plan.Hook{Command: "true"}) }), both, "",
		},
		{"a scale that goes on with a preset in place of its command", request(2, ofPreset), hooked, ""},
		{
			"a canary that is open", request(2, force), snapshot(set(canaryOpen)),
			`a canary of statefulset "web" is in progress: a scale-down would take the pods that it has updated first`,
		},
		{
			"a canary that is open, and 0", request(0), snapshot(set(canaryOpen)),
			`a canary of statefulset "web" is in progress, and at 0 replicas the controller forgets the revision to go back to`,
		},
		{
			"an undo that is open", request(6), snapshot(set(undoOpen)),
			`an undo of statefulset "web" is in progress: a scale-down would take the pods that it has updated first`,
		},
		{
			"a partition that holds back, and 0", request(0), snapshot(held),
			`partition 4 of statefulset "web" holds a change back, and at 0 replicas the controller forgets the revision web-stable ` +
				`that the other pods have`,
		},
		{"a partition that holds back, and 0, by force", request(0, force), snapshot(held), ""},
		{"a partition that holds back, and some", request(2), snapshot(held), ""},
		{
			"a rollout under way", request(3), snapshot(set(ststest.Updating("nginx:1.22"))),
			`statefulset "web" is not settled: a rollout is not over: web-0 is on another revision than wanted`,
		},
		{"a rollout under way, by force", request(3, force), snapshot(set(ststest.Updating("nginx:1.22"))), ""},
		{"a rollout that waits for somebody", request(3), snapshot(set(ststest.Updating("nginx:1.22"), ststest.Strategy("OnDelete"))), ""},
		{
			"a pod that stays and has been in trouble for long", request(3),
			ststest.Snapshot(set(), since(time.Minute), ststest.Pods(1, 4)),
			`statefulset "web" is not settled: web-0 is nginx: CrashLoopBackOff`,
		},
		{
			"a pod that stays and has just got into trouble",
			request(3),
			ststest.Snapshot(set(), since(time.Second), ststest.Pods(1, 4)),
			"",
		},
		{"a pod that goes and is in trouble", request(0), ststest.Snapshot(set(), since(time.Minute), ststest.Pods(1, 4)), ""},
		{
			"old claims, and nobody to ask", request(5, answered(scale.Fail)), snapshot(set(), claim(4)),
			"1 claim of earlier pods would come back with their data: data-web-4 (1Gi)",
		},
		{
			"a fresh claim for one that is marked to be kept", request(5, answered(scale.Fresh)), snapshot(set(), claim(4, kept)),
			"claim data-web-4, which web-4 would get, can't be replaced: annotation kubectl-sts.github.io/keep",
		},
		{
			"a fresh claim for one that may be another set's", request(4, answered(scale.Fresh), rivals(3)),
			snapshot(set(ststest.Replicas(3), twoWays), claim(3, eithers)),
			"claim data-a-web-3, which web-3 would get, can't be replaced: " +
				"it can be template data of set a-web or template data-a of set web",
		},
		{
			"a claim that another set uses", request(4, answered(scale.Reuse), rivals(4)),
			snapshot(set(ststest.Replicas(3), twoWays), claim(3, eithers)),
			"claim data-a-web-3, which web-3 would get, can't be reused: set a-web uses it",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := plantest.Saved(scale.Plan(tt.r, tt.s, ststest.Start))
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			var no *plan.Refusal
			require.ErrorAs(t, err, &no)
			require.Contains(t, no.Why, tt.want)
			require.Nil(t, p)
		})
	}
}

// To set the partition to 0, as is offered else, would roll out what the hold keeps back.
func TestAtNoReplicasAHoldIsReleasedFirst(t *testing.T) {
	hold := operation.Hold{Version: 1, Started: ststest.Start}
	held := set(ststest.Updating("nginx:1.22"), ststest.Partition(4), ststest.Annotated(operation.HoldAnnotation, *hold.Text()))
	_, err := plantest.Saved(scale.Plan(request(0), snapshot(held), ststest.Start))
	var no *plan.Refusal
	require.ErrorAs(t, err, &no)
	require.Equal(t, hinttest.List(
		"release the set first, which rolls the change out: kubectl sts release web", "go ahead all the same with --force",
	), no.Try)
}

func TestRecordsThatCantBeRead(t *testing.T) {
	for name, text := range map[string]string{
		"no JSON": "{", "an unknown policy": `{"version":1,"whenScaled":"Shred"}`,
		"negative": `{"version":1,"from":-1}`, "failed, without how": `{"version":2}`, "an unknown flag": `{"version":1,"before":"rm -rf"}`,
		"another unknown flag": `{"version":1,"hooks":["last-exec","rm -rf"]}`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := plantest.Saved(scale.Plan(request(2), snapshot(set(record(text))), ststest.Start))
			require.ErrorContains(t, err, `annotation kubectl-sts.github.io/scale of statefulset "web" can't be read: `)
		})
	}
	for text, want := range map[string]string{`{"version":3}`: "has format 3", `{}`: "has format 0"} {
		_, err := plantest.Saved(scale.Plan(request(2), snapshot(set(record(text))), ststest.Start))
		require.ErrorContains(t, err, want+", this kubectl-sts reads 1 and 2: use the version that wrote it")
	}
}

func TestAScaleRemembersWhatHasASayBeforeAPodGoes(t *testing.T) {
	down := plan.Hook{Moment: plan.StepDown, Exec: true, Command: "down"}
	all := plan.Hooks{
		Before: []plan.Hook{{Command: "drain"}}, After: []plan.Hook{{Moment: plan.AfterPod, Command: "ask"}},
		Leader: &plan.Leader{Find: plan.Hook{Moment: plan.Leads, Exec: true, Command: "leads"}, StepDown: &down},
	}
	noted := func(t *testing.T, to int, hooks plan.Hooks, s sts.Snapshot) []string {
		t.Helper()
		r := request(to, answered(scale.Keep), func(r *scale.Request) { r.Hooks = hooks })
		p, err := plantest.Saved(scale.Plan(r, s, ststest.Start))
		require.NoError(t, err)
		var written operation.Scale
		require.NoError(t, json.Unmarshal([]byte(p.Note), &written))
		require.Empty(t, written.Before)
		return written.Hooks
	}
	fresh := snapshot(set(), four()...)
	require.Nil(t, noted(t, 2, plan.Hooks{}, fresh))
	require.Equal(t, []string{"before-cmd", "last-exec", "step-down-exec"}, noted(t, 2, all, fresh))

	begun := snapshot(set(record(`{"version":1,"from":6,"to":2,"before":"before-exec","hooks":["last-exec"]}`)), four()...)
	require.Equal(t, []string{"before-cmd", "last-exec", "step-down-exec"}, noted(t, 2, all, begun))
	require.Equal(t, []string{"before-exec", "last-exec"}, noted(t, 4, plan.Hooks{}, begun), "no pod goes that would go without")

	requireTry(t, begun,
		"give the commands again: kubectl sts scale web --replicas 2 --before-exec '...' --last-exec '...'",
		"or leave it at that: kubectl sts scale web --replicas 4")
	requireTry(t, snapshot(set(record(`{"version":1,"from":6,"to":2,"hooks":["before-exec"]}`)), four()...),
		"give the commands again: kubectl sts scale web --replicas 2 --before-exec '...'",
		"or let them go without: --before-cmd true")
}

// requireTry checks what is said to whoever goes on without any commands.
func requireTry(t *testing.T, s sts.Snapshot, want ...string) {
	t.Helper()
	_, err := plantest.Saved(scale.Plan(request(2), s, ststest.Start))
	var no *plan.Refusal
	require.ErrorAs(t, err, &no)
	require.Equal(t, hinttest.List(want...), no.Try)
}
