package verdict_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

var limits = verdict.Limits{Patience: 30 * time.Second, Deadline: 10 * time.Minute}

// updated are five pods, of which those from an ordinal up carry the update.
func updated(from int) []*corev1.Pod {
	return slices.Concat(ststest.Pods(0, from), ststest.Pods(from, 5, ststest.Revision(ststest.Update)))
}

// aged dates the making of a pod.
func aged(age time.Duration) func(*corev1.Pod) {
	return func(p *corev1.Pod) { p.CreationTimestamp.Time = ststest.Start.Add(-age) }
}

// unreadyFor dates the loss of a pod's readiness.
func unreadyFor(age time.Duration) func(*corev1.Pod) {
	return ststest.ReadySince(ststest.Start.Add(-age))
}

// doing is what is in progress: the record, or for none what the set says.
func doing(s sts.Snapshot, record *operation.Rollout) operation.Found {
	if record == nil {
		return operation.Find(s)
	}
	return operation.Found{Records: []operation.Record{record}}
}

// scaling is the record of a scale from 6 to 2.
func scaling(set *appsv1.StatefulSet) {
	ststest.Annotated(note.ScaleAnnotation, `{"version":1,"from":6,"to":2,"whenScaled":"Delete"}`)(set)
}

// moving is the verdict on a set that gets there by itself.
func moving(words string) verdict.Verdict {
	return verdict.Verdict{Result: engine.Held, Moving: true, Message: "in progress: " + words}
}

func TestASetThatIsAwayIsInTrouble(t *testing.T) {
	for name, test := range map[string]struct {
		unread error
		want   string
	}{
		"known":      {nil, "trouble: not there: its recreate has not finished"},
		"unreadable": {errors.New("no"), "trouble: not there: its recreate has not finished, and what was saved of it can't be read: no"},
	} {
		t.Run(name, func(t *testing.T) {
			s := sts.Snapshot{Set: workload.FromApps(ststest.Set()), Away: &sts.Away{Started: ststest.Start, Unread: test.unread}}
			got := verdict.Judge(s, operation.Find(s), limits, ststest.Start)
			require.Equal(t, verdict.Verdict{
				Result: engine.Halted, Message: test.want, Try: []hint.Hint{hint.Plugin("resume it", "recreate", "web")},
			}, got)
		})
	}
}

