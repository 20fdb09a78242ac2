package rolling_test

import (
	"math"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/kubectl-sts/kubectl-sts/pkg/planner/rolling"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// scenario is a set and what is to become of it.
type scenario struct {
	name    string
	set     *appsv1.StatefulSet
	pods    []string
	bad     string
	budgets []*policyv1.PodDisruptionBudget
	begin   verbtest.Planner // what was begun before, and cut short after these writes
	cut     int
	do      verbtest.Planner
	request verbtest.Request
	again   func(*verbtest.Request) // what is different when it is run again
	want    verbtest.Ends
}

func (c scenario) world(t *testing.T) *verbtest.World {
	w := verbtest.NewWorld(t, c.set, c.pods...)
	w.Budgets = c.budgets
	if c.bad != "" {
		w.Bad = c.bad
		for _, pod := range w.Pods {
			if pod.Labels[appsv1.StatefulSetRevisionLabel] == c.bad {
				ststest.Unready(pod)
			}
		}
	}
	if c.begin != nil {
		w.Run(verbtest.Planned(t)(c.begin(c.request, w.See(), w.Now)), c.cut)
	}
	return w
}

// noted is what an undo leaves on the set.
func noted(from, to string) map[string]string {
	return map[string]string{rolling.UndoneAnnotation: `{"from":"` + from + `","to":"` + to + `","at":"2030-01-02T03:04:05Z"}`}
}

// byAbort is what an abort leaves there.
func byAbort(from, to string) map[string]string {
	return map[string]string{
		rolling.UndoneAnnotation: `{"from":"` + from + `","to":"` + to + `","at":"2030-01-02T03:04:05Z","by":"abort"}`,
	}
}

func scenarios() []scenario {
	const a, b, c = ststest.Stable, ststest.Update, verbtest.Third
	budget := []*policyv1.PodDisruptionBudget{ststest.Budget()}
	back := verbtest.Ends{Image: "nginx:1.22", Annotations: noted(c, b), Revisions: verbtest.EveryPod(b), Ready: true}
	trap := verbtest.Ends{Image: "nginx:1.21", Annotations: noted(b, a), Revisions: verbtest.EveryPod(a), Ready: true}
	halfway := []string{a, a, a, a, b}
	closed := verbtest.Ends{
		Image: "nginx:1.21", Partition: math.MaxInt32, Annotations: noted(b, a), Revisions: verbtest.EveryPod(a), Ready: true,
	}
	once := verbtest.Ask(verbtest.AllAtOnce)
	staged := verbtest.Ask()
	return []scenario{
		{name: "undo", set: verbtest.Rolling(c, c), pods: verbtest.EveryPod(c), do: verbtest.ToRevision(b), request: once, want: back},
		{
			name:    "undo in steps",
			set:     verbtest.Rolling(c, c),
			pods:    verbtest.EveryPod(c),
			do:      verbtest.ToRevision(b),
			request: staged,
			want:    back,
		},
		{
			name: "undo within a budget", set: verbtest.Rolling(c, c), pods: verbtest.EveryPod(c), budgets: budget,
			do: verbtest.ToRevision(b), request: once,
			want: back,
		},
		{
			name: "undo in steps within a budget", set: verbtest.Rolling(c, c), pods: verbtest.EveryPod(c), budgets: budget,
			do: verbtest.ToRevision(b), request: staged, want: back,
		},
		{
			name: "undo within a budget, which is to be ignored later", set: verbtest.Rolling(c, c), pods: verbtest.EveryPod(c),
			budgets: budget,
			do:      verbtest.ToRevision(b), request: once, again: func(r *verbtest.Request) { r.IgnorePDB = true }, want: back,
		},
		{
			name: "undo in steps of a set with one pod", set: verbtest.Rolling(c, c, ststest.Replicas(1)), pods: []string{c},
			do: verbtest.ToRevision(b), request: staged,
			want: verbtest.Ends{Image: "nginx:1.22", Annotations: noted(c, b), Revisions: []string{b}, Ready: true},
		},
		{
			name:    "undo of a bad rollout",
			set:     verbtest.Rolling(a, b),
			pods:    halfway,
			bad:     b,
			do:      verbtest.ToRevision(a),
			request: once,
			want:    trap,
		},
		{
			name: "undo of a bad rollout of a Parallel set, whose controller waits for the broken pod (1.35.0 to 1.35.3)",
			set:  verbtest.Rolling(a, b, ststest.Parallel), pods: halfway, bad: b, do: verbtest.ToRevision(a), request: once, want: trap,
		},
		{
			name: "undo of a bad rollout of a Parallel set that took two pods at once (1.35.0 to 1.35.3)",
			set: verbtest.Rolling(
				a,
				b,
				ststest.Parallel,
				ststest.MaxUnavailable(intstr.FromInt32(2)),
			), pods: []string{a, a, a, b, b}, bad: b,
			do: verbtest.ToRevision(a), request: once, want: trap,
		},
		{
			name: "undo of a bad rollout that took two pods at once",
			set:  verbtest.Rolling(a, b, ststest.MaxUnavailable(intstr.FromInt32(2))), pods: []string{a, a, a, b, b}, bad: b,
			do: verbtest.ToRevision(a), request: once, want: trap,
		},
		{
			name:    "undo of a bad rollout in steps",
			set:     verbtest.Rolling(a, b),
			pods:    halfway,
			bad:     b,
			do:      verbtest.ToRevision(a),
			request: staged,
			want:    trap,
		},
		{
			name: "undo of a bad rollout within a budget", set: verbtest.Rolling(a, b), pods: halfway, bad: b,
			budgets: []*policyv1.PodDisruptionBudget{
				ststest.Budget(ststest.Healthy(4, 4)),
			}, do: verbtest.ToRevision(a), request: once, want: trap,
		},
		{
			name: "undo after kubectl has put the template back", set: verbtest.Rolling(a, a), pods: halfway, bad: b,
			do:      verbtest.ToRevision(a),
			request: once,
			want:    verbtest.Ends{Image: "nginx:1.21", Annotations: noted(a, a), Revisions: verbtest.EveryPod(a), Ready: true},
		},
		{
			name: "undo behind a partition", set: verbtest.Rolling(a, b, ststest.Partition(3)), pods: []string{a, a, a, b, b},
			do: verbtest.ToRevision(a), request: once,
			want: verbtest.Ends{Image: "nginx:1.21", Partition: 3, Annotations: noted(b, a), Revisions: verbtest.EveryPod(a), Ready: true},
		},
		{
			name: "undo behind a partition within a budget", set: verbtest.Rolling(a, b, ststest.Partition(3)),
			pods:    []string{a, a, a, b, b},
			budgets: budget, do: verbtest.ToRevision(a), request: once,
			want: verbtest.Ends{Image: "nginx:1.21", Partition: 3, Annotations: noted(b, a), Revisions: verbtest.EveryPod(a), Ready: true},
		},
		{
			name: "undo of a change that waits behind a closed gate",
			set: verbtest.Rolling(
				a,
				b,
				ststest.Partition(math.MaxInt32),
			), pods: verbtest.EveryPod(a), do: verbtest.ToRevision(a), request: once, want: closed,
		},
		{
			name: "undo in steps of a change that waits behind a closed gate, within a budget",
			set:  verbtest.Rolling(a, b, ststest.Partition(math.MaxInt32)), pods: verbtest.EveryPod(a), budgets: budget,
			do: verbtest.ToRevision(a), request: staged, want: closed,
		},
		{
			name: "undo of what a closed gate has let through", set: verbtest.Rolling(a, b, ststest.Partition(math.MaxInt32)),
			pods: halfway,
			do:   verbtest.ToRevision(a), request: once, want: closed,
		},
		{
			name: "undo with OnDelete", set: verbtest.Rolling(a, b, ststest.OnDelete), pods: []string{a, b, a, b, a},
			do:      verbtest.ToRevision(a),
			request: once,
			want:    trap,
		},
		{
			name: "undo with OnDelete in steps", set: verbtest.Rolling(a, c, ststest.OnDelete), pods: verbtest.EveryPod(c),
			do:      verbtest.ToRevision(b),
			request: staged, want: back,
		},
		{
			name: "undo where the ordinals start later", set: verbtest.Rolling(c, c, ststest.From(3), ststest.Replicas(2)),
			pods: []string{c, c},
			do:   verbtest.ToRevision(b), request: staged, budgets: budget,
			want: verbtest.Ends{Image: "nginx:1.22", Annotations: noted(c, b), Revisions: []string{b, b}, Ready: true},
		},
		{
			name: "undo of a set without replicas", set: verbtest.Rolling(c, c, ststest.Replicas(0)), do: verbtest.ToRevision(b),
			request: once,
			want:    verbtest.Ends{Image: "nginx:1.22", Annotations: noted(c, b), Ready: true},
		},
		{
			name: "restart", set: verbtest.Rolling(c, c), pods: verbtest.EveryPod(c), do: verbtest.RestartAll, request: once,
			want: verbtest.Ends{Image: "nginx:1.23", Annotations: map[string]string{}, Revisions: verbtest.EveryPod("web-3"), Ready: true},
		},
		{
			name: "restart within a budget", set: verbtest.Rolling(c, c), pods: verbtest.EveryPod(c), budgets: budget,
			do: verbtest.RestartAll, request: once,
			want: verbtest.Ends{Image: "nginx:1.23", Annotations: map[string]string{}, Revisions: verbtest.EveryPod("web-3"), Ready: true},
		},
		{
			name: "restart with OnDelete", set: verbtest.Rolling(c, c, ststest.OnDelete), pods: verbtest.EveryPod(c),
			do: verbtest.RestartAll, request: once,
			want: verbtest.Ends{Image: "nginx:1.23", Annotations: map[string]string{}, Revisions: verbtest.EveryPod("web-3"), Ready: true},
		},
		{
			name: "restart of some pods", set: verbtest.Rolling(c, c), pods: verbtest.EveryPod(c), do: verbtest.RestartSome(1, 3),
			request: once,
			want:    verbtest.Ends{Image: "nginx:1.23", Annotations: map[string]string{}, Revisions: verbtest.EveryPod(c), Ready: true},
		},
		{
			name: "restart of some pods behind a partition", set: verbtest.Rolling(a, b, ststest.Partition(3)),
			pods: []string{a, a, a, b, b},
			do:   verbtest.RestartSome(1, 3), request: once,
			want: verbtest.Ends{
				Image: "nginx:1.22", Partition: 3, Annotations: map[string]string{}, Revisions: []string{a, a, a, b, b},
				Ready: true,
			},
		},
		{
			name: "abort of a restart of some pods, of which one is a new one", set: verbtest.Rolling(c, c), pods: verbtest.EveryPod(c),
			begin: verbtest.RestartSome(1, 3), cut: 2, do: verbtest.Abort, request: once,
			want: verbtest.Ends{Image: "nginx:1.23", Annotations: map[string]string{}, Revisions: verbtest.EveryPod(c), Ready: true},
		},
		{
			name: "abort of an undo", set: verbtest.Rolling(c, c), pods: verbtest.EveryPod(c), begin: verbtest.ToRevision(b), cut: 1,
			do: verbtest.AbortAtGate, request: once,
			want: verbtest.Ends{Image: "nginx:1.23", Annotations: map[string]string{}, Revisions: verbtest.EveryPod(c), Ready: true},
		},
		{
			name: "abort of an undo in steps, of a rollout that was not over", set: verbtest.Rolling(a, b), pods: []string{a, a, a, b, b},
			begin: verbtest.ToRevision(a), cut: 2, do: verbtest.AbortAtGate, request: staged,
			want: verbtest.Ends{Image: "nginx:1.22", Annotations: map[string]string{}, Revisions: verbtest.EveryPod(b), Ready: true},
		},
		{
			name: "abort of an undo behind a partition", set: verbtest.Rolling(a, b, ststest.Partition(3)), pods: []string{a, a, a, b, b},
			begin: verbtest.ToRevision(a), cut: 1, do: verbtest.AbortAtGate, request: once,
			want: verbtest.Ends{
				Image: "nginx:1.22", Partition: 3, Annotations: map[string]string{}, Revisions: []string{a, a, a, b, b},
				Ready: true,
			},
		},
		{
			name: "abort of an undo behind a partition within a budget", set: verbtest.Rolling(a, b, ststest.Partition(3)),
			pods:    []string{a, a, a, b, b},
			budgets: budget, begin: verbtest.ToRevision(a), cut: 3, do: verbtest.AbortAtGate, request: once,
			want: verbtest.Ends{
				Image: "nginx:1.22", Partition: 3, Annotations: map[string]string{}, Revisions: []string{a, a, a, b, b},
				Ready: true,
			},
		},
		{
			name: "abort of a canary within a budget", set: verbtest.Rolling(a, a), pods: verbtest.EveryPod(a), budgets: budget,
			begin: verbtest.CanaryOf("nginx:1.22"), cut: 3, do: verbtest.Abort, request: staged,
			want: verbtest.Ends{Image: "nginx:1.21", Annotations: byAbort(b, a), Revisions: verbtest.EveryPod(a), Ready: true},
		},
		{
			name: "abort of a canary within a budget, which is to be ignored later", set: verbtest.Rolling(a, a),
			pods: verbtest.EveryPod(a), budgets: budget,
			begin: verbtest.CanaryOf(
				"nginx:1.22",
			), cut: 4, do: verbtest.Abort, request: staged, again: func(r *verbtest.Request) { r.IgnorePDB = true },
			want: verbtest.Ends{Image: "nginx:1.21", Annotations: byAbort(b, a), Revisions: verbtest.EveryPod(a), Ready: true},
		},
		{
			name: "canary with OnDelete", set: verbtest.Rolling(a, a, ststest.OnDelete), pods: verbtest.EveryPod(a),
			do:      verbtest.CanaryOf("nginx:1.22"),
			request: staged,
			want:    verbtest.Ends{Image: "nginx:1.22", Annotations: map[string]string{}, Revisions: verbtest.EveryPod(b), Ready: true},
		},
		{
			name: "canary within a budget", set: verbtest.Rolling(a, a), pods: verbtest.EveryPod(a), budgets: budget,
			do:      verbtest.CanaryOf("nginx:1.22"),
			request: staged,
			want:    verbtest.Ends{Image: "nginx:1.22", Annotations: map[string]string{}, Revisions: verbtest.EveryPod(b), Ready: true},
		},
		{
			name: "abort of a canary with OnDelete", set: verbtest.Rolling(a, a, ststest.OnDelete), pods: verbtest.EveryPod(a),
			begin: verbtest.CanaryOf("nginx:1.22"), cut: 3, do: verbtest.Abort, request: staged,
			want: verbtest.Ends{Image: "nginx:1.21", Annotations: byAbort(b, a), Revisions: verbtest.EveryPod(a), Ready: true},
		},
	}
}
