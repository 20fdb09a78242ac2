package canary_test

import (
	"math"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// scenario is a set and what is to become of it.
type scenario struct {
	name    string
	set     *appsv1.StatefulSet
	pods    []string
	bad     string
	budgets []*policyv1.PodDisruptionBudget
	begin   planner // what was begun before, and cut short after these writes
	cut     int
	do      planner
	request canary.Request
	again   func(*canary.Request) // what is different when it is run again
	want    ends
}

func (c scenario) world(t *testing.T) *world {
	w := newWorld(t, c.set, c.pods...)
	w.budgets = c.budgets
	if c.bad != "" {
		w.bad = c.bad
		for _, pod := range w.pods {
			if pod.Labels[appsv1.StatefulSetRevisionLabel] == c.bad {
				ststest.Unready(pod)
			}
		}
	}
	if c.begin != nil {
		w.run(planned(t)(c.begin(c.request, w.see(), w.now)), c.cut)
	}
	return w
}

// noted is what an undo leaves on the set.
func noted(from, to string) map[string]string {
	return map[string]string{canary.UndoneAnnotation: `{"from":"` + from + `","to":"` + to + `","at":"2030-01-02T03:04:05Z"}`}
}

// byAbort is what an abort leaves there.
func byAbort(from, to string) map[string]string {
	return map[string]string{
		canary.UndoneAnnotation: `{"from":"` + from + `","to":"` + to + `","at":"2030-01-02T03:04:05Z","by":"abort"}`,
	}
}

func everyPod(revision string) []string {
	return []string{revision, revision, revision, revision, revision}
}

func scenarios() []scenario {
	const a, b, c = ststest.Stable, ststest.Update, third
	budget := []*policyv1.PodDisruptionBudget{ststest.Budget()}
	back := ends{Image: "nginx:1.22", Annotations: noted(c, b), Revisions: everyPod(b), Ready: true}
	trap := ends{Image: "nginx:1.21", Annotations: noted(b, a), Revisions: everyPod(a), Ready: true}
	halfway := []string{a, a, a, a, b}
	closed := ends{
		Image: "nginx:1.21", Partition: math.MaxInt32, Annotations: noted(b, a), Revisions: everyPod(a), Ready: true,
	}
	once := request(allAtOnce)
	staged := request()
	return []scenario{
		{name: "undo", set: rolling(c, c), pods: everyPod(c), do: toRevision(b), request: once, want: back},
		{name: "undo in steps", set: rolling(c, c), pods: everyPod(c), do: toRevision(b), request: staged, want: back},
		{
			name: "undo within a budget", set: rolling(c, c), pods: everyPod(c), budgets: budget, do: toRevision(b), request: once,
			want: back,
		},
		{
			name: "undo in steps within a budget", set: rolling(c, c), pods: everyPod(c), budgets: budget,
			do: toRevision(b), request: staged, want: back,
		},
		{
			name: "undo within a budget, which is to be ignored later", set: rolling(c, c), pods: everyPod(c), budgets: budget,
			do: toRevision(b), request: once, again: func(r *canary.Request) { r.IgnorePDB = true }, want: back,
		},
		{
			name: "undo in steps of a set with one pod", set: rolling(c, c, ststest.Replicas(1)), pods: []string{c},
			do: toRevision(b), request: staged,
			want: ends{Image: "nginx:1.22", Annotations: noted(c, b), Revisions: []string{b}, Ready: true},
		},
		{name: "undo of a bad rollout", set: rolling(a, b), pods: halfway, bad: b, do: toRevision(a), request: once, want: trap},
		{
			name: "undo of a bad rollout of a Parallel set, whose controller waits for the broken pod (1.35.0 to 1.35.3)",
			set:  rolling(a, b, ststest.Parallel), pods: halfway, bad: b, do: toRevision(a), request: once, want: trap,
		},
		{
			name: "undo of a bad rollout of a Parallel set that took two pods at once (1.35.0 to 1.35.3)",
			set:  rolling(a, b, ststest.Parallel, ststest.MaxUnavailable(intstr.FromInt32(2))), pods: []string{a, a, a, b, b}, bad: b,
			do: toRevision(a), request: once, want: trap,
		},
		{
			name: "undo of a bad rollout that took two pods at once",
			set:  rolling(a, b, ststest.MaxUnavailable(intstr.FromInt32(2))), pods: []string{a, a, a, b, b}, bad: b,
			do: toRevision(a), request: once, want: trap,
		},
		{name: "undo of a bad rollout in steps", set: rolling(a, b), pods: halfway, bad: b, do: toRevision(a), request: staged, want: trap},
		{
			name: "undo of a bad rollout within a budget", set: rolling(a, b), pods: halfway, bad: b,
			budgets: []*policyv1.PodDisruptionBudget{ststest.Budget(ststest.Healthy(4, 4))}, do: toRevision(a), request: once, want: trap,
		},
		{
			name: "undo after kubectl has put the template back", set: rolling(a, a), pods: halfway, bad: b, do: toRevision(a),
			request: once,
			want:    ends{Image: "nginx:1.21", Annotations: noted(a, a), Revisions: everyPod(a), Ready: true},
		},
		{
			name: "undo behind a partition", set: rolling(a, b, ststest.Partition(3)), pods: []string{a, a, a, b, b},
			do: toRevision(a), request: once,
			want: ends{Image: "nginx:1.21", Partition: 3, Annotations: noted(b, a), Revisions: everyPod(a), Ready: true},
		},
		{
			name: "undo behind a partition within a budget", set: rolling(a, b, ststest.Partition(3)), pods: []string{a, a, a, b, b},
			budgets: budget, do: toRevision(a), request: once,
			want: ends{Image: "nginx:1.21", Partition: 3, Annotations: noted(b, a), Revisions: everyPod(a), Ready: true},
		},
		{
			name: "undo of a change that waits behind a closed gate",
			set:  rolling(a, b, ststest.Partition(math.MaxInt32)), pods: everyPod(a), do: toRevision(a), request: once, want: closed,
		},
		{
			name: "undo in steps of a change that waits behind a closed gate, within a budget",
			set:  rolling(a, b, ststest.Partition(math.MaxInt32)), pods: everyPod(a), budgets: budget,
			do: toRevision(a), request: staged, want: closed,
		},
		{
			name: "undo of what a closed gate has let through", set: rolling(a, b, ststest.Partition(math.MaxInt32)), pods: halfway,
			do: toRevision(a), request: once, want: closed,
		},
		{
			name: "undo with OnDelete", set: rolling(a, b, ststest.OnDelete), pods: []string{a, b, a, b, a}, do: toRevision(a),
			request: once,
			want:    trap,
		},
		{
			name: "undo with OnDelete in steps", set: rolling(a, c, ststest.OnDelete), pods: everyPod(c), do: toRevision(b),
			request: staged, want: back,
		},
		{
			name: "undo where the ordinals start later", set: rolling(c, c, ststest.From(3), ststest.Replicas(2)), pods: []string{c, c},
			do: toRevision(b), request: staged, budgets: budget,
			want: ends{Image: "nginx:1.22", Annotations: noted(c, b), Revisions: []string{b, b}, Ready: true},
		},
		{
			name: "undo of a set without replicas", set: rolling(c, c, ststest.Replicas(0)), do: toRevision(b), request: once,
			want: ends{Image: "nginx:1.22", Annotations: noted(c, b), Ready: true},
		},
		{
			name: "restart", set: rolling(c, c), pods: everyPod(c), do: restartAll, request: once,
			want: ends{Image: "nginx:1.23", Annotations: map[string]string{}, Revisions: everyPod("web-3"), Ready: true},
		},
		{
			name: "restart within a budget", set: rolling(c, c), pods: everyPod(c), budgets: budget, do: restartAll, request: once,
			want: ends{Image: "nginx:1.23", Annotations: map[string]string{}, Revisions: everyPod("web-3"), Ready: true},
		},
		{
			name: "restart with OnDelete", set: rolling(c, c, ststest.OnDelete), pods: everyPod(c), do: restartAll, request: once,
			want: ends{Image: "nginx:1.23", Annotations: map[string]string{}, Revisions: everyPod("web-3"), Ready: true},
		},
		{
			name: "restart of some pods", set: rolling(c, c), pods: everyPod(c), do: restartSome(1, 3), request: once,
			want: ends{Image: "nginx:1.23", Annotations: map[string]string{}, Revisions: everyPod(c), Ready: true},
		},
		{
			name: "restart of some pods behind a partition", set: rolling(a, b, ststest.Partition(3)), pods: []string{a, a, a, b, b},
			do: restartSome(1, 3), request: once,
			want: ends{
				Image: "nginx:1.22", Partition: 3, Annotations: map[string]string{}, Revisions: []string{a, a, a, b, b},
				Ready: true,
			},
		},
		{
			name: "abort of a restart of some pods, of which one is a new one", set: rolling(c, c), pods: everyPod(c),
			begin: restartSome(1, 3), cut: 2, do: abortIt, request: once,
			want: ends{Image: "nginx:1.23", Annotations: map[string]string{}, Revisions: everyPod(c), Ready: true},
		},
		{
			name: "abort of an undo", set: rolling(c, c), pods: everyPod(c), begin: toRevision(b), cut: 1, do: abortAtGate, request: once,
			want: ends{Image: "nginx:1.23", Annotations: map[string]string{}, Revisions: everyPod(c), Ready: true},
		},
		{
			name: "abort of an undo in steps, of a rollout that was not over", set: rolling(a, b), pods: []string{a, a, a, b, b},
			begin: toRevision(a), cut: 2, do: abortAtGate, request: staged,
			want: ends{Image: "nginx:1.22", Annotations: map[string]string{}, Revisions: everyPod(b), Ready: true},
		},
		{
			name: "abort of an undo behind a partition", set: rolling(a, b, ststest.Partition(3)), pods: []string{a, a, a, b, b},
			begin: toRevision(a), cut: 1, do: abortAtGate, request: once,
			want: ends{
				Image: "nginx:1.22", Partition: 3, Annotations: map[string]string{}, Revisions: []string{a, a, a, b, b},
				Ready: true,
			},
		},
		{
			name: "abort of an undo behind a partition within a budget", set: rolling(a, b, ststest.Partition(3)),
			pods:    []string{a, a, a, b, b},
			budgets: budget, begin: toRevision(a), cut: 3, do: abortAtGate, request: once,
			want: ends{
				Image: "nginx:1.22", Partition: 3, Annotations: map[string]string{}, Revisions: []string{a, a, a, b, b},
				Ready: true,
			},
		},
		{
			name: "abort of a canary within a budget", set: rolling(a, a), pods: everyPod(a), budgets: budget,
			begin: canaryOf("nginx:1.22"), cut: 3, do: abortIt, request: staged,
			want: ends{Image: "nginx:1.21", Annotations: byAbort(b, a), Revisions: everyPod(a), Ready: true},
		},
		{
			name: "abort of a canary within a budget, which is to be ignored later", set: rolling(a, a), pods: everyPod(a), budgets: budget,
			begin: canaryOf("nginx:1.22"), cut: 4, do: abortIt, request: staged, again: func(r *canary.Request) { r.IgnorePDB = true },
			want: ends{Image: "nginx:1.21", Annotations: byAbort(b, a), Revisions: everyPod(a), Ready: true},
		},
		{
			name: "canary with OnDelete", set: rolling(a, a, ststest.OnDelete), pods: everyPod(a), do: canaryOf("nginx:1.22"),
			request: staged,
			want:    ends{Image: "nginx:1.22", Annotations: map[string]string{}, Revisions: everyPod(b), Ready: true},
		},
		{
			name: "canary within a budget", set: rolling(a, a), pods: everyPod(a), budgets: budget, do: canaryOf("nginx:1.22"),
			request: staged,
			want:    ends{Image: "nginx:1.22", Annotations: map[string]string{}, Revisions: everyPod(b), Ready: true},
		},
		{
			name: "abort of a canary with OnDelete", set: rolling(a, a, ststest.OnDelete), pods: everyPod(a),
			begin: canaryOf("nginx:1.22"), cut: 3, do: abortIt, request: staged,
			want: ends{Image: "nginx:1.21", Annotations: byAbort(b, a), Revisions: everyPod(a), Ready: true},
		},
	}
}