func TestASetWithoutTrouble(t *testing.T) {
	updating := ststest.Updating("nginx:1.22")
	onDelete := ststest.Strategy("OnDelete")
	tests := []struct {
		name string
		s    sts.Snapshot
		want verdict.Verdict
	}{
		{
			"settled",
			ststest.Snapshot(ststest.Set(), ststest.Pods(0, 5)),
			verdict.Verdict{Result: engine.Done, Message: "settled: all 5 pods are updated and Available"},
		},
		{
			"settled, with ordinals that start later",
			ststest.Snapshot(ststest.Set(ststest.From(5), ststest.Replicas(2)), ststest.Pods(5, 7)),
			verdict.Verdict{Result: engine.Done, Message: "settled: all 2 pods are updated and Available"},
		},
		{
			"settled behind a partition that holds nothing back",
			ststest.Snapshot(ststest.Set(ststest.Partition(3)), ststest.Pods(0, 5)),
			verdict.Verdict{Result: engine.Done, Message: "settled: all 5 pods are updated and Available"},
		},
		{
			"settled at no replicas",
			ststest.Snapshot(ststest.Set(ststest.Replicas(0))),
			verdict.Verdict{Result: engine.Done, Message: "settled: it has no replicas"},
		},
		{
			"held by a partition",
			ststest.Snapshot(ststest.Set(updating, ststest.Partition(3)), updated(3)),
			verdict.Verdict{
				Result: engine.Held, Message: "held: partition 3 keeps 3 of 5 pods on the old revision",
				Try: hinttest.List("take the others through step by step: kubectl sts canary web"),
			},
		},
		{
			"held by a partition above pods that are updated already",
			ststest.Snapshot(ststest.Set(updating, ststest.Partition(5)), updated(4)),
			verdict.Verdict{
				Result:  engine.Held,
				Message: "held: partition 5 is above pods that are updated already, which the controller leaves so: web-4",
			},
		},
		{
			"not observed: the revisions in the status say nothing yet",
			ststest.Snapshot(ststest.Set(ststest.Unseen), ststest.Pods(0, 5)),
			moving("the StatefulSet controller has not seen the newest spec yet"),
		},
		{
			"in progress, the next pod is named",
			ststest.Snapshot(ststest.Set(updating), updated(4)),
			moving("1/5 pods updated and available; web-3 is to be replaced"),
		},
		{
			"in progress, a pod on its way is named before those that are to come",
			ststest.Snapshot(ststest.Set(updating), ststest.Pods(0, 4),
				ststest.Pods(4, 5, ststest.Revision(ststest.Update), ststest.Unready, unreadyFor(time.Minute))),
			moving("0/5 pods updated and available; web-4 running, not Ready"),
		},
		{
			"in progress, a pod goes out",
			ststest.Snapshot(ststest.Set(updating), ststest.Pods(0, 4), ststest.Pods(4, 5, ststest.Terminating)),
			moving("0/5 pods updated and available; web-4 terminating"),
		},
		{
			"in progress, a pod is missing and nobody says why",
			ststest.Snapshot(ststest.Set(), ststest.Pods(0, 4)),
			moving("4/5 pods updated and available; web-4 not created yet"),
		},
		{
			"in progress, a pod is Ready and soon Available",
			ststest.Snapshot(ststest.Set(ststest.MinReady(10)), ststest.Pods(0, 4), ststest.Pods(4, 5, ststest.ReadySince(ststest.Start))),
			verdict.Verdict{
				Result: engine.Held, Moving: true, Message: "in progress: 4/5 pods updated and available; web-4 Ready, Available soon",
			},
		},
		{
			"in progress, a pod of a scale-down is left",
			ststest.Snapshot(ststest.Set(ststest.Replicas(3)), ststest.Pods(0, 5)),
			moving("web-3 is being removed"),
		},
		{
			"held by a scale that is not over",
			ststest.Snapshot(ststest.Set(scaling), ststest.Pods(0, 5)),
			verdict.Verdict{Result: engine.Held, Message: "held: a scale from 6 to 2 is not over", Try: hinttest.List(
				"*resume: kubectl sts scale web --replicas 2", "or leave it at that: kubectl sts scale web --replicas 5",
			)},
		},
		{
			"held by the record of a scale that can't be read",
			ststest.Snapshot(ststest.Set(ststest.Annotated(note.ScaleAnnotation, "{")), ststest.Pods(0, 5)),
			verdict.Verdict{Result: engine.Held, Message: "held: the record of a scale can't be read"},
		},
		{
			"in progress, a pod of a scale is going",
			ststest.Snapshot(ststest.Set(scaling), ststest.Pods(0, 5), ststest.Pods(5, 6, ststest.Terminating)),
			verdict.Verdict{Result: engine.Held, Moving: true, Message: "in progress: web-5 is being removed", Try: hinttest.List(
				"*resume: kubectl sts scale web --replicas 2", "or leave it at that: kubectl sts scale web --replicas 5",
			)},
		},
		{
			"held by OnDelete",
			ststest.Snapshot(ststest.Set(updating, onDelete), updated(3)),
			verdict.Verdict{
				Result: engine.Held, Message: "held: strategy OnDelete, 3 pods wait to be deleted: web-0, web-1, web-2",
				Try: hinttest.List("have them replaced one after another: kubectl sts canary web"),
			},
		},
		{
			"in progress with OnDelete, while a pod comes back",
			ststest.Snapshot(ststest.Set(updating, onDelete), ststest.Pods(0, 4)),
			moving("0/5 pods updated and available; web-4 not created yet"),
		},
		{
			"settled with OnDelete",
			ststest.Snapshot(ststest.Set(updating, onDelete), updated(0)),
			verdict.Verdict{Result: engine.Done, Message: "settled: all 5 pods are updated and Available"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, verdict.Judge(tt.s, operation.Find(tt.s), limits, ststest.Start))
		})
	}
}

