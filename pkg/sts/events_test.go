package sts_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

const quota = `pods "web-3" is forbidden: exceeded quota: pods`

// event is one of the controller's words, dated at the start.
func event(message string, changes ...func(*corev1.Event)) *corev1.Event {
	e := &corev1.Event{Reason: sts.ReasonFailedCreate, Message: message, LastTimestamp: metav1.NewTime(ststest.Start)}
	for _, change := range changes {
		change(e)
	}
	return e
}

func last(minutes int) func(*corev1.Event) {
	return func(e *corev1.Event) {
		e.LastTimestamp = metav1.NewTime(ststest.Start.Add(time.Duration(minutes) * time.Minute))
	}
}

// micro dates an event as the events.k8s.io API does: LastTimestamp is empty.
func micro(minutes int) func(*corev1.Event) {
	return func(e *corev1.Event) {
		e.LastTimestamp = metav1.Time{}
		e.EventTime = metav1.NewMicroTime(ststest.Start.Add(time.Duration(minutes) * time.Minute))
	}
}

func series(minutes int) func(*corev1.Event) {
	return func(e *corev1.Event) {
		e.Series = &corev1.EventSeries{LastObservedTime: metav1.NewMicroTime(ststest.Start.Add(time.Duration(minutes) * time.Minute))}
	}
}

func TestFailedCreatesAreTheNewestWordsAboutEachPod(t *testing.T) {
	const about = "create Pod web-3 in StatefulSet web failed error: "
	other := func(e *corev1.Event) { e.Reason = "SuccessfulCreate" }
	deleted := func(e *corev1.Event) { e.Reason = "SuccessfulDelete" }
	tests := []struct {
		name   string
		events []*corev1.Event
		want   map[string]string // the words
	}{
		{"no events", nil, map[string]string{}},
		{"the words about a pod", []*corev1.Event{event(about + quota)}, map[string]string{"web-3": quota}},
		{
			"the verb as newer controllers spell it",
			[]*corev1.Event{event("Create Pod web-3 in StatefulSet web failed error: " + quota)},
			map[string]string{"web-3": quota},
		},
		{
			"the words about a pod's claim",
			[]*corev1.Event{event("create Claim data-web-3 Pod web-3 in StatefulSet web failed error: no such class")},
			map[string]string{"web-3": "no such class"},
		},
		{
			"the words about a pod's claim as newer controllers put them",
			[]*corev1.Event{event("Create Claim data-web-3 for Pod web-3 in StatefulSet web failed error: no such class")},
			map[string]string{"web-3": "no such class"},
		},
		{
			"words of several lines",
			[]*corev1.Event{event(about + "one\ntwo")},
			map[string]string{"web-3": "one\ntwo"},
		},
		{
			"several events that the server has merged",
			[]*corev1.Event{event("(combined from similar events): " + about + quota)},
			map[string]string{"web-3": quota},
		},
		{
			"words without the usual middle",
			[]*corev1.Event{event("create Pod web-3 in StatefulSet web failed")},
			map[string]string{"web-3": "failed"},
		},
		{
			"each pod for itself",
			[]*corev1.Event{event(about + "a"), event("create Pod web-4 in StatefulSet web failed error: b")},
			map[string]string{"web-3": "a", "web-4": "b"},
		},
		{
			"the newest, when it comes last",
			[]*corev1.Event{event(about+"older", last(1)), event(about+"newer", last(2))},
			map[string]string{"web-3": "newer"},
		},
		{
			"the newest, when it comes first",
			[]*corev1.Event{event(about+"newer", last(2)), event(about+"older", last(1))},
			map[string]string{"web-3": "newer"},
		},
		{
			"an event time counts where there is no last timestamp",
			[]*corev1.Event{event(about+"newer", micro(2)), event(about+"older", last(1))},
			map[string]string{"web-3": "newer"},
		},
		{
			"the end of a series counts, not its beginning",
			[]*corev1.Event{event(about+"newer", last(0), series(2)), event(about+"older", last(1))},
			map[string]string{"web-3": "newer"},
		},
		{
			"a pod that was made since",
			[]*corev1.Event{event(about+quota, last(1)), event("create Pod web-3 in StatefulSet web successful", last(2), other)},
			map[string]string{},
		},
		{
			"a pod that was deleted since, so it was there",
			[]*corev1.Event{event("delete Pod web-3 in StatefulSet web successful", last(2), deleted), event(about+quota, last(1))},
			map[string]string{},
		},
		{
			"a pod that was made before",
			[]*corev1.Event{event("create Pod web-3 in StatefulSet web successful", last(1), other), event(about+quota, last(2))},
			map[string]string{"web-3": quota},
		},
		{
			"another pod was made since",
			[]*corev1.Event{event(about+quota, last(1)), event("create Pod web-4 in StatefulSet web successful", last(2), other)},
			map[string]string{"web-3": quota},
		},
		{"another reason", []*corev1.Event{event(about+quota, other)}, map[string]string{}},
		{"a message of another kind", []*corev1.Event{event("error creating: " + quota)}, map[string]string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := map[string]string{}
			for pod, failed := range sts.FailedCreates(tt.events) {
				got[pod] = failed.Message
			}
			require.Equal(t, tt.want, got)
		})
	}
}

// The controller's queue backs off up to 1000 s: what it said longer ago is not
// why the pod is missing now.
func TestAFailureOfThePastIsNoPresentTrouble(t *testing.T) {
	s := ststest.Snapshot(ststest.Set(), ststest.Pods(0, 4))
	s.FailedCreates = sts.FailedCreates([]*corev1.Event{event("create Pod web-4 in StatefulSet web failed error: " + quota)})

	require.Equal(t, &sts.Trouble{Reason: sts.ReasonFailedCreate, Message: quota, Grace: sts.AfterPatience},
		s.PodProgress(4, "", ststest.Start.Add(17*time.Minute)).Trouble)
	require.Nil(t, s.PodProgress(4, "", ststest.Start.Add(20*time.Minute)).Trouble)
}
