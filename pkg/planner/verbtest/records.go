package verbtest

import (
	"encoding/json"
	"slices"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// Record is of a canary that set its own template, begun at the start.
func Record(changes ...func(*operation.Rollout)) operation.Rollout {
	r := operation.Rollout{
		Version: 1, Run: "RUN", Started: ststest.Start, Stable: ststest.Stable, OwnTemplate: true,
		Steps: operation.DefaultSteps(), Soak: metav1.Duration{Duration: time.Minute},
	}
	for _, change := range changes {
		change(&r)
	}
	return r
}

// TakenUp makes the record that of a canary which took up a change behind
// this partition.
func TakenUp(partition int) func(*operation.Rollout) {
	return func(r *operation.Rollout) { r.OwnTemplate, r.Partition = false, partition }
}

// Aborting makes the record one of a rollout on its way back.
func Aborting(r *operation.Rollout) { r.Aborting = true }

// Left notes which revision an abort takes the pods from.
func Left(r *operation.Rollout) { r.Left = ststest.Update }

// CanarySet is the set in the middle of a canary of nginx:1.22.
func CanarySet(r operation.Rollout, partition int32, changes ...func(*appsv1.StatefulSet)) *appsv1.StatefulSet {
	data, err := json.Marshal(r)
	if err != nil {
		panic(err)
	}
	return ststest.Set(slices.Concat([]func(*appsv1.StatefulSet){
		ststest.Updating("nginx:1.22"), ststest.Partition(partition), ststest.Annotated(note.RolloutAnnotation, string(data)),
	}, changes)...)
}

// Of makes the record one of this verb.
func Of(verb operation.Verb) func(*operation.Rollout) {
	return func(r *operation.Rollout) { r.Verb, r.Target = verb, ststest.Update }
}

// HaltedIn makes the record one of a run that has failed.
func HaltedIn(r *operation.Rollout) {
	r.Version = note.FormatFailed
	r.Failed = &note.Failure{At: ststest.Start, Message: "web-4: restarted after it was Available", Pod: "web-4", Reason: "Restarted"}
}

// FailedCanary is a canary that failed in its first step, with a pod that looks well again.
func FailedCanary(changes ...func(*operation.Rollout)) sts.Snapshot {
	return ststest.Snapshot(CanarySet(Record(append(changes, HaltedIn)...), 4), Updated(4, time.Hour))
}

// Updated are five pods, of which those from an ordinal up are updated, Ready
// since a time before the start.
func Updated(from int, since time.Duration) []*corev1.Pod {
	return slices.Concat(ststest.Pods(0, from),
		ststest.Pods(from, 5, ststest.Revision(ststest.Update), ststest.ReadySince(ststest.Start.Add(-since))))
}

// Settled is the set at rest, with all that differs from that.
func Settled(changes ...func(*appsv1.StatefulSet)) sts.Snapshot {
	return ststest.Snapshot(ststest.Set(changes...), ststest.Pods(0, 5))
}

// Waiting is the set with nginx:1.22 behind a partition that somebody else set.
func Waiting(partition int32, changes ...func(*appsv1.StatefulSet)) *appsv1.StatefulSet {
	set := ststest.Set(ststest.Updating("nginx:1.22"), ststest.Partition(partition))
	for _, change := range changes {
		change(set)
	}
	return set
}