// Not one of its ordinals is gone through, whatever else is said about the set.
func TestASetThatWantsMorePodsThanCanBeIsTrouble(t *testing.T) {
	for name, change := range map[string]func(*appsv1.StatefulSet){
		"from the first ordinal":          func(*appsv1.StatefulSet) {},
		"from a high ordinal":             ststest.From(2147483647),
		"which its controller has to see": ststest.Unseen,
		"which is on its way out":         ststest.Deleted,
	} {
		t.Run(name, func(t *testing.T) {
			set := ststest.Set(ststest.Replicas(sts.MostReplicas+1), change)
			s := sts.Snapshot{Set: workload.FromApps(set)}
			s.Uncountable = sts.Countable(s.Set)
			got := verdict.Judge(s, operation.Found{}, limits, ststest.Start)
			help := hinttest.Of("set the number that is meant: kubectl scale statefulset web --replicas COUNT")
			help.Namespace = set.Namespace
			require.Equal(t, verdict.Verdict{
				Result:  engine.Halted,
				Message: `trouble: statefulset "web" wants 100001 replicas, and no cluster has so many`,
				Try:     []hint.Hint{help},
			}, got)
			require.Equal(t, verdict.StateTrouble, got.State())
		})
	}
}

func TestACanaryInProgress(t *testing.T) {
	updating := ststest.Updating("nginx:1.22")
	aborting := &operation.Rollout{Aborting: true}
	const promote = "the next step: kubectl sts promote web"
	const goOn = "*resume: kubectl sts canary web"
	const back = "roll back: kubectl sts abort web"
	const finish = "finish the abort: kubectl sts abort web"
	crash := &sts.Trouble{Reason: "CrashLoopBackOff", Message: "back-off", Container: "nginx", Grace: sts.AfterPatience}
	tests := []struct {
		name   string
		s      sts.Snapshot
		record *operation.Rollout
		want   verdict.Verdict
	}{
		{
			"held at a gate",
			ststest.Snapshot(ststest.Set(updating, ststest.Partition(4)), updated(4)), &operation.Rollout{},
			verdict.Verdict{Result: engine.Held, Message: "held: a canary is in progress", Try: hinttest.List(promote, back)},
		},
		{
			"held between two steps of a set with OnDelete, whose other pods wait for theirs",
			ststest.Snapshot(ststest.Set(updating, ststest.Strategy("OnDelete")), updated(3)), &operation.Rollout{},
			verdict.Verdict{
				Result: engine.Held, Message: "held: a canary is in progress; 2 of 5 pods are updated", Try: hinttest.List(promote, back),
			},
		},
		{
			"held before its end, with every pod updated",
			ststest.Snapshot(ststest.Set(ststest.Updated), updated(0)), &operation.Rollout{},
			verdict.Verdict{Result: engine.Held, Message: "held: a canary is in progress", Try: hinttest.List(promote, back)},
		},
		{
			"on its way through a step",
			ststest.Snapshot(ststest.Set(updating, ststest.Partition(3)), updated(4)), &operation.Rollout{},
			verdict.Verdict{
				Result: engine.Held, Moving: true, Message: "in progress: 4/5 pods updated and available; web-3 is to be replaced",
				Try: hinttest.List(goOn, back),
			},
		},
		{
			"in trouble",
			ststest.Snapshot(ststest.Set(updating, ststest.Partition(4)), ststest.Pods(0, 4),
				ststest.Pods(4, 5, ststest.Revision(ststest.Update), ststest.Waiting("CrashLoopBackOff", "back-off"))),
			&operation.Rollout{},
			verdict.Verdict{
				Result: engine.Halted, Message: "trouble: web-4: nginx: CrashLoopBackOff: back-off", Pod: "web-4", Trouble: crash,
				Try: hinttest.List(goOn, back),
			},
		},
		{
			"on its way back",
			ststest.Snapshot(ststest.Set(ststest.Partition(4)), updated(4)), aborting,
			verdict.Verdict{
				Result: engine.Held, Moving: true, Message: "in progress: 4/5 pods updated and available; web-4 is to be replaced",
				Try: hinttest.List(finish),
			},
		},
		{
			"not observed: what helps a run that was left half-way, the spec tells already",
			ststest.Snapshot(ststest.Set(ststest.Unseen), ststest.Pods(0, 5)), &operation.Rollout{},
			verdict.Verdict{
				Result: engine.Held, Moving: true, Message: "in progress: the StatefulSet controller has not seen the newest spec yet",
				Try: hinttest.List(goOn, back),
			},
		},
		{
			"in trouble on its way back",
			ststest.Snapshot(ststest.Set(ststest.Partition(4)), ststest.Pods(0, 4),
				ststest.Pods(4, 5, ststest.Waiting("CrashLoopBackOff", "back-off"))), aborting,
			verdict.Verdict{
				Result: engine.Halted, Message: "trouble: web-4: nginx: CrashLoopBackOff: back-off", Pod: "web-4", Trouble: crash,
				Try: hinttest.List(finish),
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, verdict.Judge(tt.s, doing(tt.s, tt.record), limits, ststest.Start))
		})
	}
}

