package sts_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

// FuzzNames builds names as the controller does, and finds the ordinal again;
// a name that it would not build has none.
func FuzzNames(f *testing.F) {
	for _, seed := range []string{
		"data-web-0", "data-web-1-0", "data-web-01", "data-web--1", "data-web-+1", "data-web-99999999999999999999", "-",
	} {
		f.Add("web", "data", seed, int32(7))
	}
	f.Add("web-data-web", "data", "data-web-data-web-3", int32(0))
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, set, template, claim string, ordinal int32) {
		defer within.Input(t)()
		s := ststest.Snapshot(ststest.Set(func(s *appsv1.StatefulSet) { s.Name = set }))
		if ordinal >= 0 {
			got, ok := s.ClaimOrdinal(template, s.ClaimName(template, int(ordinal)))
			require.True(t, ok)
			require.Equal(t, int(ordinal), got)
		}
		if got, ok := s.ClaimOrdinal(template, claim); ok {
			require.Equal(t, claim, s.ClaimName(template, got))
		}
		pod := ststest.Pod(0)
		pod.Name = claim
		for _, p := range sts.Observe(s.Set, []*corev1.Pod{pod}, nil, nil).Pods {
			require.Equal(t, claim, s.PodName(p.Ordinal))
		}
	})
}

// FuzzFailedCreates takes any text for the controller's events.
func FuzzFailedCreates(f *testing.F) {
	f.Add("create Pod web-3 in StatefulSet web failed error: pods \"web-3\" is forbidden", "create Pod web-3 in StatefulSet web again")
	f.Add("create Claim data-web-3 Pod web-3 in StatefulSet web failed error: no\nroom", "Pod  in StatefulSet ")
	f.Add("", "Pod \u202e in StatefulSet \n")
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, one, two string) {
		defer within.Input(t)()
		event := func(text string) *corev1.Event { return &corev1.Event{Reason: sts.ReasonFailedCreate, Message: text} }
		for pod, words := range sts.FailedCreates([]*corev1.Event{event(one), event(two)}) {
			require.NotEmpty(t, pod)
			require.True(t, strings.HasSuffix(one, words.Message) || strings.HasSuffix(two, words.Message), "%q", words.Message)
		}
	})
}
