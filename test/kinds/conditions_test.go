package kinds

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload/workloadtest"
)

// between is a pod that its controller updates in place, and that is Ready meanwhile.
func between(pod *corev1.Pod) {
	metav1.SetMetaDataAnnotation(&pod.ObjectMeta, workloadtest.Updating, "")
}

// grown is the object with another number of pods.
func grown(n int) func(*workloadtest.Object) {
	return func(o *workloadtest.Object) { o.Spec.Pods, o.Status.Replicas = n, int32(n) }
}

func TestConditions(t *testing.T) {
	midway := newServer(counted, rolling(2))
	for _, test := range []struct {
		name string
		c    plan.Condition
		s    sts.Snapshot

		// The ordinals that it is about, how many are good, and how many are to be.
		about      []int
		good, want int
		done       bool
	}{
		{"all pods, a gap in the gate", plan.PodsGood{From: 1}, midway.see(3), ordinals, 5, 5, true},
		{"the pod above the gate is old", plan.PodsGood{From: 4}, midway.see(2), []int{4, 5, 7}, 2, 3, false},
		{"from a reserved ordinal", plan.PodsGood{From: 3}, midway.see(3), []int{4, 5, 7}, 3, 3, true},
		{"an updated pod below the gate", plan.PodsGood{From: 1}, midway.see(4), ordinals, 4, 5, false},
		{"the gate by an ordinal", plan.PodsGood{From: 1}, newServer(byOrdinal, rolling(5)).see(2), ordinals, 5, 5, true},
		{
			"pods between two revisions are not updated",
			plan.PodsGood{From: 4},
			midway.see(3, between),
			[]int{4, 5, 7},
			0, 3, false,
		},
		{"so many are updated", plan.PodsUpdated{Count: 3}, midway.see(3), ordinals, 3, 3, true},
		{"no more than there are", plan.PodsUpdated{Count: 9}, newServer(counted, rolling(0)).see(5), ordinals, 5, 5, true},
		{
			"these are restarted",
			plan.PodsRestarted{Pods: map[int]types.UID{3: "x", 4: "x", 5: "web-5-web-stable"}},
			newServer(counted).see(0),
			ordinals, 1, 2, false,
		},
		{"all others", plan.Others{But: []int{4, 5}}, newServer(counted).see(0), []int{1, 2, 7}, 3, 3, true},
		{"two are removed", plan.Scaled{From: 8, To: 11}, newServer(counted).see(0), []int{1, 2, 4, 5, 7, 8, 10}, 2, 2, true},
		{"one is not removed yet", plan.Scaled{From: 7, To: 8}, newServer(counted, grown(4)).see(0), []int{1, 2, 4, 5}, 0, 1, false},
		{"one is to come", plan.Scaled{From: 8, To: 10}, newServer(counted, grown(6)).see(0), []int{1, 2, 4, 5, 7, 8}, 0, 1, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := test.c.Check(test.s, ststest.Start)
			var about []int
			for _, pod := range p.Pods {
				about = append(about, pod.Ordinal)
			}
			require.Equal(t, test.about, about)
			require.Equal(t, [2]int{test.good, test.want}, [2]int{p.Good, p.Want})
			require.Equal(t, test.done, p.Done)
		})
	}
}

func TestVerdicts(t *testing.T) {
	judge := func(s sts.Snapshot) verdict.Verdict {
		limits := verdict.Limits{Patience: time.Minute, Deadline: time.Hour}
		return verdict.Judge(s, operation.Find(s), limits, ststest.Start)
	}
	manual := func(o *workloadtest.Object) { o.Spec.Rollout.Type = "Manual" }
	stray := newServer(counted).see(0)
	reserved := ststest.SnapshotOf(stray.Set, pods(0), []*corev1.Pod{ststest.Pod(6)})
	for _, test := range []struct {
		name    string
		s       sts.Snapshot
		result  engine.Result
		message string
	}{
		{"settled", stray, engine.Done, "settled: all 5 pods are updated and Available"},
		{"a pod of a reserved ordinal goes", reserved, engine.Held, "in progress: web-6 is being removed"},
		{
			"held by its partition", newServer(counted, rolling(2)).see(3), engine.Held,
			"held: partition 2 keeps 2 of 5 pods on the old revision",
		},
		{
			"on its way", newServer(counted, rolling(2)).see(1), engine.Held,
			"in progress: 3/5 pods updated and available; web-5 is to be replaced",
		},
		{
			"its own strategy without a controller that updates", newServer(counted, rolling(0), manual).see(3), engine.Held,
			"held: strategy Manual, 2 pods wait to be deleted: web-1, web-2",
		},
		{
			"closed", newServer(counted, rolling(0), func(o *workloadtest.Object) { o.Spec.Rollout.Paused = true }).see(0), engine.Held,
			"held: the closed gate keeps 5 of 5 pods on the old revision",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := judge(test.s)
			require.Equal(t, test.message, v.Message)
			require.Equal(t, test.result, v.Result)
		})
	}
}

func TestAClaimOfAReservedOrdinalIsNotNeeded(t *testing.T) {
	s := newServer(counted).see(0)
	var all []storage.Claim
	for _, name := range []string{"data-web-2", "data-web-3", "data-web-8"} {
		all = append(all, ststest.Claim(name, func(c *storage.Claim) {
			c.Namespace, c.Labels = "default", map[string]string{"app": "web"}
		}))
	}
	judge := claims.NewJudge(all, claims.Options{})
	var got []string
	for _, v := range judge.All(all, claims.World{Sets: []sts.Snapshot{s}}) {
		got = append(got, v.Reason)
	}
	require.Equal(t, []string{
		"needed: web runs ordinals 1-2,4-5,7", "not needed: web runs ordinals 1-2,4-5,7", "not needed: web runs ordinals 1-2,4-5,7",
	}, got)
}