// What is offered is what a refusal offers: a process that drives the operation, or may
// drive it, is watched, and whoever goes on does so in its place.
func TestWhatAnotherProcessDrivesIsWatchedFirst(t *testing.T) {
	driver := note.Driver{User: "alice", Host: "ci-7", Process: 12, Since: ststest.Start}
	watch := "watch it (driven by alice on ci-7, since 2030-01-02T03:04:05Z): kubectl sts watch web --follow"
	alone := hinttest.List("*resume: kubectl sts canary web", "roll back: kubectl sts abort web")
	beside := hinttest.List(watch, "*or, in its place, resume: kubectl sts canary web --take-over", "roll back: kubectl sts abort web")
	through := hinttest.List(watch, "or, in its place, the next step: kubectl sts promote web --take-over",
		"roll back: kubectl sts abort web")
	pods := func(good bool) []*corev1.Pod {
		if good {
			return ststest.Pods(4, 5, ststest.Revision(ststest.Update))
		}
		return ststest.Pods(4, 5)
	}
	for _, test := range []struct {
		name  string
		ended func(note.Driver) bool
		set   func(*appsv1.StatefulSet)
		good  bool
		want  []hint.Hint
	}{
		{"it runs", func(note.Driver) bool { return false }, ststest.Partition(4), false, beside},
		{"nobody can tell", nil, ststest.Partition(4), false, beside},
		{"it has ended", func(d note.Driver) bool { return d.Process == 12 }, ststest.Partition(4), false, alone},
		{"in a soak", nil, ststest.Partition(4), true, through},
		{"before the controller has seen the spec", nil, ststest.Unseen, false, beside},
	} {
		t.Run(test.name, func(t *testing.T) {
			record := &operation.Rollout{
				Stable: ststest.Stable, Started: ststest.Start, Soak: metav1.Duration{Duration: time.Hour}, Driver: &driver,
			}
			set := ststest.Set(ststest.Updating("nginx:1.22"), test.set)
			s := ststest.Snapshot(set, ststest.Pods(0, 4), pods(test.good))
			got := verdict.Judge(s, operation.Found{Records: []operation.Record{record}, Ended: test.ended}, limits, ststest.Start)
			require.Equal(t, test.want, got.Try)
		})
	}
}
